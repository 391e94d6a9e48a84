"""The national review as a plain value, which the PDF and the web page both draw.

Its figures come from `National`, its foreword and chapters from staff, in the language of letters
with a list of placeholders of its own. Everything is text; nothing in it is markup.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from reviews.figures.breaks import BREAKS
from reviews.figures.counts import Counts
from reviews.figures.measures import MEASURES
from reviews.figures.national import National, total
from reviews.figures.periods import Period, day_text
from reviews.figures.rates import Rate
from reviews.letters.document import (
    Bar,
    Block,
    BulletList,
    Chart,
    Heading,
    Paragraph,
    Run,
    block_from_plain,
)
from reviews.letters.language import read
from reviews.letters.vocabulary import (
    NONE_DUE,
    NONE_INVESTIGATED,
    NOTHING_UPHELD,
    Condition,
    Facts,
    Placeholder,
    Requirement,
    Vocabulary,
)
from reviews.letters.wording import LETTERHEAD

TITLE = "Review of local government complaints"
WITHHELD = (
    "Figures by category are left out: they are given once the figures of all authorities are "
    "public, and where no sum would tell what is protected because it could point to a person."
)


# The review as a value ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading; numbers stand to the right. `share` is its part of the table's width."""

    label: str
    is_number: bool = True
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under their headings; the first cell of a row is its heading.

    `has_total` says that the last row is the total of those above it, `is_form` that there is room
    to write in each.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    has_total: bool = False
    is_form: bool = False
    kind: Literal["table"] = "table"

    @property
    def has_numbers(self) -> bool:
        """Whether all but its first column are numbers."""
        return any(column.is_number for column in self.columns)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, whose alternative says all that it shows."""

    chart: Chart
    kind: Literal["picture"] = "picture"


type Part = Block | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the review under a heading; `key` is its anchor on the page."""

    key: str
    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ReviewDocument:
    """One edition of a year's national review.

    `authority` and `subject` are its title and its year, as the foot of each page says them;
    `opening` stands under the title, and `made` at the end says how the document came about.
    """

    year: int
    edition: int
    letterhead: tuple[str, str]
    authority: str
    subject: str
    opening: tuple[Block, ...]
    sections: tuple[Section, ...]
    made: tuple[Block, ...]
    notice: str = ""
    watermark: str = ""


def to_plain(document: ReviewDocument) -> dict[str, Any]:
    """The review as dictionaries, lists and text, to be stored as JSON."""
    return asdict(document)


def from_plain(plain: Mapping[str, Any]) -> ReviewDocument:
    """The review that `to_plain` stored."""
    values = dict(plain)
    values["letterhead"] = tuple(plain["letterhead"])
    for name in ("opening", "made"):
        values[name] = tuple(block_from_plain(block) for block in plain[name])
    values["sections"] = tuple(
        Section(each["key"], each["heading"], tuple(map(_part, each["parts"])))
        for each in plain["sections"]
    )
    return ReviewDocument(**values)


def _part(plain: dict[str, Any]) -> Part:
    match plain["kind"]:
        case "table":
            return Table(
                caption=plain["caption"],
                columns=tuple(Column(**column) for column in plain["columns"]),
                rows=tuple(map(tuple, plain["rows"])),
                has_total=plain["has_total"],
                is_form=plain["is_form"],
            )
        case "picture":
            chart = plain["chart"]
            return Picture(Chart(**dict(chart, bars=tuple(Bar(**bar) for bar in chart["bars"]))))
        case _:
            return block_from_plain(plain)


# What staff may name ------------------------------------------------------------------------------


_INVESTIGATED = (Requirement(NONE_INVESTIGATED, is_true=False), Requirement(NOTHING_UPHELD, False))
_UPHELD = (Requirement(NOTHING_UPHELD, is_true=False),)
_DUE = (Requirement(NONE_DUE, is_true=False),)
COUNTED = "recommendations counted"
_RECOMMENDATIONS = (Requirement(COUNTED),)

