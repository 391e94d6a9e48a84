"""The pack for a council's scrutiny committee: figures with caveats, cases, questions, a form.

A question is drawn by rule from a figure of the council itself and says which. None blames: each
asks for what is known, and what is being done. The rules are in docs/figures.md.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviews.figures.chance import MINIMUM_BASE, Verdict, sentence, verdict
from reviews.figures.counts import Average, Statistics
from reviews.figures.measures import MEASURES, RATES
from reviews.figures.periods import Period, day_text
from reviews.figures.rates import Rate
from reviews.letters.document import (
    Block,
    BulletList,
    Heading,
    NumberedList,
    Paragraph,
    Run,
)
from reviews.letters.national import Column, Part, ReviewDocument, Section, Table
from reviews.letters.statements import panels
from reviews.letters.wording import LETTERHEAD

UPHELD = "upheld"
DUE, LATE, NOT_CARRIED_OUT = "due", "late", "not_carried_out"


@dataclass(frozen=True, slots=True)
class Decided:
    """A published decision of the year; `address` is whole."""

    reference: str
    address: str
    category: str
    outcome: str
    outcome_code: str
    decided_on: dt.date


@dataclass(frozen=True, slots=True)
class Agreed:
    """A service improvement that the council agreed; `again_after` as `7 months`, "" if not."""

    text: str
    reference: str
    status: str
    status_code: str
    due_on: dt.date
    completed_on: dt.date | None
    again_after: str = ""
    again_reference: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the figure that it is drawn from."""

    text: str
    source: str


def questions(
    statistics: Statistics,
    decided: Sequence[Decided],
    agreed: Sequence[Agreed],
    *,
    compared: Average | None,
) -> list[Question]:
    """What a committee may ask, in the order of the rules; nothing where no rule applies.

    `compared` are the sums of similar authorities where they are public: what chance allows would
    tell of them.
    """
    return [
        *_on_services(decided),
        *_on_rates(statistics, compared),
        *_on_compliance(statistics),
        *_on_improvements(agreed),
        *_on_small_numbers(statistics),
    ]


def _on_services(decided: Iterable[Decided]) -> Iterator[Question]:
    """One for each category in which a published decision of the year was upheld."""
    decided = list(decided)
    everything = Counter(each.category for each in decided)
    upheld = Counter(each.category for each in decided if each.outcome_code == UPHELD)
    for category in sorted(upheld):
        yield Question(
            f"{category}: what was learned from the complaints that were upheld, and what has "
            "changed since?",
            f"{upheld[category]} upheld of {_number(everything[category], 'published decision')} "
            "of the year",
        )


def _on_rates(statistics: Statistics, compared: Average | None) -> Iterator[Question]:
    """Where a rate differs from similar authorities by more than chance; else none."""
    counts = statistics.counts
    asked = {
        ("uphold", Verdict.HIGHER): "What explains it, and what would the council do differently?",
        ("uphold", Verdict.LOWER): "What explains it, and how is it kept so?",
        ("remedied", Verdict.LOWER): (
            "How could the council's own handling of complaints find and put right fault earlier?"
        ),
        ("remedied", Verdict.HIGHER): "What in the council's own handling has worked well?",
    }
    for measure in ("uphold", "remedied"):
        rate: Rate = RATES[measure](counts)
        average: Rate | None = getattr(compared, measure) if compared else None
        found = verdict(rate, average)
        if average is not None and (measure, found) in asked:
            yield Question(
                f"{MEASURES[measure].label}: {rate.percent}% is {found.value} than the "
                f"{average.percent}% of similar authorities by more than chance would explain. "
                f"{asked[measure, found]}",
                _of(measure, rate),
            )


def _on_compliance(statistics: Statistics) -> Iterator[Question]:
    counts = statistics.counts
    whole = MEASURES["compliance"].based_on(counts.compliance_outcomes)
    if counts.satisfied_late:
        yield Question(
            "Recommendations carried out late: what held them up, and who keeps the dates now?",
            f"{counts.satisfied_late:,} late of {whole}",
        )
    if counts.not_satisfied:
        yield Question(
            "Recommendations not carried out: what stood in the way, and what is still open?",
            f"{counts.not_satisfied:,} not complied with of {whole}",
        )


