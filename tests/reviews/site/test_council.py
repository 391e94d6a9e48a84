"""A council's page: what it says of a year, and which years, letters and councils it leads to."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.actions import system_user
from casework.actions.publication import record_report, write_statement
from casework.choices import Category
from casework.models import Authority, Decision, EarlierName, PublicInterestReport
from reviews.figures.protection import by_category
from reviews.models import PublishedFigure
from reviews.publication import publish_decisions
from tests.factories import make_authority, make_decision, make_recommendation
from tests.reviews.site.builders import (
    SPECIMEN,
    correct,
    hold,
    make_frozen_round,
    make_issued,
)
from tests.reviews.site.words import Page


@pytest.fixture
def kings_lynn() -> Authority:
    return make_authority(
        "Borough Council of King's Lynn and West Norfolk",
        letter_name="King's Lynn & West Norfolk Council",
        slug="kings-lynn",
    )


def get(client: Client, address: str) -> Page:
    response = client.get(address)
    assert response.status_code == 200
    return Page(response.content)


def test_council_page_says_the_specimen(client: Client, kings_lynn: Authority) -> None:
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    page = get(client, "/councils/kings-lynn/2020/")
    assert page.texts("h1") == ["King's Lynn & West Norfolk Council"]
    assert page.statements() == [
        "0% of complaints we investigated were upheld.",
        "This compares to an average of 45% in similar authorities.",
        "0 upheld decisions",
        (
            "Statistics are based on a total of 2 detailed investigations for the period "
            "1 April 2019 to 31 March 2020."
        ),
        "No recommendations were due for compliance in this period.",
        "The Ombudsman did not uphold any detailed investigations during this period.",
    ]
    assert [chart.attributes["aria-label"] for chart in page.classed("chart")] == [
        "Bar chart. This authority: 0% (0 of 2). Similar authorities: 45%.",
        "Empty chart: nothing to count.",
        "Empty chart: nothing to count.",
        (
            "Line chart. Complaints upheld, by year ending 31 March. "
            "2020: 0% of 2 investigations (likely 0% to 66%), average 45%."
        ),
    ]


def test_council_page_without_year_shows_the_newest(client: Client, kings_lynn: Authority) -> None:
    make_issued(make_frozen_round(2019), kings_lynn, upheld=1)
    make_issued(make_frozen_round(2020), kings_lynn, **SPECIMEN)
    newest = get(client, "/councils/kings-lynn/")
    assert "1 April 2019 to 31 March 2020" in newest.texts("p")
    assert "These are the latest figures published about this authority." in newest.texts("p")
    older = get(client, "/councils/kings-lynn/2019/")
    assert "Later figures are published: year ending 31 March 2020" in older.texts("p")


def test_council_page_from_2025_begins_with_the_overview(
    client: Client, kings_lynn: Authority
) -> None:
    round_ = make_frozen_round(2025, publish_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    make_issued(round_, kings_lynn, advice_given=1, not_upheld=2, upheld=3)
    page = get(client, "/councils/kings-lynn/2025/")
    assert page.texts("h3") == [
        "Complaint overview",
        "Complaints upheld",
        "Compliance with Ombudsman recommendations",
        "Satisfactory remedies provided by the authority",
    ]
    assert page.statements()[0] == (
        "We dealt with 6 complaints. Of these, 1 was not for us or not ready for us to "
        "investigate. We assessed and closed 0. We investigated 5."
    )
    assert [e.text for e in page.classed("statement-adjusted")] == [
        "Adjusted for population, this is 2 upheld decisions per 100,000 residents.",
        "The average for authorities of this type is 0.8.",
    ]


def test_council_page_without_comparison_has_no_average(client: Client) -> None:
    park = make_authority(
        "Example National Park", slug="park", authority_type="national_park", population=None
    )
    make_issued(make_frozen_round(), park, upheld=1)
    page = get(client, "/councils/park/2020/")
    assert "average" not in " ".join(page.statements())
    assert len(page.classed("similar")) == 0
    assert "Population" not in page.texts("dt")


def test_council_page_gives_population_and_its_year(client: Client, kings_lynn: Authority) -> None:
    make_issued(make_frozen_round(), kings_lynn)
    page = get(client, "/councils/kings-lynn/2020/")
    assert "151,245 (estimate for 2019)" in page.texts("dd")


def test_council_page_shows_a_taken_over_year_as_published(
    client: Client, kings_lynn: Authority
) -> None:
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    PublishedFigure.objects.create(
        authority=kings_lynn,
        year_ending=2018,
        investigated=12,
        upheld=6,
        not_upheld=6,
        uphold_percent=50,
        compliance_percent=98,
        source="https://example.org/figures",
    )
    page = get(client, "/councils/kings-lynn/2018/")
    assert (
        "These figures are as published at the time, not recounted. What is missing is not known "
        "here; it is not zero." in page.texts("p")
    )
    assert "https://example.org/figures" in page.links
    assert page.statements() == []
    rows = page.texts("tr")
    assert "Upheld, of investigated 50% of 12" in rows
    assert "Complied, of compliance outcomes 98% (base not known)" in rows
    newest = get(client, "/councils/kings-lynn/")
    years = newest.texts("td")[-14:]
    assert years == [
        *("3", "2"),
        "0% of 2 0 upheld likely 0% to 66% average 45%",
        "none due average 99%",
        "none upheld average 10%",
        "0 average 0.8",
        "counted for this review: receipts of 2020",
        *("not known", "not known"),
        "50% of 12 6 upheld likely 25% to 75%",
        "98% (base not known)",
        "not known, of 6",
        "not known",
        "as published at the time",
    ]


@pytest.mark.parametrize("source", ["javascript:alert(1)", "A newspaper <b>of the day</b>"])
def test_source_that_is_no_address_is_no_link(
    client: Client, kings_lynn: Authority, source: str
) -> None:
    PublishedFigure.objects.create(
        authority=kings_lynn, year_ending=2018, uphold_percent=50, source=source
    )
    page = get(client, "/councils/kings-lynn/2018/")
    assert source in page.texts("li")
    assert not [link for link in page.links if link.startswith("javascript")]


def test_taken_over_year_is_printed_under_the_name_of_its_time(
    client: Client, kings_lynn: Authority
) -> None:
    EarlierName.objects.create(
        authority=kings_lynn, name="West Norfolk District", ends_on=dt.date(2018, 3, 31)
    )
    for year in (2018, 2019):
        PublishedFigure.objects.create(
            authority=kings_lynn, year_ending=year, uphold_percent=50, source="Example"
        )
    assert get(client, "/councils/kings-lynn/2018/").texts("h1") == ["West Norfolk District"]
    assert get(client, "/councils/kings-lynn/2019/").texts("h1") == [
        "King's Lynn & West Norfolk Council"
    ]


def test_taken_over_year_with_a_round_of_its_own_is_not_shown(
    client: Client, kings_lynn: Authority
) -> None:
    PublishedFigure.objects.create(
        authority=kings_lynn, year_ending=2020, uphold_percent=50, source="Example"
    )
    assert get(client, "/councils/kings-lynn/").texts("h1") == [
        "King's Lynn & West Norfolk Council"
    ]
    make_frozen_round(2020)
    assert client.get("/councils/kings-lynn/2020/").status_code == 404
    page = get(client, "/councils/kings-lynn/")
    assert "No figures have been published about this authority." in page.texts("p")


def test_council_page_leads_to_neighbours_in_time(client: Client) -> None:
    old = make_authority("Old Council", slug="old", ends_on=dt.date(2019, 3, 31))
    new = make_authority("New Council", slug="new", starts_on=dt.date(2019, 4, 1))
    old.successors.add(new)
    page = get(client, "/councils/old/")
    assert "/councils/new/" in page.links
    assert "31 March 2019" in page.texts("dd")
    assert "/councils/old/" in get(client, "/councils/new/").links


def test_council_page_lists_every_version_of_its_letters(
    client: Client, kings_lynn: Authority
) -> None:
    first = make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    correct(first, not_upheld=1, upheld=1)
    page = get(client, "/councils/kings-lynn/2020/")
    assert page.statements()[0] == "50% of complaints we investigated were upheld."
    assert [text for text in page.texts("li") if text.startswith("Annual Review letter")] == [
        (
            "Annual Review letter 2020, version 2 corrected 27 July 2020 "
            "PDF of the letter 2020, version 2 (26 bytes) "
            "Why it was corrected: One case was counted twice."
        ),
        (
            "Annual Review letter 2020 dated 22 July 2020 replaced "
            "PDF of the letter 2020, version 1 (26 bytes)"
        ),
    ]


def test_hostile_name_is_shown_as_it_is(client: Client) -> None:
    name = "Fish & Chips' <script>alert(1)</script> Council"
    make_issued(make_frozen_round(), make_authority(name, slug="hostile"))
    for address in ("/councils/hostile/", "/councils/hostile/2020/letter/"):
        response = client.get(address)
        page = Page(response.content)
        assert name in page.texts("h1")[0]
        assert page.all("script") == []
        assert b"<script" not in response.content
    assert Page(client.get("/councils/").content).texts("th")[-1] == name
    assert name in Page(client.get("/?q=fish+and+chips").content).texts("a")


def test_block_says_both_bases_chance_and_the_year_before(
    client: Client, kings_lynn: Authority
) -> None:
    make_issued(make_frozen_round(2019), kings_lynn, upheld=9, not_upheld=1)
    make_issued(
        make_frozen_round(2020), kings_lynn, upheld=3, not_upheld=8, advice_given=41, satisfied=4,
        satisfied_late=1, not_satisfied=1, remedied_by_authority=1,
    )  # fmt: skip
    page = get(client, "/councils/kings-lynn/2020/")
    assert page.texts("p").count("3 upheld: 27% of 11 investigated; 6% of 52 decided") == 1
    assert "5 complied with: 83% of 6 compliance outcomes, 1 of them late" in page.texts("p")
    assert "1 already remedied by the authority: 33% of 3 upheld decisions" in page.texts("p")
    items = page.texts("li")
    first = items.index("Allowing for chance, the true rate is likely between 10% and 57%.")
    assert items[first + 1 : first + 3] == [
        (
            "The difference from similar authorities may be no more than chance: with 11 "
            "investigations, 2 to 8 upheld would all be unremarkable where the average is 45%. "
            "All district councils beside chance: Complaints upheld"
        ),
        (
            "27% of 11 investigations in the year ending 31 March 2020, lower than 90% of 10 "
            "investigations in 2019 and by more than chance would explain."
        ),
    ]


def test_page_states_no_change_across_a_break(client: Client, kings_lynn: Authority) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    for year, upheld in ((2022, 2), (2023, 18)):
        make_issued(
            make_frozen_round(year, publish_at=past), kings_lynn, upheld=upheld,
            not_upheld=20 - upheld, satisfied=upheld,
        )  # fmt: skip
    page = get(client, "/councils/kings-lynn/2023/")
    reason = (
        "From the year ending 31 March 2023 the Ombudsman investigates fewer borderline cases, so "
        "more of those that it does investigate are upheld."
    )
    told = [text for text in page.texts("li") if "2022" in text and "letter" not in text.lower()]
    assert told == [
        f"Not to be compared with the year ending 31 March 2022. {reason}",
        (
            "100% of 18 compliance outcomes in the year ending 31 March 2023, 100% of 2 compliance "
            "outcomes in 2022: the difference may be no more than chance."
        ),
        f"Not to be compared with the year ending 31 March 2022. {reason}",
    ]
    rows = page.texts("tr")
    at = next(place for place, row in enumerate(rows) if row.startswith("Break"))
    assert rows[at] == (
        "Break in the series from 2023 (complaints upheld, satisfactory remedies): "
        f"{reason} Do not compare across this line."
    )
    assert rows[at - 1].startswith("2023")
    assert rows[at + 1].startswith("2022")
    assert [len(chart) for chart in lines_of(page)] == [0, 1, 0]


def lines_of(page: Page) -> list[list[str]]:
    """The pieces of the line of each chart of all years."""
    charts: list[list[str]] = []
    for element in page.elements:
        if element.tag == "figure":
            charts.append([])
        elif element.tag == "polyline":
            charts[-1].append(element.attributes["points"] or "")
    return charts


def categories(page: Page) -> dict[str, str]:
    """The lines of the table by category, by the first word of the category."""
    start = page.texts("tr").index("Category Received Investigated Upheld") + 1
    lines = page.texts("tr")[start : start + 10]
    return {line.split()[0]: " ".join(line.split()[-3:]) for line in lines}


def test_page_protects_counts_by_category_as_open_data_does(
    client: Client, kings_lynn: Authority
) -> None:
    by = {"housing": 20, "planning_and_development": 9, "other": 1, "benefits_and_tax": 2}
    first = make_issued(
        make_frozen_round(), kings_lynn, received=32, received_by_category=by, upheld=6,
        not_upheld=6, investigated_by_category={"housing": 12}, upheld_by_category={"housing": 6},
    )  # fmt: skip
    expected = by_category(first.counts())
    lines = categories(get(client, "/councils/kings-lynn/"))
    assert lines["Other"].split()[0] == "protected"
    assert lines["Housing"].split()[0] == "20"
    assert lines["All"] == "32 12 6"
    shown = [expected.received, expected.investigated, expected.upheld]
    for category in Category:
        cells = [row.cells[category.value] for row in shown]
        words = " ".join("protected" if cell is None else str(cell) for cell in cells)
        assert lines[category.label.split()[0]] == words
    assert not re.search(r"\b[12] ", lines["Other"] + lines["Benefits"])


@pytest.mark.parametrize("deed", [None, hold])
def test_page_keeps_protected_what_an_earlier_version_protected(
    client: Client, kings_lynn: Authority, deed: object
) -> None:
    """Also where that version is held or retracted, so that no deed tells it."""
    by = {"housing": 20, "planning_and_development": 9, "other": 1, "benefits_and_tax": 2}
    first = make_issued(make_frozen_round(), kings_lynn, received=32, received_by_category=by)
    correct(first, received=60, received_by_category={**by, "other": 20, "benefits_and_tax": 11})
    if deed:
        deed(first)  # type: ignore[operator]
    lines = categories(get(client, "/councils/kings-lynn/"))
    assert lines["Other"].split()[0] == "protected"
    with CaptureQueriesContext(connection) as queries:
        get(client, "/councils/kings-lynn/")
    assert len(queries) == 7


def test_page_tells_every_outcome_with_its_share(client: Client, kings_lynn: Authority) -> None:
    make_issued(
        make_frozen_round(), kings_lynn, upheld=1, not_upheld=2, advice_given=5, satisfied=1,
        satisfied_late=1, not_satisfied=1, ceased=2,
    )  # fmt: skip
    page = get(client, "/councils/kings-lynn/")
    rows = page.texts("tr")
    rows = rows[rows.index("Outcome Cases Share of decisions") :]
    assert rows[1:8] == [
        "Invalid or incomplete 0 0%",
        "Advice given 5 63%",
        "Referred back for local resolution 0 0%",
        "Closed after initial enquiries 0 0%",
        "Not upheld 2 25%",
        "Upheld 1 13%",
        "Together 8 100%",
    ]
    assert rows[9:13] == [
        "Carried out in time 1 33%",
        "Carried out late 1 33%",
        "Not carried out 1 33%",
        "Together 3 100%",
    ]
    assert "2 in which we stopped asking for compliance are not among them." in page.texts("p")


def test_page_of_nothing_counts_nothing_as_0_percent(client: Client, kings_lynn: Authority) -> None:
    make_issued(make_frozen_round(), kings_lynn)
    page = get(client, "/councils/kings-lynn/")
    for words in (
        *("None decided", "No compliance outcomes", "None upheld"),
        *("Nothing was decided in this year.", "No outcome was recorded in this year."),
    ):
        assert words in page.texts("p")
    assert [text for text in page.texts("td", "p", "li") if re.search(r"\b0%", text)] == []
    assert page.all("figure") == []


def test_contents_lead_to_every_section(client: Client, kings_lynn: Authority) -> None:
    kings_lynn.successors.add(make_authority("New Council", starts_on=dt.date(2021, 4, 1)))
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    page = get(client, "/councils/kings-lynn/")
    anchors = [link.removeprefix("#") for link in page.links if link.startswith("#")]
    sections = [
        str(element.attributes["aria-labelledby"])
        for element in page.all("section")
        if element.attributes.get("aria-labelledby")
    ]
    assert anchors == ["main", *sections]
    assert {element.attributes.get("id") for element in page.elements} >= set(anchors)


PUBLISHED_CASE = dt.date(2020, 6, 1)


@pytest.mark.parametrize("number", [1, 7])
def test_council_page_shows_improvements_decisions_and_reports(
    client: Client, kings_lynn: Authority, number: int
) -> None:
    for place in reversed(range(number)):
        day = PUBLISHED_CASE - dt.timedelta(days=place)
        decision = make_decision(kings_lynn, decided_on=day, reference=f"19 000 {place:03d}")
        make_recommendation(decision, text=f"Remind staff, time {place}.")
        write_statement(
            decision=decision, text="Fault.", dated_on=decision.decided_on, by=system_user()
        )
    decision = Decision.objects.get(decided_on=PUBLISHED_CASE)
    report = PublicInterestReport(decision=decision, title="A hard case", issued_on=PUBLISHED_CASE)
    record_report(report=report, by=system_user())
    publish_decisions(by=system_user())
    page = get(client, "/councils/kings-lynn/")
    shown = min(number, 5)
    assert [text for text in page.texts("p") if text.startswith("Remind staff")] == [
        f"Remind staff, time {place}." for place in range(shown)
    ]
    plural = "s" if number > 1 else ""
    assert (
        f"{number} improvement{plural} to services agreed in decisions that are public: "
        f"due {number}." in page.texts("p")
    )
    assert [text for text in page.texts("a") if text.startswith("Housing (19 000")] == [
        f"Housing (19 000 {place:03d})" for place in range(shown)
    ]
    assert {"/decisions/?council=kings-lynn", "/improvements/?council=kings-lynn"} <= set(
        page.links
    )
    assert page.texts("h3") == ["A hard case"]


def test_council_page_without_cases_says_so(client: Client, kings_lynn: Authority) -> None:
    page = get(client, "/councils/kings-lynn/")
    assert [text for text in page.texts("p") if text.startswith("No ")] == [
        "No figures have been published about this authority.",
        *("No improvements are public.", "No decisions are public."),
        "No public reports are published about this authority.",
    ]


def test_council_page_leads_to_letters_of_neighbours_in_time(client: Client) -> None:
    old = make_authority("Old Council", slug="old", ends_on=dt.date(2020, 3, 31))
    older = make_authority("Older Council", slug="older", ends_on=dt.date(2020, 3, 31))
    new = make_authority("New Council", slug="new", starts_on=dt.date(2020, 4, 1))
    for each in (old, older):
        each.successors.add(new)
    correct(make_issued(make_frozen_round(), old, **SPECIMEN), upheld=1)
    hold(make_issued(make_frozen_round(2019), old, **SPECIMEN))
    page = get(client, "/councils/new/")
    assert [text for text in page.texts("li") if text.startswith("Old")] == [
        "Old Council Old Council: Letter 2020",
        "Older Council no letters published",
    ]
    assert "/councils/old/2020/letter/" in page.links
    assert [link for link in page.links if "2019" in link] == []


def test_council_page_is_light(client: Client, kings_lynn: Authority) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    for year in range(2012, 2027):
        make_issued(
            make_frozen_round(year, publish_at=past), kings_lynn, upheld=10, not_upheld=11,
            satisfied=9, not_satisfied=1, remedied_by_authority=1, advice_given=100,
        )  # fmt: skip
    assert len(client.get("/councils/kings-lynn/").content) < 80_000


@pytest.mark.parametrize("years", [1, 3])
def test_council_page_asks_a_fixed_number_of_queries(
    client: Client, kings_lynn: Authority, years: int
) -> None:
    for year in range(2021 - years, 2021):
        make_issued(make_frozen_round(year), kings_lynn, **SPECIMEN)
        PublishedFigure.objects.create(
            authority=kings_lynn, year_ending=year - 5, uphold_percent=50, source="Example"
        )
    with CaptureQueriesContext(connection) as queries:
        get(client, "/councils/kings-lynn/2020/")
    assert len(queries) == 7
    with CaptureQueriesContext(connection) as queries:
        get(client, "/councils/kings-lynn/2015/")
    assert len(queries) == 8


def test_public_pages_read_no_casework_but_the_authorities(
    client: Client, kings_lynn: Authority
) -> None:
    kings_lynn.successors.add(make_authority("New Council", starts_on=dt.date(2021, 4, 1)))
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    PublishedFigure.objects.create(
        authority=kings_lynn, year_ending=2018, uphold_percent=50, source="Example"
    )
    reference = {
        "casework_authority",
        "casework_authority_successors",
        "casework_earliername",
        "casework_formercode",
        "casework_population",
    }
    council = "/councils/kings-lynn/"
    for address in (
        *("/", "/?q=lynn", "/councils/", council, f"{council}2018/", f"{council}2020/"),
        *(f"{council}2020/letter/", f"{council}2020/letter/1/", f"{council}2020/letter.pdf"),
        *(f"{council}2020/letter-1.pdf", "/data/", "/data/2020/statistics.csv"),
        *("/data/2020/statistics.json", "/data/2020/statistics.csv-metadata.json"),
        *("/data/2020/averages.csv", "/data/2020/manifest.csv", "/methods/", "/sources/"),
    ):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200, address
        sql = " ".join(query["sql"] for query in queries)
        assert set(re.findall(r"casework_\w+", sql)) <= reference, address
        assert response.cookies == {}
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response.headers["Cache-Control"] == "public, no-cache"