VOCABULARY = Vocabulary(
    placeholders=(
        Placeholder("year", "The year in which the period ends.", "2020"),
        Placeholder("year end", "The last day of the year counted.", "31 March 2020"),
        Placeholder(
            "period", "First and last day of the year counted.", "1 April 2019 to 31 March 2020"
        ),
        Placeholder("authorities", "Authorities whose figures are summed.", "343 authorities"),
        Placeholder("complaints received", "Their number.", "17,019 complaints"),
        Placeholder("complaints decided", "Their number.", "17,113 complaints"),
        Placeholder("not for us", "Complaints not for us or not ready for us.", "9,312 complaints"),
        Placeholder("assessed and closed", "Complaints closed after initial enquiries.",
                    "3,605 complaints"),
        Placeholder("investigations", "Their number.", "4,196 investigations"),
        Placeholder("upheld decisions", "Their number.", "2,559 upheld decisions"),
        Placeholder("uphold percent", "Upheld of investigated.", "61%", _INVESTIGATED),
        Placeholder("compliance outcomes", "Their number.", "1,910 compliance outcomes"),
        Placeholder("compliance percent", "Complied of outcomes recorded.", "99%", _DUE),
        Placeholder("late compliance", "Cases in which the authority complied late.", "212 cases"),
        Placeholder("no compliance", "Cases in which the authority did not comply.", "11 cases"),
        Placeholder("satisfactory remedies", "Their number.", "333 upheld decisions"),
        Placeholder("remedy percent", "Satisfactory remedies of upheld.", "13%", _UPHELD),
        Placeholder("authorities reported on", "Authorities with a public report in the year.",
                    "41 authorities"),
        Placeholder("recommendations", "All of the year's upheld decisions.",
                    "5,211 recommendations", _RECOMMENDATIONS),
        Placeholder("methods page", "The page on how figures are made.",
                    "https://example.org/methods/", is_address=True),
        Placeholder("data page", "The page of all figures as files.", "https://example.org/data/",
                    is_address=True),
    ),
    conditions=(
        Condition(NONE_INVESTIGATED, "No complaint was investigated in the year."),
        Condition(NOTHING_UPHELD, "No complaint was upheld in the year."),
        Condition(NONE_DUE, "No compliance outcome was recorded in the year."),
        Condition(COUNTED, "The recommendations of the year were counted."),
    ),
)  # fmt: skip


def facts_of(found: National, *, site_address: str) -> Facts:
    """What staff's words may say of these figures; `site_address` has no final slash."""
    counts, period = found.counts, Period(found.year_ending)
    percents = {
        "uphold percent": counts.uphold.percent,
        "compliance percent": counts.compliance.percent,
        "remedy percent": counts.remedied.percent,
    }
    values = {
        "year": str(found.year_ending),
        "year end": day_text(period.last_day),
        "period": period.text,
        "authorities": _authorities(found.authorities),
        "complaints received": _complaints(counts.received),
        "complaints decided": _complaints(counts.decided),
        "not for us": _complaints(counts.not_for_us),
        "assessed and closed": _complaints(counts.assessed_and_closed),
        "investigations": MEASURES["uphold"].based_on(counts.investigated),
        "upheld decisions": MEASURES["remedied"].based_on(counts.upheld),
        "compliance outcomes": MEASURES["compliance"].based_on(counts.compliance_outcomes),
        "late compliance": _number(counts.satisfied_late, "case", "cases"),
        "no compliance": _number(counts.not_satisfied, "case", "cases"),
        "satisfactory remedies": MEASURES["remedied"].based_on(counts.remedied_by_authority),
        "authorities reported on": _authorities(found.reported),
        "methods page": f"{site_address}/methods/",
        "data page": f"{site_address}/data/",
        **{name: f"{percent}%" for name, percent in percents.items() if percent is not None},
    }
    conditions = {
        NONE_INVESTIGATED: not counts.investigated,
        NOTHING_UPHELD: not counts.upheld,
        NONE_DUE: not counts.compliance_outcomes,
        COUNTED: found.recommendations is not None,
    }
    if found.recommendations is not None:
        values["recommendations"] = _number(
            sum(found.recommendations.values()), "recommendation", "recommendations"
        )
    return Facts(values=values, true=frozenset(name for name, is_so in conditions.items() if is_so))


