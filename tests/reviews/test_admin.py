"""The back office for the reviews: the desk of a round, letters, and what nobody may change."""

import csv
import datetime as dt
import io
import zipfile
from html import unescape
from typing import Any

import pikepdf
import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.actions import system_user
from casework.choices import AuthorityType, Region
from casework.models import Contact, Decision
from reviews import rounds
from reviews.apps import MODELS, BackOffice
from reviews.drafting import draft
from reviews.exports import letter_pdf
from reviews.letters.document import to_plain
from reviews.letters.wording import DEMONSTRATION
from reviews.models import (
    AnnualSummary,
    CaseList,
    Correction,
    Demonstration,
    Freeze,
    FrozenLearning,
    Hold,
    KeptPage,
    LearningAttendance,
    LearningEvent,
    Letter,
    LetterAlternative,
    LetterFile,
    MessageEvent,
    OutboxMessage,
    PublicChange,
    PublishedFigure,
    PublishedImprovement,
    Retraction,
    Round,
    RoundEvent,
    Signatory,
    Signature,
    TypeAverage,
)
from tests.casework.test_admin import ROLES, address, errors_of, said, signed_in
from tests.factories import (
    make_authority,
    make_chief_executive,
    make_decision,
    make_event,
    make_round,
    make_signatory,
    with_reason,
)
from tests.management.commands.flush import guards_lifted
from tests.reviews.signatures import make_png

pytestmark = pytest.mark.django_db

RECORDS = (
    Freeze, TypeAverage, AnnualSummary, FrozenLearning, CaseList, LetterFile, LetterAlternative,
    OutboxMessage, MessageEvent, RoundEvent, Demonstration, Hold, Correction, Retraction,
    Signature,
)  # fmt: skip


def member(role: str, name: str = "") -> User:
    user = User.objects.create_user(name or f"the {role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return User.objects.get(pk=user.pk)


def signed_in_as(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_councils(number: int = 3) -> None:
    """Councils with a chief executive and an upheld case in the year ending 2020."""
    for position in range(number):
        authority = make_authority(f"Example Council {position}", region=Region.EAST)
        make_chief_executive(authority)
        make_decision(authority)


def frozen_round(number: int = 3, year: int = 2020) -> Round:
    make_councils(number)
    if not Signatory.objects.exists():
        make_signatory()
    round_ = make_round(year)
    rounds.freeze(round_=round_, by=member("review editor", f"editor who froze {year}"))
    round_.refresh_from_db()
    return round_


def approved_round(number: int = 3) -> Round:
    round_ = frozen_round(number)
    rounds.approve(
        reason="For a test", round_=round_, by=member("approver", "approver who approved")
    )
    return round_


def issued_round(number: int = 3) -> Round:
    round_ = approved_round(number)
    rounds.issue(round_=round_, by=User.objects.get(username="editor who froze 2020"))
    return round_


def step(round_: Round, name: str) -> str:
    return reverse(f"admin:reviews_round_{name}", args=[round_.pk])


def run(client: Client, action: str, *letters: Letter, **more: Any) -> Any:
    data = {"action": action, "_selected_action": [letter.pk for letter in letters], **more}
    return client.post(address(Letter, "changelist"), data)


def approve(client: Client, *letters: Letter, **more: Any) -> Any:
    """As the page that the action leads to does it."""
    shown = run(client, "approve", *letters, **more)
    if not shown.context:
        return shown
    selected, words = shown.context["selected"], shown.context["words"]
    data = {"action": "approve", "_selected_action": selected, "words": words} | more
    return client.post(address(Letter, "changelist"), data)


def desk(client: Client, round_: Round) -> Any:
    return client.get(address(Round, "change", round_.pk))


def buttons(client: Client, round_: Round) -> tuple[list[str], list[str]]:
    context = desk(client, round_).context
    return [label for _, label in context["buttons"]], context["reasons"]


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


# Who may ------------------------------------------------------------------------------------------

# view the list and a row, add, change a row that is not frozen; caseworker, review editor, approver
RIGHTS: dict[Any, tuple[str, str, str]] = {
    Round: ("---", "vac", "v--"),
    Letter: ("---", "v-c", "v--"),
    Signatory: ("---", "vac", "v--"),
    PublishedFigure: ("---", "vac", "v--"),
    Demonstration: ("---", "---", "---"),
    LearningAttendance: ("---", "v--", "v--"),
    # They show the addresses of officers.
    OutboxMessage: ("---", "v--", "---"),
    MessageEvent: ("---", "v--", "---"),
    **{
        model: ("---", "v--", "v--")
        for model in RECORDS
        if model not in (Demonstration, OutboxMessage, MessageEvent)
    },
}


def hold_retract_and_correct(round_: Round) -> None:
    """A hold, a retraction and a correction of every letter of a published round."""
    editor = member("review editor", f"corrects {round_.year}")
    approver = member("approver", f"retracts {round_.year}")
    for letter in Letter.objects.of_round(round_.pk):
        rounds.retract(letter=letter, by=approver, reason="Example", notice="Example")
        rounds.correct(
            round_=round_, authority=letter.summary.authority, by=editor, reason="Example"
        )
    rounds.hold(round_=round_, by=editor, reason="Example")


def make_rows() -> dict[Any, Any]:
    """A row of every model; the round is open, the letter a draft."""
    issued = issued_round(1)
    rounds.send(by=system_user())
    hold_retract_and_correct(issued)
    Demonstration.objects.create(made_at=timezone.now())
    PublishedFigure.objects.create(
        authority=make_authority(), year_ending=2018, source="Example", upheld=1
    )
    rounds.set_signature(
        signatory=Signatory.objects.get(), png=make_png(), by=member("review editor", "signs")
    )
    make_event("course", "other")
    make_decision(make_authority(), decided_on=dt.date(2021, 1, 1))
    draft = frozen_round(1, year=2021)
    return {model: model._base_manager.order_by("pk").first() for model in RIGHTS} | {
        Round: make_round(2022),
        Letter: Letter.objects.of_round(draft.pk).first(),
        LetterFile: LetterFile.objects.get(letter__summary__freeze__round=issued),
    }


def test_admin_answers_each_role_as_its_permissions_say() -> None:
    rows = make_rows()
    for position, role in enumerate(ROLES):
        client = signed_in(role)
        for model, rights in RIGHTS.items():
            may_view, may_add, may_change = (letter != "-" for letter in rights[position])
            row = rows[model]
            pages = {
                "list": (client.get(address(model, "changelist")), may_view),
                "view": (client.get(address(model, "change", row.pk)), may_view),
                "history": (client.get(address(model, "history", row.pk)), may_view),
                "add": (client.get(address(model, "add")), may_add),
                "post add": (client.post(address(model, "add"), {}), may_add),
                "post change": (client.post(address(model, "change", row.pk), {}), may_change),
                "delete": (client.get(address(model, "delete", row.pk)), False),
                "post delete": (
                    client.post(address(model, "delete", row.pk), {"post": "yes"}), False,
                ),
            }  # fmt: skip
            assert {page: answer.status_code for page, (answer, _) in pages.items()} == {
                page: 200 if allowed else 403 for page, (_, allowed) in pages.items()
            }, (role, model)
            run_delete = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
            client.post(address(model, "changelist"), run_delete)
            assert model._base_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("freeze", "review editor"), ("approve", "approver"), ("issue", "review editor")],
)
def test_step_is_for_its_role_only(name: str, allowed: str) -> None:
    round_ = make_round()
    for role in ROLES:
        client = signed_in(role)
        expected = 200 if role == allowed else 403
        assert client.get(step(round_, name)).status_code == expected
    assert (
        Client()
        .get(step(round_, name))
        .url.startswith(  # type: ignore[attr-defined]
            reverse("admin:login")
        )
    )
    assert list(RoundEvent.objects.all()) == []


