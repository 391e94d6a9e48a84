from dataclasses import asdict

import pytest

from reviews.figures.counts import Average, Counts, Statistics
from reviews.letters.document import Panel
from reviews.letters.statements import panels

DISTRICTS = Average(192, 491, 221, 200, 199, 25, 20_000_000)
KINGS_LYNN = Statistics(
    2020,
    Counts(received=12, not_upheld=2, referred_back=4),
    similar=DISTRICTS,
    has_population_rate=True,
    population=151_245,
    population_year=2020,
)


def full(year: int, **changes: object) -> Statistics:
    counts = Counts(
        invalid_or_incomplete=1,
        referred_back=9,
        closed_after_initial_enquiries=20,
        not_upheld=17,
        upheld=115,
        remedied_by_authority=9,
        satisfied=100,
        satisfied_late=6,
        not_satisfied=1,
    )
    values: dict[str, object] = {
        "year_ending": year,
        "counts": counts,
        "similar": Average(36, 500, 400, 300, 297, 56, 11_000_000),
        "has_population_rate": True,
        "population": 1_140_525,
        "population_year": 2020,
    }
    return Statistics(**(values | changes))  # type: ignore[arg-type]


def said(panel: Panel) -> list[str]:
    return [statement.text for statement in panel.statements]


def by_key(statistics: Statistics) -> dict[str, Panel]:
    return {panel.key: panel for panel in panels(statistics)}


def test_panels_say_what_the_specimen_letter_says() -> None:
    upheld, compliance, remedies = panels(KINGS_LYNN)
    assert upheld.heading == "Complaints upheld"
    assert said(upheld) == [
        "0% of complaints we investigated were upheld.",
        "This compares to an average of 45% in similar authorities.",
        "0 upheld decisions",
        "Statistics are based on a total of 2 detailed investigations for the period "
        "1 April 2019 to 31 March 2020.",
    ]
    assert compliance.heading == "Compliance with Ombudsman recommendations"
    assert said(compliance) == ["No recommendations were due for compliance in this period."]
    assert remedies.heading == "Satisfactory remedies provided by the authority"
    assert said(remedies) == [
        "The Ombudsman did not uphold any detailed investigations during this period."
    ]


def test_panels_say_every_sentence_where_there_is_something_to_say() -> None:
    overview, upheld, compliance, remedies = panels(full(2025))
    period = "for the period 1 April 2024 to 31 March 2025."
    assert overview.heading == "Complaint overview"
    assert said(overview) == [
        "We dealt with 162 complaints. Of these, 10 were not for us or not ready for us to "
        "investigate. We assessed and closed 20. We investigated 132."
    ]
    assert said(upheld) == [
        "87% of complaints we investigated were upheld.",
        "This compares to an average of 80% in similar authorities.",
        "115 upheld decisions",
        "Adjusted for population, this is 10.1 upheld decisions per 100,000 residents.",
        "The average for authorities of this type is 3.6.",
        f"Statistics are based on a total of 132 investigations {period}",
    ]
    assert said(compliance) == [
        "In 99% of cases we were satisfied the authority had successfully implemented our "
        "recommendations.",
        "This compares to an average of 99% in similar authorities.",
        "In 6 of these cases the authority complied late.",
        f"Statistics are based on a total of 107 compliance outcomes {period}",
    ]
    assert said(remedies) == [
        "In 8% of upheld cases we found the authority had provided a satisfactory remedy before "
        "the complaint reached the Ombudsman.",
        "This compares to an average of 14% in similar authorities.",
        "9 satisfactory remedy decisions",
        f"Statistics are based on a total of 115 upheld decisions {period}",
    ]


