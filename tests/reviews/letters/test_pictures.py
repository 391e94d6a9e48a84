"""Charts laid out: lengths follow the figures, and nothing is never a missing bar."""

import pytest

from reviews.letters.document import Bar, Chart
from reviews.letters.pictures import EMPTY_HEIGHT, WIDTH, draw


def chart(*parts: tuple[int, int]) -> Chart:
    return Chart(
        alternative="In words",
        bars=tuple(Bar(f"Bar {part}", f"{part}", part, whole) for part, whole in parts),
    )


def test_bars_share_one_scale() -> None:
    drawing = draw(chart((0, 4), (1, 4), (2, 4), (4, 4)))
    track = drawing.track
    assert [bar.length for bar in drawing.bars] == [0, track / 4, track / 2, track]
    assert [tick.x for tick in drawing.ticks] == [0, track / 2, track]
    assert drawing.alternative == "In words"


def test_bars_and_words_stay_inside_the_picture() -> None:
    bars = tuple(Bar("A very long label " * 6, "1234567", 7, 7) for _ in range(3))
    drawing = draw(Chart(alternative="", bars=bars, has_percent_scale=False))
    ends = [bar.value.x + 10 * len(bar.value.text) for bar in drawing.bars]
    assert ends == [WIDTH] * 3
    lows = [bar.label[-1].y for bar in drawing.bars]
    tops = [bar.y for bar in drawing.bars]
    assert all(low < top for low, top in zip(lows, tops, strict=True))
    assert drawing.ticks == ()
    assert drawing.height > tops[-1] + 20


def test_chart_without_bars_is_a_frame_with_words() -> None:
    drawing = draw(Chart(alternative="Empty chart", empty="Nothing to count"))
    assert (drawing.bars, drawing.height) == ((), EMPTY_HEIGHT)
    assert [(line.text, line.x) for line in drawing.empty] == [("Nothing to count", WIDTH / 2)]


@pytest.mark.parametrize(("part", "whole"), [(-1, 2), (3, 2), (0, 0)])
def test_bar_that_is_no_part_of_a_whole_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match=f"{part} of {whole} is not a part of a whole"):
        draw(chart((part, whole)))
