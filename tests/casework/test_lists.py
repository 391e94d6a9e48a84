"""What lists have in common: filters at once, saved filters, and the list as a file."""

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.safestring import SafeString
from python_calamine import CalamineWorkbook

from casework import sheets
from casework.actions.saved_filters import save_filter
from casework.admin.exports import plain
from casework.models import (
    Authority,
    Complainant,
    Complaint,
    Decision,
    ImportBatch,
    Look,
    Recommendation,
    SavedFilter,
    Team,
)
from casework.refusals import Refused
from casework.sheets import harmless, write_csv, write_xlsx
from reviews.models import Round
from tests.casework.staff import (
    CHANGE_CASES,
    MANAGE_CASES,
    VIEW_CASES,
    browser_of,
    make_staff,
    page_of,
    told,
)
from tests.factories import (
    make_authority,
    make_complaint,
    make_decision,
    make_recommendation,
    make_round,
)

pytestmark = pytest.mark.django_db

COMPLAINTS = page_of(Complaint, "changelist")


@pytest.fixture
def manager() -> User:
    return make_staff("manager", *MANAGE_CASES)


@pytest.fixture
def client(manager: User) -> Client:
    return browser_of(manager)


def references(response: Any) -> list[str]:
    return sorted(row.reference for row in response.context["cl"].result_list)


# Filters ------------------------------------------------------------------------------------------


def test_form_of_filters_applies_several_at_once(client: Client, manager: User) -> None:
    authority = make_authority()
    wanted = make_complaint(authority, caseworker=manager, category="other")
    make_complaint(authority, caseworker=manager)
    make_complaint(authority, category="other")
    listed = client.get(COMPLAINTS, {"q": "19"})
    fields = {field.title: field for field in listed.context["cl"].filter_fields}
    parts = [
        next(c.part for c in fields[title].choices if c.label == label)
        for title, label in (("caseworker", "Me"), ("category", "Other"), ("stage", "All"))
    ]
    assert parts == ["caseworker=me", "category__exact=other", ""]
    sent = client.get(COMPLAINTS, {"_by": parts, "q": "19", "o": "1", "p": "3"})
    assert (sent.status_code, sent.url) == (  # type: ignore[attr-defined]
        302, f"{COMPLAINTS}?q=19&o=1&caseworker=me&category__exact=other",
    )  # fmt: skip
    shown = client.get(sent.url)  # type: ignore[attr-defined]
    assert references(shown) == [wanted.reference]
    assert shown.context["cl"].kept_parameters == [("q", "19"), ("o", "1")]
    chosen = {
        field.title: [choice.label for choice in field.choices if choice.is_chosen]
        for field in shown.context["cl"].filter_fields
    }
    assert chosen == {
        "stage": ["All"],
        "caseworker": ["Me"],
        "team": ["All"],
        "allocation": ["All"],
        "received in the year ending 31 March": ["All"],
        "category": ["Other"],
        "authority type": ["All"],
        "region": ["All"],
    }


def test_filters_in_force_are_shown_with_a_link_out_of_each(client: Client) -> None:
    authority = make_authority("Example <City> Council")
    response = client.get(
        COMPLAINTS,
        {
            "caseworker": "nobody", "stage": "open", "authority__id__exact": str(authority.pk),
            "received": "1066", "q": "x", "o": "1",
        },
    )  # fmt: skip
    shown = [(each.title, each.value) for each in response.context["cl"].in_force]
    assert shown == [
        ("Stage", "Open: before the decision"),
        ("Caseworker", "Nobody"),
        ("Received in the year ending 31 March", "something unknown"),
        ("Authority", "Example <City> Council"),
    ]
    assert response.context["cl"].in_force[0].without == (
        f"?caseworker=nobody&authority__id__exact={authority.pk}&received=1066&q=x&o=1"
    )
    assert response.context["cl"].without_filters == "?q=x&o=1"
    page = response.content.decode()
    assert "Authority: <strong>Example &lt;City&gt; Council</strong>" in page
    assert ">Clear all</a>" in page
    assert "Clear all" not in client.get(COMPLAINTS).content.decode()