def test_letter_is_read_by_those_who_may_view_letters() -> None:
    letter = Letter.objects.of_round(frozen_round(1).pk).get()
    for role, expected in (("caseworker", 403), ("review editor", 200), ("approver", 200)):
        client = signed_in(role)
        for name in ("page", "pdf"):
            answer = client.get(reverse(f"admin:reviews_letter_{name}", args=[letter.pk]))
            assert answer.status_code == expected


def test_superuser_cannot_touch_what_is_frozen() -> None:
    rows = make_rows()
    client = signed_in("admin")
    for model in RECORDS:
        row = rows[model]
        codes = [
            client.get(address(model, "add")).status_code,
            client.post(address(model, "add"), {}).status_code,
            client.post(address(model, "change", row.pk), {"reason": "x"}).status_code,
            client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code,
            client.get(address(model, "change", row.pk)).status_code,
        ]
        assert codes == [403, 403, 403, 403, 200], model


# Lists --------------------------------------------------------------------------------------------


def test_admin_registers_every_model_with_columns() -> None:
    for model in apps.get_app_config("reviews").get_models():
        if model in (KeptPage, PublicChange, PublishedImprovement):
            continue  # made from other rows, and read by nobody or with its decision
        page = admin.site.get_model_admin(model)
        assert tuple(page.list_display) != ("__str__",), model
        assert page.list_filter or model in (Demonstration, Signatory, Signature), model


@pytest.mark.parametrize(
    ("model", "queries"),
    [
        (Round, 7), (Signatory, 7), (PublishedFigure, 8), (AnnualSummary, 8),
        (TypeAverage, 8), (Freeze, 8), (LetterFile, 8), (LetterAlternative, 8),
        (OutboxMessage, 10), (RoundEvent, 10), (CaseList, 8), (MessageEvent, 8),
        (Demonstration, 7), (LearningEvent, 8), (LearningAttendance, 8), (FrozenLearning, 8),
        (Hold, 10), (Correction, 10), (Retraction, 10), (Signature, 7),
    ],
)  # fmt: skip
def test_admin_list_costs_the_same_for_one_row_and_three(
    model: Any, queries: int, django_assert_num_queries: Any
) -> None:
    client = signed_in("admin")
    if model is Demonstration:
        Demonstration.objects.create(made_at=timezone.now())
    for councils, years in ((1, (2020,)), (2, (2021, 2022))):
        for year in years:
            fill(year, councils)
        rounds.send(by=system_user())
        with django_assert_num_queries(queries):
            response = client.get(address(model, "changelist"))
        assert response.context["cl"].result_count == model._base_manager.count()


@pytest.mark.parametrize("number", [1, 3])
def test_letters_list_costs_the_same_for_one_row_and_three(
    number: int, django_assert_num_queries: Any
) -> None:
    frozen_round(number)
    client = signed_in("admin")
    with django_assert_num_queries(18):
        response = client.get(address(Letter, "changelist"))
    assert response.context["cl"].result_count == number


