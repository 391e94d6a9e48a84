"""The whole demonstration, made once, and recounted with plain SQL.

This is the slowest test of all, most of a minute: what needs a full database is tested here.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from typing import Any

import pypdfium2
import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from casework.models import Authority, Complaint, Statement
from reviews.demonstration.councils import REVIEWS_DATA
from reviews.figures.learning import placeholders
from reviews.models import (
    AnnualSummary,
    FrozenLearning,
    LetterAlternative,
    LetterFile,
    PublishedDecision,
    PublishedImprovement,
    Round,
)
from tests.reviews.pdf.structure import problems

MADE_AT = dt.datetime(2026, 9, 15, 9, 0, tzinfo=dt.UTC)
SPECIMEN = "borough-council-of-kings-lynn-and-west-norfolk"
NOTHING_DUE = "No recommendations were due for compliance in this period."
NOTHING_UPHELD = "The Ombudsman did not uphold any detailed investigations during this period."


@pytest.fixture(scope="module")
def demonstration(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """The lines that `demo` printed; what it made is rolled back after the last test here."""
    said = io.StringIO()
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(MADE_AT, tick=False):
            call_command("demo", stdout=said)
        yield said.getvalue().splitlines()
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration")]


def query(sql: str, *values: str | int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def published(name: str) -> list[dict[str, str]]:
    with (REVIEWS_DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def half_up(part: int, whole: int, places: str = "1", times: int = 100) -> Decimal:
    return (Decimal(times * part) / whole).quantize(Decimal(places), ROUND_HALF_UP)


COUNTS = """
    SELECT a.slug, a.authority_type,
        (a.starts_on IS NULL OR a.starts_on <= %(last)s)
            AND (a.ends_on IS NULL OR a.ends_on >= %(first)s),
        (SELECT COUNT(*) FROM casework_complaint c
            WHERE c.authority_id = a.id AND c.received_on BETWEEN %(first)s AND %(last)s),
        SUM(CASE WHEN in_year AND outcome IN
            ('invalid_or_incomplete', 'advice_given', 'referred_back') THEN 1 ELSE 0 END),
        SUM(CASE WHEN in_year AND outcome = 'closed_after_initial_enquiries' THEN 1 ELSE 0 END),
        SUM(CASE WHEN in_year AND outcome = 'upheld' THEN 1 ELSE 0 END),
        SUM(CASE WHEN in_year AND outcome = 'not_upheld' THEN 1 ELSE 0 END),
        SUM(CASE WHEN in_year AND is_remedied_by_authority THEN 1 ELSE 0 END),
        SUM(CASE WHEN recorded AND compliance IN ('satisfied', 'satisfied_late')
            THEN 1 ELSE 0 END),
        SUM(CASE WHEN recorded AND compliance = 'not_satisfied' THEN 1 ELSE 0 END)
    FROM casework_authority a LEFT JOIN (
        SELECT d.*, d.decided_on BETWEEN %(first)s AND %(last)s AS in_year,
            COALESCE(d.compliance_recorded_on BETWEEN %(first)s AND %(last)s, FALSE) AS recorded
        FROM casework_decision d
    ) d ON d.authority_id = a.id
    GROUP BY a.id, a.slug, a.authority_type, a.starts_on, a.ends_on
"""
COLUMNS = (
    "slug", "kind", "is_in_force", "complaints_received", "not_for_us", "assessed_and_closed",
    "upheld", "not_upheld", "remedied_by_authority", "complied", "not_satisfied",
)  # fmt: skip


@pytest.fixture(scope="module")
def recounted(demonstration: list[str]) -> dict[int, dict[str, dict[str, Any]]]:
    """Every authority's counts by year and slug, in plain SQL."""
    found = {}
    for year in (2020, 2025, 2026):
        values = {"first": f"{year - 1}-04-01", "last": f"{year}-03-31"}
        with connection.cursor() as cursor:
            cursor.execute(COUNTS, values)
            rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
        for row in rows:
            row["investigated"] = row["upheld"] + row["not_upheld"]
            row["dealt_with"] = row["investigated"] + row["not_for_us"] + row["assessed_and_closed"]
            row["compliance_outcomes"] = row["complied"] + row["not_satisfied"]
        found[year] = {row["slug"]: row for row in rows}
    return found