@pytest.mark.parametrize(
    "model",
    [
        model
        for model in admin.site._registry
        if model._meta.app_label in {"casework", "reviews"}  # the others are Django's own
    ],
)
def test_every_list_has_a_field_for_each_filter(model: Any) -> None:
    """Also lists of reviews; each choice leads where the stock link of Django leads."""
    make_round()
    boss = User.objects.create_superuser("boss")
    browser, address = browser_of(boss), page_of(model, "changelist")
    listed = browser.get(address).context["cl"]
    assert [field.title for field in listed.filter_fields] == [
        str(spec.title) for spec in listed.filter_specs
    ]
    for field in listed.filter_fields:
        for choice in field.choices:
            sent = browser.get(address, {"_by": choice.part})
            shown = browser.get(sent.url).context["cl"]  # type: ignore[attr-defined]
            (same,) = [f for f in shown.filter_fields if f.title == field.title]
            assert choice.label in [c.label for c in same.choices if c.is_chosen]
            assert bool(shown.in_force) is bool(choice.part)


@pytest.mark.parametrize(
    "query", ["stage__exact=%00", "q=%00", "p=999", "authority__id__exact=x", "o=9.9"]
)
def test_list_asked_for_nonsense_shows_itself_whole_and_says_so(client: Client, query: str) -> None:
    make_complaint(make_authority())
    response = client.get(f"{COMPLAINTS}?{query}", follow=True)
    assert response.status_code == 200
    assert response.context["cl"].result_count == 1
    if response.redirect_chain:
        assert told(response) == [
            "The address asked for a filter or a page that this list does not have, so the whole "
            "list is shown: choose its filters again."
        ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("caseworker=me", {"mine"}),
        ("caseworker=nobody", {"free"}),
        ("caseworker={other}", {"theirs"}),
        ("caseworker=²", set()),
        ("caseworker=99999999999999999999", set()),
        ("team=mine", {"mine"}),
        ("team=none", {"free", "theirs"}),
        ("team={team}", {"mine"}),
        ("stage=assessment", {"theirs"}),
        ("stage=open", {"mine", "free", "theirs"}),
        ("stage=not_closed", {"mine", "free", "theirs"}),
        ("stage=closed", set()),
        ("stage=<b>", set()),
    ],
)
def test_complaints_are_filtered_by_who_works_on_them(
    client: Client, manager: User, query: str, expected: set[str]
) -> None:
    authority, other, team = make_authority(), make_staff("other"), Team.objects.create(name="A")
    team.members.add(manager)
    made = {
        "mine": make_complaint(authority, caseworker=manager, team=team),
        "free": make_complaint(authority),
        "theirs": make_complaint(authority, caseworker=other),
    }
    Complaint.objects.filter(pk=made["theirs"].pk).update(stage="assessment")
    response = client.get(f"{COMPLAINTS}?{query.format(other=other.pk, team=team.pk)}")
    rows = response.context["cl"].result_list
    assert {name for name, each in made.items() if each in rows} == expected


def test_filter_form_in_a_popup_stays_there(client: Client) -> None:
    response = client.get(page_of(Authority, "changelist"), {"_popup": "1", "_to_field": "id"})
    assert response.status_code == 403  # no permission for authorities
    response = client.get(COMPLAINTS, {"_popup": "1"})
    assert ("_popup", "1") in response.context["cl"].kept_parameters
    assert "Save these filters" not in response.content.decode()


# Saved filters ------------------------------------------------------------------------------------


def save(client: Client, **values: Any) -> Any:
    data = {"name": "Mine", "query": "caseworker=me&p=3&_popup=1"} | values
    return client.post(page_of(Complaint, "save_filter"), data)


