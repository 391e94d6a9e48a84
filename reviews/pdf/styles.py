"""The measures, colours and text styles of a letter. Lengths are in points from the bottom left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4

from reviews.pdf.fonts import BOLD, REGULAR

PAGE_WIDTH, PAGE_HEIGHT = A4

# On white: text at least 4.5 to 1, bars and marks at least 3 to 1; apart in grey as well.
INK = HexColor("#1d2126")
ACCENT = HexColor("#15404a")
MUTED = HexColor("#535d66")
RULE = HexColor("#c3cacf")
PALE = HexColor("#eef1f2")
HATCH = HexColor("#6c7780")
WATERMARK = HexColor("#ebedef")
NOTICE_GROUND = HexColor("#f6ecd2")
NOTICE_INK = HexColor("#4f3a00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a piece of text is set: unhyphenated, ragged right, one line every `leading` points.

    `tag` is its type in the structure. `before` and `after` are the least distances to what stands
    above and below it. A bullet or number hangs in the indent of an item.
    """

    size: float
    leading: float
    tag: str = "P"
    font: str = REGULAR
    colour: Color = INK
    before: float = 0.0
    after: float = 0.0
    indent: float = 0.0
    is_centred: bool = False
    is_right: bool = False
    keeps_next: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLayout:
    """The measures of a chart; `value_size` is of the words at the end of a bar."""

    bar_height: float
    label: Style
    empty: Style
    value_size: float
    tick_size: float
    ticks_height: float
    label_gap: float
    bar_gap: float
    value_gap: float
    ring: float  # radius of the mark on the zero line
    hatch_step: float
    empty_height: float
    before: float = 0.0
    after: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """One way of printing a letter: its measures and styles.

    Sizes and distances of the letterhead and the running head are (size, distance of the baseline
    from the upper edge of the page). `is_panel_beside_chart` has all statistics on one page, made
    smaller if need be; else charts stand below their sentences, on as many pages as they need.
    """

    left: float
    text_width: float  # of running text
    first_top: float  # under the letterhead
    top: float  # under the running head
    bottom: float  # above the footer
    is_panel_beside_chart: bool

    letterhead_small: tuple[float, float]
    letterhead_large: tuple[float, float]
    letterhead_rule: float
    running_head: tuple[float, float]
    footer: Style
    footer_gap: float  # between the rule and the words
    page_number_width: float
    notice: Style
    notice_padding: float

    line: Style
    line_apart: Style
    subject: Style
    heading: Style
    body: Style
    item: Style
    last_item: Style
    signatory: Style  # its distance leaves room to sign

    statistics_heading: Style
    statistics_period: Style
    panel_heading: Style
    statements: Mapping[str, Style]
    check: Style
    chart: ChartLayout

    @property
    def width(self) -> float:
        """Between the margins."""
        return PAGE_WIDTH - 2 * self.left


_HEADING = Style(
    size=12.5, leading=17, tag="H2", font=BOLD, colour=ACCENT, before=17, after=4, keeps_next=True
)
_BODY = Style(size=11, leading=16)
_ITEM = replace(_BODY, tag="LBody", after=4, indent=16)
_STATEMENT = Style(size=10, leading=12.5)
_SMALL = Style(size=8.5, leading=10.5, colour=MUTED)

