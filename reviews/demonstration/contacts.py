"""Officers who plainly do not exist: a few chief executives and a link officer everywhere."""

import datetime as dt

from casework.choices import ContactRole
from reviews.demonstration.councils import councils
from reviews.demonstration.targets import all_targets

COLUMNS = (
    "authority", "role", "title", "forenames", "surname", "job_title", "email", "from", "to",
)  # fmt: skip
FIRST_DAY = dt.date(2019, 4, 1)

# Every other post is vacant. A blank title prints forenames and surname.
CHIEF_EXECUTIVES = (
    ("borough-council-of-kings-lynn-and-west-norfolk", "Ms", "", "Example", "Chief Executive"),
    ("leeds-city-council", "Dr", "", "Placeholder", "Chief Executive"),
    ("birmingham-city-council", "Mr", "", "Sample", "Chief Executive"),
    ("colchester-city-council", "", "Robin", "Specimen", "Chief Executive"),
    ("kent-county-council", "Mx", "", "Nobody", "Head of Paid Service"),
    ("norwich-city-council", "Mrs", "", "Fictional", "Chief Executive"),
    ("london-borough-of-hammersmith-and-fulham", "Ms", "", "Invented", "Chief Executive"),
    ("telford-and-wrekin-council", "Mr", "", "Dummy", "Chief Executive"),
    ("peak-district-national-park-authority", "Ms", "", "Imaginary", "Chief Executive"),
)


def contacts() -> list[tuple[str, ...]]:
    """The rows of the contacts file, at example.org throughout."""
    found: list[tuple[str, ...]] = [
        (
            slug, ContactRole.CHIEF_EXECUTIVE.value, title, forenames, surname, job_title,
            f"chief.executive@{slug}.example.org", FIRST_DAY.isoformat(), "",
        )
        for slug, title, forenames, surname, job_title in CHIEF_EXECUTIVES
    ]  # fmt: skip
    with_letters = {slug for targets in all_targets().values() for slug in targets}
    for slug, council in councils().items():
        if slug not in with_letters or (council.last_day and council.last_day < FIRST_DAY):
            continue
        first = max(FIRST_DAY, council.first_day or FIRST_DAY).isoformat()
        last = council.last_day.isoformat() if council.last_day else ""
        found.append(
            (
                slug, ContactRole.LINK_OFFICER.value, "", "Specimen", "Link Officer",
                "Link officer", f"link.officer@{slug}.example.org", first, last,
            )
        )  # fmt: skip
    return found