def test_filters_are_saved_and_open_the_list_they_were_saved_from(
    client: Client, manager: User
) -> None:
    make_complaint(make_authority(), caseworker=manager)
    make_complaint(make_authority())
    response = save(client, name="  My   <b>cases</b> ", is_shared="yes")
    assert (response.url, told(response)) == (
        f"{COMPLAINTS}?caseworker=me", ["Saved as “My <b>cases</b>”."],
    )  # fmt: skip
    (stored,) = SavedFilter.objects.values("owner", "name", "record", "query", "is_shared")
    assert stored == {
        "owner": manager.pk,
        "name": "My <b>cases</b>",
        "record": "casework.complaint",
        "query": "caseworker=me",
        "is_shared": True,
    }
    shown = client.get(COMPLAINTS)
    (found,) = shown.context["cl"].saved_filters
    assert (found.address, found.count, found.is_own) == (
        f"{COMPLAINTS}?caseworker=me", "1", True,
    )  # fmt: skip
    assert "My &lt;b&gt;cases&lt;/b&gt;" in shown.content.decode()


def test_words_searched_for_are_not_saved(client: Client) -> None:
    shown = client.get(f"{COMPLAINTS}?q=Zeno&caseworker=me")
    assert shown.context["cl"].query_to_save == "caseworker=me"
    assert "The words searched for are not saved with them." in shown.content.decode()
    save(client, query="q=Zeno&caseworker=me&o=1")
    assert SavedFilter.objects.get().query == "caseworker=me&o=1"
    assert client.get(f"{COMPLAINTS}?q=Zeno").context["cl"].query_to_save == ""


def test_filters_of_a_list_of_people_are_not_saved() -> None:
    see = ("casework.view_complainant", "casework.add_savedfilter")
    client = browser_of(make_staff("seer", *see))
    shown = client.get(page_of(Complainant, "changelist", complaint__gt="0"))
    assert not shown.context["cl"].may_save
    data = {"name": "Mine", "query": "complaint__gt=0"}
    assert client.post(page_of(Complainant, "save_filter"), data).status_code == 403
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": "  "}, "Give the filters a name."),
        ({"name": "x" * 101}, "A name has at most 100 characters."),
        ({"query": ""}, "There is nothing to save: choose a filter first."),
        ({"query": "p=2&e=1"}, "There is nothing to save: choose a filter first."),
        ({"query": "stage=" + "x" * 2000}, "These are too many filters to save."),
        ({"query": "nonsense=1"}, "This list does not have these filters."),
        ({"query": "complainant__name=Zeno"}, "This list does not have these filters."),
        ({"query": "received_on__gte=' OR 1=1 --"}, "This list does not have these filters."),
        ({"query": "stage__exact=%00"},
         "The filters of this address hold a character that no record has."),
    ],
)  # fmt: skip
def test_filters_that_cannot_be_saved_are_refused(
    client: Client, values: dict[str, str], problem: str
) -> None:
    assert told(save(client, **values)) == [f"The filters were not saved. {problem}"]
    assert not SavedFilter.objects.exists()


def test_name_of_saved_filters_is_given_once(client: Client, manager: User) -> None:
    save(client)
    assert told(save(client, query="stage=open"))[-1] == (
        "The filters were not saved. You have filters called “Mine” for this list: choose another "
        "name."
    )
    assert SavedFilter.objects.get().query == "caseworker=me"
    save(browser_of(make_staff("other", *CHANGE_CASES)))
    assert SavedFilter.objects.count() == 2


def test_filters_are_saved_by_those_only_who_may_see_the_list() -> None:
    for permissions in ((), VIEW_CASES, ("casework.add_savedfilter",)):
        client = browser_of(make_staff(f"user {len(permissions)}", *permissions))
        assert save(client).status_code == 403
    assert not SavedFilter.objects.exists()
    assert browser_of(make_staff("m", *MANAGE_CASES)).get(
        page_of(Complaint, "save_filter")
    ).status_code == 403  # fmt: skip


