"""Files taken in through pages: what is confirmed is what was looked at."""

import datetime as dt
import html
import io
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
import xlsxwriter
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.actions import lock_period
from casework.actions.cases import CaseworkImport, RemedyImport
from casework.actions.contacts import ContactImport
from casework.actions.files import CHANGED, KINDS, NEW, UNCHANGED
from casework.actions.uploads import (
    LARGEST_FILE,
    MOST_ROWS,
    Importing,
    Stale,
    confirm_upload,
    drop_old_uploads,
    keep_upload,
    preview_upload,
)
from casework.admin import imports
from casework.models import (
    Authority,
    BankHoliday,
    Change,
    Complainant,
    Complaint,
    Decision,
    ImportBatch,
    Population,
    Recommendation,
    Upload,
)
from casework.refusals import Refused
from tests.casework.files import CASEWORK, CONTACTS, POPULATIONS, REMEDIES, table
from tests.casework.staff import browser_of, make_staff
from tests.factories import (
    make_authority,
    make_chief_executive,
    make_decision,
    make_event,
    make_recommendation,
)

pytestmark = pytest.mark.django_db

OPEN = "20 001 234,example,housing,Homelessness,2020-05-01,,,,,"
UPHELD = "20 001 235,example,housing,,2020-05-01,upheld,2020-09-01,yes,satisfied,2020-12-01"
ADD = reverse("admin:casework_upload_add")
LIST = reverse("admin:casework_upload_changelist")


@pytest.fixture(autouse=True)
def today() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2021-06-01 12:00", tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def example(db: None) -> Authority:
    return make_authority("Example District Council", slug="example", gss_code="E07000001")


def make_manager(username: str = "manager") -> User:
    return make_staff(
        username, "casework.import_files", "casework.change_complaint", "casework.change_decision"
    )


def keep(
    content: bytes, by: User, importing: Importing = CaseworkImport, name: str = "a.csv"
) -> Upload:
    return keep_upload(importing=importing, content=content, name=name, by=by)


def page_of(upload: Upload) -> str:
    return reverse("admin:casework_upload_change", args=[upload.pk])


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# Previews ----------------------------------------------------------------------------------------


def test_preview_tells_each_row_and_what_would_change_in_it(example: Authority) -> None:
    user = make_manager()
    stored = make_decision(
        example, "not_upheld", reference="20 001 235", received_on=dt.date(2020, 5, 1),
        decided_on=dt.date(2020, 8, 1),
    )  # fmt: skip
    make_decision(example, "not_upheld", reference="20 001 236", received_on=dt.date(2020, 5, 1),
                  decided_on=dt.date(2020, 8, 1))  # fmt: skip
    same = "20 001 236,E07000001,housing,,2020-05-01,,,,,"
    preview = preview_upload(
        keep(table(CASEWORK, OPEN, UPHELD, same, "20 1,nobody,x,,,,,,,"), user),
        importing=CaseworkImport,
    )

    assert (preview.result.new, preview.result.changed, preview.result.unchanged) == (1, 1, 1)
    assert preview.refused == 1
    [new], [changed], [unchanged] = (preview.rows[kind] for kind in KINDS)
    assert (new.number, new.label) == (2, "20 001 234")
    assert new.fields == (
        ("authority", "", "example"),
        ("category", "", "housing"),
        ("subcategory", "", "Homelessness"),
        ("received_on", "", "2020-05-01"),
        ("public subcategory", "", "Housing > Homelessness"),
    )
    assert (changed.number, changed.label) == (3, "20 001 235")
    assert changed.fields == (
        ("outcome", "not_upheld", "upheld"),
        ("decided_on", "2020-08-01", "2020-09-01"),
        ("remedied_by_authority", "no", "yes"),
        ("compliance", "", "satisfied"),
        ("compliance_recorded_on", "", "2020-12-01"),
    )
    assert (unchanged.number, unchanged.label, unchanged.fields) == (4, "20 001 236", ())
    assert [str(problem) for problem in preview.problems] == [
        "row 5, column received_on: blank; give a value",
        "row 5, column reference: '20 1' is not a reference; write YY NNN NNN".replace("'", ""),
        "row 5, column category: x is not one of adult_care_services, benefits_and_tax, "
        "corporate_and_other, education_and_childrens_services, environment_and_regulation, "
        "highways_and_transport, housing, planning_and_development, other",
    ]
    stored.refresh_from_db()
    assert stored.outcome == "not_upheld"
    assert Complaint.objects.count() == 2


