"""Charts of an authority's own figures: horizontal bars on one scale from nothing to the whole."""

from reportlab.lib.colors import white
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from reviews.letters.document import Bar, Chart
from reviews.pdf.fonts import BOLD, REGULAR
from reviews.pdf.prose import plain
from reviews.pdf.styles import ACCENT, BAR_LABEL, CHART_EMPTY, HATCH, INK, MUTED, PALE

BAR_HEIGHT = 12.0
_LABEL_GAP = 2.5
_BAR_GAP = 7.0
_VALUE_GAP = 5.0
_VALUE_SIZE = 10.0
_TICK_SIZE = 7.5
_TICK_LENGTH = 3.0
_TICKS_HEIGHT = 16.0
_RING = 3.2  # radius of the mark on the zero line
_HATCH_STEP = 4.0
_EMPTY_HEIGHT = 66.0
_EMPTY_PADDING = 14.0


type Drawing = BarChart | EmptyChart


def drawing(chart: Chart, width: float) -> Drawing:
    """The chart, `width` points wide and as high as it needs to be.

    Raises ValueError if a bar is not a part of a whole.
    """
    return BarChart(chart, width) if chart.bars else EmptyChart(chart, width)


class BarChart:
    """One bar under another on a pale track, each with its label above it and its value at its end.

    The authority's own bars are solid, others hatched with an outline, so that they differ without
    colour. A bar of nothing has no length, and a ring on the zero line shows that it is there.
    """

    def __init__(self, chart: Chart, width: float) -> None:
        for bar in chart.bars:
            if not 0 <= bar.part <= bar.whole or not bar.whole:
                raise ValueError(f"{bar.label}: {bar.part} of {bar.whole} is not part of a whole")
        self.chart = chart
        self.width = width
        self.labels = [plain(bar.label, BAR_LABEL, width) for bar in chart.bars]
        # Every percentage has the same scale, so that the charts of a page compare.
        values = ["100%"] if chart.has_percent_scale else [bar.value for bar in chart.bars]
        widest = max(stringWidth(value, BOLD, _VALUE_SIZE) for value in values)
        self.scale = width - _VALUE_GAP - widest
        self.height = (
            sum(label.height + _LABEL_GAP + BAR_HEIGHT for label in self.labels)
            + _BAR_GAP * (len(chart.bars) - 1)
            + (_TICKS_HEIGHT if chart.has_percent_scale else 0)
        )

    def draw(self, canvas: Canvas, x: float, y: float) -> None:
        """Draw it with its lower left corner at (x, y)."""
        top = y + self.height
        for bar, label in zip(self.chart.bars, self.labels, strict=True):
            label.draw(canvas, x, top - label.height)
            bottom = top - label.height - _LABEL_GAP - BAR_HEIGHT
            self._draw_bar(canvas, bar, x, bottom)
            top = bottom - _BAR_GAP
        if self.chart.has_percent_scale:
            self._draw_ticks(canvas, x, y)

    def _draw_bar(self, canvas: Canvas, bar: Bar, x: float, y: float) -> None:
        canvas.setFillColor(PALE)
        canvas.rect(x, y, self.scale, BAR_HEIGHT, stroke=0, fill=1)
        length = self.scale * bar.part / bar.whole
        if bar.is_own:
            canvas.setFillColor(ACCENT)
            canvas.rect(x, y, length, BAR_HEIGHT, stroke=0, fill=1)
        else:
            _draw_hatched(canvas, x, y, length)
        end = length
        if not bar.part:
            end = _RING
            canvas.setStrokeColor(ACCENT if bar.is_own else HATCH)
            canvas.setFillColor(white)
            canvas.setLineWidth(1.5)
            canvas.circle(x, y + BAR_HEIGHT / 2, _RING, stroke=1, fill=1)
        self._draw_value(canvas, bar, x, y, end + _VALUE_GAP)

    def _draw_value(self, canvas: Canvas, bar: Bar, x: float, y: float, start: float) -> None:
        font = BOLD if bar.is_own else REGULAR
        if start + stringWidth(bar.value, font, _VALUE_SIZE) > self.scale:
            start = self.scale + _VALUE_GAP  # beside the track rather than across its end
        canvas.setFillColor(INK)
        canvas.setFont(font, _VALUE_SIZE)
        canvas.drawString(x + start, y + 2.6, bar.value)

    def _draw_ticks(self, canvas: Canvas, x: float, y: float) -> None:
        axis = y + _TICKS_HEIGHT - 2
        canvas.setStrokeColor(HATCH)
        canvas.setLineWidth(0.6)
        canvas.line(x, axis, x + self.scale, axis)
        canvas.setFont(REGULAR, _TICK_SIZE)
        canvas.setFillColor(MUTED)
        for percent in (0, 50, 100):
            tick = x + self.scale * percent / 100
            canvas.line(tick, axis, tick, axis - _TICK_LENGTH)
            text = f"{percent}%"
            # 0% begins at the edge of the chart; the others stand centred under their ticks.
            centred = tick - stringWidth(text, REGULAR, _TICK_SIZE) / 2
            canvas.drawString(max(centred, x), y + 2.5, text)


class EmptyChart:
    """Nothing to count: a dashed frame which says so."""

    def __init__(self, chart: Chart, width: float) -> None:
        self.chart = chart
        self.width = width
        self.words = plain(chart.empty, CHART_EMPTY, width - 2 * _EMPTY_PADDING)
        self.height = max(_EMPTY_HEIGHT, self.words.height + 2 * _EMPTY_PADDING)

    def draw(self, canvas: Canvas, x: float, y: float) -> None:
        """Draw it with its lower left corner at (x, y)."""
        canvas.setStrokeColor(HATCH)
        canvas.setLineWidth(0.8)
        canvas.setDash(4, 3)
        canvas.rect(x + 0.5, y + 0.5, self.width - 1, self.height - 1, stroke=1, fill=0)
        canvas.setDash()
        self.words.draw(canvas, x + _EMPTY_PADDING, y + (self.height - self.words.height) / 2)


def _draw_hatched(canvas: Canvas, x: float, y: float, length: float) -> None:
    canvas.setFillColor(white)
    canvas.setStrokeColor(HATCH)
    canvas.setLineWidth(0.8)
    canvas.rect(x, y, length, BAR_HEIGHT, stroke=1, fill=1)
    lines = []
    foot = _HATCH_STEP - BAR_HEIGHT
    while foot < length:
        low, high = max(0.0, -foot), min(BAR_HEIGHT, length - foot)
        lines.append((x + foot + low, y + low, x + foot + high, y + high))
        foot += _HATCH_STEP
    canvas.lines(lines)
