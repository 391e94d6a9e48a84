"""The pack for a scrutiny committee: what it asks, from which figure, and when it asks nothing."""

import datetime as dt
from typing import Any

import pytest

from reviews.figures.chance import sentence
from reviews.figures.counts import Average, Counts, Statistics
from reviews.figures.rates import Rate
from reviews.letters import scrutiny
from reviews.letters.document import BulletList, Heading, NumberedList, Paragraph, Run
from reviews.letters.national import Part, ReviewDocument, Table
from reviews.letters.scrutiny import Agreed, Decided, Question, compose_pack

HALF = Average(
    councils=9, investigated=200, upheld=100, compliance_outcomes=100, complied=99,
    remedied_by_authority=25, population=None,
)  # fmt: skip
FORM = [
    "Committee and date of its meeting", "Officer who answers for the response",
    "What the committee asked for, and by when", "Where progress will be reported",
]  # fmt: skip


def figures(similar: Average | None = HALF, **counts: Any) -> Statistics:
    return Statistics(
        year_ending=2020, counts=Counts(**counts), similar=similar, has_population_rate=False
    )


def questions(
    statistics: Statistics, cases: list[Decided], improved: list[Agreed]
) -> list[Question]:
    return scrutiny.questions(statistics, cases, improved, compared=statistics.similar)


def decided(category: str, outcome: str = "upheld") -> Decided:
    return Decided(
        reference="19 001 001",
        address="/decisions/19-001-001/",
        category=category,
        outcome=outcome.capitalize().replace("_", " "),
        outcome_code=outcome,
        decided_on=dt.date(2019, 10, 1),
    )


def agreed(code: str = "due", **values: Any) -> Agreed:
    of: dict[str, Any] = {
        "text": "Train staff.", "reference": "19 001 001", "status": "Due", "status_code": code,
        "due_on": dt.date(2020, 1, 2), "completed_on": None,
    } | values  # fmt: skip
    return Agreed(**of)


# Questions ----------------------------------------------------------------------------------------


def test_nothing_is_asked_of_a_year_with_nothing() -> None:
    assert questions(figures(), [], []) == []


def test_nothing_is_asked_where_every_figure_is_unremarkable() -> None:
    usual = figures(upheld=10, not_upheld=10, remedied_by_authority=2, satisfied=9)
    done = [agreed("on_time"), agreed("late"), agreed("ceased")]
    assert questions(usual, [decided("Housing", "not_upheld")], done) == []


def test_each_category_with_upheld_decisions_is_asked_about_once() -> None:
    found = questions(
        figures(),
        [
            decided("Planning"), decided("Housing"), decided("Housing", "not_upheld"),
            decided("Housing"), decided("Benefits", "not_upheld"),
        ],
        [],
    )  # fmt: skip
    assert [(each.text.partition(":")[0], each.source) for each in found] == [
        ("Housing", "2 upheld of 3 published decisions of the year"),
        ("Planning", "1 upheld of 1 published decision of the year"),
    ]


@pytest.mark.parametrize(
    ("counts", "begins", "source"),
    [
        (
            {"upheld": 19, "not_upheld": 1, "remedied_by_authority": 5},
            "Complaints upheld: 95% is higher than the 50%",
            "19 upheld of 20 investigations",
        ),
        (
            {"upheld": 1, "not_upheld": 19},
            "Complaints upheld: 5% is lower than the 50%",
            "1 upheld of 20 investigations",
        ),
        (
            {"upheld": 20, "not_upheld": 20, "remedied_by_authority": 0},
            "Satisfactory remedies: 0% is lower than the 25%",
            "0 already remedied by the authority of 20 upheld decisions",
        ),
        (
            {"upheld": 20, "not_upheld": 20, "remedied_by_authority": 20},
            "Satisfactory remedies: 100% is higher than the 25%",
            "20 already remedied by the authority of 20 upheld decisions",
        ),
    ],
)
def test_rate_is_asked_about_where_it_differs_by_more_than_chance(
    counts: dict[str, Any], begins: str, source: str
) -> None:
    (found,) = questions(figures(**counts), [], [])
    assert found.text.startswith(begins)
    assert found.source == source
    assert questions(figures(None, **counts), [], []) == []


def test_late_and_missed_compliance_are_asked_about() -> None:
    found = questions(figures(satisfied=2, satisfied_late=1, not_satisfied=3), [], [])
    assert [each.source for each in found] == [
        "1 late of 6 compliance outcomes", "3 not complied with of 6 compliance outcomes",
    ]  # fmt: skip
    (late,) = questions(figures(satisfied_late=1), [], [])
    assert late.source == "1 late of 1 compliance outcome"


def test_improvements_still_due_and_not_carried_out_are_asked_about() -> None:
    found = questions(
        figures(),
        [],
        [agreed(), agreed(due_on=dt.date(2019, 12, 31)), agreed("not_carried_out")],
    )
    assert [each.source for each in found] == [
        "2 improvements due, the first on 31 December 2019", "1 improvement not carried out",
    ]  # fmt: skip


