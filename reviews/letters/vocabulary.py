"""What wording may name: the published lists of placeholders and conditions, and their values.

A value comes from the frozen row, already as letters print it; nothing here names a person who
complained, and nothing can.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reviews.figures import chance, learning
from reviews.figures.counts import Statistics
from reviews.figures.measures import MEASURES, RATES
from reviews.figures.periods import Period, day_text
from reviews.figures.rates import Rate
from reviews.letters.statements import investigations, number


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition as wording uses it: that it is true, or that it is not."""

    condition: str
    is_true: bool = True

    def __str__(self) -> str:
        return self.condition if self.is_true else f"not {self.condition}"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value that wording may name; `example` is one as printed.

    `needs` are the conditions of which one has to surround it, since otherwise it may have no
    value. An address prints as a link.
    """

    name: str
    description: str
    example: str
    needs: tuple[Requirement, ...] = ()
    is_address: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    name: str
    description: str


@dataclass(frozen=True)
class Vocabulary:
    """All that a text may name, each name in small letters."""

    placeholders: tuple[Placeholder, ...]
    conditions: tuple[Condition, ...]

    @cached_property
    def by_name(self) -> dict[str, Placeholder]:
        return {placeholder.name: placeholder for placeholder in self.placeholders}

    @cached_property
    def condition_names(self) -> frozenset[str]:
        return frozenset(condition.name for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so for one letter: values by placeholder, and the conditions that are true."""

    values: Mapping[str, str] = field(default_factory=dict)
    true: Collection[str] = frozenset()

    def meets(self, test: Requirement) -> bool:
        return (test.condition in self.true) is test.is_true


NONE_INVESTIGATED = "none investigated"
NOTHING_UPHELD = "nothing upheld"
NONE_DUE = "no recommendations due"
BELOW_100 = "below 100% compliance"
COMPLIED_LATE = "complied late"
NO_COMPARISON = "no comparison"
POST_VACANT = "post vacant"
CORRECTION = "corrected letter"
ALREADY_PUBLIC = "year already public"
PUBLIC_REPORT = "public report this year"
LATE_REPLIES = "late replies"
UPHOLD_AVERAGE = "average of complaints upheld"
COMPLIANCE_AVERAGE = "average of compliance"
REMEDY_AVERAGE = "average of satisfactory remedies"
RATE_PER_100K = "rate per 100,000"
# Whether a figure differs from similar authorities by more than chance: said by letters whose
# wording asks for it, and by no other.
DIFFERENCES = {
    "uphold": "difference in complaints upheld",
    "compliance": "difference in compliance",
    "remedied": "difference in satisfactory remedies",
}

_SOME_UPHELD = Requirement(NOTHING_UPHELD, is_true=False)
_SOME_INVESTIGATED = Requirement(NONE_INVESTIGATED, is_true=False)
_SOME_DUE = (
    Requirement(NONE_DUE, is_true=False),
    Requirement(BELOW_100),
    Requirement(COMPLIED_LATE),
)


# What has to be so for a figure of seminars or courses to have a value, with its noun or without:
# one of these.
_COURSES_BEFORE = (
    "courses known before",
    "more courses than before",
    "fewer courses than before",
)
_PEOPLE_BEFORE = ("people trained known before", "more people trained than before")
_LEARNING_NEEDS = {
    "seminars": ("seminars held",),
    "seminar places": ("seminars in places",),
    "seminar delegates": ("seminar delegates recorded",),
    "seminar authorities": ("seminar delegates recorded",),
    "courses": ("courses held",),
    "people trained": ("people trained recorded",),
    "people trained in hundreds": ("people trained recorded",),
    "change in seminars": ("seminars known before",),
    "change in seminar delegates": ("seminar delegates known before",),
    "change in seminar authorities": ("seminar delegates known before",),
    "change in courses": _COURSES_BEFORE,
    "change in people trained": _PEOPLE_BEFORE,
    "seminars before": ("seminars known before",),
    "seminar places before": ("seminar places known before",),
    "seminar delegates before": ("seminar delegates known before",),
    "seminar authorities before": ("seminar delegates known before",),
    "courses before": _COURSES_BEFORE,
    "people trained before": _PEOPLE_BEFORE,
}


