"""The national review as a value: what it says of figures and of none, and what staff may name."""

import json
from dataclasses import replace
from typing import Any

import pytest

from reviews.figures.counts import Counts
from reviews.figures.national import Categories, National, national
from reviews.letters.document import BulletList, Heading, Paragraph
from reviews.letters.language import NotUnderstood, read
from reviews.letters.national import (
    VOCABULARY,
    WITHHELD,
    Labels,
    Part,
    ReviewDocument,
    Table,
    Texts,
    by_authority,
    compose,
    facts_of,
    from_plain,
    to_plain,
)

LABELS = Labels(
    types={"county": "County council", "district": "District council"},
    categories={"housing": "Housing", "planning": "Planning"},
    outcomes={
        "invalid_or_incomplete": "Invalid",
        "advice_given": "Advice",
        "referred_back": "Referred back",
        "closed_after_initial_enquiries": "Closed",
        "not_upheld": "Not upheld",
        "upheld": "Upheld",
    },
    remedies={"apology": "Apology", "training": "Training"},
    improvements=frozenset({"training"}),
)
COUNTY = Counts(
    received=3, received_by_category={"housing": 3},
    advice_given=1, not_upheld=1, upheld=2, remedied_by_authority=1,
    investigated_by_category={"housing": 3}, upheld_by_category={"housing": 2},
    satisfied=2, satisfied_late=1, not_satisfied=1, ceased=1,
)  # fmt: skip
DISTRICT = Counts(
    received=1, received_by_category={"planning": 1}, not_upheld=1,
    investigated_by_category={"planning": 1},
)  # fmt: skip


def figures(*rows: tuple[str, Counts], **values: Any) -> National:
    return national(2020, rows, types=list(LABELS.types), **values)


CATEGORIES = Categories(
    received={"housing": 3, "planning": 1},
    investigated={"housing": 3, "planning": 1},
    upheld={"housing": 2, "planning": 0},
)
BOTH = figures(("county", COUNTY), ("district", DISTRICT), categories=CATEGORIES)


def made(found: National = BOTH, **values: Any) -> ReviewDocument:
    return compose(found, labels=LABELS, site_address="https://example.org", **values)


def words(parts: tuple[Part, ...]) -> list[str]:
    """The sentences and items of a section."""
    found = []
    for part in parts:
        if isinstance(part, Paragraph):
            found.append("".join(run.text for run in part.runs))
        elif isinstance(part, BulletList):
            found += ["".join(run.text for run in item) for item in part.items]
    return found


def section(document: ReviewDocument, key: str) -> tuple[Part, ...]:
    return next(each.parts for each in document.sections if each.key == key)


def table(document: ReviewDocument, key: str) -> Table:
    return next(part for part in section(document, key) if isinstance(part, Table))


def test_review_says_at_a_glance_every_percentage_with_its_count_and_base() -> None:
    found = figures(
        ("county", COUNTY), ("district", DISTRICT), reported=1,
        recommendations={"apology": 2, "training": 1},
    )  # fmt: skip
    assert words(section(made(found), "at-a-glance")) == [
        "4 complaints received",
        "5 complaints decided, of which 4 investigated",
        "50% upheld: 2 of 4 investigations",
        "75% complied with: 3 of 4 compliance outcomes",
        "25% complied with late: 1 of 4 compliance outcomes",
        "50% already remedied by the authority: 1 of 2 upheld decisions",
        "1 service improvement recommended, and 2 personal remedies",
        "1 authority about which a public report was issued",
    ]


def test_review_of_nothing_has_words_and_no_percentage() -> None:
    document = made(figures(("district", Counts())))
    assert words(section(document, "at-a-glance")) == [
        "0 complaints received",
        "0 complaints decided, of which 0 investigated",
        "None investigated: complaints upheld",
        "None due: compliance with recommendations",
        "None upheld: satisfactory remedies",
    ]
    said = json.dumps([to_plain(document)[name] for name in ("opening", "sections")])
    assert "%" not in said.replace("so they need not come to 100%", "")
    assert "picture" not in said


def test_no_public_report_is_said_of_what_was_on_record() -> None:
    """A report put on record after the freeze was issued all the same."""
    assert words(section(made(), "reports")) == [
        "No public report of the year about these authorities was on record when their figures "
        "were frozen."
    ]
    one = made(figures(("county", COUNTY), reported=1))
    assert words(section(one, "reports")) == [
        "We issued public reports about 1 authority in the year."
    ]


def test_recommendations_that_were_not_counted_are_not_none() -> None:
    assert "service improvement" not in json.dumps(to_plain(made()))
    none = made(figures(("county", COUNTY), recommendations={"apology": 1}))
    recommended = [part for part in section(none, "remedies") if isinstance(part, Table)][1]
    assert recommended.rows == (
        ("Apology", "1", "100%"), ("Training", "0", "0%"), ("All", "1", "100%"),
    )  # fmt: skip


