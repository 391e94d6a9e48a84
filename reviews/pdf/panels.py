"""The blocks of the statistics page: statements on one side, their chart on the other."""

import re
from collections.abc import Iterator

from reportlab.pdfgen.canvas import Canvas

from reviews.letters.document import Panel, Run, Statement
from reviews.pdf.charts import drawing
from reviews.pdf.prose import plain, prose
from reviews.pdf.styles import PANEL_HEADING, RULE, STATEMENTS

_CHART_SHARE = 0.4  # of the panel's width
_GUTTER = 24.0
_HEADING_TOP = 6.0  # between the rule and the heading
_HEADING_GAP = 4.5
_STATEMENT_GAP = 3.5

_FIGURE = re.compile(r"(\d+(?:[.,]\d+)*%?)")
_BOLD_FIGURES = {"lead", "comparison", "count"}


class PanelBlock:
    """One panel under a rule: its heading, then its statements with the chart beside them."""

    def __init__(self, panel: Panel, width: float) -> None:
        self.width = width
        self.heading = plain(panel.heading, PANEL_HEADING, width)
        self.chart = drawing(panel.chart, width * _CHART_SHARE)
        text_width = width - self.chart.width - _GUTTER
        self.statements = [
            prose(_runs(statement), STATEMENTS[statement.role], text_width)
            for statement in panel.statements
        ]
        self.head = _HEADING_TOP + self.heading.height + _HEADING_GAP
        text = sum(statement.height for statement in self.statements)
        text += _STATEMENT_GAP * (len(self.statements) - 1)
        self.height = self.head + max(text, self.chart.height)

    def draw(self, canvas: Canvas, x: float, y: float) -> None:
        """Draw it with its lower left corner at (x, y)."""
        top = y + self.height
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.7)
        canvas.line(x, top, x + self.width, top)
        self.heading.draw(canvas, x, top - _HEADING_TOP - self.heading.height)
        top -= self.head
        chart_bottom = top - self.chart.height
        for statement in self.statements:
            statement.draw(canvas, x, top - statement.height)
            top -= statement.height + _STATEMENT_GAP
        self.chart.draw(canvas, x + self.width - self.chart.width, chart_bottom)


def _runs(statement: Statement) -> tuple[Run, ...]:
    if statement.role not in _BOLD_FIGURES:
        return (Run(statement.text),)
    return tuple(_figures_in_bold(statement.text))


def _figures_in_bold(text: str) -> Iterator[Run]:
    """The same text, its numbers in bold: every second piece is one."""
    for index, piece in enumerate(_FIGURE.split(text)):
        if piece:
            yield Run(piece, is_bold=index % 2 == 1)