def fill(year: int, councils: int) -> None:
    make_councils(councils)
    signatory = make_signatory(
        starts_on=dt.date(year, 1, 1), ends_on=dt.date(year, 12, 31), name=f"Specimen {year}"
    )
    rounds.set_signature(signatory=signatory, png=make_png(), by=member("review editor", f"{year}"))
    round_ = make_round(year)
    editor = User.objects.filter(username="editor").first() or member("review editor", "editor")
    approver = User.objects.filter(username="approver").first() or member("approver", "approver")
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=approver)
    rounds.issue(round_=round_, by=editor)
    hold_retract_and_correct(round_)
    PublishedFigure.objects.create(
        authority=make_authority(), year_ending=year, source="Example", upheld=1
    )
    make_event("course", make_authority())


def test_letters_are_filtered_and_found() -> None:
    round_ = frozen_round(2)
    make_authority("Example County Council", authority_type=AuthorityType.COUNTY)
    Letter.objects.filter(summary__name="Example Council 1").update(is_post_vacant=True)
    client = signed_in("approver")

    def found(**query: str) -> list[str]:
        response = client.get(address(Letter, "changelist"), query)
        return [letter.summary.name for letter in response.context["cl"].result_list]

    both = ["Example Council 0", "Example Council 1"]
    assert found() == both
    assert found(q='"council 1"') == ["Example Council 1"]
    assert found(state="draft") == both
    assert found(state="issued") == []
    assert found(summary__freeze__round__id__exact=str(round_.pk)) == both
    assert found(summary__region__exact=Region.EAST) == both
    assert found(summary__region__exact=Region.LONDON) == []
    assert found(summary__authority_type__exact="county") == []
    assert found(is_post_vacant__exact="1") == ["Example Council 1"]


def test_letter_files_list_reads_no_letter(django_assert_num_queries: Any) -> None:
    issued_round(1)
    client = signed_in("admin")
    with django_assert_num_queries(8) as queries:
        client.get(address(LetterFile, "changelist"))
    assert not [query for query in queries.captured_queries if '"pdf"' in query["sql"]]


# Opening ------------------------------------------------------------------------------------------


def opening(**values: str) -> dict[str, str]:
    return {
        "year": "2020", "letter_on": "2020-07-22", "publish_at_0": "2020-07-29",
        "publish_at_1": "00:00",
    } | values  # fmt: skip


def test_adding_a_round_opens_it() -> None:
    editor = member("review editor")
    response = signed_in_as(editor).post(address(Round, "add"), opening())
    assert response.status_code == 302
    round_ = Round.objects.get()
    assert (round_.year, round_.opened_by) == (2020, editor)
    assert [(e.action, e.done_by) for e in round_.events.all()] == [("opened", editor)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"publish_at_0": "2020-07-21"},
         "Letters cannot be public before their date, 22 July 2020."),
        ({"year": "2009"}, "Ensure this value is greater than or equal to 2010."),
        ({"year": "2019"}, "Round with this Year ending 31 March already exists."),
    ],
)  # fmt: skip
def test_round_that_cannot_be_opened_is_refused(values: dict[str, str], message: str) -> None:
    make_round(2019)
    response = signed_in("review editor").post(address(Round, "add"), opening(**values))
    assert errors_of(response) == [message]
    assert Round.objects.count() == 1


def test_round_may_be_public_on_the_day_of_its_letters() -> None:
    signed_in("review editor").post(address(Round, "add"), opening(publish_at_0="2020-07-22"))
    assert timezone.localtime(Round.objects.get().publish_at).isoformat() == (
        "2020-07-22T00:00:00+01:00"
    )


def test_clock_change_instant_that_does_not_exist_is_refused() -> None:
    response = signed_in("review editor").post(
        address(Round, "add"),
        opening(letter_on="2020-03-01", publish_at_0="2020-03-29", publish_at_1="01:30"),
    )
    assert response.status_code == 200
    assert "publish_at" in response.context["adminform"].form.errors
    assert not Round.objects.exists()


def round_data(round_: Round, **values: str) -> dict[str, str]:
    managed = {
        f"{prefix}-{name}_FORMS": "0"
        for prefix in ("freezes", "events")
        for name in ("TOTAL", "INITIAL")
    }
    return opening(year=str(round_.year)) | managed | values


def test_frozen_round_keeps_its_year_and_withdraws_approvals_with_its_dates() -> None:
    round_ = approved_round(2)
    client = signed_in("review editor")
    response = client.post(
        address(Round, "change", round_.pk),
        round_data(round_, year="2030", letter_on="2020-07-23"),
    )
    assert response.status_code == 302
    assert said(response)[:2] == [
        (
            "The letters name whoever was in office on the former letter date; freeze the figures "
            "again if that has changed."
        ),
        "The letters carry these dates, so 2 letters approved before are drafts again.",
    ]
    round_.refresh_from_db()
    assert (round_.year, round_.letter_on) == (2020, dt.date(2020, 7, 23))
    assert Letter.objects.awaiting_approval().count() == 2


def test_saving_a_round_unchanged_keeps_approvals() -> None:
    round_ = approved_round(1)
    response = signed_in("review editor").post(
        address(Round, "change", round_.pk), round_data(round_)
    )
    assert response.status_code == 302
    assert Letter.objects.awaiting_approval().count() == 0