def every_kind(example: Authority) -> list[tuple[str, bytes, dict[str, str]]]:
    """Of each kind of file a row that is new, one that changes and one that is stored already."""
    make_chief_executive(example, surname="Old")
    make_chief_executive(make_authority(slug="other", gss_code="E07000003"), surname="Same",
                         forenames="", email="", title="")  # fmt: skip
    decision = make_decision(example, reference="20 001 300", received_on=dt.date(2020, 5, 1),
                             decided_on=dt.date(2020, 8, 1))  # fmt: skip
    for text in ("Train staff.", "Train more staff."):
        make_recommendation(decision, text=text, due_on=dt.date(2020, 12, 1))
    BankHoliday.objects.all().delete()
    BankHoliday.objects.create(day=dt.date(2031, 1, 1), name="New Year")
    BankHoliday.objects.create(day=dt.date(2031, 12, 25), name="Christmas Day")
    Population.objects.create(authority=example, year=2018, residents=5, source="Example")
    from reviews.models import PublishedFigure

    for year in (2018, 2019):
        PublishedFigure.objects.create(
            authority=example, year_ending=year, investigated=5, source="Example"
        )
    make_event("course", "care_provider", "other", title="Example", audience="other")
    figures = imports.KINDS["published_figures"].tables[0].columns
    blank = dict.fromkeys(figures, "")

    def figure(**values: str) -> str:
        return ",".join((blank | values).values())

    bodies = imports.KINDS["authorities"].tables[1].columns
    make_authority("Same Fire Authority", slug="same", gss_code=None, authority_type="fire")
    nothing = dict.fromkeys(bodies, "")

    def body(**values: str) -> str:
        return ",".join((nothing | values).values())

    return [
        ("contacts", table(
            CONTACTS,
            "example,link_officer,,,New,,,2020-01-01,",
            "example,chief_executive,,,Changed,,,2010-01-01,",
            "other,chief_executive,,,Same,,,2010-01-01,",
        ), {"surname": "Old > Changed"}),
        ("remedies", table(
            REMEDIES,
            "20001300,personal,apology,Say sorry to Zeno.,,2020-12-01,",
            "20001300,service_improvement,training_or_guidance,Train staff.,,2020-12-24,",
            "20001300,service_improvement,training_or_guidance,Train more staff.,,2020-12-01,",
        ), {"due_on": "2020-12-01 > 2020-12-24"}),
        ("populations", table(
            POPULATIONS,
            "E07000001,2020,100,ONS", "E07000001,2019,7,Example estimate",
            "E07000001,2018,5,Example",
        ), {"population": "100000 > 7"}),
        ("bank holidays", table(
            "date,name", "2031-04-11,Good Friday", "2031-01-01,New Year’s Day",
            "2031-12-25,Christmas Day",
        ), {"name": "New Year > New Year’s Day"}),
        ("authorities", table(
            ",".join(bodies),
            body(slug="new-fire", name="New Fire Authority", body_type="fire"),
            body(slug="same", name="Renamed Fire Authority", body_type="fire"),
            body(slug="other", name=Authority.objects.get(slug="other").official_name,
                 body_type="district"),
        ), {"official_name": "Same Fire Authority > Renamed Fire Authority"}),
        ("published_figures", table(
            ",".join(figures),
            figure(authority="example", year_ending="2017", investigated="5", source="Example"),
            figure(authority="example", year_ending="2018", investigated="6", source="Example"),
            figure(authority="example", year_ending="2019", investigated="5", source="Example"),
        ), {"investigated": "5 > 6"}),
        ("learning_events", table(
            "kind,title,place,held_on,audience,authority,sector,people",
            *(f"course,Example,Leeds,2019-10-01,other,,{row}"
              for row in ("voluntary,4", "care_provider,2", "other,1")),
        ), {"people": "1 > 2"}),
    ]  # fmt: skip