def test_learning_events_of_2020_are_frozen_as_published() -> None:
    freeze = Round.objects.get(year=2020).freeze_id
    texts = placeholders(FrozenLearning.objects.figures_of(freeze))
    assert [
        texts[name]
        for name in ("seminar places", "seminar delegates", "seminar authorities", "courses",
                     "change in courses", "people trained in hundreds")
    ] == [
        "London, Bristol, Leeds and Birmingham", "178", "143", "118",
        "47 more courses than the year before", "more than 1,400",
    ]  # fmt: skip


def test_published_councils_have_their_published_counts(
    recounted: dict[int, dict[str, dict[str, Any]]],
) -> None:
    compared = 0
    for row in published("published_figures.csv"):
        year = int(row["year_ending"])
        if year not in (2020, 2025):
            continue
        council = recounted[year][row["authority"]]
        for measure in (
            "complaints_received", "investigated", "upheld", "not_upheld", "dealt_with",
            "not_for_us", "assessed_and_closed", "compliance_outcomes", "remedied_by_authority",
        ):  # fmt: skip
            if row[measure]:
                assert council[measure] == int(row[measure]), (year, council["slug"], measure)
                compared += 1
        for percent, part, whole in (
            ("uphold_percent", "upheld", "investigated"),
            ("compliance_percent", "complied", "compliance_outcomes"),
            ("remedied_percent", "remedied_by_authority", "upheld"),
        ):
            if row[percent]:
                assert half_up(council[part], council[whole]) == int(row[percent])
                compared += 1
    assert compared == 196


def test_pooled_figures_equal_the_published_averages(
    recounted: dict[int, dict[str, dict[str, Any]]],
) -> None:
    populations = dict(
        query(
            "SELECT a.slug, MAX(p.residents) FROM casework_population p "
            "JOIN casework_authority a ON a.id = p.authority_id GROUP BY a.slug"
        )
    )
    compared = []
    for row in published("published_averages.csv"):
        year = int(row["year_ending"])
        if year not in recounted or row["group"] == "england":
            continue
        members = [
            council
            for council in recounted[year].values()
            if council["kind"] == row["group"] and council["is_in_force"]
        ]
        upheld = sum(council["upheld"] for council in members)
        investigated = sum(council["investigated"] for council in members)
        if row["measure"] == "uphold_percent":
            pooled = half_up(upheld, investigated)
        else:
            assert row["measure"] == "upheld_per_100k"
            residents = sum(populations[council["slug"]] for council in members)
            pooled = half_up(upheld, residents, "0.1", 100_000)
        assert pooled == Decimal(row["value"]), row
        compared.append((year, row["group"], row["measure"]))
    assert len(compared) == len(set(compared)) == 9


def test_england_equals_the_published_totals_of_2020(
    recounted: dict[int, dict[str, dict[str, Any]]],
) -> None:
    def total(measure: str) -> int:
        return int(sum(council[measure] for council in recounted[2020].values()))

    assert total("complaints_received") == 17_019
    assert half_up(total("upheld"), total("investigated")) == 61
    assert half_up(total("remedied_by_authority"), total("upheld")) == 13
    assert half_up(total("complied"), total("compliance_outcomes"), "0.1") == Decimal("99.4")


def test_frozen_rows_equal_the_recounted_cases(
    recounted: dict[int, dict[str, dict[str, Any]]],
) -> None:
    for year in (2020, 2025):
        frozen = {
            summary.slug: (summary.received, summary.counts().decided, summary.upheld)
            for summary in AnnualSummary.objects.filter(year_ending=year)
        }
        counted = {
            slug: (row["complaints_received"], row["dealt_with"], row["upheld"])
            for slug, row in recounted[year].items()
            if slug in frozen
        }
        assert frozen == counted
        left_out = [row for slug, row in recounted[year].items() if slug not in frozen]
        five_types = {"county", "district", "metropolitan", "unitary", "london_borough"}
        assert [r["slug"] for r in left_out if r["dealt_with"] + r["complaints_received"]] == []
        assert [r["slug"] for r in left_out if r["is_in_force"] and r["kind"] in five_types] == []