def test_issued_round_cannot_be_changed() -> None:
    round_ = issued_round(1)
    client = signed_in("admin")
    answer = client.post(
        address(Round, "change", round_.pk), round_data(round_, letter_on="2020-07-23")
    )
    assert answer.status_code == 403
    assert b'name="_save"' not in desk(client, round_).content
    round_.refresh_from_db()
    assert round_.letter_on == dt.date(2020, 7, 22)


# The desk -----------------------------------------------------------------------------------------


def test_desk_offers_each_person_the_next_steps_only() -> None:
    make_councils(2)
    if not Signatory.objects.exists():
        make_signatory()
    round_ = make_round()
    editor, approver = member("review editor"), member("approver")
    edit, approve = signed_in_as(editor), signed_in_as(approver)
    assert buttons(edit, round_) == (["Freeze the figures…"], [])
    assert buttons(approve, round_) == ([], [])

    rounds.freeze(round_=round_, by=editor)
    assert buttons(edit, round_) == (
        ["Freeze again…"],
        ["The letters can be issued when all are approved; 2 letters are not."],
    )
    assert buttons(approve, round_) == (["Approve 2 letters…"], [])

    first = Letter.objects.filter(pk=Letter.objects.order_by("pk")[0].pk)
    rounds.approve(reason="For a test", round_=round_, by=approver, letters=first)
    assert buttons(approve, round_) == (["Approve 1 letter…"], [])
    assert buttons(edit, round_)[1] == [
        "The letters can be issued when all are approved; 1 letter is not."
    ]
    rounds.approve(reason="For a test", round_=round_, by=approver)
    assert buttons(approve, round_) == ([], [])
    assert buttons(edit, round_) == (["Issue 2 letters…", "Freeze again…"], [])

    rounds.issue(round_=round_, by=editor)
    assert buttons(edit, round_) == (["Send 2 messages…"], [])
    rounds.send(by=system_user())
    assert buttons(edit, round_) == ([], [])
    assert buttons(approve, round_) == ([], [])


def test_desk_says_to_who_froze_that_another_person_approves() -> None:
    make_councils(1)
    round_ = make_round()
    both = member("review editor")
    both.groups.add(Group.objects.get(name="approver"))
    both = User.objects.get(pk=both.pk)
    rounds.freeze(round_=round_, by=both)
    client = signed_in_as(both)
    assert buttons(client, round_)[1][0] == (
        "You froze the figures, so another person approves the letters."
    )
    response = client.post(step(round_, "approve"))
    assert response.context["problems"] == [
        f"{both.username} froze the round 2020; another person has to approve its letters."
    ]
    assert Letter.objects.awaiting_approval().count() == 1


def test_desk_lists_what_blocks_and_warns_with_links() -> None:
    authority = make_authority("Example & <Council>", population=None)
    make_decision(authority)
    round_ = make_round(2023)
    client = signed_in("review editor")
    context = desk(client, round_).context
    assert [kind.title for kind in context["blocks"]] == ["No population for a rate per 100,000"]
    assert {kind.title for kind in context["warnings"]} >= {
        "Chief executive's post vacant",
        "Nobody signs",
    }
    assert buttons(client, round_) == (
        [], ["The figures can be frozen when nothing blocks any more."],
    )  # fmt: skip
    page = desk(client, round_).content.decode()
    link = reverse("admin:casework_authority_change", args=[authority.pk])
    assert f'<a href="{link}">Example &amp; &lt;Council&gt;</a>' in page

    without = desk(signed_in("approver"), round_).content.decode()
    assert link not in without
    assert "Example &amp; &lt;Council&gt;" in without

    refused = client.post(step(round_, "freeze"))
    assert refused.context["problems"] == [
        (
            "Example & <Council>: there is no population for its rate per 100,000 residents; "
            "import an estimate."
        )
    ]
    assert not Freeze.objects.exists()


def test_desk_shows_who_did_what() -> None:
    round_ = issued_round(2)
    page = desk(signed_in("approver"), round_)
    assert [
        (line["label"], line["is_done"], str(line.get("by")), line.get("detail"))
        for line in page.context["progress"]
    ] == [
        ("Opened", True, "system", None),
        ("Figures frozen", True, "editor who froze 2020", "2 authorities"),
        ("Letters approved", True, "approver who approved", "2 letters"),
        ("Letters issued", True, "editor who froze 2020", "2 letters"),
        ("Public", True, "None", None),
    ]
    assert page.context["counts"] == {"drafts": 0, "approved": 0, "issued": 2, "held": 0}
    assert page.context["is_checked"] is False


def test_desk_costs_the_same_for_one_council_and_three(django_assert_num_queries: Any) -> None:
    client = signed_in("admin")
    round_ = make_round()
    for number in (1, 2):
        make_councils(number)
        with django_assert_num_queries(25):
            desk(client, round_)


# Changed since ------------------------------------------------------------------------------------


def changed_page(client: Client, round_: Round) -> Any:
    return client.get(reverse("admin:reviews_round_changed", args=[round_.pk]))