PLACEHOLDERS = (
    Placeholder("authority", "The authority's name as printed.", "Adur District Council"),
    Placeholder("year", "The year in which the period ends.", "2020"),
    Placeholder("year end", "The last day of the year counted.", "31 March 2020"),
    Placeholder(
        "period", "First and last day of the year counted.", "1 April 2019 to 31 March 2020"
    ),
    Placeholder("letter date", "The date of the letter.", "22 July 2020"),
    Placeholder("publication date", "The day the letter becomes public.", "29 July 2020"),
    Placeholder(
        "council page", "The authority's page on our site.",
        "https://example.org/councils/adur-district-council/", is_address=True,
    ),
    Placeholder(
        "methods page", "The page on how figures are made.", "https://example.org/methods/",
        is_address=True,
    ),
    Placeholder(
        "data page", "The page of all figures as files.", "https://example.org/data/",
        is_address=True,
    ),
    Placeholder(
        "an investigation", "The year's word for an investigation.", "a detailed investigation"
    ),
    Placeholder("complaints received", "Their number.", "12 complaints"),
    Placeholder("complaints decided", "The number of cases decided.", "11 complaints"),
    Placeholder("investigations", "Their number.", "5 detailed investigations"),
    Placeholder("upheld decisions", "Their number.", "3 upheld decisions"),
    Placeholder("compliance outcomes", "Their number.", "2 compliance outcomes"),
    Placeholder("late compliance", "Cases in which the authority complied late.", "1 case"),
    Placeholder(
        "satisfactory remedies", "Their number.", "1 satisfactory remedy decision"
    ),
    Placeholder(
        "uphold percent", "Upheld of investigated.", "60%", (_SOME_INVESTIGATED, _SOME_UPHELD)
    ),
    Placeholder(
        "uphold average", "The same for similar authorities.", "45%", (Requirement(UPHOLD_AVERAGE),)
    ),
    Placeholder("compliance percent", "Complied of outcomes recorded.", "100%", _SOME_DUE),
    Placeholder(
        "compliance average", "The same for similar authorities.", "99%",
        (Requirement(COMPLIANCE_AVERAGE),),
    ),
    Placeholder(
        "remedy percent", "Satisfactory remedies of upheld decisions.", "33%", (_SOME_UPHELD,)
    ),
    Placeholder(
        "remedy average", "The same for similar authorities.", "11%", (Requirement(REMEDY_AVERAGE),)
    ),
    Placeholder(
        "upheld per 100,000", "Upheld decisions per 100,000 residents.", "4.7",
        (Requirement(RATE_PER_100K),),
    ),
    *(
        Placeholder(
            name,
            f"{MEASURES[measure].label}: whether the difference from similar authorities is more "
            "than chance, in a sentence; on few cases, which counts would tell nothing. Leave it "
            "out where a letter of the type may be held: together they tell its figures.",
            chance.sentence(measure, Rate(1, 2), Rate(45, 100)),
            (Requirement(f"{name} known"),),
        )
        for measure, name in DIFFERENCES.items()
    ),
    *(
        Placeholder(
            name,
            f"{each.description}.",
            each.example,
            tuple(map(Requirement, _LEARNING_NEEDS[name.removeprefix("number of ")])),
        )
        for name, each in learning.PLACEHOLDERS.items()
    ),
)  # fmt: skip

CONDITIONS = (
    Condition(NONE_INVESTIGATED, "No complaint was investigated in the year."),
    Condition(NOTHING_UPHELD, "No complaint was upheld in the year."),
    Condition(NONE_DUE, "No compliance outcome was recorded in the year."),
    Condition(BELOW_100, "In at least one case our recommendations were not carried out."),
    Condition(COMPLIED_LATE, "In at least one case the authority complied late."),
    Condition(PUBLIC_REPORT, "A public interest report on the authority was issued in the year."),
    Condition(LATE_REPLIES, "Marked by staff for this round: the authority replied late to us."),
    Condition(NO_COMPARISON, "The authority has no similar authorities to be compared with."),
    Condition(UPHOLD_AVERAGE, "There is an average of complaints upheld to compare with."),
    Condition(COMPLIANCE_AVERAGE, "There is an average of compliance to compare with."),
    Condition(REMEDY_AVERAGE, "There is an average of satisfactory remedies to compare with."),
    Condition(RATE_PER_100K, "Upheld decisions per 100,000 residents can be given."),
    *(
        Condition(
            f"{name} known",
            f"There is something to compare of this figure: {MEASURES[measure].label.lower()}.",
        )
        for measure, name in DIFFERENCES.items()
    ),
    Condition(POST_VACANT, "Nobody was chief executive on the letter's date."),
    Condition(CORRECTION, "The letter replaces one that was issued before."),
    Condition(
        ALREADY_PUBLIC,
        "The letter is dated after the day on which the year's letters became public.",
    ),
    *(Condition(name, f"{each.description}.") for name, each in learning.CONDITIONS.items()),
)