@pytest.mark.parametrize(
    "query", ["nonsense=1", "received_on__gte=x", "authority__id__exact=x%00", "complainant__x=1"]
)
def test_saved_filters_that_no_longer_work_say_so(
    client: Client, manager: User, query: str
) -> None:
    stored = SavedFilter.objects.create(
        owner=manager, name="Old", record="casework.complaint", query=query
    )
    (shown,) = client.get(COMPLAINTS).context["cl"].saved_filters
    assert (shown.address, shown.count) == ("", "no longer works")
    page = client.get(page_of(SavedFilter, "change", stored.pk)).content.decode()
    assert "This filter no longer works: its list does not have what it asks for." in page
    SavedFilter.objects.update(record="casework.gone")
    listed = client.get(page_of(SavedFilter, "changelist"))
    assert listed.context["cl"].result_count == 0


def test_saved_filters_count_no_further_than_a_thousand(
    client: Client, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.admin.lists.COUNTED", 2)
    save_filter(by=manager, name="All", record="casework.complaint", query="stage=open",
                is_shared=False)  # fmt: skip
    counts = []
    for _ in range(3):
        make_complaint(make_authority())
        counts.append(client.get(COMPLAINTS).context["cl"].saved_filters[0].count)
    assert counts == ["1", "2", "more than 2"]


def test_owner_renames_and_deletes_saved_filters_and_nobody_else() -> None:
    owner, other = make_staff("owner", *CHANGE_CASES), make_staff("other", *CHANGE_CASES)
    shared, private = (
        save_filter(by=owner, name=name, record="casework.complaint", query="stage=open",
                    is_shared=name == "Shared")
        for name in ("Shared", "Private")
    )  # fmt: skip
    theirs, own = browser_of(other), browser_of(owner)
    assert theirs.get(page_of(SavedFilter, "change", shared.pk)).status_code == 200
    for row, code in ((shared, 403), (private, 302)):
        change = theirs.post(page_of(SavedFilter, "change", row.pk), {"name": "Hers"})
        delete = theirs.post(page_of(SavedFilter, "delete", row.pk), {"post": "yes"})
        assert (change.status_code, delete.status_code) == (code, code)
    assert sorted(SavedFilter.objects.values_list("name", flat=True)) == ["Private", "Shared"]
    taken = own.post(page_of(SavedFilter, "change", private.pk), {"name": " Shared "})
    assert taken.context["adminform"].form.errors == {
        "name": ["You have filters of this name for this list: choose another."]
    }
    own.post(page_of(SavedFilter, "change", private.pk), {"name": "Open", "is_shared": "on"})
    assert SavedFilter.objects.values_list("name", "is_shared").get(pk=private.pk) == (
        "Open", True,
    )  # fmt: skip
    own.post(page_of(SavedFilter, "delete", shared.pk), {"post": "yes"})
    assert list(SavedFilter.objects.all()) == [private]


def test_saved_filters_of_lists_one_may_not_see_are_not_shown() -> None:
    owner = make_staff("owner", *MANAGE_CASES)
    SavedFilter.objects.create(
        owner=owner, name="Batches", record="casework.importbatch", query="kind=x", is_shared=True
    )
    other = browser_of(make_staff("other", *CHANGE_CASES))
    assert other.get(page_of(SavedFilter, "changelist")).context["cl"].result_count == 0


# Files --------------------------------------------------------------------------------------------

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x")')


def rows_of_csv(response: Any) -> list[list[str]]:
    content = b"".join(response.streaming_content).decode("utf-8")
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content[1:], newline="")))


def rows_of_xlsx(response: Any) -> list[list[Any]]:
    content = b"".join(response.streaming_content)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def export(client: Client, model: Any, ending: str, **query: str) -> Any:
    return client.get(page_of(model, "export", ending, **query))


