import json

from reviews.letters.document import (
    Bar,
    BulletList,
    Chart,
    Heading,
    LetterDocument,
    NumberedList,
    Panel,
    Paragraph,
    Run,
    Statement,
    from_plain,
    to_plain,
)

LETTER = LetterDocument(
    authority="Smith & <Sons>' Council",
    slug="smith",
    year=2020,
    version=1,
    letterhead=("Local Government & Social Care", "Ombudsman"),
    date="22 July 2020",
    delivery="By email",
    addressee=("Ms Example", "Chief Executive", "Smith & <Sons>' Council"),
    salutation="Dear Ms Example",
    subject="Annual Review letter 2020",
    narrative=(
        Heading("Complaint statistics"),
        Paragraph((Run("See "), Run("here", is_bold=True, link="https://reviews.example.org/"))),
        BulletList(((Run("one"),), (Run("two", is_bold=True),))),
        NumberedList(((Run("first", is_italic=True),),)),
    ),
    close="Yours sincerely",
    signatory=("Specimen Signatory", "Ombudsman"),
    statistics_heading="Smith & <Sons>' Council",
    statistics_period="1 April 2019 to 31 March 2020",
    panels=(
        Panel(
            "upheld",
            "Complaints upheld",
            (Statement("0% of complaints we investigated were upheld.", "lead"),),
            Chart("Bar chart.", bars=(Bar("This authority", "0%", 0, 2),)),
        ),
    ),
)


def test_letter_survives_being_stored_as_json() -> None:
    assert from_plain(json.loads(json.dumps(to_plain(LETTER)))) == LETTER