def test_rounds_are_published_issued_and_open() -> None:
    rounds = Round.objects.order_by("year")
    assert [(r.year, str(r.letter_on), r.is_demonstration) for r in rounds] == [
        (2020, "2020-07-22", True),
        (2025, "2026-09-15", True),
        (2026, "2026-10-27", True),
    ]
    assert [r.publish_at for r in rounds] == [
        dt.datetime(2020, 7, 28, 23, tzinfo=dt.UTC),
        dt.datetime(2026, 9, 21, 23, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 3, 0, tzinfo=dt.UTC),
    ]
    assert [r.year for r in Round.objects.published(at=MADE_AT)] == [2020]
    assert [r.freeze is not None for r in rounds] == [True, True, False]
    assert query(
        "SELECT s.year_ending, COUNT(*), COUNT(l.issued_at), COUNT(l.approved_at) "
        "FROM reviews_letter l JOIN reviews_annualsummary s ON s.id = l.summary_id "
        "GROUP BY s.year_ending ORDER BY s.year_ending"
    ) == [(2020, 364, 364, 364), (2025, 336, 336, 336)]


def test_nothing_blocks_the_open_round(capsys: pytest.CaptureFixture[str]) -> None:
    said = io.StringIO()
    with time_machine.travel(MADE_AT, tick=False):
        call_command("check_round", "2026", stdout=said)
    assert "block" not in said.getvalue().lower().replace("nothing blocks", "")


def words(summary: AnnualSummary) -> str:
    pdf = pypdfium2.PdfDocument(bytes(LetterFile.objects.get(letter__summary=summary).pdf))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())


def summary_of(slug: str, year: int) -> AnnualSummary:
    return AnnualSummary.objects.get(slug=slug, year_ending=year)


def test_specimen_letter_says_what_was_printed() -> None:
    letter = words(summary_of(SPECIMEN, 2020))
    for sentence in (
        "22 July 2020",
        "Ms Example",
        "King's Lynn & West Norfolk Council",
        "0% of complaints we investigated were upheld.",
        "This compares to an average of 45% in similar authorities.",
        "0 upheld decisions",
        "Statistics are based on a total of 2 detailed investigations for the period "
        "1 April 2019 to 31 March 2020.",
        NOTHING_DUE,
        NOTHING_UPHELD,
        "29 July 2020",
        "Specimen Signatory",
    ):
        assert sentence in letter.replace("’", "'"), sentence


@pytest.mark.parametrize("address", ["", "letter/"])
def test_specimen_pages_say_the_same(client: Client, address: str) -> None:
    with time_machine.travel(MADE_AT, tick=False):
        response = client.get(f"/councils/{SPECIMEN}/2020/{address}")
    page = " ".join(re.sub("<[^>]*>", " ", unescape(response.content.decode())).split())
    for sentence in (
        "0% of complaints we investigated were upheld.",
        "This compares to an average of 45% in similar authorities.",
        "0 upheld decisions",
        "Statistics are based on a total of 2 detailed investigations for the period "
        "1 April 2019 to 31 March 2020.",
        NOTHING_DUE,
        NOTHING_UPHELD,
    ):
        assert sentence in page, sentence


@pytest.mark.parametrize(
    "address", ["2025/", "2025/letter/", "2025/letter.pdf", "2026/", "2026/letter/"]
)
def test_rounds_not_yet_public_are_not_found(client: Client, address: str) -> None:
    with time_machine.travel(MADE_AT, tick=False):
        response = client.get(f"/councils/leeds-city-council/{address}")
    assert response.status_code == 404
    assert "Leeds" not in response.content.decode()


def test_every_letter_is_tagged() -> None:
    checked = 0
    for file in LetterFile.objects.iterator(chunk_size=50):
        assert problems(bytes(file.pdf)) == [], file
        checked += 1
    assert checked == 364 + 336


def test_large_print_and_text_of_every_letter_are_kept() -> None:
    kept = LetterAlternative.objects.values_list("kind").annotate(Count("pk")).order_by("kind")
    assert list(kept) == [("large_print", 700), ("text", 700)]
    for file in LetterAlternative.objects.filter(kind="large_print")[:700:25]:
        assert problems(bytes(file.content)) == [], file