# Making the document ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Labels:
    """The words for codes, each mapping in the order in which its codes are printed."""

    types: Mapping[str, str]
    categories: Mapping[str, str]
    outcomes: Mapping[str, str]
    remedies: Mapping[str, str]
    improvements: frozenset[str]  # the remedies that are service improvements


@dataclass(frozen=True, slots=True)
class Texts:
    """What staff wrote, in their language; empty where they wrote nothing."""

    foreword: str = ""
    chapters: str = ""


def compose(
    found: National,
    *,
    labels: Labels,
    site_address: str,
    texts: Texts | None = None,
    edition: int = 1,
    reason: str = "",
    notice: str = "",
) -> ReviewDocument:
    """The review of these figures. Raises NotUnderstood for texts that are not in the language."""
    facts = facts_of(found, site_address=site_address)
    texts = texts or Texts()
    foreword = read(texts.foreword, "passage", VOCABULARY).fill(facts)
    chapters = read(texts.chapters, "passage", VOCABULARY).fill(facts)
    figures = _Figures(found, labels)
    sections = [
        *([Section("foreword", "Foreword", foreword)] if foreword else []),
        *figures.sections(),
        *_chapters(chapters),
        _method(found, site_address),
        _breaks(),
    ]
    again = [Paragraph((Run(f"Edition {edition}.", is_bold=True), Run(f" {reason}")))]
    return ReviewDocument(
        year=found.year_ending,
        edition=edition,
        letterhead=LETTERHEAD,
        authority=TITLE,
        subject=f"Year ending {day_text(Period(found.year_ending).last_day)}",
        opening=(
            _text(f"{Period(found.year_ending).text}."),
            *(again if edition > 1 else []),
            _text(
                f"The figures are those of {_authorities(found.authorities)}: all whose figures "
                "for the year were published, or published together with this review, when it was "
                "made."
            ),
        ),
        sections=tuple(sections),
        made=(
            _text(
                "This review was made by program from the frozen figures of each authority and the "
                "words of staff, approved by a second person, and stored as a tagged PDF file "
                "(PDF/UA-1). The page of the same name says the same."
            ),
        ),
        notice=notice,
    )


def _chapters(blocks: Iterable[Block]) -> list[Section]:
    """Each heading begins a chapter; what stands before the first has a name given here."""
    found: list[tuple[str, list[Part]]] = []
    for block in blocks:
        if isinstance(block, Heading):
            found.append((block.text, []))
        else:
            if not found:
                found.append(("From the Ombudsman", []))
            found[-1][1].append(block)
    return [
        Section(f"chapter-{number}", heading, tuple(parts))
        for number, (heading, parts) in enumerate(found, 1)
    ]


