"""The fixed lists of casework. The codes are those of the import files and of the open data."""

from django.db.models import TextChoices


class AuthorityType(TextChoices):
    """Kinds of authority; the first five are compared with the average of their type."""

    COUNTY = "county", "County council"
    DISTRICT = "district", "District council"
    METROPOLITAN = "metropolitan", "Metropolitan borough"
    UNITARY = "unitary", "Unitary council"
    LONDON_BOROUGH = "london_borough", "London borough"
    COMBINED_AUTHORITY = "combined_authority", "Combined authority"
    STRATEGIC_REGIONAL_AUTHORITY = "strategic_regional_authority", "Strategic regional authority"
    NATIONAL_PARK = "national_park", "National park authority"
    REGIONAL_PARK = "regional_park", "Regional park authority"
    FIRE = "fire", "Fire authority"
    WASTE = "waste", "Waste authority"
    PASSENGER_TRANSPORT = "passenger_transport", "Passenger transport body"


COMPARED_TYPES = (
    AuthorityType.COUNTY,
    AuthorityType.DISTRICT,
    AuthorityType.METROPOLITAN,
    AuthorityType.UNITARY,
    AuthorityType.LONDON_BOROUGH,
)


class Region(TextChoices):
    """The nine English regions, by their ONS codes."""

    NORTH_EAST = "E12000001", "North East"
    NORTH_WEST = "E12000002", "North West"
    YORKSHIRE = "E12000003", "Yorkshire and The Humber"
    EAST_MIDLANDS = "E12000004", "East Midlands"
    WEST_MIDLANDS = "E12000005", "West Midlands"
    EAST = "E12000006", "East of England"
    LONDON = "E12000007", "London"
    SOUTH_EAST = "E12000008", "South East"
    SOUTH_WEST = "E12000009", "South West"


class ContactRole(TextChoices):
    CHIEF_EXECUTIVE = "chief_executive", "Chief executive"
    LINK_OFFICER = "link_officer", "Link officer"
    MONITORING_OFFICER = "monitoring_officer", "Monitoring officer"


class Category(TextChoices):
    """The nine categories in which complaints are counted."""

    ADULT_CARE_SERVICES = "adult_care_services", "Adult care services"
    BENEFITS_AND_TAX = "benefits_and_tax", "Benefits and tax"
    CORPORATE_AND_OTHER = "corporate_and_other", "Corporate and other services"
    EDUCATION_AND_CHILDRENS_SERVICES = (
        "education_and_childrens_services",
        "Education and children's services",
    )
    ENVIRONMENT_AND_REGULATION = (
        "environment_and_regulation",
        "Environmental services, public protection and regulation",
    )
    HIGHWAYS_AND_TRANSPORT = "highways_and_transport", "Highways and transport"
    HOUSING = "housing", "Housing"
    PLANNING_AND_DEVELOPMENT = "planning_and_development", "Planning and development"
    OTHER = "other", "Other"


class Outcome(TextChoices):
    """The six outcomes of a decision."""

    INVALID_OR_INCOMPLETE = "invalid_or_incomplete", "Invalid or incomplete"
    ADVICE_GIVEN = "advice_given", "Advice given"
    REFERRED_BACK = "referred_back", "Referred back for local resolution"
    CLOSED_AFTER_INITIAL_ENQUIRIES = (
        "closed_after_initial_enquiries",
        "Closed after initial enquiries",
    )
    NOT_UPHELD = "not_upheld", "Not upheld"
    UPHELD = "upheld", "Upheld"


class Compliance(TextChoices):
    """How the recommendations of a case were carried out: one outcome a case."""

    SATISFIED = "satisfied", "Satisfied"
    SATISFIED_LATE = "satisfied_late", "Satisfied, late"
    NOT_SATISFIED = "not_satisfied", "Not satisfied"
    CEASED = "ceased", "Ceased"


class RecommendationKind(TextChoices):
    """Personal remedies are private; service improvements are public."""

    PERSONAL = "personal", "Personal remedy"
    SERVICE_IMPROVEMENT = "service_improvement", "Service improvement"


