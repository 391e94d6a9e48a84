"""A letter as a plain value, which the PDF and the web page both draw.

Everything is text as the reader sees it; nothing in it is markup. Whoever draws it escapes it.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence in one style; `link` is an address it leads to, or empty."""

    text: str
    is_bold: bool = False
    link: str = ""
    is_italic: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class BulletList:
    """Each item is a sequence of runs."""

    items: tuple[tuple[Run, ...], ...]
    kind: Literal["list"] = "list"


@dataclass(frozen=True, slots=True)
class NumberedList:
    """Each item is a sequence of runs; they count from 1."""

    items: tuple[tuple[Run, ...], ...]
    kind: Literal["numbers"] = "numbers"


type Block = Heading | Paragraph | BulletList | NumberedList


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a panel and the part it plays there."""

    text: str
    role: Literal["lead", "comparison", "count", "adjusted", "late", "base", "none"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `part` of `whole` (whole > 0), with the words beside it."""

    label: str
    value: str
    part: int
    whole: int
    is_own: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on one scale from nothing to the whole.

    Without bars there was nothing to count: it is drawn as an empty frame with `empty` in it, never
    as a bar of length 0. `alternative` says in words all that the picture shows;
    `has_percent_scale` asks for ticks at 0%, 50% and 100%.
    """

    alternative: str
    bars: tuple[Bar, ...] = ()
    empty: str = ""
    has_percent_scale: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """One block of the statistics page."""

    key: Literal["overview", "upheld", "compliance", "remedies"]
    heading: str
    statements: tuple[Statement, ...]
    chart: Chart


@dataclass(frozen=True, slots=True)
class LetterDocument:
    """One authority's annual review letter.

    `letterhead` is the sender in two lines; `addressee` and `signatory` are one entry a line;
    `notice` is printed on every page where it is not empty (demonstration data), and `watermark`
    across every page (`Draft`). `figures` is the letter's figures as JSON, attached to the PDF as
    `figures.json` where not empty, and `check_code` what a reader types at `check_address` to learn
    whether the letter is one that was issued. `signature` is the picture of the signature, a PNG
    file in base64, of an approved letter whose signatory has one.
    """

    authority: str
    slug: str
    year: int
    version: int
    letterhead: tuple[str, str]
    date: str
    delivery: str
    addressee: tuple[str, ...]
    salutation: str
    subject: str
    narrative: tuple[Block, ...]
    close: str
    signatory: tuple[str, ...]
    statistics_heading: str
    statistics_period: str
    panels: tuple[Panel, ...]
    notice: str = ""
    watermark: str = ""
    figures: str = ""
    check_code: str = ""
    check_address: str = ""
    signature: str = ""

    @property
    def check_line(self) -> tuple[Run, ...]:
        """What the statistics end with; nothing for a letter without a check code."""
        if not self.check_code:
            return ()
        return (
            Run(f"Check code {self.check_code}: type it at "),
            Run(self.check_address, link=self.check_address),
            Run(" to see that this letter is ours."),
        )


def to_plain(document: LetterDocument) -> dict[str, Any]:
    """The letter as dictionaries, lists and text, to be stored as JSON."""
    return asdict(document)


def words_and_figures(document: LetterDocument) -> dict[str, Any]:
    """What the letter says, as dictionaries, lists and text: signing it changes nothing of that."""
    return {name: value for name, value in to_plain(document).items() if name != "signature"}


def from_plain(plain: dict[str, Any]) -> LetterDocument:
    """The letter that `to_plain` stored."""
    values = dict(plain)
    values["narrative"] = tuple(block_from_plain(block) for block in plain["narrative"])
    values["panels"] = tuple(_panel(panel) for panel in plain["panels"])
    for name in ("letterhead", "addressee", "signatory"):
        values[name] = tuple(plain[name])
    return LetterDocument(**values)


def _runs(plain: list[dict[str, Any]]) -> tuple[Run, ...]:
    return tuple(Run(**run) for run in plain)


def block_from_plain(plain: dict[str, Any]) -> Block:
    """A block of text that was stored as JSON."""
    match plain["kind"]:
        case "heading":
            return Heading(plain["text"])
        case "paragraph":
            return Paragraph(_runs(plain["runs"]))
        case "list":
            return BulletList(tuple(_runs(item) for item in plain["items"]))
        case "numbers":
            return NumberedList(tuple(_runs(item) for item in plain["items"]))
        case kind:
            raise ValueError(f"a letter has no block of kind {kind!r}")


def _panel(plain: dict[str, Any]) -> Panel:
    chart = dict(plain["chart"], bars=tuple(Bar(**bar) for bar in plain["chart"]["bars"]))
    statements = tuple(Statement(**statement) for statement in plain["statements"])
    return Panel(**dict(plain, chart=Chart(**chart), statements=statements))
