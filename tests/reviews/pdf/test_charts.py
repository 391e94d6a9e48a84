from dataclasses import replace

import pytest

from reviews.figures.rates import Rate
from reviews.letters.document import Bar, Chart, LetterDocument, Panel
from reviews.pdf.render import render
from reviews.pdf.styles import ACCENT, HATCH, PALE, STANDARD
from tests.reviews.pdf.factories import (
    NONE_DUE,
    NONE_UPHELD,
    bars,
    compliance,
    letter,
    overview,
    remedies,
    upheld,
)
from tests.reviews.pdf.reading import Curve, Lines, marks, page_texts, rectangles

WHITE = (1.0, 1.0, 1.0)


def colour(named: object) -> tuple[float, ...]:
    return tuple(round(part, 6) for part in named.rgb())  # type: ignore[attr-defined]


def drawn_bars(document: LetterDocument) -> list[tuple[str, float]]:
    """Each bar of the statistics page, whose it is and its share of its track in percent."""
    found = []
    track = 0.0
    for shape in rectangles(render(document), -1):
        if round(shape.height, 3) != STANDARD.chart.bar_height:
            continue
        if shape.pen.fill == colour(PALE):
            track = shape.width
        elif shape.pen.fill == colour(ACCENT) and shape.pen.stroke is None:
            found.append(("own", round(100 * shape.width / track, 1)))
        elif shape.pen.stroke == colour(HATCH):
            found.append(("similar", round(100 * shape.width / track, 1)))
    return found


def rings(document: LetterDocument) -> list[Curve]:
    return [mark for mark in marks(render(document))[-1] if isinstance(mark, Curve)]


def test_bars_are_as_long_as_the_figures_say() -> None:
    panels = (
        upheld(Rate(33, 40), Rate(81, 100)),
        compliance(Rate(62, 63), Rate(1, 1)),
        remedies(Rate(1, 43), Rate(13, 100)),
    )
    assert drawn_bars(letter(panels=panels)) == [
        ("own", 82.5),
        ("similar", 81.0),
        ("own", 98.4),
        ("similar", 100.0),
        ("own", 2.3),
        ("similar", 13.0),
    ]


def test_bars_stand_on_one_scale_per_page() -> None:
    panels = (upheld(Rate(1, 2), Rate(1, 2)), compliance(Rate(1, 1), Rate(1, 1)))
    tracks = {
        (round(shape.x, 3), round(shape.width, 3))
        for shape in rectangles(render(letter(panels=panels)), -1)
        if shape.pen.fill == colour(PALE)
    }
    assert len(tracks) == 1


def test_charts_of_two_authorities_differ_in_their_own_bars_alone() -> None:
    one = drawn_bars(letter(panels=(upheld(Rate(1, 4), Rate(45, 100)),)))
    other = drawn_bars(letter(panels=(upheld(Rate(3, 4), Rate(45, 100)),)))
    assert one == [("own", 25.0), ("similar", 45.0)]
    assert other == [("own", 75.0), ("similar", 45.0)]


def test_each_chart_stands_beside_the_statements_of_its_panel() -> None:
    document = letter(panels=(upheld(Rate(1, 4), Rate(1, 2)), remedies(Rate(1, 1), Rate(1, 2))))
    rules = sorted(
        (
            segment[1]
            for mark in marks(render(document))[-1]
            if isinstance(mark, Lines)
            for segment in mark.segments
            if segment[1] == segment[3] and segment[2] - segment[0] > 400
        ),
        reverse=True,
    )
    own = [
        shape.y for shape in rectangles(render(document), -1) if shape.pen.fill == colour(ACCENT)
    ][1:]  # the first is the rule of the running head
    assert [sum(rule > y for rule in rules[:2]) for y in own] == [1, 2]


def test_zero_is_a_bar_of_no_length_with_a_ring_on_the_zero_line() -> None:
    document = letter(panels=(upheld(Rate(0, 2), Rate(45, 100)),))
    assert drawn_bars(document) == [("own", 0.0), ("similar", 45.0)]
    (ring,) = rings(document)
    zero = next(
        shape for shape in rectangles(render(document), -1) if shape.pen.fill == colour(PALE)
    )
    across = [x for x, _ in ring.points]
    assert round((min(across) + max(across)) / 2, 2) == round(zero.x, 2)
    assert (ring.pen.stroke, ring.pen.fill) == (colour(ACCENT), WHITE)
    assert (
        "This authority 0% Average of similar authorities 45%" in page_texts(render(document))[-1]
    )