def _on_improvements(agreed: Iterable[Agreed]) -> Iterator[Question]:
    agreed = list(agreed)
    due = [each for each in agreed if each.status_code == DUE]
    if due:
        first = min(each.due_on for each in due)
        yield Question(
            "Improvements agreed and not yet recorded as carried out: where does each stand, and "
            "by when will it be done?",
            f"{_number(len(due), 'improvement')} due, the first on {day_text(first)}",
        )
    missed = [each for each in agreed if each.status_code == NOT_CARRIED_OUT]
    if missed:
        yield Question(
            "Improvements that the Ombudsman recorded as not carried out: what is planned in their "
            "place?",
            f"{_number(len(missed), 'improvement')} not carried out",
        )
    # One decision can have several improvements: they share what was found again.
    again = {
        (each.reference, each.again_reference): each.again_after
        for each in agreed
        if each.again_after
    }
    for (reference, later), after in again.items():
        yield Question(
            f"After compliance was recorded in {reference}, a complaint of the same kind was "
            "upheld; it may be about something that happened before. Did what was agreed have the "
            "effect that was meant?",
            f"decision {later}, {after} later",
        )


def _on_small_numbers(statistics: Statistics) -> Iterator[Question]:
    """On few investigations the council's own complaints tell more."""
    rate = statistics.counts.uphold
    if 0 < rate.whole < MINIMUM_BASE:
        yield Question(
            "The Ombudsman's figures are few and say little by themselves. What do the complaints "
            "that the council itself received and decided show?",
            MEASURES["uphold"].based_on(rate.whole),
        )


# The pack -----------------------------------------------------------------------------------------

FORM_LINES = (
    "Committee and date of its meeting",
    "Officer who answers for the response",
    "What the committee asked for, and by when",
    "Where progress will be reported",
)


def compose_pack(
    statistics: Statistics,
    *,
    name: str,
    version: int,
    letter: Sequence[Block],
    letter_address: str,
    decided: Sequence[Decided],
    agreed: Sequence[Agreed],
    compared: Average | None,
    notice: str = "",
) -> ReviewDocument:
    """The pack of one council and year. Nothing in it depends on the day it is made.

    `compared` is as for `questions`.
    """
    period = Period(statistics.year_ending)
    asked = questions(statistics, decided, agreed, compared=compared)
    return ReviewDocument(
        year=statistics.year_ending,
        edition=version,
        letterhead=LETTERHEAD,
        authority=f"{name}: pack for scrutiny",
        subject=f"Year ending {day_text(period.last_day)}",
        opening=(
            _text(
                f"For the committee of {name} that looks at complaints, from what the Ombudsman "
                f"has published about the year {period.text}."
            ),
        ),
        sections=(
            Section("figures", "Figures", tuple(_figures(statistics, compared))),
            Section("questions", "Questions to ask", tuple(_asked(asked))),
            Section("decisions", "Decisions by service", tuple(_decisions(decided))),
            Section("improvements", "Improvements agreed", tuple(_improvements(agreed))),
            Section("letter", "The letter", tuple(_letter(letter, letter_address))),
            Section("response", "Response", (_form(asked),)),
        ),
        made=(
            _text(
                "This pack was made by program from the frozen figures and the letter of the year "
                "and from published decisions. Questions are drawn by fixed rules, each from the "
                "figure that it names."
            ),
        ),
        notice=notice,
    )


def _figures(statistics: Statistics, compared: Average | None) -> Iterator[Part]:
    counts, similar = statistics.counts, statistics.similar
    measures = {"upheld": "uphold", "compliance": "compliance", "remedies": "remedied"}
    for panel in panels(statistics):
        yield Paragraph((Run(panel.heading, is_bold=True),))
        said = [statement.text for statement in panel.statements]
        if panel.key in measures:
            said += _caveats(measures[panel.key], statistics, compared)
        yield BulletList(tuple((Run(each),) for each in said))
    if counts.investigated and similar is None:
        yield _text("There are no similar authorities to compare these figures with.")


def _caveats(measure: str, statistics: Statistics, compared: Average | None) -> list[str]:
    """What chance allows, and for an own rate in what range it may lie."""
    rate: Rate = RATES[measure](statistics.counts)
    found = []
    if said := sentence(measure, rate, getattr(compared, measure) if compared else None):
        found.append(said)
    if interval := rate.interval:
        found.append(
            f"On {MEASURES[measure].based_on(rate.whole)}, rates from {interval.low}% to "
            f"{interval.high}% fit the count (95% interval)."
        )
    return found