def test_every_kind_of_file_tells_what_its_rows_do(example: Authority) -> None:
    user = make_manager()
    cases = every_kind(example)
    assert {name for name, _, _ in cases} | {"casework"} == set(imports.KINDS)
    for name, content, changes in cases:
        importing = imports.KINDS[name].importing
        preview = preview_upload(keep(content, user, importing), importing=importing)
        assert preview.problems == [], name
        numbers = {kind: [row.number for row in rows] for kind, rows in preview.rows.items()}
        assert numbers == {NEW: [2], CHANGED: [3], UNCHANGED: [4]}, name
        [changed] = preview.rows[CHANGED]
        assert {column: f"{a} > {b}" for column, a, b in changed.fields} == changes, name
        assert preview.rows[NEW][0].fields, name


def test_preview_repeats_no_personal_remedy(example: Authority) -> None:
    make_decision(example, reference="20 001 300", received_on=dt.date(2020, 5, 1),
                  decided_on=dt.date(2020, 8, 1))  # fmt: skip
    row = "20001300,personal,apology,Say sorry to Zeno.,250,2020-12-01,"
    upload = keep(table(REMEDIES, row), make_manager(), RemedyImport)
    [new] = preview_upload(upload, importing=RemedyImport).rows[NEW]
    assert new.label == "20 001 300, personal, apology"
    assert new.fields == (("amount", "", "250"), ("due_on", "", "2020-12-01"))


def test_preview_warns_of_names_in_improvements_as_publication_does(example: Authority) -> None:
    for number in (300, 301):
        decision = make_decision(
            example, reference=f"20 001 {number}", received_on=dt.date(2020, 5, 1),
            decided_on=dt.date(2020, 8, 1),
        )  # fmt: skip
        if number == 300:
            Complainant.objects.create(complaint=decision.complaint, name="Zeno Fictional")
    improvement = "service_improvement,training_or_guidance,Train those who met Zeno.,,2020-12-01,"
    rows = (
        "20001300,personal,apology,Say sorry to Zeno.,250,2020-12-01,",
        f"20001300,{improvement}",
        f"20001301,{improvement}",
        "20001300,service_improvement,training_or_guidance,Train staff.,,2020-12-01,",
    )
    manager = make_manager()
    upload = keep(table(REMEDIES, *rows), manager, RemedyImport)
    preview = preview_upload(upload, importing=RemedyImport)
    warning = (
        "row 3, column text: the name of who complained seems to stand in “Train those who met "
        "Zeno.”: nothing of this case is published until somebody has checked it."
    )
    assert ([str(each) for each in preview.warnings], preview.warned) == ([warning], 1)
    assert not preview.is_refused
    page = browser_of(User.objects.create_superuser("root")).get(page_of(upload)).content.decode()
    assert warning in html.unescape(page)
    assert '<h2 id="warned">1 warning</h2>' in page
    confirm_upload(upload_pk=upload.pk, importing=RemedyImport, digest=preview.digest, by=manager)
    assert Recommendation.objects.count() == 4


def test_long_previews_say_how_many_rows_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casework.actions.uploads.ROWS_SHOWN", 2)
    rows = [f"20 001 {number},example,housing,,2020-05-01,,,,," for number in range(100, 105)]
    user = User.objects.create_superuser("root")
    upload = keep(table(CASEWORK, *rows), user)
    response = browser_of(user).get(page_of(upload))
    sections = {each.name: (each.count, len(each.rows), each.more) for each in
                response.context["sections"]}  # fmt: skip
    assert sections == {NEW: (5, 2, 3), CHANGED: (0, 0, 0), UNCHANGED: (0, 0, 0)}
    assert "<p>And 3 more.</p>" in response.content.decode()


def test_file_that_no_pass_can_read_on_is_one_problem_at_its_place() -> None:
    preview = preview_upload(keep(b"reference;x\n", make_manager()), importing=CaseworkImport)
    [problem] = preview.problems
    assert (problem.row, problem.column) == (1, "")
    assert problem.message == "no header; separate the columns with commas"
    assert preview.refused == 1


# Keeping -----------------------------------------------------------------------------------------