def test_changes_since_the_figures_were_frozen_are_on_the_page_of_the_round() -> None:
    round_ = frozen_round(1)
    decision = Decision.objects.get()
    outside = make_decision(
        decision.authority, received_on=dt.date(2018, 1, 1), decided_on=dt.date(2018, 2, 1)
    )
    client = signed_in("review editor")
    assert desk(client, round_).context["changed"] == 0
    assert "no case of this year has been changed" in desk(client, round_).content.decode()
    page = changed_page(client, round_).content.decode()
    assert "No case of this year has been changed since its figures were frozen." in page

    with with_reason("The date was a slip"):
        Decision.objects.filter(pk=decision.pk).update(decided_on=dt.date(2020, 5, 1))
        Decision.objects.filter(pk=outside.pk).update(is_remedied_by_authority=True)
    assert desk(client, round_).context["changed"] == 1
    response = changed_page(client, round_)
    (entry,) = response.context["entries"]
    assert (entry.case, entry.what) == (decision.complaint.reference, "Changed: decision")
    assert [(f.label, f.before, f.after) for f in entry.fields] == [
        ("decided", "1 Oct 2019", "1 May 2020")
    ]
    # Reasons for changes of cases tell of people: for those who may see them.
    assert "The date was a slip" not in response.content.decode()


def test_changes_since_freezing_are_for_those_who_may_see_decisions() -> None:
    round_ = frozen_round(1)
    assert changed_page(signed_in("approver"), round_).status_code == 403
    assert changed_page(signed_in("review editor"), round_).status_code == 200


def test_changes_since_freezing_cost_the_same_for_one_and_three(
    django_assert_num_queries: Any,
) -> None:
    round_ = frozen_round(3)
    client = signed_in("admin")
    for upheld in (1, 3):
        for decision in Decision.objects.order_by("pk")[:upheld]:
            with with_reason():
                Decision.objects.filter(pk=decision.pk).update(is_remedied_by_authority=upheld < 3)
        with django_assert_num_queries(8):
            changed_page(client, round_)


# Steps --------------------------------------------------------------------------------------------


def test_steps_lead_from_cases_to_issued_letters() -> None:
    make_councils(2)
    round_ = make_round()
    edit, approve = signed_in("review editor"), signed_in("approver")

    page = edit.get(step(round_, "freeze")).content.decode()
    assert "drafts 2 letters, dated 22 July 2020" in " ".join(page.split())
    response: Any = edit.post(step(round_, "freeze"))
    assert response.url == address(Round, "change", round_.pk)
    assert said(response) == ["The figures of 2020 are frozen and 2 letters drafted."]

    assert "Approves 2 letters in your name." in approve.get(
        step(round_, "approve")
    ).content.decode().replace("\n", " ")
    unexplained = approve.post(step(round_, "approve"))
    assert unexplained.context["problems"] == [
        "2 letters have warnings; say why they may be approved all the same."
    ]
    given = {"reason": "Nobody signs in a test"}
    assert said(approve.post(step(round_, "approve"), given)) == [
        "2 letters of the 2020 review approved."
    ]
    assert said(approve.post(step(round_, "approve")))[-1] == (
        "Nothing to do: these letters of the 2020 review are approved already."
    )

    assert "Issues 2 letters in your name" in edit.get(step(round_, "issue")).content.decode()
    assert said(edit.post(step(round_, "issue")))[-1] == (
        "2 letters of the 2020 review issued; public from 29 July 2020, 00:00."
    )
    assert said(edit.post(step(round_, "issue")))[-1] == (
        "Nothing to do: the letters of the 2020 review are issued already."
    )
    assert [event.action for event in round_.events.order_by("pk")] == [
        "frozen", "approved", "issued",
    ]  # fmt: skip
    assert Letter.objects.issued().count() == LetterFile.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "role", "problem"),
    [
        ("approve", "approver", "The round 2020 is not frozen yet, so it has no letters."),
        ("issue", "review editor", "The round 2020 is not frozen yet, so it has no letters."),
    ],
)
def test_step_out_of_turn_is_refused(name: str, role: str, problem: str) -> None:
    response = signed_in(role).post(step(make_round(), name))
    assert response.context["problems"] == [problem]
    assert "Nothing was changed:" in response.content.decode()


def test_issue_before_all_are_approved_is_refused() -> None:
    round_ = frozen_round(2)
    response = signed_in("review editor").post(step(round_, "issue"))
    assert response.context["problems"] == [
        "2 of 2 letters of the round 2020 are not approved yet; approve or hold them first."
    ]
    assert not LetterFile.objects.exists()


def test_freezing_again_needs_a_reason_and_happens_once_a_press() -> None:
    round_ = approved_round(1)
    client = signed_in("review editor")
    page = client.get(step(round_, "freeze"))
    assert page.context["title"] == "Freeze the figures again"
    assert "1 approval is void" in page.content.decode()

    blank = client.post(step(round_, "freeze"), {"reason": " ", "number": 1})
    assert blank.context["form"].errors == {"reason": ["This field is required."]}
    answer = {"reason": "A late file", "number": 1}
    assert said(client.post(step(round_, "freeze"), answer)) == [
        "The figures of 2020 are frozen and 1 letter drafted."
    ]
    twice = client.post(step(round_, "freeze"), answer)
    assert twice.context["problems"] == [
        (
            "The figures have been frozen again since you opened this page; look at the round "
            "before you do so once more."
        )
    ]
    assert list(Freeze.objects.order_by("number").values_list("number", "reason")) == [
        (1, ""),
        (2, "A late file"),
    ]
    assert Letter.objects.awaiting_approval().count() == 1