def test_list_is_taken_away_as_filtered(client: Client, manager: User) -> None:
    authority = make_authority("Example Council", gss_code="E07000146", region="E12000006")
    make_complaint(authority, reference="20 000 003", subcategory="Damp", caseworker=manager)
    make_complaint(authority, reference="20 000 002", caseworker=manager)
    make_decision(authority, reference="20 000 001")
    make_complaint(authority, category="other")
    response = export(client, Complaint, "csv", category__exact="housing", o="1", q="20", p="7")
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="complaints-{timezone.localdate()}.csv"'
    )
    rows = rows_of_csv(response)
    headings = [
        "Reference", "Received", "Stage", "Caseworker", "Outcome", "Authority", "Category",
        "Subcategory", "Public subcategory: Name", "Team", "Authority: GSS code",
        "Authority: Authority type", "Authority: Region",
    ]  # fmt: skip
    of_authority = ["E07000146", "District council", "East of England"]
    assert rows == [
        headings,
        ["20 000 001", "2019-05-01", "Closed", "", "Upheld", "Example Council", "Housing", "", "",
         "", *of_authority],
        ["20 000 002", "2019-05-01", "Intake", "manager", "", "Example Council", "Housing", "", "",
         "", *of_authority],
        ["20 000 003", "2019-05-01", "Intake", "manager", "", "Example Council", "Housing", "Damp",
         "", "", *of_authority],
    ]  # fmt: skip
    sheet = rows_of_xlsx(export(client, Complaint, "xlsx", category__exact="housing", o="1"))
    assert sheet[0] == headings
    assert sheet[3][:4] == ["20 000 003", dt.date(2019, 5, 1), "Intake", "manager"]
    looks = list(Look.objects.order_by("pk").values_list("seen_by", "what", "detail", "rows"))
    assert looks == [
        (manager.pk, "export", "casework.complaint as CSV: category__exact=housing, a search", 3),
        (manager.pk, "export", "casework.complaint as XLSX: category__exact=housing", 3),
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_a_file_can_run(client: Client, ending: str, text: str) -> None:
    authority = make_authority(text, gss_code=None)
    for _ in range(3):
        make_complaint(authority, subcategory=text)
    response = export(client, Complaint, ending)
    if ending == "csv":
        headings, *rows = rows_of_csv(response)
    else:
        content = b"".join(response.streaming_content)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        headings, *rows = [[str(cell) for cell in row] for row in sheet.to_python()]
        xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in xml
        assert b"hyperlink" not in xml
    assert len(rows) == 3
    for row in rows:
        for heading in ("Authority", "Subcategory"):
            found = row[headings.index(heading)].replace("\r\n", "\n").replace("_x000D_", "\r")
            assert found[0] == "'"
            assert found[1:].strip() == text.strip()


BLANKS = [
    " ", "   ", "\u00a0", "\u2003", "\u3000", "\u2028", "\x0b", "\x00", "\u200b", "\u200e",
    "\u2060", "\ufeff", "\u00ad", "\u202e", " \u200b\u00a0",
]  # fmt: skip


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_formula_after_blanks_gets_an_apostrophe(blank: str, sign: str) -> None:
    text = f"{blank}{sign}HYPERLINK(1)"
    assert harmless(text) == f"'{text}"
    assert harmless(f"{blank}a{sign}1") == f"{blank}a{sign}1"
    file = io.BytesIO()
    write_csv(file, ["a", "b"], [[text, -5]])
    assert file.getvalue().decode().splitlines()[-1].endswith(",-5")
    assert f"'{text}" in file.getvalue().decode()


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"), ("-5", "'-5"), ("+44 20 7000", "'+44 20 7000"), ("@x", "'@x"),
        ("\tx", "'\tx"), ("\rx", "'\rx"), ("a=1", "a=1"), ("'=1", "'=1"), ("", ""), ("5", "5"),
    ],
)  # fmt: skip
def test_text_that_begins_like_a_formula_gets_an_apostrophe(text: str, safe: str) -> None:
    assert harmless(text) == safe


def test_numbers_days_and_instants_stay_what_they_are() -> None:
    instant = dt.datetime(2026, 7, 1, 12, 30, tzinfo=dt.UTC)
    row: list[sheets.Cell] = [
        -5,
        Decimal("-1.50"),
        2.5,
        dt.date(2026, 7, 1),
        instant,
        None,
        "x",
        10**16,
    ]
    file = io.BytesIO()
    assert write_csv(file, ["a"], [list(row)]) == 1
    assert file.getvalue().decode() == (
        "\ufeffa\r\n-5,-1.50,2.5,2026-07-01,2026-07-01 13:30:00,,x,10000000000000000\r\n"
    )
    file = io.BytesIO()
    assert write_xlsx(file, list("abcdefgh"), [[*row, dt.date(1750, 1, 1)]]) == 1
    file.seek(0)
    (_, found) = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    assert found == [
        -5, -1.5, 2.5, dt.date(2026, 7, 1), dt.datetime(2026, 7, 1, 13, 30), "", "x",  # noqa: DTZ001
        "10000000000000000", "1750-01-01",
    ]  # fmt: skip