def workbook(*rows: list[Any]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("Cases")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def test_spreadsheet_meets_the_same_rules_as_csv() -> None:
    user = make_manager()
    rows = [
        [20001234, "example", "housing", "", "2020-05-01", "", "", "", "", ""],
        [20001235, "nobody", "housing", "", "2020-05-01", "", "", "", "", ""],
    ]
    upload = keep(workbook(CASEWORK.split(","), *rows), user, name="cases.xlsx")
    as_csv = keep(table(CASEWORK, *(",".join(map(str, row)) for row in rows)), user)
    assert bytes(upload.content).decode() == bytes(as_csv.content).decode()
    previews = [preview_upload(each, importing=CaseworkImport) for each in (upload, as_csv)]
    assert previews[0] == previews[1]
    assert [str(each) for each in previews[0].problems] == [
        "row 3, column authority: nobody is not an authority known here; give its slug or GSS code"
    ]


def test_file_over_a_limit_is_refused_with_what_to_do_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = make_manager()
    with pytest.raises(Refused) as caught:
        keep(b"x" * (LARGEST_FILE + 1), user)
    assert caught.value.problems == [
        "a.csv: larger than 5 MB; divide it, or take it in as CSV with the command import_casework"
    ]
    assert Upload.objects.count() == 0
    assert MOST_ROWS == 20_000
    monkeypatch.setattr("casework.actions.uploads.MOST_ROWS", 2)
    monkeypatch.setattr("casework.actions.uploads.PROBLEMS_KEPT", 1)
    assert preview_upload(keep(table(CASEWORK, OPEN, UPHELD), user),
                          importing=CaseworkImport).problems == []  # fmt: skip
    preview = preview_upload(
        keep(table(CASEWORK, OPEN, OPEN, UPHELD), user), importing=CaseworkImport
    )
    assert preview.problems_found == 2
    assert str(preview.problems[0]) == (
        "row 4: more than 2 rows; divide the file, or take it in with the command import_casework"
    )


def test_uploads_are_forgotten_after_a_day(today: time_machine.Traveller) -> None:
    user = make_manager()
    upload = keep(table(CASEWORK, OPEN), user)
    today.shift(dt.timedelta(days=1))
    assert drop_old_uploads() == 0
    today.shift(dt.timedelta(seconds=1))
    client = browser_of(user)
    assert said(client.get(page_of(upload))) == [
        "This file is taken in, dropped or more than a day old: upload it again."
    ]
    assert Upload.objects.count() == 0


# Confirming --------------------------------------------------------------------------------------


def test_confirmed_file_is_taken_in_once_with_its_history() -> None:
    user = make_manager()
    upload = keep(table(CASEWORK, OPEN, UPHELD), user, name="cases.csv")
    digest = preview_upload(upload, importing=CaseworkImport).digest
    result = confirm_upload(
        upload_pk=upload.pk, importing=CaseworkImport, digest=digest, by=user, reason=" Year end "
    )
    assert (result.new, result.changed, result.unchanged) == (2, 0, 0)
    batch = ImportBatch.objects.get()
    assert (batch.imported_by, batch.reason, batch.sha256) == (user, "Year end", upload.sha256)
    assert batch.batch is not None
    assert (batch.batch.begun_by, batch.batch.reason) == (user, "Year end")
    changes = Change.objects.filter(batch=batch.batch).values_list("record", "action")
    assert sorted(changes) == [
        ("casework.complaint", "+"), ("casework.complaint", "+"), ("casework.complaint", "~"),
        ("casework.decision", "+"),
    ]  # fmt: skip
    assert Upload.objects.count() == 0
    with pytest.raises(Refused, match="taken in or dropped already"):
        confirm_upload(upload_pk=upload.pk, importing=CaseworkImport, digest=digest, by=user)


def test_file_with_another_effect_by_now_is_shown_again_and_not_taken_in(
    example: Authority,
) -> None:
    user = make_manager()
    upload = keep(table(CASEWORK, OPEN, UPHELD), user)
    digest = preview_upload(upload, importing=CaseworkImport).digest
    make_decision(example, "not_upheld", reference="20 001 235", received_on=dt.date(2020, 5, 1),
                  decided_on=dt.date(2020, 8, 1))  # fmt: skip
    with pytest.raises(Stale):
        confirm_upload(upload_pk=upload.pk, importing=CaseworkImport, digest=digest, by=user)
    assert list(Complaint.objects.values_list("reference", flat=True)) == ["20 001 235"]

    response = browser_of(user).post(page_of(upload), {"digest": digest, "reason": "As agreed"})
    text = response.content.decode()
    assert "the file would now do something else. Look at it again." in text
    assert 'value="As agreed"' in text
    assert response.context["preview"].result.changed == 1
    assert ImportBatch.objects.count() == 0

    digest = response.context["preview"].digest
    response = browser_of(user).post(page_of(upload), {"digest": digest, "reason": "As agreed"})
    assert said(response) == ["a.csv: 1 new, 1 changed, 0 unchanged."]
    assert Decision.objects.get().outcome == "upheld"


def test_file_that_was_stored_by_another_way_meanwhile_is_stale() -> None:
    user = make_manager()
    first, second = (keep(table(CASEWORK, OPEN), user) for _ in range(2))
    digest = preview_upload(first, importing=CaseworkImport).digest
    confirm_upload(upload_pk=first.pk, importing=CaseworkImport, digest=digest, by=user)
    with pytest.raises(Stale):
        confirm_upload(upload_pk=second.pk, importing=CaseworkImport, digest=digest, by=user)
    assert ImportBatch.objects.count() == 1
    assert Upload.objects.get() == second


def test_frozen_years_need_a_reason_which_changes_no_preview(example: Authority) -> None:
    lock_period(year=2021, first_day=dt.date(2020, 4, 1), last_day=dt.date(2021, 3, 31))
    user = make_manager()
    ceased = UPHELD.replace("yes,satisfied", "yes,ceased")
    upload = keep(table(CASEWORK, ceased), user)
    client = browser_of(user)
    response = client.get(page_of(upload))
    assert response.context["preview"].frozen_years == [2021]
    assert "cases of years whose figures are frozen\n                      (2021)" in (
        response.content.decode()
    )
    digest = response.context["preview"].digest
    response = client.post(page_of(upload), {"digest": digest, "reason": " "})
    assert response.context["problems"] == [
        "row 2, column reference: 20 001 235 counts in 2021, whose figures are frozen; say why it "
        "changes: give the import a reason"
    ]
    assert Complaint.objects.count() == 0
    response = client.post(page_of(upload), {"digest": digest, "reason": "Came late"})
    assert said(response) == ["a.csv: 1 new, 0 changed, 0 unchanged."]
    assert Decision.objects.get().compliance_note == "Came late"


def test_nothing_to_change_offers_no_confirmation() -> None:
    user = make_manager()
    upload = keep(table(CASEWORK, OPEN), user)
    digest = preview_upload(upload, importing=CaseworkImport).digest
    confirm_upload(upload_pk=upload.pk, importing=CaseworkImport, digest=digest, by=user)
    response = browser_of(user).get(page_of(keep(table(CASEWORK, OPEN), user)))
    text = response.content.decode()
    assert "There is nothing to take in: all of it is stored already." in text
    assert 'name="confirm"' not in text


# Pages -------------------------------------------------------------------------------------------


def post_file(client: Client, content: bytes, kind: str = "casework", name: str = "a.csv") -> Any:
    return client.post(ADD, {"kind": kind, "file": SimpleUploadedFile(name, content)})


def test_three_bad_rows_in_five_hundred_are_refused_and_explained() -> None:
    user = make_manager()
    rows = [f"20 001 {n},example,housing,,2020-05-01,,,,," for n in range(100, 600)]
    rows[10] = rows[10].replace("housing", "houses")
    rows[200] = rows[200].replace("2020-05-01", "01/05/2020")
    rows[499] = rows[499].replace("example", "nowhere")
    client = browser_of(user)
    response = post_file(client, table(CASEWORK, *rows))
    upload = Upload.objects.get()
    assert response.url == page_of(upload)
    page = client.get(response.url)
    text = page.content.decode()
    preview = page.context["preview"]
    assert (preview.result.new, preview.refused, preview.problems_found) == (497, 3, 3)
    assert [(each.row, each.column) for each in page.context["shown"]] == [
        (12, "category"), (202, "received_on"), (501, "authority"),
    ]  # fmt: skip
    assert "<td>01/05/2020 is not a date; write YYYY-MM-DD</td>" in text
    assert 'name="confirm"' not in text
    # Asked all the same, it is refused again.
    page = client.post(page_of(upload), {"digest": preview.digest})
    assert len(page.context["problems"]) == 3
    assert Complaint.objects.count() == 0

    file = client.get(reverse("admin:casework_upload_problems", args=[upload.pk]))
    assert file["Content-Disposition"] == 'attachment; filename="problems.csv"'
    lines = file.content.decode().splitlines()
    assert lines[0] == "row,column,problem"
    assert lines[2] == "202,received_on,01/05/2020 is not a date; write YYYY-MM-DD"
    assert len(lines) == 4


def test_problems_file_runs_no_formula_and_page_no_markup() -> None:
    client = browser_of(make_manager())
    bad = "20 001 234,=cmd()<script>,housing,,2020-05-01,,,,,"
    upload = post_file(client, table(CASEWORK, bad)).url
    assert "=cmd()&lt;script&gt; is not an authority known here" in (
        client.get(upload).content.decode()
    )
    key = Upload.objects.get().pk
    file = client.get(reverse("admin:casework_upload_problems", args=[key])).content.decode()
    assert file.splitlines()[1].startswith("2,authority,'=cmd()<script> is not an authority")


def test_unreadable_spreadsheet_is_refused_on_the_form_and_not_kept() -> None:
    response = post_file(browser_of(make_manager()), b"PK\x03\x04rest", name="a.xlsx")
    assert response.context["form"].errors == {
        "file": [
            "a.xlsx: not a spreadsheet that can be read; choose an .xlsx or .ods file, or one "
            "saved as CSV UTF-8"
        ]
    }
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"kind", "file"}),
        ({"kind": "contacts"}, {"kind", "file"}),
        ({"kind": "casework", "file": SimpleUploadedFile("a.csv", b"")}, {"file"}),
    ],
)
def test_upload_form_says_what_is_missing(data: dict[str, Any], errors: set[str]) -> None:
    response = browser_of(make_manager()).post(ADD, data)
    assert set(response.context["form"].errors) == errors


