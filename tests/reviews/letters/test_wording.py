import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from reviews.letters.document import Block, BulletList, Heading, NumberedList, Paragraph, Run
from reviews.letters.wording import narrative, subject
from tests.reviews.letters.facts import make_facts

# What the letters said when their words were still written in the program.
FORMER = json.loads(Path(__file__).with_name("usual_narratives.json").read_text(encoding="utf-8"))


def runs(block: Block) -> list[Run]:
    if isinstance(block, Heading):
        return [Run(block.text)]
    if isinstance(block, BulletList | NumberedList):
        return [run for item in block.items for run in item]
    return list(block.runs)


def letter(**changes: object) -> tuple[Block, ...]:
    return narrative(make_facts(**changes))  # type: ignore[arg-type]


def text(blocks: tuple[Block, ...]) -> str:
    return "\n".join("".join(run.text for run in runs(block)) for block in blocks)


def test_subject_names_the_year_of_the_letter() -> None:
    assert subject(dt.date(2020, 7, 22)) == "Annual Review letter 2020"


def test_narrative_has_the_two_headings() -> None:
    assert [block.text for block in letter() if isinstance(block, Heading)] == [
        "Complaint statistics",
        "Resources to help you get it right",
    ]


def test_narrative_explains_the_three_statistics_and_names_the_five_types() -> None:
    words = text(letter())
    terms = [
        item[0].text
        for block in letter()
        if isinstance(block, BulletList | NumberedList)
        for item in block.items
    ]
    assert terms == [
        "Complaints upheld.",
        "Compliance with recommendations.",
        "Satisfactory remedies provided by the authority.",
    ]
    for kind in (
        "county councils", "district councils", "metropolitan boroughs", "unitary councils",
        "London boroughs",
    ):  # fmt: skip
        assert kind in words
    assert "year ending 31 March 2020" in words
    assert "29 July 2020" in words


def test_narrative_links_to_the_authoritys_own_page() -> None:
    links = [run.link for block in letter() for run in runs(block) if run.link]
    assert links == [
        "https://reviews.example.org/councils/example-council/",
        "https://reviews.example.org/methods/",
        "https://reviews.example.org/data/",
    ]


def test_narrative_without_a_comparison_says_so_and_mentions_no_average_of_similar() -> None:
    words = text(letter(has_comparison=False))
    assert "its figures stand without a comparison" in words
    assert "similar authorities" not in words


def test_narrative_follows_the_years_word_for_investigations() -> None:
    assert "needed a detailed investigation" in text(letter(year_ending=2023))
    assert "needed an investigation" in text(letter(year_ending=2024))


def test_narrative_paragraphs_are_plain_values() -> None:
    assert all(isinstance(block, Heading | Paragraph | BulletList) for block in letter())


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("compared", {}),
        ("not_compared", {"has_comparison": False}),
        ("from_2024", {"year_ending": 2024}),
    ],
)
def test_usual_wording_says_what_letters_said_before_it_was_a_text(
    name: str, changes: dict[str, object]
) -> None:
    assert json.loads(json.dumps([asdict(block) for block in letter(**changes)])) == FORMER[name]