def test_freezing_again_after_issue_is_refused() -> None:
    round_ = issued_round(1)
    response = signed_in("review editor").post(
        step(round_, "freeze"), {"reason": "Late", "number": 1}
    )
    assert response.context["problems"] == [
        (
            "Letters of the round 2020 are issued, so its figures stand; correct a single letter "
            "instead."
        )
    ]


@pytest.mark.parametrize("name", ["freeze", "approve", "issue"])
def test_step_is_taken_by_post_with_a_token_only(name: str) -> None:
    round_ = make_round()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("boss"))
    assert strict.post(step(round_, name)).status_code == 403
    assert strict.get(step(round_, name)).status_code == 200
    assert not RoundEvent.objects.exists()
    assert not Freeze.objects.exists()


# Letters ------------------------------------------------------------------------------------------


def test_letter_is_amended_until_it_is_issued() -> None:
    round_ = approved_round(1)
    letter = Letter.objects.of_round(round_.pk).get()
    client = signed_in("review editor")
    page = address(Letter, "change", letter.pk)
    values = {
        "addressee": "Dr Sample\nInterim Chief Executive", "salutation": "Dear Dr Sample",
        "signatory": "Somebody Else", "sha256": "f" * 64,
    }  # fmt: skip
    response = client.post(page, values)
    assert said(response)[0] == "The letter was approved before it changed, so it is a draft again."
    letter.refresh_from_db()
    assert (letter.salutation, letter.state, letter.sha256) == ("Dear Dr Sample", "draft", "")
    assert letter.signatory.startswith("Specimen Signatory")
    assert (
        "Dear Dr Sample"
        in client.get(reverse("admin:reviews_letter_page", args=[letter.pk])).content.decode()
    )

    rounds.approve(
        reason="For a test", round_=round_, by=User.objects.get(username="approver who approved")
    )
    assert client.post(page, values).status_code == 302
    letter.refresh_from_db()
    assert letter.state == "approved"  # nothing had changed

    rounds.issue(round_=round_, by=User.objects.get(username="editor who froze 2020"))
    assert client.post(page, values | {"salutation": "Dear All"}).status_code == 403
    assert signed_in("admin").post(page, values).status_code == 403
    letter.refresh_from_db()
    assert letter.salutation == "Dear Dr Sample"


def test_approver_cannot_amend_a_letter() -> None:
    letter = Letter.objects.of_round(frozen_round(1).pk).get()
    response = signed_in("approver").post(
        address(Letter, "change", letter.pk), {"addressee": "X", "salutation": "Y"}
    )
    assert response.status_code == 403


def test_letter_page_and_pdf_say_draft_until_issued() -> None:
    round_ = approved_round(1)
    letter = Letter.objects.select_related("summary__freeze__round").get()
    client = signed_in("approver")
    page = reverse("admin:reviews_letter_page", args=[letter.pk])
    pdf = reverse("admin:reviews_letter_pdf", args=[letter.pk])
    before = client.get(page).content.decode()
    assert "A draft, seen by staff only." in before
    assert "100% of complaints we investigated were upheld." in before
    drafted = client.get(pdf)
    assert drafted.content == letter_pdf(letter)
    assert drafted.headers["Content-Type"] == "application/pdf"
    assert "no-store" in drafted.headers["Cache-Control"]

    rounds.issue(round_=round_, by=User.objects.get(username="editor who froze 2020"))
    assert "A draft, seen by staff only." not in client.get(page).content.decode()
    issued = client.get(pdf).content
    assert issued == bytes(LetterFile.objects.get().pdf)
    assert issued != drafted.content


def test_letter_in_other_renditions_says_draft_until_issued() -> None:
    round_ = approved_round(1)
    letter = Letter.objects.select_related("summary__freeze__round").get()
    client = signed_in("approver")
    large = reverse("admin:reviews_letter_large_print", args=[letter.pk])
    text = reverse("admin:reviews_letter_text", args=[letter.pk])
    page = client.get(reverse("admin:reviews_letter_page", args=[letter.pk])).content.decode()
    assert (large in page, text in page) == (True, True)
    drafted = client.get(text)
    assert drafted.content.decode().startswith("Draft\n\nLocal Government")
    assert drafted.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in drafted.headers["Cache-Control"]
    assert client.get(large).content.startswith(b"%PDF-1.7")
    name = f"2020-{letter.summary.slug}-large-print.pdf"
    assert client.get(large).headers["Content-Disposition"] == f'inline; filename="{name}"'

    rounds.issue(round_=round_, by=User.objects.get(username="editor who froze 2020"))
    kept = {each.kind: bytes(each.content) for each in LetterAlternative.objects.all()}
    assert client.get(large).content == kept["large_print"]
    assert client.get(text).content == kept["text"]
    assert not kept["text"].startswith(b"Draft")
    stranger = signed_in("caseworker")
    assert [stranger.get(page).status_code for page in (large, text)] == [403, 403]


def test_letter_issued_before_renditions_were_kept_still_has_them() -> None:
    issued_round(1)
    letter = Letter.objects.select_related("summary__freeze__round").get()
    kept = {each.kind: bytes(each.content) for each in LetterAlternative.objects.all()}
    with guards_lifted():
        LetterAlternative.objects.all().delete()
    client = signed_in("approver")
    for kind, content in kept.items():
        page = reverse(f"admin:reviews_letter_{kind}", args=[letter.pk])
        assert client.get(page).content == content


