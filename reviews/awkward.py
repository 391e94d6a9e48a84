"""The letters of a round that are most likely to look wrong, each found at one click."""

from collections.abc import Callable
from dataclasses import dataclass

from reviews.models import AnnualSummary, Letter, Round

type Test = Callable[[Letter, AnnualSummary], bool]


@dataclass(frozen=True, slots=True)
class Awkward:
    """A kind of letter worth a look; `letter` is None where the round has none of the kind."""

    label: str
    letter: Letter | None


def _investigated(number: int) -> Test:
    return lambda letter, row: row.counts().investigated == number


def _is_new(letter: Letter, row: AnnualSummary) -> bool:
    started = row.authority.starts_on
    return started is not None and row.period.first_day <= started


def _has_ended(letter: Letter, row: AnnualSummary) -> bool:
    ended = row.authority.ends_on
    return ended is not None and ended <= row.period.last_day


KINDS: dict[str, Test] = {
    "None investigated": _investigated(0),
    "One investigated": _investigated(1),
    "Two investigated": _investigated(2),
    "No recommendations due": lambda letter, row: not row.counts().compliance.is_defined,
    "Investigated, nothing upheld": lambda letter, row: (
        row.counts().investigated > 0 and not row.upheld
    ),
    "Compliance below 100%": lambda letter, row: row.not_satisfied > 0,
    "New council": _is_new,
    "Council no longer there": _has_ended,
    "No comparison": lambda letter, row: not row.has_comparison,
    "Post vacant": lambda letter, row: letter.is_post_vacant,
}


def awkward(round_: Round) -> list[Awkward]:
    """The first letter of each kind, by name, and the one with the longest name; one query."""
    letters = list(
        Letter.objects.of_round(round_.pk)
        .select_related("summary__authority", "summary__freeze")
        .order_by("summary__name", "pk")
    )
    found = [
        Awkward(label, next((each for each in letters if test(each, each.summary)), None))
        for label, test in KINDS.items()
    ]
    longest = max(letters, key=lambda each: len(each.summary.name), default=None)
    return [*found, Awkward("Longest name", longest)]