def sentences(row: dict[str, str]) -> list[str]:
    """What letters and pages of 2020 must say, from one line of the open data alone."""
    said = []
    base = "Statistics are based on a total of {} for the period 1 April 2019 to 31 March 2020."

    def similar(measure: str) -> None:
        if average := row[f"{measure}_percent_similar"]:
            said.append(f"This compares to an average of {average}% in similar authorities.")

    def count(number: str, one: str, many: str) -> str:
        return f"{number} {one if number == '1' else many}"

    if row["uphold_state"] == "value":
        said.append(f"{row['uphold_percent']}% of complaints we investigated were upheld.")
        similar("uphold")
        said += [
            count(row["upheld"], "upheld decision", "upheld decisions"),
            base.format(
                count(row["investigated"], "detailed investigation", "detailed investigations")
            ),
        ]
    else:
        said.append("We completed no detailed investigations during this period.")
    if row["compliance_state"] == "value":
        said.append(
            f"In {row['compliance_percent']}% of cases we were satisfied the authority had "
            "successfully implemented our recommendations."
        )
        similar("compliance")
        if row["complied_late"] != "0":
            said.append(f"In {row['complied_late']} of these cases the authority complied late.")
        said.append(
            base.format(
                count(row["compliance_outcomes"], "compliance outcome", "compliance outcomes")
            )
        )
    else:
        said.append(NOTHING_DUE)
    if row["remedied_state"] == "value":
        said.append(
            f"In {row['remedied_percent']}% of upheld cases we found the authority had provided a "
            "satisfactory remedy before the complaint reached the Ombudsman."
        )
        similar("remedied")
        said += [
            count(
                row["remedied_by_authority"],
                "satisfactory remedy decision",
                "satisfactory remedy decisions",
            ),
            base.format(count(row["upheld"], "upheld decision", "upheld decisions")),
        ]
    else:
        said.append(NOTHING_UPHELD)
    return said


def in_csv(text: str, cell: object) -> str:
    """A cell of a spreadsheet as the CSV file has it, where it is the same number, day or text."""
    if isinstance(cell, float):
        return text if text and Decimal(text) == Decimal(str(cell)) else str(cell)
    return str(cell)


def told(html: bytes) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub("<[^>]*>", " ", unescape(html.decode())).split())


def test_files_page_letter_and_pdf_agree_on_every_figure_of_every_council(client: Client) -> None:
    with time_machine.travel(MADE_AT, tick=False):
        lines = client.get("/data/2020/statistics.csv").content.decode().splitlines()
        rows = list(csv.DictReader(lines))
        in_json = client.get("/data/2020/statistics.json").json()["rows"]
        assert len(rows) == len(in_json) == 364
        for row, same in zip(rows, in_json, strict=True):
            assert row == {name: "" if v is None else str(v) for name, v in same.items()}
        workbook = CalamineWorkbook.from_filelike(
            io.BytesIO(client.get("/data/2020/statistics.ods").content)
        )
        sheet = workbook.get_sheet_by_name(workbook.sheet_names[-1]).to_python()
        head = next(number for number, line in enumerate(sheet) if line[0] == "gss_code")
        for row, line in zip(rows, sheet[head + 1 :], strict=True):
            cells = dict(zip(map(str, sheet[head]), line, strict=True))
            assert {name: in_csv(row[name], cells[name]) for name in row} == row
        for row in rows:
            home = f"/councils/{row['slug']}/2020"
            places = {
                "page": told(client.get(f"{home}/").content),
                "letter": told(client.get(f"{home}/letter/").content),
                "text": " ".join(client.get(f"{home}/letter.txt").content.decode().split()),
                "PDF": words(summary_of(row["slug"], 2020)),
            }
            for place, said in places.items():
                missing = [each for each in sentences(row) if each not in said]
                assert missing == [], (row["slug"], place)


def test_abolished_council_has_a_letter_without_comparison() -> None:
    forest_heath = summary_of("forest-heath-district-council", 2020)
    assert forest_heath.counts().compliance_outcomes == 1
    assert forest_heath.has_comparison is False
    assert "similar authorities." not in words(forest_heath).split("Complaints upheld")[-1]