def test_letter_page_says_every_word_of_the_letter() -> None:
    frozen_round(1)
    letter = Letter.objects.select_related("summary__freeze__round").get()
    response = signed_in("approver").get(reverse("admin:reviews_letter_page", args=[letter.pk]))
    page = unescape(response.content.decode())
    plain = to_plain(draft(letter))
    sayings = [*plain["letterhead"], *plain["addressee"], *plain["signatory"]]
    sayings += [plain[name] for name in ("date", "delivery", "salutation", "subject", "close")]
    sayings += [s["text"] for panel in plain["panels"] for s in panel["statements"]]
    for block in plain["narrative"]:
        runs = block.get("runs") or [run for item in block.get("items", []) for run in item]
        sayings += [run["text"] for run in runs] or [block["text"]]
    assert [saying for saying in sayings if saying not in page] == []


def test_selected_letters_are_approved() -> None:
    round_ = frozen_round(3)
    first, second, third = Letter.objects.order_by("pk")
    client = signed_in("approver")
    shown = run(client, "approve", first, second)
    assert [letter.pk for letter in shown.context["letters"]] == [first.pk, second.pk]
    assert Letter.objects.awaiting_approval().count() == 3
    response = approve(client, first, second)
    assert said(response) == ["2 letters of the 2020 review approved."]
    assert list(Letter.objects.awaiting_approval()) == [third]
    again = run(client, "approve", first)
    assert said(again)[-1] == (
        "Nothing to do: these letters of the 2020 review are approved already."
    )
    everything = approve(client, first, select_across="1")
    assert said(everything)[-1] == "1 letter of the 2020 review approved."
    assert round_.events.filter(action="approved").count() == 2


def test_selected_letters_are_not_approved_when_they_changed_since_they_were_shown() -> None:
    round_ = frozen_round(2)
    first, second = Letter.objects.order_by("pk")
    client = signed_in("approver")
    asked = {"action": "approve", "_selected_action": [first.pk]}
    seen = client.post(address(Letter, "changelist"), asked).context["words"]
    given = asked | {"words": seen}
    amender = member("review editor", "amender")
    changed: Any = {"by": amender, "addressee": "Mx Other", "salutation": "Dear Mx Other"}
    rounds.amend_letter(letter=second, **changed)  # not one that was looked at
    assert said(client.post(address(Letter, "changelist"), given)) == [
        "1 letter of the 2020 review approved."
    ]
    rounds.return_letter(letter=first, by=member("approver", "other"), comment="Again")
    rounds.answer_return(letter=first, by=amender, answer="Done")
    rounds.amend_letter(letter=first, **changed)
    refused = client.post(address(Letter, "changelist"), given)
    assert refused.context["problems"] == [
        "What letters of the round 2020 say has changed since you looked; look at them again "
        "before you approve them."
    ]
    assert Letter.objects.awaiting_approval().count() == 2
    again = asked | {"words": refused.context["words"]}
    client.post(address(Letter, "changelist"), again)
    assert list(Letter.objects.awaiting_approval()) == [second]
    editor = User.objects.get(username="editor who froze 2020")
    rounds.freeze(round_=round_, by=editor, reason="Late cases")
    gone = client.post(address(Letter, "changelist"), again)
    assert said(gone)[-1].startswith("What letters of the round 2020 say has changed")
    assert Letter.objects.awaiting_approval().count() == 2


def test_action_is_not_there_for_those_who_may_not() -> None:
    frozen_round(1)
    letter = Letter.objects.get()
    editor = signed_in("review editor")
    assert said(run(editor, "approve", letter)) == ["No action selected."]
    assert Letter.objects.awaiting_approval().count() == 1
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(
        *(p for p in Group.objects.get(name="approver").permissions.all()
          if p.codename == "view_letter")
    )  # fmt: skip
    client = signed_in_as(viewer)
    for action in ("approve", "download_zip", "download_pdf"):
        response = run(client, action, letter)
        assert response.headers["Content-Type"].startswith("text/html")
    assert list(RoundEvent.objects.values_list("action", flat=True)) == ["frozen"]


def test_who_froze_is_told_that_another_person_approves() -> None:
    make_councils(1)
    round_ = make_round()
    both = User.objects.create_superuser("both")
    rounds.freeze(round_=round_, by=both)
    response = approve(signed_in_as(both), Letter.objects.get(), reason="For a test")
    assert response.context["problems"] == [
        "both froze the round 2020; another person has to approve its letters."
    ]
    assert Letter.objects.awaiting_approval().count() == 1


def test_zip_holds_the_selected_letters_and_their_manifest() -> None:
    frozen_round(3)
    first, second, _ = Letter.objects.select_related("summary").order_by("summary__slug")
    client = signed_in("approver")
    response = run(client, "download_zip", first, second)
    assert response.headers["Content-Disposition"] == 'attachment; filename="letters-2020.zip"'
    with zipfile.ZipFile(io.BytesIO(body(response))) as archive:
        names = sorted(archive.namelist())
        manifest = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode())))
    assert names == [*(f"2020-{letter.summary.slug}.pdf" for letter in (first, second)),
                     "manifest.csv"]  # fmt: skip
    assert [line["authority"] for line in manifest] == [first.summary.slug, second.summary.slug]
    event = RoundEvent.objects.get(action="exported")
    assert (event.detail, event.done_by.username) == (
        "2 letters as ZIP, from the back office", "a approver",
    )  # fmt: skip