class _Figures:
    """The sections that say the figures."""

    def __init__(self, found: National, labels: Labels) -> None:
        self.found, self.labels, self.counts = found, labels, found.counts

    def sections(self) -> list[Section]:
        return [
            self.glance(),
            self.received(),
            self.decided(),
            self.uphold_by_category(),
            self.uphold_by_type(),
            self.remedies(),
            self.compliance(),
            self.reports(),
        ]

    def glance(self) -> Section:
        counts, found = self.counts, self.found
        lines = [
            (f"{counts.received:,}", f" {_s(counts.received, 'complaint')} received"),
            (f"{counts.decided:,}", f" {_s(counts.decided, 'complaint')} decided, of which "
             f"{counts.investigated:,} investigated"),
            _lead("uphold", counts.uphold),
            _lead("compliance", counts.compliance),
        ]  # fmt: skip
        if counts.satisfied_late:
            rate = Rate(counts.satisfied_late, counts.compliance_outcomes)
            lines.append(
                (f"{rate.percent}%", f" complied with late: {rate.part:,} of "
                 f"{MEASURES['compliance'].based_on(rate.whole)}")
            )  # fmt: skip
        lines.append(_lead("remedied", counts.remedied))
        if found.recommendations is not None:
            improvements = self.recommended(is_improvement=True)
            personal = self.recommended(is_improvement=False)
            lines.append((
                f"{improvements:,}",
                f" {_s(improvements, 'service improvement')} recommended, and {personal:,} "
                f"personal {'remedy' if personal == 1 else 'remedies'}",
            ))  # fmt: skip
        if found.reported:
            lines.append(
                (f"{found.reported:,}", f" {_ies(found.reported)} about which a public report was "
                 "issued")
            )  # fmt: skip
        items = tuple((Run(lead, is_bold=True), Run(rest)) for lead, rest in lines)
        return Section("at-a-glance", "At a glance", (BulletList(items),))

    def recommended(self, *, is_improvement: bool) -> int:
        return sum(
            number
            for code, number in (self.found.recommendations or {}).items()
            if (code in self.labels.improvements) is is_improvement
        )

    def received(self) -> Section:
        names = self.labels.categories
        found = self.found.categories.received if self.found.categories else None
        parts: list[Part] = [
            _text(f"{_complaints(self.counts.received)} reached us in the year, whatever became of "
                  f"{'it' if self.counts.received == 1 else 'them'}."),
        ]  # fmt: skip
        if found is None:
            parts.append(_text(WITHHELD))
        else:
            numbers = {code: found.get(code, 0) for code in names}
            whole = sum(numbers.values())
            parts += [
                *self.shares_chart(numbers, names, whole, "Complaints received"),
                _shares_table(
                    "Complaints received by category", "Category", "Received", numbers, names, whole
                ),
                _text(self.as_frozen(whole, self.counts.received) + _ROUNDED),
            ]
        return Section("received", "Complaints received by category", tuple(parts))

    def as_frozen(self, by_category: int, whole: int) -> str:
        """Said where letters were corrected, which figures by category do not follow."""
        if by_category == whole:
            return ""
        return (
            "Figures by category are as they were first frozen, before letters were corrected, so "
            "they do not come to the total. "
        )

    def decided(self) -> Section:
        counts = self.counts
        names = self.labels.outcomes
        numbers = {code: getattr(counts, code) for code in names}
        return Section(
            "decided",
            "Complaints decided by outcome",
            (
                _text(
                    f"We decided {_complaints(counts.decided)}. Of these, {counts.not_for_us:,} "
                    f"{'was' if counts.not_for_us == 1 else 'were'} not for us or not ready for us "
                    f"to investigate. We assessed and closed {counts.assessed_and_closed:,}. We "
                    f"investigated {counts.investigated:,}."
                ),
                *self.shares_chart(numbers, names, counts.decided, "Complaints decided"),
                _shares_table(
                    "Complaints decided by outcome", "Outcome", "Decided", numbers, names,
                    counts.decided,
                ),
                _text(
                    "A complaint counts in the year of its decision, so those decided are not "
                    f"those received. {_ROUNDED}"
                ),
            ),
        )  # fmt: skip

    def shares_chart(
        self, numbers: Mapping[str, int], names: Mapping[str, str], whole: int, what: str
    ) -> list[Picture]:
        if not whole:
            return []
        bars = tuple(
            Bar(names[code], f"{number:,}", number, whole) for code, number in numbers.items()
        )
        said = "; ".join(f"{names[code]} {number:,}" for code, number in numbers.items())
        alternative = f"Bar chart. {what}, {whole:,} in all: {said}."
        return [Picture(Chart(alternative, bars))]

    def uphold_by_category(self) -> Section:
        names = self.labels.categories
        found = self.found.categories
        parts: list[Part] = []
        if found is None or found.investigated is None or found.upheld is None:
            parts.append(_text(WITHHELD))
        else:
            rates = {
                code: Rate(found.upheld.get(code, 0), found.investigated.get(code, 0))
                for code in names
            }
            whole = Rate(sum(found.upheld.values()), sum(found.investigated.values()))
            parts += [
                *_rates_chart("uphold", rates, names),
                _rates_table("uphold", "Category", rates, names, whole, "Upheld", "Investigated"),
                _text(
                    self.as_frozen(whole.whole, self.counts.investigated)
                    + MEASURES["uphold"].definition
                ),
            ]
        return Section("uphold-by-category", "Complaints upheld by category", tuple(parts))

    def uphold_by_type(self) -> Section:
        rates = {group.authority_type: group.counts.uphold for group in self.found.groups}
        return Section(
            "uphold-by-type",
            "Complaints upheld by type of authority",
            (
                *_rates_chart("uphold", rates, self.labels.types),
                self.by_type("uphold", "Upheld", "Investigated"),
                _text(
                    "All cases of the type taken together. Types are listed as they always are, "
                    "not by their figures."
                ),
            ),
        )

    def by_type(self, measure: str, part: str, whole: str) -> Table:
        """A table of one rate by type of authority, with the number of authorities of each."""
        rows = [
            (
                self.labels.types[group.authority_type],
                group.authorities,
                _own(measure, group.counts),
            )
            for group in self.found.groups
        ]
        rows.append(("All types", self.found.authorities, _own(measure, self.counts)))
        return Table(
            caption=f"{MEASURES[measure].label} by type of authority",
            columns=(
                Column("Type of authority", is_number=False, share=2.4),
                Column("Authorities"),
                Column(whole),
                Column(part),
                Column("Rate", share=1.3),
            ),
            rows=tuple(
                (label, f"{number:,}", f"{rate.whole:,}", f"{rate.part:,}", _percent(measure, rate))
                for label, number, rate in rows
            ),
            has_total=True,
        )

    def remedies(self) -> Section:
        parts: list[Part] = [
            _sentence_of("remedied", self.counts.remedied),
            self.by_type("remedied", "Already remedied", "Upheld"),
            _text(MEASURES["remedied"].definition),
        ]
        if self.found.recommendations is not None:
            numbers = {
                code: self.found.recommendations.get(code, 0) for code in self.labels.remedies
            }
            parts += [
                _shares_table(
                    "Recommendations of the year's upheld decisions", "Recommendation",
                    "Recommended", numbers, self.labels.remedies, sum(numbers.values()),
                ),
                _text(
                    "One decision can have several recommendations. They were counted when this "
                    f"edition was made. {_ROUNDED}"
                ),
            ]  # fmt: skip
        return Section("remedies", "Remedies", tuple(parts))

    def compliance(self) -> Section:
        counts = self.counts
        rows = [
            (self.labels.types[group.authority_type], group.counts) for group in self.found.groups
        ]
        rows.append(("All types", counts))
        table = Table(
            caption="Compliance with recommendations by type of authority",
            columns=(
                Column("Type of authority", is_number=False, share=2.2),
                Column("Outcomes"),
                Column("Complied in time"),
                Column("Complied late"),
                Column("Not complied"),
                Column("Compliance", share=1.2),
            ),
            rows=tuple(
                (
                    label,
                    f"{each.compliance_outcomes:,}",
                    f"{each.satisfied:,}",
                    f"{each.satisfied_late:,}",
                    f"{each.not_satisfied:,}",
                    _percent("compliance", each.compliance),
                )
                for label, each in rows
            ),
            has_total=True,
        )
        ceased = (
            f" In {_number(counts.ceased, 'case', 'cases')} compliance was no longer asked for; "
            "these are not counted here."
            if counts.ceased
            else ""
        )
        return Section(
            "compliance",
            "Compliance with recommendations, and lateness",
            (
                _sentence_of("compliance", counts.compliance),
                table,
                _text(f"{MEASURES['compliance'].definition}{ceased}"),
            ),
        )

    def reports(self) -> Section:
        found = self.found
        said = (
            f"We issued public reports about {_authorities(found.reported)} in the year."
            if found.reported
            else "No public report of the year about these authorities was on record when their "
            "figures were frozen."
        )
        return Section("reports", "Public reports", (_text(said),))