def test_cells_are_words_where_the_list_shows_signs() -> None:
    assert [plain(True), plain(False), plain(None)] == ["Yes", "No", None]
    assert plain(SafeString('<a href="/x">Page &amp; PDF</a>')) == "Page & PDF"


def test_sheet_too_small_for_a_list_is_refused_and_never_cut(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_complaint(make_authority())
    monkeypatch.setattr(sheets, "SHEET_ROWS", 4)
    assert len(rows_of_xlsx(export(client, Complaint, "xlsx"))) == 4
    monkeypatch.setattr(sheets, "SHEET_ROWS", 3)
    response = export(client, Complaint, "xlsx")
    assert told(response) == [
        "A spreadsheet has room for 2 rows and this list has more: take it as CSV, or filter it "
        "further."
    ]
    assert len(rows_of_csv(export(client, Complaint, "csv"))) == 4
    assert [look.rows for look in Look.objects.order_by("pk")] == [3, 3]


def test_text_too_long_for_a_cell_is_refused_and_never_cut() -> None:
    fits = "x" * 32_767
    assert write_xlsx(io.BytesIO(), ["a"], [[fits]]) == 1
    with pytest.raises(Refused, match="Row 2 holds a text longer than the 32,767 characters"):
        write_xlsx(io.BytesIO(), ["a"], [["x"], [fits + "x"]])


def test_lists_of_reviews_are_taken_away_with_the_permission_of_letters() -> None:
    make_round()
    client = browser_of(
        make_staff("editor", *VIEW_CASES, "reviews.view_round", "reviews.export_letters")
    )
    assert len(rows_of_csv(export(client, Round, "csv"))) == 2
    assert export(client, Complaint, "csv").status_code == 403


def test_list_without_rows_is_a_file_of_headings(client: Client) -> None:
    assert len(rows_of_csv(export(client, Complaint, "csv"))) == 1
    assert Look.objects.get().rows == 0


def test_lists_are_taken_away_by_those_only_who_may() -> None:
    make_complaint(make_authority())
    viewer = browser_of(make_staff("viewer", *VIEW_CASES))
    assert export(viewer, Complaint, "csv").status_code == 403
    assert viewer.get(COMPLAINTS).context["cl"].exports == []
    taker = browser_of(make_staff("taker", "casework.export_list"))
    assert export(taker, Complaint, "csv").status_code == 403
    client = browser_of(make_staff("both", *VIEW_CASES, "casework.export_list"))
    assert export(client, Complaint, "csv").status_code == 200
    assert Look.objects.count() == 1
    assert export(client, Complaint, "ods").status_code == 404
    assert export(client, Complaint, "csv", complainant__name="Z").status_code == 302
    assert Look.objects.count() == 1


def test_files_hold_people_only_for_those_who_may_see_them() -> None:
    decision = make_decision(make_authority())
    Complainant.objects.create(complaint=decision.complaint, name="Zeno Fictional")
    make_recommendation(decision, kind="personal", category="apology", text="Apologise to Zeno.")
    make_recommendation(decision, text="Review the policy.")
    taker = (*VIEW_CASES, "casework.export_list")
    without = browser_of(make_staff("without", *taker))
    seeing = browser_of(make_staff("seeing", *taker, "casework.view_complainant"))
    for model in (Complaint, Decision, Recommendation):
        text = str(rows_of_csv(export(without, model, "csv")))
        assert "Zeno" not in text
        assert ("Review the policy." in text) is (model is Recommendation)
    assert export(without, Complainant, "csv").status_code == 403
    assert "Apologise to Zeno." in str(rows_of_csv(export(seeing, Recommendation, "csv")))
    assert "Zeno Fictional" in str(rows_of_csv(export(seeing, Complainant, "csv")))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "model", [m for m in admin.site._registry if m._meta.app_label in {"casework", "reviews"}]
)
def test_every_list_can_be_taken_away(model: Any, ending: str) -> None:
    client = browser_of(User.objects.create_superuser("boss"))
    count = model.objects.count()
    rows = (rows_of_csv if ending == "csv" else rows_of_xlsx)(export(client, model, ending))
    assert len(rows) == 1 + count
    assert all(rows[0])