def test_fault_found_again_is_asked_about_with_both_decisions() -> None:
    """Once, however many improvements the first decision had."""
    again = agreed("on_time", again_after="7 months", again_reference="20 002 002")
    assert questions(figures(), [], [again, again]) == [
        Question(
            "After compliance was recorded in 19 001 001, a complaint of the same kind was upheld; "
            "it may be about something that happened before. Did what was agreed have the effect "
            "that was meant?",
            "decision 20 002 002, 7 months later",
        )
    ]


@pytest.mark.parametrize(("whole", "asks"), [(0, False), (1, True), (9, True), (10, False)])
def test_few_investigations_lead_to_the_councils_own_figures(whole: int, asks: bool) -> None:
    found = questions(figures(not_upheld=whole, similar=None), [], [])
    assert [each.text.startswith("The Ombudsman's figures are few") for each in found] == (
        [True] if asks else []
    )


def test_nothing_is_said_of_chance_while_the_sums_it_is_worked_out_from_are_kept_back() -> None:
    much = figures(upheld=19, not_upheld=1, remedied_by_authority=5)
    assert scrutiny.questions(much, [], [], compared=None) == []
    open_, kept = (
        [
            run.text
            for part in scrutiny._figures(much, compared)
            if isinstance(part, BulletList)
            for (run,) in part.items
        ]
        for compared in (HALF, None)
    )
    assert [each for each in open_ if each not in kept] == [
        sentence("uphold", Rate(19, 20), HALF.uphold),
        sentence("remedied", Rate(5, 19), HALF.remedied),
    ]


# The pack -----------------------------------------------------------------------------------------


def made(statistics: Statistics, *cases: Decided, improved: tuple[Agreed, ...] = ()) -> Any:
    return compose_pack(
        statistics,
        name="Anna Council",
        version=1,
        letter=(Heading("Complaint statistics"), Paragraph((Run("Words."),))),
        letter_address="https://example.org/letter/",
        decided=cases,
        agreed=improved,
        compared=statistics.similar,
    )


def section(document: ReviewDocument, key: str) -> tuple[Part, ...]:
    return next(each.parts for each in document.sections if each.key == key)


def test_figures_come_with_their_base_and_what_chance_allows() -> None:
    parts = section(made(figures(upheld=1, not_upheld=1)), "figures")
    said = [run.text for part in parts if isinstance(part, BulletList) for (run,) in part.items]
    assert "50% of complaints we investigated were upheld." in said
    assert (
        "With 2 investigations, 0, 1 or 2 upheld would all be unremarkable where the average is "
        "50%." in said
    )
    assert "On 2 investigations, rates from 9.5% to 90.5% fit the count (95% interval)." in said
    assert "No recommendations were due for compliance in this period." in said


def test_form_has_room_for_every_question_and_is_there_without_one() -> None:
    for statistics, answers in ((figures(), []), (figures(satisfied_late=1), [1])):
        (form,) = section(made(statistics), "response")
        assert isinstance(form, Table)
        assert form.is_form
        assert [row[0] for row in form.rows] == [
            *(f"Answer to question {number}" for number in answers), *FORM,
        ]  # fmt: skip


def test_questions_are_numbered_with_their_sources_or_said_to_be_none() -> None:
    _, asked = section(made(figures(satisfied_late=1)), "questions")
    assert isinstance(asked, NumberedList)
    assert asked.items[0][1].text == " (1 late of 1 compliance outcome)"
    (none,) = section(made(figures()), "questions")
    assert isinstance(none, Paragraph)
    assert none.runs[0].text == "No rule draws a question from the figures of this year."


def test_decisions_are_counted_by_service_and_listed() -> None:
    document = made(figures(), decided("Housing"), decided("Planning", "not_upheld"))
    by_service, each = (p for p in section(document, "decisions") if isinstance(p, Table))
    assert by_service.rows == (
        ("Housing", "1", "0", "1"), ("Planning", "0", "1", "1"), ("All", "1", "1", "2"),
    )  # fmt: skip
    assert each.rows[0] == ("19 001 001", "Housing", "Upheld", "1 October 2019")


def test_improvements_are_listed_with_the_days_they_are_due() -> None:
    document = made(
        figures(),
        improved=(agreed(), agreed("late", status="Carried out late", again_after="1 month",
                                   completed_on=dt.date(2020, 2, 3))),
    )  # fmt: skip
    table = next(p for p in section(document, "improvements") if isinstance(p, Table))
    assert table.rows == (
        ("19 001 001", "Train staff.", "2 January 2020", "Due"),
        ("19 001 001", "Train staff.", "2 January 2020",
         "Carried out late, 3 February 2020; found again after 1 month"),
    )  # fmt: skip
    assert "happened before the improvement" in str(section(document, "improvements")[-1])
    without = made(figures(), improved=(agreed(),))
    assert "happened before" not in str(section(without, "improvements"))


def test_headings_of_the_letter_are_not_headings_of_the_pack() -> None:
    assert not any(isinstance(part, Heading) for part in section(made(figures()), "letter"))
