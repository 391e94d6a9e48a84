"""The measures, colours and text styles of a letter. Lengths are in points from the bottom left."""

from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4

from reviews.pdf.fonts import BOLD, REGULAR

PAGE_WIDTH, PAGE_HEIGHT = A4
LEFT = 74.0
RIGHT = PAGE_WIDTH - 74.0
WIDTH = RIGHT - LEFT
TEXT_WIDTH = 428.0  # running text: about 80 characters a line
FIRST_TOP = PAGE_HEIGHT - 150  # under the letterhead
TOP = PAGE_HEIGHT - 88  # under the running head
BOTTOM = 80.0  # above the footer

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

    `before` and `after` are the least distances to what stands above and below it. A `bullet`
    hangs in the indent of the first line.
    """

    size: float
    leading: float
    font: str = REGULAR
    colour: Color = INK
    before: float = 0.0
    after: float = 0.0
    indent: float = 0.0
    bullet: str = ""
    is_centred: bool = False
    keeps_next: bool = False


LINE = Style(size=11, leading=16)
LINE_APART = Style(size=11, leading=16, before=18)
SUBJECT = Style(
    size=14.5, leading=19, font=BOLD, colour=ACCENT, before=12, after=8, keeps_next=True
)
HEADING = Style(
    size=12.5, leading=17, font=BOLD, colour=ACCENT, before=17, after=4, keeps_next=True
)
BODY = Style(size=11, leading=16, after=9)
ITEM = Style(size=11, leading=16, after=4, indent=16, bullet="•")
LAST_ITEM = Style(size=11, leading=16, after=9, indent=16, bullet="•")
SIGNATORY = Style(size=11, leading=16, font=BOLD, before=52)  # room to sign

STATISTICS_HEADING = Style(size=18, leading=23, font=BOLD, colour=ACCENT)
STATISTICS_PERIOD = Style(size=11, leading=15, colour=MUTED)
PANEL_HEADING = Style(size=12, leading=15, font=BOLD, colour=ACCENT)
_STATEMENT = Style(size=10, leading=12.5)
STATEMENTS = {
    "lead": Style(size=12.5, leading=16),
    "comparison": _STATEMENT,
    "count": _STATEMENT,
    "adjusted": _STATEMENT,
    "late": _STATEMENT,
    "base": Style(size=8.5, leading=10.5, colour=MUTED),
    "none": Style(size=11, leading=15),
}
BAR_LABEL = Style(size=8.5, leading=11)
CHART_EMPTY = Style(size=9, leading=12, colour=MUTED, is_centred=True)

FOOTER = Style(size=8.5, leading=11, colour=MUTED)
NOTICE = Style(size=8.5, leading=11, font=BOLD, colour=NOTICE_INK, is_centred=True)