def test_panels_use_singulars_for_one() -> None:
    counts = Counts(advice_given=1, upheld=1, remedied_by_authority=1, satisfied_late=1)
    overview, upheld, compliance, remedies = panels(full(2025, counts=counts))
    period = "for the period 1 April 2024 to 31 March 2025."
    assert said(overview) == [
        "We dealt with 2 complaints. Of these, 1 was not for us or not ready for us to "
        "investigate. We assessed and closed 0. We investigated 1."
    ]
    assert "1 upheld decision" in said(upheld)
    assert f"Statistics are based on a total of 1 investigation {period}" in said(upheld)
    assert "In 1 of these cases the authority complied late." in said(compliance)
    assert f"Statistics are based on a total of 1 compliance outcome {period}" in said(compliance)
    assert "1 satisfactory remedy decision" in said(remedies)
    assert f"Statistics are based on a total of 1 upheld decision {period}" in said(remedies)
    one = panels(full(2025, counts=Counts(referred_back=1)))[0]
    assert said(one)[0].startswith("We dealt with 1 complaint. Of these, 1 was not for us")
    old = panels(full(2023, counts=Counts(upheld=1)))[0]
    assert said(old)[-1].startswith("Statistics are based on a total of 1 detailed investigation ")


@pytest.mark.parametrize(
    ("year", "word"), [(2023, "detailed investigations"), (2024, "investigations")]
)
def test_panels_call_investigations_detailed_up_to_2023(year: int, word: str) -> None:
    nothing = by_key(full(year, counts=Counts()))
    assert said(nothing["upheld"]) == [f"We completed no {word} during this period."]
    assert said(nothing["remedies"]) == [
        f"The Ombudsman did not uphold any {word} during this period."
    ]


@pytest.mark.parametrize(("year", "is_printed"), [(2022, False), (2023, True)])
def test_panels_give_the_rate_by_population_from_2023(year: int, is_printed: bool) -> None:
    text = " ".join(said(by_key(full(year))["upheld"]))
    assert ("per 100,000 residents" in text) == is_printed
    assert "10.1%" not in text


def test_panels_give_no_rate_without_a_population_or_outside_the_five_types() -> None:
    for changes in (
        {"population": None, "population_year": None},
        {"has_population_rate": False, "population": None},
    ):
        assert "per 100,000" not in " ".join(said(by_key(full(2024, **changes))["upheld"]))


@pytest.mark.parametrize(("year", "keys"), [
    (2024, ["upheld", "compliance", "remedies"]),
    (2025, ["overview", "upheld", "compliance", "remedies"]),
])  # fmt: skip
def test_panels_begin_with_an_overview_from_2025(year: int, keys: list[str]) -> None:
    assert [panel.key for panel in panels(full(year))] == keys


def test_panels_leave_out_averages_where_there_is_no_comparison() -> None:
    for similar in (None, Average(1, 0, 0, 0, 0, 0, None)):
        text = " ".join(
            sentence for panel in panels(full(2025, similar=similar)) for sentence in said(panel)
        )
        assert "average" not in text
        assert all(
            bar.is_own for panel in panels(full(2025, similar=similar)) for bar in panel.chart.bars
        )


def test_charts_carry_the_authoritys_own_figures() -> None:
    chart = by_key(full(2024))["upheld"].chart
    assert [(bar.label, bar.value, bar.part, bar.whole) for bar in chart.bars] == [
        ("This authority", "87%", 115, 132),
        ("Similar authorities", "80%", 80, 100),
    ]
    assert chart.alternative == (
        "Bar chart. This authority: 87% (115 of 132). Similar authorities: 80%."
    )


def test_charts_give_away_no_sums_of_similar_authorities() -> None:
    others = Average(3, 5003, 4001, 5003, 4001, 2001, 300_000)
    said = str([asdict(panel) for panel in panels(full(2025, similar=others))])
    assert [str(n) for n in (5003, 4001, 2001) if str(n) in said] == []


def test_chart_of_nothing_has_no_bars_and_no_zero() -> None:
    chart = by_key(full(2024, counts=Counts()))["upheld"].chart
    assert chart.bars == ()
    assert chart.empty == "Nothing to count"
    assert "0" not in chart.alternative


def test_chart_of_the_overview_shows_the_parts_of_all_decisions() -> None:
    chart = by_key(full(2025))["overview"].chart
    assert [(bar.label, bar.part, bar.whole) for bar in chart.bars] == [
        ("Not for us or not ready", 10, 162),
        ("Assessed and closed", 20, 162),
        ("Investigated", 132, 162),
    ]
    assert by_key(full(2025, counts=Counts()))["overview"].chart.bars == ()
