"""The five groups: there after every migration, with what each needs and no more."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import URLResolver, reverse
from django.utils import timezone

from casework import models as casework
from casework.actions import lock_period, recorded, system_user
from casework.actions.looks import record_look
from casework.choices import LookAt
from casework.models import Complainant
from reviews import rounds
from reviews.models import (
    Demonstration,
    LateReplies,
    Letter,
    LetterReturn,
    PublishedDecision,
    PublishedFigure,
    WordingDraft,
    WordingText,
)
from reviews.roles import ROLES, sync_roles
from tests.factories import (
    make_authority,
    make_chief_executive,
    make_complaint,
    make_decision,
    make_event,
    make_issued_round,
    make_recommendation,
    make_round,
    make_signatory,
    make_user,
)
from tests.reviews.signatures import make_png

pytestmark = pytest.mark.django_db

APPS = ("casework", "reviews")
SEES_PEOPLE = {"caseworker", "casework manager", "auditor"}


def permissions_of(role: str) -> set[str]:
    user = User.objects.create_user(f"one {role}")
    user.groups.add(Group.objects.get(name=role))
    return user.get_all_permissions()


def all_permissions() -> set[str]:
    return {
        f"{app}.{codename}"
        for app, codename in Permission.objects.filter(content_type__app_label__in=APPS)
        .exclude(content_type__model__contains="_")  # tables between two others
        .values_list("content_type__app_label", "codename")
    }


# What is written down -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_role_has_after_migrating_what_is_written_down(role: str) -> None:
    assert permissions_of(role) == ROLES[role]


def test_roles_are_the_five_of_the_office() -> None:
    assert list(ROLES) == [
        "caseworker", "casework manager", "review editor", "approver", "auditor",
    ]  # fmt: skip


def test_every_permission_written_down_exists() -> None:
    assert set().union(*ROLES.values()) - all_permissions() == set()


def test_auditor_may_view_everything_and_do_nothing() -> None:
    """Every new model needs a line here."""
    views = {each for each in all_permissions() if each.partition(".")[2].startswith("view_")}
    # Taking a list away changes nothing, and is recorded.
    assert ROLES["auditor"] == views | {"casework.export_list"}


def test_every_deed_is_somebodys() -> None:
    """A permission beyond view, add, change and delete that no role has would do nothing."""
    deeds = {each for each in all_permissions()
             if not re.match(r"\w+\.(view|add|change|delete)_", each)}  # fmt: skip
    assert deeds - set().union(*ROLES.values()) == set()


def test_roles_delete_only_what_was_put_there_by_mistake_and_touch_no_users() -> None:
    deleted = {
        role: {each.partition("_")[2] for each in permissions if ".delete_" in each}
        for role, permissions in ROLES.items()
    }
    assert deleted == {
        "caseworker": {"caselink", "savedfilter"},
        "casework manager": {"caselink", "savedfilter", "attachment", "publicationexception"},
        "review editor": {"savedfilter", "learningevent", "learningattendance"},
        "approver": {"savedfilter"},
        "auditor": set(),
    }
    everything = set().union(*ROLES.values())
    assert {each.split(".")[0] for each in everything} == set(APPS)


def test_people_are_seen_where_cases_are_worked_on_or_audited() -> None:
    people = {f"casework.{verb}_complainant" for verb in ("view", "add", "change")}
    assert {role: permissions & people for role, permissions in ROLES.items()} == {
        "caseworker": people,
        "casework manager": people,
        "review editor": set(),
        "approver": set(),
        "auditor": {"casework.view_complainant"},
    }


def test_manager_may_all_a_caseworker_may_and_what_is_for_managers_alone() -> None:
    assert ROLES["caseworker"] < ROLES["casework manager"]
    for_managers = {
        "casework.assign_complaint", "casework.record_not_satisfied", "casework.withdraw_decision",
        "casework.merge_authority", "casework.pass_duty", "casework.export_list",
        "casework.add_publicationexception", "casework.change_publicationexception",
        "casework.add_anonymisation", "casework.change_anonymisation", "casework.change_team",
        "casework.change_decisionreason",
    }  # fmt: skip
    assert {role: permissions & for_managers for role, permissions in ROLES.items()} == {
        "caseworker": set(),
        "casework manager": for_managers,
        "review editor": set(),
        "approver": set(),
        "auditor": {"casework.export_list"},
    }


def test_freezing_and_approving_are_never_in_one_role() -> None:
    deeds = {
        "reviews.freeze_round", "reviews.approve_letters", "reviews.issue_letters",
        "reviews.export_letters", "reviews.send_messages", "reviews.hold_letters",
        "reviews.correct_letter", "reviews.retract_letter",
    }  # fmt: skip
    assert {role: permissions & deeds for role, permissions in ROLES.items()} == {
        "caseworker": set(),
        "casework manager": set(),
        "review editor": {
            "reviews.freeze_round", "reviews.issue_letters", "reviews.export_letters",
            "reviews.send_messages", "reviews.hold_letters", "reviews.correct_letter",
        },
        "approver": {
            "reviews.approve_letters", "reviews.export_letters", "reviews.hold_letters",
            "reviews.retract_letter",
        },
        "auditor": set(),
    }  # fmt: skip


def test_wording_is_changed_by_the_editor_and_read_by_who_approves_and_audits() -> None:
    wording = {
        f"reviews.{verb}_{model}"
        for verb in ("add", "change", "delete", "view")
        for model in ("wordingtext", "wordingdraft", "wordingversion", "latereplies")
    }
    reads = {each for each in wording if ".view_" in each}
    assert {role: permissions & wording for role, permissions in ROLES.items()} == {
        "caseworker": set(),
        "casework manager": set(),
        "review editor": reads | {"reviews.change_wordingtext"},
        "approver": reads,
        "auditor": reads,
    }


def test_what_is_frozen_or_recorded_is_changed_by_no_role() -> None:
    written_by_itself = [
        "freeze", "typeaverage", "annualsummary", "frozenlearning", "letterfile", "lettercode",
        "letteralternative", "outboxmessage", "roundevent", "letterproof", "letterreturn",
        "messageevent", "caselist", "publisheddecision", "publishedimprovement", "wordingversion",
        "summarycondition", "hold", "correction", "retraction", "batch", "change", "lockedperiod",
        "look", "importbatch", "maplayout",
    ]  # fmt: skip
    writes = {
        f"{app}.{verb}_{model}"
        for app in APPS
        for verb in ("add", "change", "delete")
        for model in written_by_itself
    }
    assert set().union(*ROLES.values()) & writes == set()


def test_roles_are_put_back_and_not_doubled() -> None:
    approver = Group.objects.get(name="approver")
    approver.permissions.add(Permission.objects.get(codename="freeze_round"))
    Group.objects.get(name="caseworker").permissions.clear()
    member = User.objects.create_user("member")
    member.groups.add(approver)

    sync_roles()
    sync_roles(sender=apps.get_app_config("reviews"), verbosity=0)

    assert {role: permissions_of(role) for role in ROLES} == ROLES
    assert Group.objects.count() == 5
    assert [str(group) for group in member.groups.all()] == ["approver"]


def test_other_groups_stay_as_they_are() -> None:
    other = Group.objects.create(name="visitors")
    other.permissions.add(Permission.objects.get(codename="view_round"))
    sync_roles()
    assert [p.codename for p in other.permissions.all()] == ["view_round"]


@pytest.mark.django_db(transaction=True)
def test_roles_survive_a_flush() -> None:
    Group.objects.all().delete()
    call_command("flush", "--no-input", verbosity=0)
    assert {role: permissions_of(role) for role in ROLES} == ROLES


# Every page ---------------------------------------------------------------------------------------

# Words that stand in personal data alone.
SECRETS = ("Zeno", "zeno@example.org", "AA1 1AA", "Fictional")


@pytest.fixture
def everything(settings: Any, tmp_path: Any) -> dict[type[Model], Model]:
    """A row of every model that has pages."""
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path, "base_url": None},
        }
    }
    by = User.objects.create_user("maker", is_staff=True)
    now, day = timezone.now(), dt.date(2019, 11, 1)
    authority = make_authority()
    make_chief_executive(authority)
    rounds.set_signature(
        signatory=make_signatory(), png=make_png(), by=make_user("signs", "change_signatory")
    )
    decision = make_decision(authority, reference="19 900 001")
    complaint = decision.complaint
    other = make_complaint(authority)
    service = make_recommendation(decision)
    with recorded(by=by, what="Test", reason="Zeno rang."):
        Complainant.objects.create(
            complaint=complaint, name="Zeno Fictional", email="zeno@example.org",
            postcode="AA1 1AA", address="1 Fictional Street",
        )  # fmt: skip
        make_recommendation(
            decision, kind="personal", category="apology", text="Apologise to Zeno."
        )
        complaint.notes.create(text="Zeno rang.", written_at=now, written_by=by)
        complaint.attachments.create(
            title="Letter of Zeno", file_name="zeno.txt", size=1, sha256="0" * 64,
            added_at=now, added_by=by, file=ContentFile(b"x", name="zeno.txt"),
        )  # fmt: skip
        complaint.links.create(other=other)
        complaint.pauses.create(starts_on=decision.decided_on, reason="Example")
        service.extensions.create(
            former_due_on=service.due_on, due_on=service.due_on + dt.timedelta(days=7),
            reason="Example", agreed_on=day, agreed_by=by,
        )  # fmt: skip
        decision.duty_transfers.create(
            from_authority=authority, to_authority=make_authority(), passed_on=day, passed_by=by,
            reason="Example",
        )  # fmt: skip
        statement = decision.statements.create(
            number=1, dated_on=decision.decided_on, text="Mr X complained.",
            written_at=now, written_by=by,
        )  # fmt: skip
        make_decision(authority).statements.create(
            number=1, dated_on=decision.decided_on, text="Mr X, once called Zeno, complained.",
            written_at=now, written_by=by,
        )  # fmt: skip
        decision.checked_places.create(digest="0" * 64, checked_at=now, checked_by=by)
        decision.reviews.create(
            asked_on=day, reason="Zeno disagrees.", ended_on=day, result="stands"
        )
        casework.PublicInterestReport.objects.create(
            decision=decision, title="Example", issued_on=day, answer_due_on=dt.date(2020, 2, 1)
        )
        casework.PublicationException.objects.create(
            decision=make_decision(authority), ground="other", details="Zeno asked.",
            decided_at=now, decided_by=by,
        )  # fmt: skip
        casework.Anonymisation.objects.create(complaint=complaint, proposed_at=now, proposed_by=by)
    casework.Team.objects.create(name="Example")
    casework.SavedFilter.objects.create(
        owner=by, name="Example", record="casework.complaint", query="", is_shared=True
    )
    casework.Upload.objects.create(
        kind="casework", file_name="example.csv", content=b"", sha256="0" * 64, uploaded_at=now,
        uploaded_by=by,
    )  # fmt: skip
    casework.ImportBatch.objects.create(
        kind="casework", file_name="example.csv", sha256="0" * 64, new=1, changed=0, unchanged=0,
        reason="Zeno asked.", imported_at=now, imported_by=by,
    )  # fmt: skip
    casework.BankHoliday.objects.get_or_create(day=day, defaults={"name": "Example"})
    record_look(by=by, what=LookAt.COMPLAINANT, complaint=complaint)
    lock_period(year=2001, first_day=dt.date(2000, 4, 1), last_day=dt.date(2001, 3, 31))
    make_event("seminar", authority, "care_provider")
    round_ = make_issued_round(2020)
    rounds.send(by=system_user())
    letter = Letter.objects.filter(summary__authority=authority).get()
    editor, approver = User.objects.get(username="editor"), User.objects.get(username="approver")
    rounds.retract(letter=letter, by=approver, reason="Example", notice="Example")
    rounds.hold(round_=round_, by=editor, reason="Example")
    rounds.correct(round_=round_, authority=authority, by=editor, reason="Example")
    LetterReturn.objects.create(
        letter=Letter.objects.earliest("pk"), comment="Look again.", returned_at=now, returned_by=by
    )
    text = WordingText.objects.create(round=make_round(2019), scope="main")
    text.versions.create(
        number=1, content="Example\n((passages))", reason="Example", made_at=now, made_by=by
    )
    WordingDraft.objects.create(
        wording=text, content="Another\n((passages))", begun_by=by, saved_by=by, saved_at=now
    )
    LateReplies.objects.create(round=text.round, authority=authority, marked_at=now, marked_by=by)
    Demonstration.objects.create(made_at=now)
    PublishedFigure.objects.create(
        authority=authority, year_ending=2018, source="Example", upheld=1
    )
    PublishedDecision.objects.create(
        statement=statement, reference=complaint.reference, authority=authority,
        authority_name="Example", category=complaint.category, outcome=decision.outcome,
        decided_on=decision.decided_on, dated_on=decision.decided_on, text="Mr X complained.",
        published_on=dt.date(2020, 1, 1), ends_on=dt.date(2024, 12, 31),
    )  # fmt: skip
    rows = {}
    for model in admin.site._registry:
        if model._meta.app_label in APPS:
            row = model._default_manager.order_by("pk").first()
            assert row is not None, f"{model.__name__} needs a row in this fixture"
            rows[model] = row
    rows[casework.Complaint] = complaint
    rows[casework.Decision] = decision
    return rows


def signed_in(role: str) -> Client:
    user = User.objects.create_user(f"a {role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_{page}", args=args)


# Seen by who uploaded it; and by who may see the list that the filter is of.
SEEN_BY_SOME = {casework.Upload, casework.SavedFilter}


@pytest.mark.parametrize("role", ROLES)
def test_pages_answer_each_role_as_its_permissions_say(
    role: str, everything: dict[type[Model], Model]
) -> None:
    client = signed_in(role)
    found, expected = {}, {}
    for model, row in everything.items():
        name = model._meta.label_lower
        may = name.replace(".", ".view_") in ROLES[role]
        if model is casework.Upload:
            may = bool({"casework.import_files", "casework.view_upload"} & ROLES[role])
        for page, args in (("changelist", ()), ("change", (row.pk,)), ("history", (row.pk,))):
            if model in SEEN_BY_SOME and page != "changelist":
                continue
            found[name, page] = client.get(address(model, page, *args)).status_code
            expected[name, page] = 200 if may else 403
    assert found == expected


def staff_addresses(everything: dict[type[Model], Model]) -> Iterator[str]:
    """Every address of the back office; a record's with the key of that kind's row."""

    def walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
        for each in resolver.url_patterns:
            whole = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each, whole)
            elif "(?P" not in whole:
                yield whole

    keys = {
        f"{model._meta.app_label}/{model._meta.model_name}/": row.pk
        for model, row in everything.items()
    }
    site = admin.site.urls[0]
    for each in site:
        patterns = walk(each, str(each.pattern)) if isinstance(each, URLResolver) else [
            str(each.pattern)
        ]  # fmt: skip
        for whole in patterns:
            kind = next((begun for begun in keys if whole.startswith(begun)), "")
            key = str(keys.get(kind, 1))
            for ending in ("csv", "xlsx") if "ending" in whole else ("",):
                filled = re.sub(r"<(?:\w+:)?ending>", ending, whole)
                yield "/admin/" + re.sub(r"<[^>]*>", key, filled)


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but of looks, sessions and what counts attempts."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in sorted(set(tables) - {"casework_look", "django_session", "cache"}):
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found


OF_ONESELF = ("/admin/login/", "/admin/logout/", "/admin/password_change/")
TYPED = {
    "action": "delete_selected", "_selected_action": "1", "post": "yes", "_save": "Save",
    "name": "Typed", "reason": "Typed", "_reason": "Typed", "query": "", "confirm": "yes",
}  # fmt: skip


def test_auditor_opens_everything_and_changes_nothing(
    everything: dict[type[Model], Model],
) -> None:
    client = signed_in("auditor")
    before = contents()
    addresses = [each for each in staff_addresses(everything) if not each.startswith(OF_ONESELF)]
    assert len(addresses) > 200
    answers = {}
    for each in addresses:
        client.get(each)
        answers[each] = client.post(each, TYPED).status_code
    assert {each: code for each, code in answers.items() if code >= 500} == {}
    assert contents() == before
    # Forms and steps are refused outright; a list shows itself again.
    for each, code in answers.items():
        if re.search(r"/(add|save|\d+/(change|delete))/$", each):
            assert code in {403, 404, 405}, each


def test_auditor_takes_lists_away_which_is_recorded(
    everything: dict[type[Model], Model],
) -> None:
    client = signed_in("auditor")
    exports = [each for each in staff_addresses(everything) if "/export/csv/" in each]
    assert len(exports) > 25
    answers = {each: client.get(each).status_code for each in exports}
    auth = {each for each in exports if each.startswith("/admin/auth/")}
    assert {each for each, code in answers.items() if code != 200} == auth
    looks = casework.Look.objects.filter(what=LookAt.EXPORT, seen_by__username="a auditor")
    assert looks.count() == len(exports) - len(auth)


@pytest.mark.parametrize("role", ["caseworker", "approver"])
def test_roles_without_the_permission_take_no_list_of_casework_away(
    role: str, everything: dict[type[Model], Model]
) -> None:
    client = signed_in(role)
    exports = [
        each for each in staff_addresses(everything)
        if each.startswith("/admin/casework/") and "/export/" in each
    ]  # fmt: skip
    assert {client.get(each).status_code for each in exports} == {403}


def test_auditor_looks_at_an_import_and_neither_confirms_nor_drops_it(
    everything: dict[type[Model], Model],
) -> None:
    client = signed_in("auditor")
    upload = everything[casework.Upload]
    assert list(client.get(address(casework.Upload, "changelist")).context["cl"].result_list) == [
        upload
    ]
    page = client.get(address(casework.Upload, "change", upload.pk))
    content = page.content.decode()
    assert "Preview of example.csv" in content
    assert 'name="drop"' not in content
    assert 'name="confirm"' not in content
    problems = client.get(reverse("admin:casework_upload_problems", args=[upload.pk]))
    assert problems.status_code == 200
    for data in ({"drop": "1"}, {"confirm": "1"}, {}):
        answer = client.post(address(casework.Upload, "change", upload.pk), data)
        assert answer.status_code == 403
    assert client.get(address(casework.Upload, "add")).status_code == 403
    assert casework.Upload.objects.get() == upload


@pytest.mark.parametrize("role", ["review editor", "approver"])
def test_who_may_not_see_people_finds_them_on_no_page(
    role: str, everything: dict[type[Model], Model]
) -> None:
    client = signed_in(role)
    leaks = {}
    for each in staff_addresses(everything):
        if each.startswith(OF_ONESELF) or "/export/xlsx/" in each:
            continue  # the same rows as in the CSV
        # Lists find it in any case, and show what was typed.
        for query in ("",) if "/export/" in each else ("", "?q=zeno"):
            response = client.get(each + query)
            body = b"".join(response) if response.streaming else response.content
            # A token may hold any four letters.
            text = re.sub(r'middlewaretoken" value="\w+"', "", body.decode(errors="replace"))
            if any(secret in text for secret in SECRETS):
                leaks[each + query] = [secret for secret in SECRETS if secret in text]
            shown = response.context or {}
            if query and "cl" in shown and shown["cl"].search_fields:
                assert shown["cl"].result_count == 0, each
    assert leaks == {}
    for term in ("Zeno", "AA1 1AA"):
        for model in everything:
            found = client.get(
                reverse("admin:autocomplete"),
                {"app_label": model._meta.app_label, "model_name": str(model._meta.model_name),
                 "field_name": "complaint", "term": term},
            )  # fmt: skip
            assert "Zeno" not in found.content.decode()
    looks = casework.Look.objects.filter(seen_by__username=f"a {role}")
    assert set(looks.values_list("what", flat=True)) <= {LookAt.EXPORT}


@pytest.mark.parametrize("role", sorted(SEES_PEOPLE))
def test_who_may_see_people_does(role: str, everything: dict[type[Model], Model]) -> None:
    """The other half of the test above: its words are on the pages where they belong."""
    client = signed_in(role)
    case, person = everything[casework.Complaint], everything[Complainant]
    shown = client.get(address(Complainant, "change", person.pk)).content.decode()
    kept = client.get(address(casework.Complaint, "history", case.pk)).content.decode()
    assert [secret for secret in SECRETS if secret not in shown or secret not in kept] == []
    noted = client.get(address(casework.Complaint, "change", case.pk)).content.decode()
    assert "Zeno rang." in noted
    found = client.post(address(Complainant, "search"), {"words": "Zeno"})
    assert len(found.context["rows"]) == 1


@pytest.mark.parametrize("role", [role for role in ROLES if role != "auditor"])
def test_every_role_may_keep_filters_of_its_own(role: str) -> None:
    verbs = ("view", "add", "change", "delete")
    assert {f"casework.{verb}_savedfilter" for verb in verbs} <= ROLES[role]
