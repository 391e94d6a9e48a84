import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from reviews.letters.document import Block, BulletList, Heading, NumberedList, Paragraph, Run
from reviews.letters.vocabulary import ALREADY_PUBLIC
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


def test_narrative_of_a_correction_before_publication_names_the_day_and_no_letter_to_come() -> None:
    words = text(letter(is_correction=True))
    assert "We will publish" not in words
    assert (
        "These figures and this letter take the place of those we sent you before. The figures of "
        "all authorities are published on 29 July 2020. Anyone can then find these instead of the "
        "earlier ones at https://reviews.example.org/councils/example-council/; until that day "
        "they are for you and your officers only."
    ) in words
    assert "please tell us before it is published." in words


def test_narrative_of_a_correction_after_publication_speaks_of_no_publication_to_come() -> None:
    late = {"letter_on": dt.date(2020, 10, 5), "also_true": {ALREADY_PUBLIC}}
    words = text(letter(is_correction=True, **late))
    assert (
        "These figures and this letter take the place of those we sent you before. Once this "
        "letter has been sent, anyone can find them instead of the earlier ones at "
        "https://reviews.example.org/councils/example-council/."
    ) in words
    assert "If a figure looks wrong to you, please tell us." in words
    first = text(letter(**late))
    assert (
        "The figures of the other authorities are public already. Once this letter has been sent, "
        "yours and the letter itself are at https://reviews.example.org/councils/example-council/ "
        "for anyone to read."
    ) in first
    for said in (words, first):
        assert [said.count(part) for part in ("will publish", "Until that day", "29 July")] == [
            0, 0, 0,
        ]  # fmt: skip