class RemedyCategory(TextChoices):
    APOLOGY = "apology", "Apology"
    QUANTIFIABLE_LOSS = (
        "financial_redress_quantifiable_loss",
        "Financial redress: quantifiable loss",
    )
    DISTRESS = "financial_redress_distress", "Financial redress: avoidable distress"
    RECORDS = "records", "Add or correct records"
    RECONSIDER_DECISION = "reconsider_decision", "New appeal, review or reconsidered decision"
    PROVIDE_INFORMATION = "provide_information", "Provide information or advice"
    PROVIDE_SERVICES = "provide_services", "Provide services"
    OTHER_PERSONAL = "other_personal", "Other personal remedy"
    PROCEDURE_OR_POLICY = "procedure_or_policy", "Procedure or policy change or review"
    TRAINING_OR_GUIDANCE = "training_or_guidance", "Training or guidance"
    REVIEW_OTHER_CASES = "review_other_cases", "Review of other cases"
    OTHER_SERVICE_IMPROVEMENT = "other_service_improvement", "Other service improvement"


SERVICE_IMPROVEMENT_CATEGORIES = (
    RemedyCategory.PROCEDURE_OR_POLICY,
    RemedyCategory.TRAINING_OR_GUIDANCE,
    RemedyCategory.REVIEW_OTHER_CASES,
    RemedyCategory.OTHER_SERVICE_IMPROVEMENT,
)
PERSONAL_CATEGORIES = tuple(
    category for category in RemedyCategory if category not in SERVICE_IMPROVEMENT_CATEGORIES
)


class Stage(TextChoices):
    """How far a case has come. Remedy and closed follow from its standing decision."""

    INTAKE = "intake", "Intake"
    ASSESSMENT = "assessment", "Assessment"
    INVESTIGATION = "investigation", "Investigation"
    DECISION = "decision", "Decision"
    REMEDY = "remedy", "Remedy"
    CLOSED = "closed", "Closed"


OPEN_STAGES = (Stage.INTAKE, Stage.ASSESSMENT, Stage.INVESTIGATION, Stage.DECISION)

# From each stage, where staff may move a case by hand: on, one back, or open again. The database
# holds the same list. A decision moves a case to remedy or closed by itself.
NEXT_STAGES: dict[Stage, tuple[Stage, ...]] = {
    Stage.INTAKE: (Stage.ASSESSMENT,),
    Stage.ASSESSMENT: (Stage.INVESTIGATION, Stage.DECISION, Stage.INTAKE),
    Stage.INVESTIGATION: (Stage.DECISION, Stage.ASSESSMENT),
    Stage.DECISION: (Stage.INVESTIGATION, Stage.ASSESSMENT),
    Stage.REMEDY: (Stage.ASSESSMENT, Stage.INVESTIGATION),
    Stage.CLOSED: (Stage.ASSESSMENT, Stage.INVESTIGATION),
}


class LinkKind(TextChoices):
    """How one case belongs to another."""

    RELATED = "related", "Related"
    REPEAT = "repeat", "Repeat of"
    NON_COMPLIANCE = "non_compliance", "Follows a failure to comply in"


class PublicationGround(TextChoices):
    """Why a decision is not published."""

    PREMATURE = "premature", "Premature"
    REVIEW = "review", "Review of the decision under way"
    PERSON = "person", "Not in the interest of a person"
    SOLE_TRADER = "sole_trader", "The provider is a sole trader"
    EMPLOYMENT = "employment", "Employment or personnel matter"
    CONSENT = "consent", "No consent, or no suitable representative"
    OTHER = "other", "Other specific ground"


class ReviewResult(TextChoices):
    """How a review of a decision ended."""

    STANDS = "stands", "The decision stands"
    REOPENED = "reopened", "The case is opened again"


class LookAt(TextChoices):
    """Personal data that somebody saw or took away."""

    COMPLAINANT = "complainant", "Complainant"
    COMPLAINANTS = "complainants", "List of complainants"
    ATTACHMENT = "attachment", "Attachment"
    HISTORY = "history", "History with personal data"
    EXPORT = "export", "Export of a list"


PUBLISHED_OUTCOMES = (
    Outcome.CLOSED_AFTER_INITIAL_ENQUIRIES,
    Outcome.NOT_UPHELD,
    Outcome.UPHELD,
)