def _asked(asked: Sequence[Question]) -> Iterator[Part]:
    if not asked:
        yield _text("No rule draws a question from the figures of this year.")
        return
    yield _text(
        "Each is drawn from a figure of the council, which stands after it. A figure is where to "
        "begin to ask, not a judgement."
    )
    yield NumberedList(
        tuple((Run(each.text), Run(f" ({each.source})", is_italic=True)) for each in asked)
    )


def _decisions(decided: Sequence[Decided]) -> Iterator[Part]:
    if not decided:
        yield _text("No decision of the year is published.")
        return
    outcomes = {each.outcome_code: each.outcome for each in decided}
    by_service: dict[str, Counter[str]] = {}
    for each in decided:
        by_service.setdefault(each.category, Counter())[each.outcome_code] += 1
    yield _text(
        "Of decisions that are published; some never are, so these can be fewer than the figures "
        "count."
    )
    rows = [
        (name, *(f"{numbers[code]:,}" for code in outcomes), f"{numbers.total():,}")
        for name, numbers in sorted(by_service.items())
    ]
    whole = Counter(each.outcome_code for each in decided)
    rows.append(("All", *(f"{whole[code]:,}" for code in outcomes), f"{whole.total():,}"))
    yield Table(
        "Published decisions of the year by service",
        (
            Column("Service", is_number=False, share=2.4),
            *(Column(label) for label in outcomes.values()),
            Column("Together"),
        ),
        tuple(rows),
        has_total=True,
    )
    yield Table(
        "Each published decision of the year",
        (
            Column("Reference", is_number=False),
            Column("Service", is_number=False, share=2.0),
            Column("Outcome", is_number=False, share=1.4),
            Column("Decided", is_number=False, share=1.2),
        ),
        tuple(
            (each.reference, each.category, each.outcome, day_text(each.decided_on))
            for each in decided
        ),
    )


def _improvements(agreed: Sequence[Agreed]) -> Iterator[Part]:
    if not agreed:
        yield _text("No improvement from decisions of the year, and none still due, is published.")
        return
    yield _text("From decisions of the year, and from earlier ones where they are still open.")
    yield Table(
        "Improvements agreed, with the days they are due",
        (
            Column("Decision", is_number=False, share=0.9),
            Column("Improvement", is_number=False, share=3.0),
            Column("Due", is_number=False, share=1.2),
            Column("What is recorded", is_number=False, share=1.4),
        ),
        tuple(
            (
                each.reference,
                each.text,
                day_text(each.due_on),
                each.status
                + (f", {day_text(each.completed_on)}" if each.completed_on else "")
                + (f"; found again after {each.again_after}" if each.again_after else ""),
            )
            for each in agreed
        ),
    )
    if any(each.again_after for each in agreed):
        yield _text(
            "Found again: a complaint of the same kind was upheld after compliance was recorded. "
            "It may be about something that happened before the improvement."
        )


def _letter(blocks: Sequence[Block], address: str) -> Iterator[Part]:
    yield Paragraph(
        (Run("The words of the annual review letter. As it was sent: "), Run(address, link=address))
    )
    for block in blocks:
        # A heading of the letter is not one of the pack.
        if isinstance(block, Heading):
            yield Paragraph((Run(block.text, is_bold=True),))
        else:
            yield block


def _form(asked: Sequence[Question]) -> Table:
    """To be filled in by hand: a line for each question, then those that every response has."""
    numbers = [f"Answer to question {number}" for number, _ in enumerate(asked, 1)]
    return Table(
        "Form for the response",
        (
            Column("About", is_number=False),
            Column("Response", is_number=False, share=2.6),
            Column("Who, by when", is_number=False),
        ),
        tuple((label, BLANK, BLANK) for label in (*numbers, *FORM_LINES)),
        is_form=True,
    )


BLANK = "\u00a0"


def _text(words: str) -> Paragraph:
    return Paragraph((Run(words),))


def _number(count: int, one: str) -> str:
    return f"{count:,} {one if count == 1 else f'{one}s'}"


def _of(measure: str, rate: Rate) -> str:
    nouns = MEASURES[measure]
    return f"{rate.part:,} {nouns.part} of {nouns.based_on(rate.whole)}"
