"""The blocks of the statistics page: statements on one side, their chart on the other."""

import re
from collections.abc import Iterator

from reviews.letters.document import Panel, Run, Statement
from reviews.pdf.charts import drawing
from reviews.pdf.prose import Prose, plain, prose
from reviews.pdf.styles import RULE, Layout
from reviews.pdf.tagged import TaggedCanvas

_CHART_SHARE = 0.4  # of the panel's width
_GUTTER = 24.0
_HEADING_TOP = 6.0  # between the rule and the heading
_HEADING_GAP = 4.5
_STATEMENT_GAP = 3.5

_FIGURE = re.compile(r"(\d+(?:[.,]\d+)*%?)")
_BOLD_FIGURES = {"lead", "comparison", "count"}


class PanelBlock:
    """One panel under a rule: its heading, then its statements with the chart beside them."""

    def __init__(self, panel: Panel, width: float, layout: Layout) -> None:
        self.width = width
        self.heading = plain(panel.heading, layout.panel_heading, width)
        self.chart = drawing(panel.chart, width * _CHART_SHARE, layout.chart)
        self.statements = statements(panel, width - self.chart.width - _GUTTER, layout)
        self.head = _HEADING_TOP + self.heading.height + _HEADING_GAP
        text = sum(statement.height for statement in self.statements)
        text += _STATEMENT_GAP * (len(self.statements) - 1)
        self.height = self.head + max(text, self.chart.height)

    def write(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        """Draw it with its lower left corner at (x, y)."""
        top = y + self.height
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.7)
        canvas.line(x, top, x + self.width, top)
        self.heading.write(canvas, x, top - _HEADING_TOP - self.heading.height)
        top -= self.head
        chart_bottom = top - self.chart.height
        for statement in self.statements:
            statement.write(canvas, x, top - statement.height)
            top -= statement.height + _STATEMENT_GAP
        self.chart.write(canvas, x + self.width - self.chart.width, chart_bottom)


def statements(panel: Panel, width: float, layout: Layout) -> list[Prose]:
    """The sentences of a panel in lines of at most this width."""
    return [
        prose(_runs(statement), layout.statements[statement.role], width)
        for statement in panel.statements
    ]


def _runs(statement: Statement) -> tuple[Run, ...]:
    if statement.role not in _BOLD_FIGURES:
        return (Run(statement.text),)
    return tuple(_figures_in_bold(statement.text))


def _figures_in_bold(text: str) -> Iterator[Run]:
    """The same text, its numbers in bold: every second piece is one."""
    for index, piece in enumerate(_FIGURE.split(text)):
        if piece:
            yield Run(piece, is_bold=index % 2 == 1)