def test_dropped_file_is_gone_and_nothing_taken_in() -> None:
    user = make_manager()
    upload = keep(table(CASEWORK, OPEN), user)
    response = browser_of(user).post(page_of(upload), {"drop": "1"})
    assert said(response) == ["a.csv was dropped."]
    assert (Upload.objects.count(), Complaint.objects.count()) == (0, 0)


def test_pages_are_for_those_who_may_take_in_that_kind() -> None:
    owner = make_manager()
    upload = keep(table(CASEWORK, OPEN), owner)
    digest = preview_upload(upload, importing=CaseworkImport).digest
    addresses = (page_of(upload), reverse("admin:casework_upload_problems", args=[upload.pk]))
    for number, (permissions, list_, add) in enumerate((
        (("view_importbatch",), 403, 403),
        (("change_complaint", "change_decision"), 403, 403),
        (("import_files",), 200, 403),
        (("import_files", "change_complaint"), 200, 403),
        (("import_files", "change_contact"), 200, 200),
    )):  # fmt: skip
        client = browser_of(
            make_staff(f"one-{number}", *(f"casework.{each}" for each in permissions))
        )
        assert [client.get(each).status_code for each in addresses] == [403, 403]
        assert client.post(page_of(upload), {"digest": digest}).status_code == 403
        assert client.get(LIST).status_code == list_
        assert client.get(ADD).status_code == add
    assert Upload.objects.count() == 1
    assert Client().get(page_of(upload)).status_code == 302
    # Another person who may take in casework confirms it, in that person's name.
    other = make_manager("other")
    browser_of(other).post(page_of(upload), {"digest": digest})
    assert ImportBatch.objects.get().imported_by == other