VOCABULARY = Vocabulary(PLACEHOLDERS, CONDITIONS)

# Asked for like a placeholder, these would be about a person or a case.
PRIVATE = frozenset(
    {
        "complainant", "complainant name", "name of complainant", "name", "address", "postcode",
        "email", "e-mail", "phone", "telephone", "reference", "case", "case reference",
        "caseworker", "chief executive", "link officer", "monitoring officer", "addressee",
        "salutation",
    }
)  # fmt: skip


def facts_of(
    statistics: Statistics,
    *,
    authority: str,
    slug: str,
    letter_on: dt.date,
    public_on: dt.date,
    site_address: str,
    is_correction: bool = False,
    is_post_vacant: bool = False,
    also_true: Collection[str] = frozenset(),
    also_named: Mapping[str, str] | None = None,
) -> Facts:
    """The facts of one frozen row and its letter.

    `site_address` has no final slash; `also_true` are conditions that the row does not hold itself,
    `also_named` further values by placeholder.
    """
    counts, similar = statistics.counts, statistics.similar
    period = Period(statistics.year_ending)
    one, many = investigations(statistics.year_ending)
    rate = statistics.population_rate
    differences = _differences(statistics)
    conditions = {
        NONE_INVESTIGATED: not counts.uphold.is_defined,
        NOTHING_UPHELD: not counts.remedied.is_defined,
        NONE_DUE: not counts.compliance.is_defined,
        BELOW_100: counts.complied < counts.compliance_outcomes,
        COMPLIED_LATE: counts.satisfied_late > 0,
        NO_COMPARISON: similar is None,
        UPHOLD_AVERAGE: statistics.similar_percent("uphold") is not None,
        COMPLIANCE_AVERAGE: statistics.similar_percent("compliance") is not None,
        REMEDY_AVERAGE: statistics.similar_percent("remedied") is not None,
        RATE_PER_100K: rate is not None,
        POST_VACANT: is_post_vacant,
        CORRECTION: is_correction,
        **{f"{name} known": name in differences for name in DIFFERENCES.values()},
    }
    percents = {
        "uphold percent": counts.uphold.percent,
        "compliance percent": counts.compliance.percent,
        "remedy percent": counts.remedied.percent,
        "uphold average": statistics.similar_percent("uphold"),
        "compliance average": statistics.similar_percent("compliance"),
        "remedy average": statistics.similar_percent("remedied"),
    }
    values = {
        "authority": authority,
        "year": str(statistics.year_ending),
        "year end": day_text(period.last_day),
        "period": period.text,
        "letter date": day_text(letter_on),
        "publication date": day_text(public_on),
        "council page": f"{site_address}/councils/{slug}/",
        "methods page": f"{site_address}/methods/",
        "data page": f"{site_address}/data/",
        "an investigation": f"{'an' if one[0] in 'aeiou' else 'a'} {one}",
        "complaints received": number(counts.received, "complaint", "complaints"),
        "complaints decided": number(counts.decided, "complaint", "complaints"),
        "investigations": number(counts.investigated, one, many),
        "upheld decisions": number(counts.upheld, "upheld decision", "upheld decisions"),
        "compliance outcomes": number(
            counts.compliance_outcomes, "compliance outcome", "compliance outcomes"
        ),
        "late compliance": number(counts.satisfied_late, "case", "cases"),
        "satisfactory remedies": number(
            counts.remedied_by_authority,
            "satisfactory remedy decision",
            "satisfactory remedy decisions",
        ),
        **{name: f"{percent}%" for name, percent in percents.items() if percent is not None},
        **({"upheld per 100,000": rate.text} if rate else {}),
        **differences,
        **(also_named or {}),
    }
    true = {name for name, is_true in conditions.items() if is_true}
    return Facts(values=values, true=frozenset(true.union(also_true)))


def _differences(statistics: Statistics) -> dict[str, str]:
    """The sentences on chance by placeholder; none where there is nothing to compare."""
    if statistics.similar is None:
        return {}
    sentences = {
        name: chance.sentence(
            measure, RATES[measure](statistics.counts), getattr(statistics.similar, measure)
        )
        for measure, name in DIFFERENCES.items()
    }
    return {name: text for name, text in sentences.items() if text}