def test_average_of_zero_has_a_ring_of_its_own() -> None:
    document = letter(panels=(remedies(Rate(1, 2), Rate(0, 9)),))
    assert drawn_bars(document) == [("own", 50.0), ("similar", 0.0)]
    assert [ring.pen.stroke for ring in rings(document)] == [colour(HATCH)]


def test_hundred_percent_fills_the_track() -> None:
    document = letter(panels=(upheld(Rate(22, 22), Rate(85, 100)),))
    assert drawn_bars(document) == [("own", 100.0), ("similar", 85.0)]
    assert rings(document) == []


def test_nothing_to_count_is_a_dashed_frame_and_no_bar() -> None:
    document = letter(panels=(NONE_DUE, NONE_UPHELD))
    frames = [shape for shape in rectangles(render(document), -1) if shape.pen.dash]
    assert [(frame.pen.dash, frame.pen.fill) for frame in frames] == [((4.0, 3.0), None)] * 2
    assert drawn_bars(document) == []
    assert rings(document) == []
    text = page_texts(render(document))[-1]
    assert "No compliance outcomes to show" in text
    assert "No upheld decisions to show" in text
    assert "%" not in text


def test_bars_with_figures_are_never_in_a_dashed_frame() -> None:
    document = letter(panels=(upheld(Rate(0, 2), Rate(45, 100)),))
    assert [shape for shape in rectangles(render(document), -1) if shape.pen.dash] == []


def test_authority_without_comparison_has_its_own_bar_alone() -> None:
    panel = upheld(Rate(1, 4), Rate(1, 2))
    alone = replace(panel, chart=bars(Rate(1, 4), None))
    assert drawn_bars(letter(panels=(alone,))) == [("own", 25.0)]


def test_average_is_told_from_the_own_bar_without_colour() -> None:
    document = letter(panels=(upheld(Rate(1, 4), Rate(45, 100)),))
    hatches = [
        mark
        for mark in marks(render(document))[-1]
        if isinstance(mark, Lines) and mark.pen.stroke == colour(HATCH) and len(mark.segments) > 3
    ]
    assert len(hatches) == 1
    hatched = next(
        shape for shape in rectangles(render(document), -1) if shape.pen.stroke == colour(HATCH)
    )
    xs = [x for segment in hatches[0].segments for x in (segment[0], segment[2])]
    assert hatched.x <= min(xs)
    assert max(xs) <= hatched.x + hatched.width + 0.001


def test_overview_shows_parts_of_the_total_without_percent_ticks() -> None:
    document = letter(panels=(overview(60, 30, 10),))
    assert drawn_bars(document) == [("own", 60.0), ("own", 30.0), ("own", 10.0)]
    text = page_texts(render(document))[-1]
    assert "Not for us or not ready for us 60 Assessed and closed 30 Investigated 10" in text
    assert "%" not in text


def test_percentages_have_ticks_at_nothing_half_and_all() -> None:
    document = letter(panels=(upheld(Rate(1, 4), Rate(45, 100)),))
    assert "0% 50% 100%" in page_texts(render(document))[-1]


def test_letter_without_its_charts_draws_no_bars() -> None:
    panel = upheld(Rate(1, 4), Rate(45, 100))
    bare = replace(panel, chart=Chart(alternative="", empty="None"))
    assert drawn_bars(letter(panels=(bare,))) == []


@pytest.mark.parametrize(("part", "whole"), [(3, 2), (-1, 2), (0, 0)])
def test_bar_that_is_no_part_of_a_whole_is_refused(part: int, whole: int) -> None:
    chart = Chart(alternative="", bars=(Bar("This authority", "?", part, whole),))
    panel: Panel = replace(upheld(Rate(1, 2), Rate(1, 2)), chart=chart)
    with pytest.raises(ValueError, match=f"This authority: {part} of {whole} is not part"):
        render(letter(panels=(panel,)))


def contrast(one: object, other: tuple[float, ...]) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""

    def luminance(channels: tuple[float, ...]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(colour(one)), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_bars_stand_out_from_paper_and_track() -> None:
    grounds = (WHITE, colour(PALE))
    ratios = [contrast(bar, ground) for bar in (ACCENT, HATCH) for ground in grounds]
    assert [ratio for ratio in ratios if ratio < 3] == []