@pytest.mark.parametrize(
    ("model", "queries"), [(Complaint, 10), (Decision, 9), (Recommendation, 9)]
)
def test_file_costs_the_same_for_one_row_and_three(
    model: Any, queries: int, client: Client, django_assert_num_queries: Any
) -> None:
    for number in (1, 2):
        for _ in range(number):
            make_recommendation(make_decision(make_authority()))
        with django_assert_num_queries(queries):
            rows = rows_of_csv(export(client, model, "csv"))
        assert len(rows) == 1 + model.objects.count()
    assert ImportBatch.objects.count() == 0


def test_cases_are_filtered_by_kind_and_place_of_their_authority(client: Client) -> None:
    made = {
        (kind, region): make_complaint(make_authority(authority_type=kind, region=region))
        for kind in ("county", "district")
        for region in ("E12000006", "E12000007")
    }
    for query, expected in (
        ("authority__authority_type__exact=county",
         {("county", "E12000006"), ("county", "E12000007")}),
        ("authority__region__exact=E12000007&authority__authority_type__exact=district",
         {("district", "E12000007")}),
        ("authority__authority_type__exact=nonsense", set()),
    ):  # fmt: skip
        rows = client.get(f"{COMPLAINTS}?{query}").context["cl"].result_list
        assert {key for key, each in made.items() if each in rows} == expected


def test_links_of_rows_lead_back_to_the_list_as_filtered(client: Client) -> None:
    case = make_complaint(make_authority())
    page = client.get(COMPLAINTS, {"stage": "open"}).content.decode()
    change = page_of(Complaint, "change", case.pk)
    assert f'<a href="{change}?_changelist_filters=stage%3Dopen">{case.reference}</a>' in page
    assert f'<a href="{change}">{case.reference}</a>' in client.get(COMPLAINTS).content.decode()


def test_filter_for_something_unknown_shows_no_row_rather_than_all(client: Client) -> None:
    make_complaint(make_authority())
    client.force_login(User.objects.create_superuser("boss2"))
    for query in ("stage=nowhere", "received=1066", "caseworker=99999"):
        found = client.get(f"{COMPLAINTS}?{query}").context["cl"]
        assert (found.result_count, [each.value for each in found.in_force]) == (
            0, ["something unknown"],
        ), query  # fmt: skip
    assert client.get(COMPLAINTS).context["cl"].result_count == 1


@pytest.mark.parametrize("query", ["id__range=1", "id__in=99999999999999999999999"])
def test_nonsense_that_is_shared_breaks_nobodys_page(client: Client, query: str) -> None:
    boss = User.objects.create_superuser("boss2")
    client.force_login(boss)
    data = {"name": "x", "query": query, "is_shared": "on"}
    assert client.post(f"{COMPLAINTS}filters/save/", data).status_code == 302
    if query == "id__range=1":  # the other is a number to PostgreSQL, of no case
        assert SavedFilter.objects.count() == 0
    for page in (COMPLAINTS, "/admin/"):
        assert client.get(page).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "query", ["id__range=1", "reference__regex=(", "authority__id__exact=99999999999999999999999"]
)
def test_address_that_the_database_cannot_answer_shows_the_whole_list(
    client: Client, query: str
) -> None:
    client.force_login(User.objects.create_superuser("boss2"))
    response: Any = client.get(f"{COMPLAINTS}?{query}", follow=True)
    assert response.redirect_chain in ([], [(f"{COMPLAINTS}?e=1", 302)])
    assert response.status_code == 200