# By authority -------------------------------------------------------------------------------------

DECIDED_COLUMNS = (
    Column("Authority", is_number=False, share=3.0),
    Column("Received"),
    Column("Decided"),
    Column("Not for us"),
    Column("Closed after enquiries"),
    Column("Not upheld"),
    Column("Upheld"),
    Column("Upheld of investigated", share=1.6),
)
REMEDY_COLUMNS = (
    Column("Authority", is_number=False, share=3.0),
    Column("Compliance outcomes", share=1.2),
    Column("Complied"),
    Column("Of these late"),
    Column("Compliance", share=1.6),
    Column("Already remedied", share=1.1),
    Column("Satisfactory remedies", share=1.6),
)


def decided_cells(counts: Counts) -> tuple[str, ...]:
    """What `DECIDED_COLUMNS` says of one authority, without its name."""
    return (
        f"{counts.received:,}",
        f"{counts.decided:,}",
        f"{counts.not_for_us:,}",
        f"{counts.assessed_and_closed:,}",
        f"{counts.not_upheld:,}",
        f"{counts.upheld:,}",
        _percent_of("uphold", counts.uphold),
    )


def remedy_cells(counts: Counts) -> tuple[str, ...]:
    """What `REMEDY_COLUMNS` says of one authority, without its name."""
    return (
        f"{counts.compliance_outcomes:,}",
        f"{counts.complied:,}",
        f"{counts.satisfied_late:,}",
        _percent_of("compliance", counts.compliance),
        f"{counts.remedied_by_authority:,}",
        _percent_of("remedied", counts.remedied),
    )