def test_merged_pdf_has_the_pages_of_the_selected_letters() -> None:
    frozen_round(3)
    letters = list(Letter.objects.select_related("summary__freeze__round").order_by("pk"))[:2]
    response = run(signed_in("review editor"), "download_pdf", *letters)
    with pikepdf.open(io.BytesIO(body(response))) as merged:
        pages = len(merged.pages)
    expected = 0
    for letter in letters:
        with pikepdf.open(io.BytesIO(letter_pdf(letter))) as one:
            expected += len(one.pages)
    assert (pages, expected > 2) == (expected, True)
    assert RoundEvent.objects.get(action="exported").detail == (
        "2 letters as PDF, from the back office"
    )


def test_single_letter_is_downloaded_from_its_page_under_its_own_name() -> None:
    frozen_round(1)
    letter = Letter.objects.select_related("summary").get()
    response = signed_in("approver").post(
        address(Letter, "change", letter.pk),
        {"CHANGE_FORM-action": "download_pdf", "action": "download_pdf",
         "_selected_action": letter.pk},
    )  # fmt: skip
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="2020-{letter.summary.slug}.pdf"'
    )
    assert body(response).startswith(b"%PDF-")


def test_letters_of_two_rounds_are_recorded_in_both() -> None:
    frozen_round(1)
    make_decision(make_authority(), decided_on=dt.date(2021, 1, 1))
    frozen_round(1, year=2021)
    response = run(signed_in("approver"), "download_zip", *Letter.objects.all())
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="letters-2020-2021.zip"'
    )
    assert sorted(
        RoundEvent.objects.filter(action="exported").values_list("round__year", flat=True)
    ) == [2020, 2021]


# Signatories and published figures ----------------------------------------------------------------


def test_signatory_who_ends_before_starting_is_refused() -> None:
    response = signed_in("review editor").post(
        address(Signatory, "add"),
        {"name": "Specimen", "titles": "Ombudsman", "starts_on": "2020-04-02",
         "ends_on": "2020-04-01"},
    )  # fmt: skip
    assert errors_of(response) == ["The last day cannot be before the first day, 2 April 2020."]


def test_signatory_whom_letters_cannot_show_is_refused_beside_the_field() -> None:
    response = signed_in("review editor").post(
        address(Signatory, "add"),
        {"name": "{{ Name }}", "titles": "Ombudsman\r\nChair 😀", "starts_on": "2020-04-01"},
    )
    assert response.context["adminform"].form.errors == {
        "name": ["It has “{{ Name }}” (like a placeholder not filled in), which letters cannot "
                 "show: spell it otherwise."],
        "titles": ["It has U+1F600 (GRINNING FACE), which letters cannot show: spell it "
                   "otherwise."],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"investigated": 5, "upheld": 3, "not_upheld": 2}, []),
        ({"investigated": 5, "upheld": 3}, []),
        ({"investigated": 0, "upheld": 0, "not_upheld": 0}, []),
        ({"investigated": 5, "upheld": 3, "not_upheld": 1},
         [("Upheld and not upheld come to 4: correct one of the three, or leave blank what is not "
          "known.")]),
        ({"uphold_percent": 100}, []),
        ({"uphold_percent": 101}, ["A percentage is at most 100."]),
    ],
)  # fmt: skip
def test_published_figures_add_up(values: dict[str, int], errors: list[str]) -> None:
    response = signed_in("review editor").post(
        address(PublishedFigure, "add"),
        {"authority": make_authority().pk, "year_ending": 2019, "source": "Example"} | values,
    )
    assert (errors_of(response) if response.context else []) == errors
    assert PublishedFigure.objects.count() == (0 if errors else 1)


# Around the pages ---------------------------------------------------------------------------------


def test_index_is_in_the_order_of_use() -> None:
    assert isinstance(admin.site._wrapped, BackOffice)  # type: ignore[attr-defined]
    page = signed_in("admin").get(reverse("admin:index"))
    listed = [
        (app["app_label"], [model["object_name"] for model in app["models"]][:3])
        for app in page.context["app_list"]
    ]
    assert listed == [
        ("casework", ["Complaint", "Decision", "Recommendation"]),
        ("reviews", ["Round", "Letter", "WordingText"]),
        ("auth", ["User", "Group"]),
    ]
    assert "Ombudsman back office" in page.content.decode()


def test_demonstration_is_said_on_every_page() -> None:
    client = signed_in("admin")
    pages = (reverse("admin:index"), address(Contact, "changelist"), address(Round, "add"))
    assert [DEMONSTRATION in client.get(p).content.decode() for p in pages] == [False] * 3
    Demonstration.objects.create(made_at=timezone.now())
    assert [DEMONSTRATION in client.get(p).content.decode() for p in pages] == [True] * 3


def test_pages_carry_no_inline_script_or_style() -> None:
    round_ = frozen_round(1)
    letter = Letter.objects.get()
    client = signed_in("admin")
    for page in (
        address(Round, "change", round_.pk),
        step(round_, "freeze"),
        step(round_, "approve"),
        address(Letter, "change", letter.pk),
    ):
        text = client.get(page).content.decode()
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<style" not in text


def test_every_list_has_its_place_on_the_start_page() -> None:
    registered = {model.__name__ for model in admin.site._registry}
    assert registered - {"Demonstration"} == set(MODELS)