def test_national_park_has_a_letter_without_averages() -> None:
    park = summary_of("peak-district-national-park-authority", 2025)
    assert (park.upheld, park.has_comparison) == (1, False)
    letter = words(park)
    assert "This compares to" not in letter
    assert "per 100,000" not in letter


def test_renamed_council_has_its_name_of_then() -> None:
    assert summary_of("colchester-city-council", 2020).name == "Colchester Borough Council"
    assert summary_of("colchester-city-council", 2025).name == "Colchester City Council"


def test_decisions_just_outside_are_not_counted() -> None:
    days = "SELECT COUNT(*) FROM casework_decision WHERE decided_on = %s AND authority_id = %s"
    leeds = Authority.objects.get(slug="leeds-city-council").pk
    for day in ("2019-03-31", "2019-04-01", "2020-03-31", "2020-04-01"):
        assert query(days, day, leeds) == [(1,)], day


def test_users_can_do_what_their_group_may() -> None:
    assert {
        user.username: (user.is_staff, user.is_superuser, [g.name for g in user.groups.all()])
        for user in User.objects.exclude(username="system")
    } == {
        "caseworker": (True, False, ["caseworker"]),
        "manager": (True, False, ["casework manager"]),
        "editor": (True, False, ["review editor"]),
        "approver": (True, False, ["approver"]),
        "auditor": (True, False, ["auditor"]),
        "admin": (True, True, []),
    }
    assert User.objects.get(username="editor").check_password("demonstration-only")


@pytest.mark.parametrize(
    ("username", "title"), [("caseworker", "My work"), ("manager", "Everybody’s work")]
)
def test_staff_find_work_on_every_list_of_their_desk(username: str, title: str) -> None:
    client = Client()
    client.force_login(User.objects.get(username=username))
    with time_machine.travel(MADE_AT, tick=False):
        desks = client.get(reverse("admin:index")).context["desks"]
    (desk,) = (desk for desk in desks if desk.title == title)
    assert [panel.title for panel in desk.panels if panel.count == 0] == []
    assert len(desk.panels) >= 8


def test_some_decisions_are_published_and_some_wait() -> None:
    assert Statement.objects.unpublished().count() == 18
    assert PublishedDecision.objects.published(at=MADE_AT).count() == 261


def test_improvements_are_in_every_status_and_some_faults_are_found_again() -> None:
    improvements = PublishedImprovement.objects.published(at=MADE_AT)
    statuses = dict(improvements.order_by().values_list("status").annotate(Count("pk")))
    assert statuses == {
        "due": 2, "on_time": 80, "late": 21, "not_carried_out": 6, "ceased": 29,
    }  # fmt: skip
    assert improvements.found_again(at=MADE_AT).count() == 28


def test_reports_are_answered_and_not_and_one_is_a_further_one() -> None:
    reports = PublishedDecision.objects.published(at=MADE_AT).with_report()
    followed = [
        (each.report_answered_on is not None, each.report_satisfied_on is not None)
        for each in reports.order_by("report_issued_on")
    ]
    assert followed == [(True, True), (True, False), (False, False), (True, False)]
    assert [each.report_is_further for each in reports.order_by("report_issued_on")][-1] is True


def test_demo_says_how_to_log_in(demonstration: list[str]) -> None:
    assert demonstration[-4:] == [
        "The demonstration is ready.",
        "Log in at http://127.0.0.1:8000/admin/",
        "User names: caseworker, manager, editor, approver, auditor, admin",
        "Password of each: demonstration-only",
    ]


def test_demo_again_keeps_what_there_is() -> None:
    before = Complaint.objects.count()
    said = io.StringIO()
    call_command("demo", stdout=said)
    assert said.getvalue().splitlines() == [
        "The demonstration of 2026-09-15 is here already and is kept.",
        "Log in at http://127.0.0.1:8000/admin/",
        "User names: caseworker, manager, editor, approver, auditor, admin",
        "Password of each: demonstration-only",
    ]
    assert Complaint.objects.count() == before