DECIDED_CAPTION = "Complaints received and decided, by authority"
REMEDY_CAPTION = "Compliance and remedies, by authority"


def by_authority(rows: Sequence[tuple[str, Counts]]) -> Section:
    """The data tables, from each authority's name and counts, in the order given."""
    whole = total_row(rows)
    return Section(
        "by-authority",
        "Data tables by authority",
        (
            _text(
                "In alphabetical order. A percentage on few cases says little: a difference of one "
                "case changes it by much. Figures by category are among the open data of the year."
            ),
            Table(
                DECIDED_CAPTION,
                DECIDED_COLUMNS,
                (
                    *((name, *decided_cells(counts)) for name, counts in rows),
                    ("All authorities", *decided_cells(whole)),
                ),
                has_total=True,
            ),
            Table(
                REMEDY_CAPTION,
                REMEDY_COLUMNS,
                (
                    *((name, *remedy_cells(counts)) for name, counts in rows),
                    ("All authorities", *remedy_cells(whole)),
                ),
                has_total=True,
            ),
        ),
    )


def total_row(rows: Sequence[tuple[str, Counts]]) -> Counts:
    """The sum of the tables by authority."""
    return total(counts for _, counts in rows)


# Method and breaks --------------------------------------------------------------------------------


def _method(found: National, site_address: str) -> Section:
    return Section(
        "method",
        "How the figures are made",
        (
            _text(
                "Every total is the sum of the frozen figures of each authority, those of its "
                "letter. Authorities whose letters were not issued, were kept back or were "
                "retracted when this edition was made are not among them. A percentage is of all "
                "cases taken together, not an average of the authorities' percentages, and rounds "
                "halves up. Where there was nothing to count there is no percentage."
            ),
            Paragraph(
                (
                    Run("Every figure is defined at "),
                    Run(f"{site_address}/methods/", link=f"{site_address}/methods/"),
                    Run("; all of them by authority, also by category, are at "),
                    Run(f"{site_address}/data/", link=f"{site_address}/data/"),
                    Run("."),
                )
            ),
        ),
    )


def _breaks() -> Section:
    items = tuple(
        (
            Run(f"Year ending 31 March {each.year_ending}: {each.title}.", is_bold=True),
            Run(
                f" {each.reason} So "
                + " and ".join(
                    MEASURES[code].label.lower() for code in MEASURES if code in each.measures
                )
                + " of that year and after cannot be compared with the years before."
            ),
        )
        for each in BREAKS
    )
    return Section("breaks", "Breaks in the series", (BulletList(items),))