STANDARD = Layout(
    left=74.0,
    text_width=428.0,  # about 80 characters a line
    first_top=PAGE_HEIGHT - 150,
    top=PAGE_HEIGHT - 88,
    bottom=80.0,
    is_panel_beside_chart=True,
    letterhead_small=(13.6, 68.0),
    letterhead_large=(25.0, 94.0),
    letterhead_rule=112.0,
    running_head=(9.0, 62.0),
    footer=Style(size=8.5, leading=11, colour=MUTED),
    footer_gap=6.0,
    page_number_width=90.0,
    notice=Style(size=8.5, leading=11, font=BOLD, colour=NOTICE_INK, is_centred=True),
    notice_padding=5.0,
    line=_BODY,
    line_apart=replace(_BODY, before=18),
    subject=replace(_HEADING, size=14.5, leading=19, tag="H1", before=12, after=8),
    heading=_HEADING,
    body=replace(_BODY, after=9),
    item=_ITEM,
    last_item=replace(_ITEM, after=9),
    signatory=replace(_BODY, font=BOLD, before=52),
    statistics_heading=Style(size=18, leading=23, tag="H2", font=BOLD, colour=ACCENT),
    statistics_period=Style(size=11, leading=15, colour=MUTED),
    panel_heading=Style(size=12, leading=15, tag="H3", font=BOLD, colour=ACCENT),
    statements={
        "lead": Style(size=12.5, leading=16),
        "comparison": _STATEMENT,
        "count": _STATEMENT,
        "adjusted": _STATEMENT,
        "late": _STATEMENT,
        "base": _SMALL,
        "none": Style(size=11, leading=15),
    },
    check=replace(_SMALL, size=9, leading=12),
    chart=ChartLayout(
        bar_height=12.0,
        label=Style(size=8.5, leading=11),
        empty=Style(size=9, leading=12, colour=MUTED, is_centred=True),
        value_size=10.0,
        tick_size=7.5,
        ticks_height=16.0,
        label_gap=2.5,
        bar_gap=7.0,
        value_gap=5.0,
        ring=3.2,
        hatch_step=4.0,
        empty_height=66.0,
    ),
)

_LARGE_BODY = Style(size=18, leading=26)
_LARGE_HEADING = replace(_HEADING, size=22, leading=29, before=28, after=8)
_LARGE_ITEM = replace(_LARGE_BODY, tag="LBody", after=8, indent=24)
_LARGE_STATEMENT = replace(_LARGE_BODY, after=8)

LARGE_PRINT = Layout(
    left=60.0,
    text_width=PAGE_WIDTH - 120,
    first_top=PAGE_HEIGHT - 186,
    top=PAGE_HEIGHT - 122,
    bottom=88.0,
    is_panel_beside_chart=False,
    letterhead_small=(19.0, 92.0),
    letterhead_large=(32.0, 126.0),
    letterhead_rule=146.0,
    running_head=(18.0, 86.0),
    footer=Style(size=18, leading=23, colour=MUTED),
    footer_gap=8.0,
    page_number_width=130.0,
    notice=Style(size=18, leading=22, font=BOLD, colour=NOTICE_INK, is_centred=True),
    notice_padding=6.0,
    line=_LARGE_BODY,
    line_apart=replace(_LARGE_BODY, before=26),
    subject=replace(_LARGE_HEADING, size=26, leading=33, tag="H1", before=20, after=14),
    heading=_LARGE_HEADING,
    body=replace(_LARGE_BODY, after=14),
    item=_LARGE_ITEM,
    last_item=replace(_LARGE_ITEM, after=14),
    signatory=replace(_LARGE_BODY, font=BOLD, before=60),
    statistics_heading=replace(_LARGE_HEADING, size=28, leading=36, before=0, after=4),
    statistics_period=replace(_LARGE_BODY, colour=MUTED),
    panel_heading=replace(_LARGE_HEADING, tag="H3", before=34),
    statements={
        "lead": replace(_LARGE_STATEMENT, size=20, leading=28),
        "comparison": _LARGE_STATEMENT,
        "count": _LARGE_STATEMENT,
        "adjusted": _LARGE_STATEMENT,
        "late": _LARGE_STATEMENT,
        "base": replace(_LARGE_STATEMENT, colour=MUTED),
        "none": _LARGE_STATEMENT,
    },
    check=replace(_LARGE_BODY, before=34),
    chart=ChartLayout(
        bar_height=24.0,
        label=Style(size=18, leading=23),
        empty=Style(size=18, leading=24, colour=MUTED, is_centred=True),
        value_size=20.0,
        tick_size=18.0,
        ticks_height=32.0,
        label_gap=5.0,
        bar_gap=14.0,
        value_gap=9.0,
        ring=6.4,
        hatch_step=8.0,
        empty_height=96.0,
        before=14.0,
        after=8.0,
    ),
)
