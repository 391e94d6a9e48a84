"""Every look at personal data leaves a row, before anything is shown; the rows are only read."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.actions import recorded
from casework.actions.looks import record_look
from casework.admin.private import day_typed
from casework.choices import LookAt
from casework.models import (
    Attachment,
    Batch,
    Change,
    Complainant,
    Complaint,
    Decision,
    Look,
    Note,
    Recommendation,
    Team,
)
from tests.factories import make_authority, make_complaint, make_decision, make_recommendation

pytestmark = pytest.mark.django_db


def signed_in(role: str) -> Client:
    user = User.objects.create_user(f"a {role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_{page}", args=args)


def looks() -> list[tuple[str, str, str | None, int]]:
    """Who looked at what, of which case, how many; oldest first."""
    return [
        (
            look.seen_by.username,
            look.what,
            look.complaint.reference if look.complaint else None,
            look.rows,
        )
        for look in Look.objects.order_by("pk").select_related("seen_by", "complaint")
    ]


@pytest.fixture
def case() -> Decision:
    decision = make_decision(make_authority(), reference="20 001 234")
    Complainant.objects.create(
        complaint=decision.complaint, name="Zeno Fictional", email="zeno@example.org"
    )
    return decision


def complainant() -> Complainant:
    return Complainant.objects.get()


# What is recorded ---------------------------------------------------------------------------------


def test_look_holds_who_when_what_and_of_which_case(case: Decision) -> None:
    by = User.objects.create_user("one")
    with time_machine.travel(dt.datetime(2026, 5, 3, 9, 30, tzinfo=dt.UTC), tick=False):
        look = record_look(
            by=by, what=LookAt.ATTACHMENT, complaint=case.complaint, detail="x" * 301, rows=0
        )
    look.refresh_from_db()
    assert (look.seen_by, look.what, look.complaint, look.rows) == (
        by, "attachment", case.complaint, 0,
    )  # fmt: skip
    assert look.detail == "x" * 300
    assert look.seen_at == dt.datetime(2026, 5, 3, 9, 30, tzinfo=dt.UTC)
    assert str(look) == "Attachment, 2026-05-03 09:30"


def test_opening_a_complainant_is_one_look(case: Decision) -> None:
    client = signed_in("caseworker")
    page = address(Complainant, "change", complainant().pk)
    assert "Zeno Fictional" in client.get(page).content.decode()
    assert looks() == [("a caseworker", "complainant", "20 001 234", 1)]
    client.get(page)
    assert len(looks()) == 2


def test_form_shown_again_with_its_errors_is_a_look(case: Decision) -> None:
    client = signed_in("caseworker")
    page = address(Complainant, "change", complainant().pk)
    refused = client.post(page, {"name": "x" * 500})
    assert refused.status_code == 200
    assert len(looks()) == 1
    saved = client.post(page, {"name": "Zeno New", "address": "", "email": ""})
    assert saved.status_code == 302
    assert len(looks()) == 1
    assert complainant().name == "Zeno New"


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("zeno", 1), ("Zeno zeno@example", 1), ("ZENO ada", 0), ("aa1 1aa", 1), ("nobody", 0),
        ("ENO", 1), ("%", 0), ("'; --", 0),
    ],
)  # fmt: skip
def test_search_for_a_complainant_is_posted_and_one_look_that_repeats_no_word(
    case: Decision, words: str, rows: int
) -> None:
    Complainant.objects.filter(pk=case.complaint_id).update(
        name="Zeno Fictional", email="zeno@example.org", postcode="AA1 1AA"
    )
    Complainant.objects.create(complaint=make_complaint(make_authority()), name="Ada Invented")
    client = signed_in("caseworker")
    search = address(Complainant, "search")
    found = client.post(search, {"words": words})
    assert (found.status_code, len(found.context["rows"])) == (200, rows)
    assert ("20 001 234" in found.content.decode()) is bool(rows)
    assert looks() == [("a caseworker", "complainants", None, rows)]
    assert Look.objects.get().detail == "casework.complainant: a search"
    # No link of the page carries the words on.
    assert not re.search(r"""(href|action)="[^"]*zeno""", found.content.decode(), re.I)


def test_address_finds_no_complainant_by_name(case: Decision) -> None:
    client = signed_in("caseworker")
    for model in (Complainant, Note, Attachment, Recommendation, Complaint, Batch):
        for name in complainant().name.split():
            listed = client.get(address(model, "changelist"), {"q": name})
            if listed.status_code == 200:
                assert listed.context["cl"].result_count == 0
    listed = client.get(address(Complainant, "changelist"), {"q": "20-001-234"})
    assert listed.context["cl"].result_count == 1
    content = listed.content.decode()
    assert f'<form method="post" action="{address(Complainant, "search")}"' in content
    filtered = client.get(address(Complainant, "changelist"), {"name__icontains": "zeno"})
    assert filtered.status_code == 400
    # Words in the address of the search itself search for nothing.
    asked = client.get(address(Complainant, "search"), {"words": "zeno", "q": "zeno"})
    assert "rows" not in asked.context


def test_search_for_a_complainant_needs_its_token_and_permission(case: Decision) -> None:
    search = address(Complainant, "search")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("everything"))
    assert strict.post(search, {"words": "zeno"}).status_code == 403
    assert signed_in("review editor").post(search, {"words": "zeno"}).status_code == 403
    assert not Look.objects.exists()


def test_search_shows_a_hundred_at_most_and_asks_for_words(case: Decision) -> None:
    authority = make_authority()
    client = signed_in("caseworker")
    Complainant.objects.bulk_create(
        Complainant(complaint=make_complaint(authority), name=f"Ada {n}") for n in range(100)
    )
    search = address(Complainant, "search")
    assert len(client.post(search, {"words": "ada"}).context["rows"]) == 100
    assert "100 found." in client.post(search, {"words": "ada"}).content.decode()
    Complainant.objects.create(complaint=make_complaint(authority), name="Ada 100")
    cut = client.post(search, {"words": "ada"})
    assert len(cut.context["rows"]) == 100
    assert "More than 100 were found" in cut.content.decode()
    before = Look.objects.count()
    empty = client.post(search, {"words": " "})
    assert "This field is required." in empty.content.decode()
    assert Look.objects.count() == before


@pytest.mark.parametrize(("term", "rows"), [("", 2), ("20 001", 1), ("nobody", 0)])
def test_list_of_complainants_is_one_look_at_the_rows_shown(
    case: Decision, term: str, rows: int
) -> None:
    Complainant.objects.create(complaint=make_complaint(make_authority()), name="Ada Invented")
    signed_in("caseworker").get(address(Complainant, "changelist"), {"q": term})
    assert looks() == [("a caseworker", "complainants", None, rows)]
    # What was searched for may be a name.
    assert "zeno" not in Look.objects.get().detail


def test_page_of_the_list_counts_its_own_rows(case: Decision) -> None:
    size = admin.site.get_model_admin(Complainant).list_per_page
    for _ in range(size):
        Complainant.objects.create(complaint=make_complaint(make_authority()), name="Ada Invented")
    client = signed_in("caseworker")
    for page in (1, 2):
        client.get(address(Complainant, "changelist"), {"p": page})
    assert [rows for *_, rows in looks()] == [size, 1]


def test_case_page_is_a_look_where_it_shows_people(case: Decision) -> None:
    client = signed_in("caseworker")
    page = address(Complaint, "change", case.complaint_id)
    assert "Zeno" not in client.get(page).content.decode()
    assert looks() == []
    Note.objects.create(
        complaint=case.complaint, text="Zeno rang.", written_at=timezone.now(),
        written_by=User.objects.get(),
    )  # fmt: skip
    assert "Zeno rang." in client.get(page).content.decode()
    assert looks() == [("a caseworker", "complainant", "20 001 234", 1)]


@pytest.mark.parametrize("kind", ["personal", "service_improvement"])
def test_remedy_is_a_look_where_it_was_for_a_person(case: Decision, kind: str) -> None:
    category = "apology" if kind == "personal" else "training_or_guidance"
    remedy = make_recommendation(case, kind=kind, category=category)
    client = signed_in("caseworker")
    pages = [
        address(Complaint, "change", case.complaint_id),
        address(Decision, "change", case.pk),
        address(Recommendation, "change", remedy.pk),
    ]
    for page in pages:
        assert remedy.text in client.get(page).content.decode()
    expected = [("a caseworker", "complainant", "20 001 234", 1)] * len(pages)
    assert looks() == (expected if kind == "personal" else [])


def test_history_is_a_look_where_it_shows_people(case: Decision) -> None:
    client = signed_in("auditor")
    client.get(address(Decision, "history", case.pk))
    client.get(address(Team, "changelist"))
    before = looks()
    page = client.get(address(Complainant, "history", complainant().pk))
    assert "Zeno Fictional" in page.content.decode()
    of_case = client.get(address(Complaint, "history", case.complaint_id))
    assert "Zeno Fictional" in of_case.content.decode()
    assert looks()[len(before) :] == [("a auditor", "history", "20 001 234", 1)] * 2


def test_history_of_a_case_without_people_is_no_look() -> None:
    complaint = make_complaint(make_authority())
    signed_in("auditor").get(address(Complaint, "history", complaint.pk))
    assert looks() == []


def test_change_with_people_is_a_look_and_others_are_not(case: Decision) -> None:
    client = signed_in("auditor")
    of_person = Change.objects.get(record="casework.complainant")
    of_complaint = Change.objects.filter(record="casework.complaint").last()
    assert of_complaint is not None
    client.get(address(Change, "change", of_complaint.pk))
    assert looks() == []
    page = client.get(address(Change, "change", of_person.pk))
    assert "name: nothing → Zeno Fictional" in page.content.decode()
    assert looks() == [("a auditor", "history", "20 001 234", 1)]
    assert "Zeno" not in client.get(address(Change, "changelist")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_look_that_cannot_be_recorded_shows_nothing(case: Decision) -> None:
    """Without the table the page is an error, and nobody was shown."""
    client = signed_in("caseworker")
    client.raise_request_exception = False
    pages = [
        address(Complainant, "change", complainant().pk),
        address(Complainant, "changelist"),
        address(Complainant, "history", complainant().pk),
    ]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_look RENAME TO look_elsewhere")
    try:
        answers = [client.get(page) for page in pages]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE look_elsewhere RENAME TO casework_look")
    assert [answer.status_code for answer in answers] == [500] * 3
    assert not any("Zeno" in answer.content.decode() for answer in answers)
    assert ["Zeno" in client.get(page).content.decode() for page in pages] == [True] * 3


# Who may not --------------------------------------------------------------------------------------


def test_review_editor_sees_of_a_history_only_what_they_may_see(case: Decision) -> None:
    with recorded(by=User.objects.create_user("one"), what="Test"):
        case.statements.create(
            number=1, dated_on=case.decided_on, text="Mr X, once called Zeno.",
            written_at=timezone.now(), written_by=User.objects.get(),
        )  # fmt: skip
    page = signed_in("review editor").get(address(Complaint, "history", case.complaint_id))
    text = page.content.decode()
    assert "Zeno" not in text
    assert "(not shown)" in text
    assert "(personal data)" in text
    assert "20 001 234" in text
    assert looks() == []


# Reading the rows ---------------------------------------------------------------------------------


def make_looks(case: Decision) -> tuple[User, User]:
    ada, ben = User.objects.create_user("ada"), User.objects.create_user("ben")
    other = make_complaint(make_authority(), reference="20 009 999")
    for by, complaint, day in (
        (ada, case.complaint, dt.datetime(2026, 5, 2, 23, 30, tzinfo=dt.UTC)),  # 3 May here
        (ada, other, dt.datetime(2026, 5, 3, 22, 59, tzinfo=dt.UTC)),
        (ben, None, dt.datetime(2026, 5, 3, 23, 0, tzinfo=dt.UTC)),  # 4 May here
    ):
        with time_machine.travel(day, tick=False):
            record_look(by=by, what=LookAt.COMPLAINANT, complaint=complaint)
    return ada, ben


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("ada", [1, 0]),
        ("ad", []),  # a name is whole
        ("20-001-234", [0]),
        ("20 00", [1, 0]),
        ("2026-05-03", [1, 0]),
        ("2026-05-04", [2]),
        ("2026-05-05", []),
        ("9999-12-31", []),
    ],
)
def test_looks_are_found_by_person_case_and_day(
    case: Decision, term: str, found: list[int]
) -> None:
    make_looks(case)
    rows = list(Look.objects.order_by("pk"))
    response = signed_in("auditor").get(address(Look, "changelist"), {"q": term})
    assert list(response.context["cl"].result_list) == [rows[number] for number in found]


def test_looks_are_only_read_even_by_an_administrator(case: Decision, admin_client: Client) -> None:
    make_looks(case)
    row = Look.objects.first()
    assert row is not None
    before = list(Look.objects.values())
    assert admin_client.get(address(Look, "change", row.pk)).status_code == 200
    for page, args in (("add", ()), ("change", (row.pk,)), ("delete", (row.pk,))):
        assert admin_client.post(address(Look, page, *args), {"post": "yes"}).status_code == 403
    admin_client.post(
        address(Look, "changelist"), {"action": "delete_selected", "_selected_action": row.pk}
    )
    assert list(Look.objects.values()) == before


@pytest.mark.parametrize("role", ["caseworker", "casework manager", "review editor", "approver"])
def test_looks_are_for_the_auditor(role: str) -> None:
    assert signed_in(role).get(address(Look, "changelist")).status_code == 403


@pytest.mark.parametrize(("model", "queries"), [(Look, 7), (Batch, 7), (Change, 7), (Team, 9)])
def test_list_costs_the_same_for_one_row_and_three(
    model: Any, queries: int, django_assert_num_queries: Any
) -> None:
    user = User.objects.create_user("root", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    made = 0
    for wanted in (1, 3):
        while made < wanted:
            made += 1
            with recorded(by=user, what="Test"):
                team = Team.objects.create(name=f"Example {made}")
            if model is Team:
                team.members.add(user)
            if model is Look:
                record_look(by=user, what=LookAt.EXPORT)
        with django_assert_num_queries(queries):
            response = client.get(address(model, "changelist"))
        assert response.context["cl"].result_count >= wanted


@pytest.mark.parametrize(
    ("text", "is_day"),
    [("2026-05-03", True), (" 2026-05-03 ", True), ("2026-02-30", False), ("20 001 234", False),
     ("3 May", False), ("", False), ("9999-12-31", False)],
)  # fmt: skip
def test_day_typed_is_a_whole_day(text: str, is_day: bool) -> None:
    found = day_typed(text)
    assert (found is not None) is is_day
    if found:
        assert found[1] - found[0] == dt.timedelta(days=1)


# Batches and changes ------------------------------------------------------------------------------


def test_batch_leads_to_its_changes_and_changes_to_their_case(case: Decision) -> None:
    by = User.objects.create_user("one")
    with recorded(by=by, what="Assigned", reason="Example reason") as batch:
        Complaint.objects.filter(pk=case.complaint_id).update(caseworker=by)
    client = signed_in("casework manager")
    page = client.get(address(Batch, "change", batch.pk)).content.decode()
    link = f"{address(Change, 'changelist')}?batch__id__exact={batch.pk}"
    assert f'<a href="{link}">1 record</a>' in page
    listed = client.get(link).content.decode()
    assert address(Complaint, "change", case.complaint_id) in listed
    assert "Example reason" in listed
    for model in (Batch, Change):
        found = client.get(address(model, "changelist"), {"q": "20-001-234"}).context["cl"]
        assert getattr(found.result_list[0], "batch", found.result_list[0]) == batch


def test_team_has_members_of_staff() -> None:
    staff = User.objects.create_user("ada", is_staff=True)
    visitor = User.objects.create_user("visitor")
    client = signed_in("casework manager")
    refused = client.post(
        address(Team, "add"), {"name": "North", "members": [staff.pk, visitor.pk]}
    )
    assert refused.status_code == 200
    client.post(address(Team, "add"), {"name": "North", "members": [staff.pk]})
    assert list(Team.objects.values_list("name", "members__username")) == [("North", "ada")]