# Words for numbers --------------------------------------------------------------------------------

_ROUNDED = "Shares are rounded, so they need not come to 100%."


def _text(words: str) -> Paragraph:
    return Paragraph((Run(words),))


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _complaints(count: int) -> str:
    return _number(count, "complaint", "complaints")


def _authorities(count: int) -> str:
    return _number(count, "authority", "authorities")


def _s(count: int, one: str) -> str:
    return one if count == 1 else f"{one}s"


def _ies(count: int) -> str:
    return "authority" if count == 1 else "authorities"


def _own(measure: str, counts: Counts) -> Rate:
    rate: Rate = getattr(counts, measure)
    return rate


def _percent(measure: str, rate: Rate) -> str:
    """For a table that has part and whole in columns of their own."""
    return MEASURES[measure].nothing if rate.percent is None else f"{rate.percent}%"


def _percent_of(measure: str, rate: Rate) -> str:
    """For a table that has not."""
    if rate.percent is None:
        return MEASURES[measure].nothing
    return f"{rate.percent}% of {rate.whole:,}"


def _lead(measure: str, rate: Rate) -> tuple[str, str]:
    nouns = MEASURES[measure]
    if rate.percent is None:
        return nouns.nothing.capitalize(), f": {nouns.label.lower()}"
    return f"{rate.percent}%", f" {nouns.part}: {rate.part:,} of {nouns.based_on(rate.whole)}"


def _sentence_of(measure: str, rate: Rate) -> Paragraph:
    nouns = MEASURES[measure]
    if rate.percent is None:
        return _text(f"{nouns.label}: {nouns.nothing} in the year.")
    return _text(
        f"{rate.part:,} of {nouns.based_on(rate.whole)} ({rate.percent}%) "
        f"{'was' if rate.part == 1 else 'were'} {nouns.part}."
    )


def _shares_table(
    caption: str, heading: str, column: str, numbers: Mapping[str, int], names: Mapping[str, str],
    whole: int,
) -> Table:  # fmt: skip
    def share(number: int) -> str:
        percent = Rate(number, whole).percent
        return "nothing to count" if percent is None else f"{percent}%"

    return Table(
        caption=caption,
        columns=(
            Column(heading, is_number=False, share=3.4),
            Column(column),
            Column("Share of all"),
        ),
        rows=(
            *((names[code], f"{number:,}", share(number)) for code, number in numbers.items()),
            ("All", f"{whole:,}", share(whole)),
        ),
        has_total=True,
    )


def _rates_table(
    measure: str, heading: str, rates: Mapping[str, Rate], names: Mapping[str, str], whole: Rate,
    part_label: str, whole_label: str,
) -> Table:  # fmt: skip
    rows = [*((names[code], rate) for code, rate in rates.items()), ("All", whole)]
    return Table(
        caption=f"{MEASURES[measure].label} by {heading.lower()}",
        columns=(
            Column(heading, is_number=False, share=3.0),
            Column(whole_label),
            Column(part_label),
            Column("Rate", share=1.4),
        ),
        rows=tuple(
            (label, f"{rate.whole:,}", f"{rate.part:,}", _percent(measure, rate))
            for label, rate in rows
        ),
        has_total=True,
    )


def _rates_chart(
    measure: str, rates: Mapping[str, Rate], names: Mapping[str, str]
) -> list[Picture]:
    """A bar for each rate that there is; nothing where there is none."""
    shown = {code: rate for code, rate in rates.items() if rate.is_defined}
    if not shown:
        return []
    bars = tuple(
        Bar(names[code], f"{rate.percent}% of {rate.whole:,}", rate.part, rate.whole)
        for code, rate in shown.items()
    )
    said = "; ".join(
        f"{names[code]} {rate.percent}%, {rate.part:,} of {rate.whole:,}"
        for code, rate in shown.items()
    )
    return [Picture(Chart(f"Bar chart. {MEASURES[measure].label}: {said}.", bars))]
