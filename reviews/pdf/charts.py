"""Charts of an authority's own figures: horizontal bars on one scale from nothing to the whole."""

from abc import ABC, abstractmethod

from reportlab.lib.colors import white
from reportlab.pdfbase.pdfmetrics import stringWidth

from reviews.letters.document import Bar, Chart
from reviews.pdf.fonts import BOLD, REGULAR
from reviews.pdf.prose import plain
from reviews.pdf.styles import ACCENT, HATCH, INK, MUTED, PALE, ChartLayout
from reviews.pdf.tagged import TaggedCanvas

_TICK_LENGTH = 3.0
_EMPTY_PADDING = 14.0


type Drawing = BarChart | EmptyChart


def drawing(chart: Chart, width: float, layout: ChartLayout) -> Drawing:
    """The chart, `width` points wide and as high as it needs to be.

    Raises ValueError if a bar is not a part of a whole.
    """
    return BarChart(chart, width, layout) if chart.bars else EmptyChart(chart, width, layout)


class Picture(ABC):
    """A chart as a part of a page: it is not split, and is one figure of the structure."""

    keeps_next = False

    def __init__(self, chart: Chart, width: float, layout: ChartLayout) -> None:
        self.chart = chart
        self.width = width
        self.layout = layout
        self.before = layout.before
        self.after = layout.after

    height: float

    @property
    def least_height(self) -> float:
        return self.height

    def write(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        """Draw it with its lower left corner at (x, y)."""
        box = (x, y, x + self.width, y + self.height)
        with canvas.figure(self.chart.alternative, box):
            self.draw(canvas, x, y)

    @abstractmethod
    def draw(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        """Put its strokes and words there, inside the figure."""


class BarChart(Picture):
    """One bar under another on a pale track, each with its label above it and its value at its end.

    The authority's own bars are solid, others hatched with an outline, so that they differ without
    colour. A bar of nothing has no length, and a ring on the zero line shows that it is there.
    """

    def __init__(self, chart: Chart, width: float, layout: ChartLayout) -> None:
        super().__init__(chart, width, layout)
        for bar in chart.bars:
            if not 0 <= bar.part <= bar.whole or not bar.whole:
                raise ValueError(f"{bar.label}: {bar.part} of {bar.whole} is not part of a whole")
        self.labels = [plain(bar.label, layout.label, width) for bar in chart.bars]
        # Every percentage has the same scale, so that the charts of a page compare.
        values = ["100%"] if chart.has_percent_scale else [bar.value for bar in chart.bars]
        widest = max(stringWidth(value, BOLD, layout.value_size) for value in values)
        self.scale = width - layout.value_gap - widest
        self.height = (
            sum(label.height + layout.label_gap + layout.bar_height for label in self.labels)
            + layout.bar_gap * (len(chart.bars) - 1)
            + (layout.ticks_height if chart.has_percent_scale else 0)
        )

    def draw(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        top = y + self.height
        for bar, label in zip(self.chart.bars, self.labels, strict=True):
            label.draw(canvas, x, top - label.height)
            bottom = top - label.height - self.layout.label_gap - self.layout.bar_height
            self._draw_bar(canvas, bar, x, bottom)
            top = bottom - self.layout.bar_gap
        if self.chart.has_percent_scale:
            self._draw_ticks(canvas, x, y)

    def _draw_bar(self, canvas: TaggedCanvas, bar: Bar, x: float, y: float) -> None:
        height, ring = self.layout.bar_height, self.layout.ring
        canvas.setFillColor(PALE)
        canvas.rect(x, y, self.scale, height, stroke=0, fill=1)
        length = self.scale * bar.part / bar.whole
        if bar.is_own:
            canvas.setFillColor(ACCENT)
            canvas.rect(x, y, length, height, stroke=0, fill=1)
        else:
            self._draw_hatched(canvas, x, y, length)
        end = length
        if not bar.part:
            end = ring
            canvas.setStrokeColor(ACCENT if bar.is_own else HATCH)
            canvas.setFillColor(white)
            canvas.setLineWidth(1.5)
            canvas.circle(x, y + height / 2, ring, stroke=1, fill=1)
        self._draw_value(canvas, bar, x, y, end + self.layout.value_gap)

    def _draw_hatched(self, canvas: TaggedCanvas, x: float, y: float, length: float) -> None:
        height, step = self.layout.bar_height, self.layout.hatch_step
        canvas.setFillColor(white)
        canvas.setStrokeColor(HATCH)
        canvas.setLineWidth(0.8)
        canvas.rect(x, y, length, height, stroke=1, fill=1)
        lines = []
        foot = step - height
        while foot < length:
            low, high = max(0.0, -foot), min(height, length - foot)
            lines.append((x + foot + low, y + low, x + foot + high, y + high))
            foot += step
        canvas.lines(lines)

    def _draw_value(self, canvas: TaggedCanvas, bar: Bar, x: float, y: float, start: float) -> None:
        font = BOLD if bar.is_own else REGULAR
        size = self.layout.value_size
        if start + stringWidth(bar.value, font, size) > self.scale:
            start = (
                self.scale + self.layout.value_gap
            )  # beside the track rather than across its end
        canvas.setFillColor(INK)
        canvas.setFont(font, size)
        middle = y + self.layout.bar_height / 2
        canvas.drawString(x + start, middle - 0.34 * size, bar.value)  # half a digit's height

    def _draw_ticks(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        axis = y + self.layout.ticks_height - 2
        canvas.setStrokeColor(HATCH)
        canvas.setLineWidth(0.6)
        canvas.line(x, axis, x + self.scale, axis)
        size = self.layout.tick_size
        canvas.setFont(REGULAR, size)
        canvas.setFillColor(MUTED)
        for percent in (0, 50, 100):
            tick = x + self.scale * percent / 100
            canvas.line(tick, axis, tick, axis - _TICK_LENGTH)
            text = f"{percent}%"
            # 0% begins at the edge of the chart; the others stand centred under their ticks.
            centred = tick - stringWidth(text, REGULAR, size) / 2
            canvas.drawString(max(centred, x), axis - _TICK_LENGTH - 1.13 * size, text)


class EmptyChart(Picture):
    """Nothing to count: a dashed frame which says so."""

    def __init__(self, chart: Chart, width: float, layout: ChartLayout) -> None:
        super().__init__(chart, width, layout)
        self.words = plain(chart.empty, layout.empty, width - 2 * _EMPTY_PADDING)
        self.height = max(layout.empty_height, self.words.height + 2 * _EMPTY_PADDING)

    def draw(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        canvas.setStrokeColor(HATCH)
        canvas.setLineWidth(0.8)
        canvas.setDash(4, 3)
        canvas.rect(x + 0.5, y + 0.5, self.width - 1, self.height - 1, stroke=1, fill=0)
        canvas.setDash()
        self.words.draw(canvas, x + _EMPTY_PADDING, y + (self.height - self.words.height) / 2)