def test_list_shows_what_a_person_may_take_in_and_costs_the_same_for_one_and_three(
    django_assert_num_queries: Any,
) -> None:
    user = make_manager()
    client = browser_of(user)
    keep(b"x", make_manager("other"), ContactImport)
    for number in (1, 2):
        for _ in range(number):
            keep(table(CASEWORK, OPEN), user)
        with django_assert_num_queries(11):
            response = client.get(LIST)
        shown = response.context["cl"]
        assert {upload.kind for upload in shown.result_list} == {"casework"}
        assert shown.result_count == Upload.objects.count() - 1


def test_an_upload_that_never_was_is_not_there() -> None:
    client = browser_of(make_manager())
    for key in ("1", "0", "x", "9" * 30):
        assert client.get(reverse("admin:casework_upload_change", args=[key])).status_code == 302
        address = reverse("admin:casework_upload_problems", args=[key])
        assert client.get(address).status_code == 404


def test_upload_page_names_columns_and_commands_of_what_a_person_may_take_in() -> None:
    text = browser_of(make_manager()).get(f"{ADD}?kind=casework").content.decode()
    assert '<option value="casework" selected>Casework</option>' in text
    assert "import_casework" in text
    assert "import_contacts" not in text
    assert timezone.localdate() == dt.date(2021, 6, 1)
