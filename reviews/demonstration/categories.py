"""What complaints are about, by type of authority: codes, public names, how often."""

from casework.choices import Category

ADULT = Category.ADULT_CARE_SERVICES.value
BENEFITS = Category.BENEFITS_AND_TAX.value
CORPORATE = Category.CORPORATE_AND_OTHER.value
EDUCATION = Category.EDUCATION_AND_CHILDRENS_SERVICES.value
ENVIRONMENT = Category.ENVIRONMENT_AND_REGULATION.value
HIGHWAYS = Category.HIGHWAYS_AND_TRANSPORT.value
HOUSING = Category.HOUSING.value
PLANNING = Category.PLANNING_AND_DEVELOPMENT.value
OTHER = Category.OTHER.value

# Complaints of a hundred, by what a type of authority is responsible for.
RECEIVED: dict[str, dict[str, float]] = {
    "county": {EDUCATION: 45, ADULT: 30, HIGHWAYS: 19, CORPORATE: 4, OTHER: 2},
    "district": {
        PLANNING: 36,
        HOUSING: 22,
        BENEFITS: 19,
        ENVIRONMENT: 15,
        CORPORATE: 5,
        HIGHWAYS: 2,
        OTHER: 1,
    },
    "metropolitan": {
        EDUCATION: 24,
        ADULT: 17,
        HOUSING: 14,
        BENEFITS: 12,
        ENVIRONMENT: 12,
        PLANNING: 10,
        HIGHWAYS: 7,
        CORPORATE: 3,
        OTHER: 1,
    },
    "unitary": {
        EDUCATION: 23,
        ADULT: 19,
        PLANNING: 15,
        ENVIRONMENT: 11,
        HOUSING: 11,
        BENEFITS: 10,
        HIGHWAYS: 7,
        CORPORATE: 3,
        OTHER: 1,
    },
    "london_borough": {
        HOUSING: 31,
        EDUCATION: 16,
        HIGHWAYS: 15,
        BENEFITS: 13,
        ADULT: 10,
        ENVIRONMENT: 8,
        PLANNING: 4,
        CORPORATE: 2,
        OTHER: 1,
    },
}

# Bodies outside the five types, by a part of their slug.
OTHER_BODIES: dict[str, dict[str, float]] = {
    "park-authority": {PLANNING: 90, CORPORATE: 10},
    "broads-authority": {PLANNING: 80, ENVIRONMENT: 20},
    "transport": {HIGHWAYS: 97, CORPORATE: 3},
    "merseytravel": {HIGHWAYS: 100},
    "waste": {ENVIRONMENT: 100},
    "": {CORPORATE: 70, HIGHWAYS: 20, OTHER: 10},
}

# How much likelier a complaint of a category is to be investigated than another.
INVESTIGATED = {EDUCATION: 1.7, ADULT: 1.5, HOUSING: 1.1, PLANNING: 0.8, HIGHWAYS: 0.4, OTHER: 0.2}

# The lower level of the public scheme, and how often each comes.
SUBCATEGORIES: dict[str, dict[str, float]] = {
    ADULT: {
        "Assessment and care plan": 30,
        "Charging": 22,
        "Residential care": 16,
        "Domiciliary care": 10,
        "Safeguarding": 9,
        "Direct payments": 6,
        "Disabled facilities grants": 5,
        "Other": 2,
    },
    BENEFITS: {
        "Council tax": 48,
        "Housing benefit": 24,
        "Council tax support": 18,
        "Local welfare payments": 7,
        "Other": 3,
    },
    CORPORATE: {
        "Leisure and culture": 30,
        "Land": 25,
        "Contracts and business matters": 20,
        "Elections and electoral register": 10,
        "Standards committees": 8,
        "Other": 7,
    },
    EDUCATION: {
        "Special educational needs": 46,
        "Child protection": 14,
        "School transport": 9,
        "Looked after children": 7,
        "Alternative provision": 7,
        "School admissions": 6,
        "Disabled children": 5,
        "Fostering": 2,
        "Friends and family carers": 2,
        "School exclusions": 1,
        "Adoption": 1,
    },
    ENVIRONMENT: {
        "Refuse and recycling": 34,
        "Antisocial behaviour": 20,
        "Noise": 19,
        "Trees": 8,
        "Licensing": 7,
        "Pollution": 6,
        "Trading standards": 3,
        "Cemeteries and crematoria": 3,
    },
    HIGHWAYS: {
        "Parking and other penalties": 42,
        "Highway repair and maintenance": 24,
        "Traffic management": 17,
        "Rights of way": 7,
        "Street furniture and lighting": 5,
        "Public transport": 5,
    },
    HOUSING: {
        "Homelessness": 48,
        "Allocations": 36,
        "Private housing": 9,
        "Housing improvement grants": 4,
        "Other": 3,
    },
    PLANNING: {
        "Applications": 55,
        "Enforcement": 31,
        "Building control": 7,
        "Advice": 4,
        "Other": 3,
    },
    OTHER: {"Councillor conduct and standards": 60, "Other": 40},
}


def received(kind: str, slug: str) -> dict[str, float]:
    """How often an authority's complaints are about each category."""
    if kind in RECEIVED:
        return RECEIVED[kind]
    return next(weights for part, weights in OTHER_BODIES.items() if part in slug)


def investigated(weights: dict[str, float]) -> dict[str, float]:
    """The same for complaints that were investigated."""
    return {code: weight * INVESTIGATED.get(code, 0.6) for code, weight in weights.items()}
