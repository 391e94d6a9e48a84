"""The public category scheme and the decision reasons that every installation starts with."""

from typing import Any

from django.db import migrations
from django.utils.text import slugify

# Upper level: name, the category it is counted in, and its lower level.
SCHEME = {
    "Adult care services": (
        "adult_care_services",
        ["Assessment and care plan", "Charging", "Direct payments", "Disabled facilities grants",
         "Domiciliary care", "Residential care", "Safeguarding", "Other"],
    ),
    "Benefits and tax": (
        "benefits_and_tax",
        ["Council tax", "Council tax support", "COVID-19", "Housing benefit",
         "Local welfare payments", "Other"],
    ),
    "Children's care services": (
        "education_and_childrens_services",
        ["Adoption", "Child protection", "Disabled children", "Fostering",
         "Friends and family carers", "Looked after children", "Other"],
    ),
    "Education": (
        "education_and_childrens_services",
        ["Alternative provision", "School admissions", "School exclusions", "School transport",
         "Special educational needs", "Other"],
    ),
    "Environment and regulation": (
        "environment_and_regulation",
        ["Antisocial behaviour", "Cemeteries and crematoria", "Licensing", "Noise", "Pollution",
         "Refuse and recycling", "Trading standards", "Trees", "Other"],
    ),
    "Housing": (
        "housing",
        ["Allocations", "Homelessness", "Housing improvement grants", "Private housing", "Other"],
    ),
    "Planning": (
        "planning_and_development",
        ["Advice", "Applications", "Building control", "Enforcement", "Other"],
    ),
    "Transport and highways": (
        "highways_and_transport",
        ["Highway repair and maintenance", "Parking and other penalties", "Public transport",
         "Rights of way", "Street furniture and lighting", "Traffic management", "Other"],
    ),
    "Corporate services": (
        "corporate_and_other",
        ["Contracts and business matters", "Elections and electoral register", "Land",
         "Leisure and culture", "Standards committees", "Other"],
    ),
    "Other categories": ("other", ["Councillor conduct and standards", "Other"]),
}  # fmt: skip

REASONS = [
    ("premature", "Premature: the authority has not had its chance to answer", "referred_back"),
    ("advice-given", "Advice given or passed to another body", "advice_given"),
    ("not-in-jurisdiction", "Body or matter outside jurisdiction", "invalid_or_incomplete"),
    ("no-consent", "No written consent", "invalid_or_incomplete"),
    ("insufficient-information", "Not enough information to proceed", "invalid_or_incomplete"),
    ("not-enough-evidence", "Not enough evidence of fault", "closed_after_initial_enquiries"),
    ("injustice-not-significant", "Injustice not significant enough",
     "closed_after_initial_enquiries"),
    ("another-body-better-placed", "Another body is better placed",
     "closed_after_initial_enquiries"),
    ("late-complaint", "Late complaint", "closed_after_initial_enquiries"),
    ("satisfied-with-actions", "Satisfied with actions already taken",
     "closed_after_initial_enquiries"),
    ("withdrawn", "Withdrawn by the complainant", "closed_after_initial_enquiries"),
    ("no-fault", "No fault", "not_upheld"),
    ("no-further-action", "No further action", "not_upheld"),
    ("fault-and-injustice", "Fault and injustice", "upheld"),
    ("fault-no-injustice", "Fault, no injustice", "upheld"),
    ("already-remedied", "Fault and injustice, already remedied by the authority", "upheld"),
    ("report", "Public interest report", "upheld"),
]  # fmt: skip


def fill(apps: Any, schema_editor: Any) -> None:
    public_category = apps.get_model("casework", "PublicCategory")
    public_subcategory = apps.get_model("casework", "PublicSubcategory")
    reason = apps.get_model("casework", "DecisionReason")
    for name, (category, lower_level) in SCHEME.items():
        upper, _ = public_category.objects.get_or_create(
            slug=slugify(name), defaults={"name": name, "category": category}
        )
        for lower in lower_level:
            public_subcategory.objects.get_or_create(
                public_category=upper, slug=slugify(lower), defaults={"name": lower}
            )
    for code, name, outcome in REASONS:
        reason.objects.get_or_create(code=code, defaults={"name": name, "outcome": outcome})


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_rules_between_rows")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