def test_tables_end_with_the_total_of_their_rows() -> None:
    document = made()
    assert table(document, "received").rows == (
        ("Housing", "3", "75%"), ("Planning", "1", "25%"), ("All", "4", "100%"),
    )  # fmt: skip
    assert table(document, "uphold-by-category").rows == (
        ("Housing", "3", "2", "67%"), ("Planning", "1", "0", "0%"), ("All", "4", "2", "50%"),
    )  # fmt: skip
    assert table(document, "uphold-by-type").rows == (
        ("County council", "1", "3", "2", "67%"),
        ("District council", "1", "1", "0", "0%"),
        ("All types", "2", "4", "2", "50%"),
    )
    assert table(document, "compliance").rows == (
        ("County council", "4", "2", "1", "1", "75%"),
        ("District council", "0", "0", "0", "0", "none due"),
        ("All types", "4", "2", "1", "1", "75%"),
    )
    assert words(section(document, "compliance"))[-1].endswith(
        " In 1 case compliance was no longer asked for; these are not counted here."
    )


def test_tables_by_authority_have_each_and_their_total() -> None:
    decided, remedies = (
        part
        for part in by_authority([("Anna", COUNTY), ("Bela", DISTRICT)]).parts
        if isinstance(part, Table)
    )
    assert decided.rows == (
        ("Anna", "3", "4", "1", "0", "1", "2", "67% of 3"),
        ("Bela", "1", "1", "0", "0", "1", "0", "0% of 1"),
        ("All authorities", "4", "5", "1", "0", "2", "2", "50% of 4"),
    )
    assert remedies.rows[1] == ("Bela", "0", "0", "0", "none due", "0", "none upheld")


@pytest.mark.parametrize(
    ("shown", "withheld"),
    [
        (None, ["received", "uphold-by-category"]),
        (replace(CATEGORIES, received=None), ["received"]),
        (replace(CATEGORIES, upheld=None), ["uphold-by-category"]),
        (CATEGORIES, []),
    ],
)
def test_tables_by_category_that_may_not_be_shown_are_left_out(
    shown: Categories | None, withheld: list[str]
) -> None:
    document = made(figures(("county", COUNTY), ("district", DISTRICT), categories=shown))
    assert [each.key for each in document.sections if WITHHELD in words(each.parts)] == withheld
    for key in withheld:
        assert not any(isinstance(part, Table) for part in section(document, key))


def test_categories_before_a_correction_say_that_they_are() -> None:
    corrected = figures(
        ("county", replace(COUNTY, received=4)), ("district", DISTRICT), categories=CATEGORIES
    )
    assert words(section(made(corrected), "received")) == [
        "5 complaints reached us in the year, whatever became of them.",
        "Figures by category are as they were first frozen, before letters were corrected, so they "
        "do not come to the total. Shares are rounded, so they need not come to 100%.",
    ]


def test_breaks_are_said_with_their_reasons() -> None:
    first, second = words(section(made(), "breaks"))
    assert first.startswith("Year ending 31 March 2021: Casework paused in 2020. From March to ")
    assert second.endswith(
        "So complaints upheld and satisfactory remedies of that year and after cannot be compared "
        "with the years before."
    )


def test_foreword_comes_first_and_each_heading_begins_a_chapter() -> None:
    texts = Texts(
        foreword="We upheld ((not nothing upheld??((uphold percent)))) of ((investigations)).",
        chapters="Before any.\n\n# One\n\nText.\n\n# Two\n\n- item",
    )
    document = made(texts=texts)
    assert words(document.sections[0].parts) == ["We upheld 50% of 4 investigations."]
    assert [
        (each.heading, words(each.parts))
        for each in document.sections
        if each.key.startswith("chapter")
    ] == [("From the Ombudsman", ["Before any."]), ("One", ["Text."]), ("Two", ["item"])]


def test_review_without_texts_has_neither_foreword_nor_chapters() -> None:
    keys = [each.key for each in made().sections]
    assert keys == [
        "at-a-glance", "received", "decided", "uphold-by-category", "uphold-by-type", "remedies",
        "compliance", "reports", "method", "breaks",
    ]  # fmt: skip


def test_later_edition_says_why_there_is_one() -> None:
    said = words(made(edition=2, reason="Two letters were corrected.").opening)
    assert "Edition 2. Two letters were corrected." in said
    assert not any("Edition" in each for each in words(made().opening))


def test_review_is_the_same_after_being_stored() -> None:
    texts = Texts(foreword="A [link](https://example.org/).\n\n1. one", chapters="# One\n\n- **b**")
    document = made(texts=texts, notice="Demonstration")
    assert from_plain(json.loads(json.dumps(to_plain(document)))) == document


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("((authority))", "there is no placeholder “authority”"),
        ("((complainant))", "is about a person or a case"),
        ("((uphold percent))", "“uphold percent” may have no value"),
        ("<script>", "letters have no HTML"),
        ("((passages))", "only the main text has ((passages))"),
    ],
)
def test_text_that_the_review_cannot_say_is_refused(text: str, said: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read(text, "passage", VOCABULARY)
    assert said in str(refused.value)


def test_every_placeholder_has_a_value_where_its_conditions_are_met() -> None:
    full = figures(("county", COUNTY), recommendations={"apology": 1})
    for found in (full, BOTH, figures(("county", Counts()))):
        facts = facts_of(found, site_address="https://example.org")
        for placeholder in VOCABULARY.placeholders:
            if not placeholder.needs or any(facts.meets(need) for need in placeholder.needs):
                assert facts.values[placeholder.name], placeholder.name


def test_no_part_is_a_heading_of_its_own() -> None:
    """Headings are those of sections, so that they stay in order."""
    document = made(texts=Texts(chapters="# One\n\nText."))
    assert not any(isinstance(part, Heading) for each in document.sections for part in each.parts)
