"""No way of writing escapes the history, and a frozen year changes only with a reason."""

import datetime as dt
import inspect
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

import casework.actions
import reviews.publication
import reviews.rounds
from casework.actions import changed_since_locked, lock_period, recorded, supersede_decision
from casework.actions.users import system_user
from casework.admin.history import entries, newest, of_record, sentences
from casework.conditions import in_words
from casework.models import (
    Authority,
    Batch,
    Change,
    Complainant,
    Complaint,
    Decision,
    EarlierName,
    Extension,
    FormerCode,
    Population,
    Recommendation,
    Team,
)
from casework.refusals import Refused
from casework.triggers import KeepHistory
from tests.casework.files import CASEWORK, refused, table, take_in, write
from tests.factories import (
    make_authority,
    make_complaint,
    make_decision,
    make_recommendation,
    with_reason,
)
from tests.test_triggers import rules

pytestmark = pytest.mark.django_db

PARTS = [Population, EarlierName, FormerCode]
LOCKED = "The figures of this case's year are frozen: say why you change it."


@pytest.fixture
def user() -> User:
    return User.objects.create_user("officer", is_staff=True)


def last() -> Any:
    return Change.objects.order_by("-pk")[0]


def told(change: Change) -> tuple[Any, ...]:
    return (change.record, change.record_id, change.case_id, change.action)


# What is written ----------------------------------------------------------------------------------


def test_history_of_a_row_added_changed_and_removed() -> None:
    complaint = make_complaint(make_authority())
    assert told(last()) == ("casework.complaint", complaint.pk, complaint.pk, "+")
    assert last().before is None
    assert last().after == {
        "reference": complaint.reference,
        "authority_id": complaint.authority_id,
        "category": "housing",
        "subcategory": "",
        "public_subcategory_id": None,
        "received_on": "2019-05-01",
        "stage": "intake",
        "caseworker_id": None,
        "team_id": None,
        "anonymised_on": None,
    }
    complaint.category, complaint.subcategory = "other", 'Say "what"'
    complaint.save()
    assert told(last()) == ("casework.complaint", complaint.pk, complaint.pk, "~")
    assert (last().before, last().after) == (
        {"category": "housing", "subcategory": ""},
        {"category": "other", "subcategory": 'Say "what"'},
    )
    pk = complaint.pk
    complaint.delete()
    assert told(last()) == ("casework.complaint", pk, pk, "-")
    assert last().before["category"] == "other"
    assert last().after is None


def test_history_of_a_save_that_changes_nothing_is_none() -> None:
    complaint = make_complaint(make_authority())
    before = Change.objects.count()
    complaint.save()
    Complaint.objects.update(category="housing")
    assert Change.objects.count() == before


def test_history_names_who_and_why_and_one_batch_for_all(user: User) -> None:
    authority = make_authority()
    with recorded(by=user, what="Two at once", reason="  A test "):
        one, other = make_complaint(authority), make_complaint(authority)
    batch = Batch.objects.get()
    assert (batch.what, batch.reason, batch.begun_by) == ("Two at once", "A test", user)
    assert {told(change) for change in batch.changes.all()} == {
        ("casework.complaint", one.pk, one.pk, "+"),
        ("casework.complaint", other.pk, other.pk, "+"),
    }


def test_batch_without_changes_leaves_nothing(user: User) -> None:
    with recorded(by=user, what="Nothing"):
        pass
    assert Batch.objects.count() == 0


def test_batch_inside_another_joins_it_and_gives_its_reason(user: User) -> None:
    other = User.objects.create_user("other")
    with recorded(by=user, what="Outer"):
        with recorded(by=other, what="Inner", reason="Because"):
            make_authority(population=None)
        with recorded(by=other, what="Inner", reason="Too late"):
            pass
    assert list(Batch.objects.values_list("what", "reason", "begun_by")) == [
        ("Outer", "Because", user.pk)
    ]


def test_batch_ends_with_its_block_also_after_an_error(user: User) -> None:
    with pytest.raises(IntegrityError), recorded(by=user, what="Fails"):
        Authority.objects.create(slug=make_authority(population=None).slug)
    assert (Batch.objects.count(), Authority.objects.count()) == (0, 0)
    make_authority(population=None)
    assert last().batch is None


WRITES = {
    "save": lambda c: c.save(),
    "update": lambda c: Complaint.objects.filter(pk=c.pk).update(category="other"),
    "base manager": lambda c: Complaint._base_manager.filter(pk=c.pk).update(category="other"),
    "bulk_update": lambda c: Complaint.objects.bulk_update([c], ["category"]),
    "bulk_create over a row": lambda c: Complaint.objects.bulk_create(
        [c], update_conflicts=True, unique_fields=["pk"], update_fields=["category"]
    ),
    "SQL": lambda c: connection.cursor().execute(
        "UPDATE casework_complaint SET category = 'other' WHERE id = %s", [c.pk]
    ),
}


@pytest.mark.parametrize("way", WRITES)
def test_no_way_of_changing_escapes_the_history(way: str, user: User) -> None:
    complaint = make_complaint(make_authority())
    complaint.category = "other"
    with recorded(by=user, what=way, reason="A test"):
        WRITES[way](complaint)
    change = last()
    assert told(change) == ("casework.complaint", complaint.pk, complaint.pk, "~")
    assert (change.before, change.after) == ({"category": "housing"}, {"category": "other"})
    assert change.batch is not None
    assert (change.batch.begun_by, change.batch.what) == (user, way)


def test_no_way_of_adding_or_removing_escapes_the_history(user: User) -> None:
    authority = make_authority()
    with recorded(by=user, what="Many"):
        Complaint.objects.bulk_create(
            Complaint(
                reference=f"19 000 {n:03d}",
                authority=authority,
                category="housing",
                received_on=dt.date(2019, 5, 1),
            )
            for n in range(3)
        )
        Complaint.objects.filter(reference="19 000 000").delete()
        Complaint.objects.filter(reference="19 000 001")._raw_delete("default")
    assert sorted(Batch.objects.get().changes.values_list("action", flat=True)) == list("+++--")


def test_shell_that_names_nobody_is_written_down_all_the_same() -> None:
    complaint = make_complaint(make_authority())
    Complaint.objects.filter(pk=complaint.pk).update(category="other")
    assert (last().batch, last().after) == (None, {"category": "other"})


def test_import_is_one_batch_with_a_row_for_each_record(tmp_path: Path) -> None:
    authority = make_authority()
    row = f"{authority.slug},housing,,2019-05-01,upheld,2019-10-01,no,,"
    content = table(CASEWORK, *(f"19 000 00{n},{row}" for n in (1, 2)))
    take_in("import_casework", write(tmp_path, content), reason="First load")
    batch = Batch.objects.get()
    assert (batch.begun_by, batch.reason) == (system_user(), "First load")
    assert batch.import_batch.new == 2
    found = batch.changes.values_list("record", "action")
    assert sorted(found) == sorted(
        [("casework.complaint", "+"), ("casework.decision", "+"), ("casework.complaint", "~")] * 2
    )


def test_records_that_follow_are_in_the_history_too() -> None:
    """A complaint that moves to another category takes its decision along."""
    decision = make_decision(make_authority())
    Complaint.objects.update(category="other")
    assert set(Change.objects.order_by("-pk").values_list("record", flat=True)[:2]) == {
        "casework.complaint", "casework.decision",
    }  # fmt: skip
    decision.refresh_from_db()
    assert decision.category == "other"


def test_membership_of_a_team_is_in_the_history(user: User) -> None:
    team = Team.objects.create(name="North")
    team.members.add(user)
    assert (last().record, last().after) == (
        "casework.team_members", {"team_id": team.pk, "user_id": user.pk},
    )  # fmt: skip


WITHOUT_HISTORY = {
    # They are the history, or the record of a look or of what was frozen.
    "batch", "change", "importbatch", "look",
    # What one person keeps for herself, and what waits.
    "savedfilter", "upload",
}  # fmt: skip
# Who may log in and do what, outside casework.
ACCOUNTS = {
    "auth.user", "auth.user_groups", "auth.user_user_permissions", "auth.group",
    "auth.group_permissions", "mfa.authenticator", "account.emailaddress",
}  # fmt: skip
LEFT_OUT = {
    ("auth.user", "password"): "a secret, even as a digest",
    ("auth.user", "last_login"): "written at every log-in, and no change of the account",
    ("mfa.authenticator", "data"): "the key itself",
    ("mfa.authenticator", "last_used_at"): "written at every log-in",
    ("account.emailaddress", "primary"): "a word of SQL, which SQLite takes for no column",
}


def test_every_table_of_casework_and_accounts_has_a_history_of_all_its_columns() -> None:
    kept = {rule.record: rule for rule in rules() if isinstance(rule, KeepHistory)}
    models = [
        model
        for model in apps.get_app_config("casework").get_models(include_auto_created=True)
        if model._meta.model_name not in WITHOUT_HISTORY
    ]
    assert {model._meta.label_lower for model in models} == {
        record for record in kept if record.startswith("casework.")
    }
    assert kept.keys() >= ACCOUNTS
    left_out = set()
    for model in [*models, *map(apps.get_model, sorted(ACCOUNTS))]:
        record = model._meta.label_lower
        for ending in "iud":
            with connection.cursor() as cursor:
                text = trigger_text(cursor, f"{kept[record].name}_{ending}")
            row = "OLD" if ending == "d" else "NEW"
            for column in (field.column for field in model._meta.local_concrete_fields):
                if (record, column) in LEFT_OUT:
                    assert column not in text, (record, column)
                    left_out.add((record, column))
                else:
                    assert f"{row}.{column}" in text, (record, column)
    assert left_out == LEFT_OUT.keys()


def trigger_text(cursor: Any, name: str) -> str:
    if connection.vendor == "postgresql":
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [name])
    else:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
    return str(cursor.fetchone()[0])


# What is kept ------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Change, Batch])
def test_history_cannot_be_changed_or_removed(model: Any, user: User) -> None:
    with recorded(by=user, what="Something"):
        make_authority(population=None)
    for change in (
        lambda: model.objects.update(**{"record_id" if model is Change else "what": 7}),
        lambda: model.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="History is kept"), transaction.atomic():
            change()


def test_history_of_a_case_that_is_not_anonymised_keeps_its_values() -> None:
    make_complaint(make_authority())
    with pytest.raises(IntegrityError, match="History is kept"), transaction.atomic():
        Change.objects.filter(record="casework.complaint").update(after=None)


# Frozen years -------------------------------------------------------------------------------------


def freeze_2020() -> Any:
    return lock_period(year=2020, first_day=dt.date(2019, 4, 1), last_day=dt.date(2020, 3, 31))


OUTSIDE: dict[str, Any] = {"received_on": dt.date(2018, 1, 1), "decided_on": dt.date(2018, 2, 1)}


@pytest.mark.parametrize(
    ("values", "is_locked"),
    [
        ({**OUTSIDE}, False),
        ({**OUTSIDE, "received_on": dt.date(2017, 4, 1)}, False),
        ({"received_on": dt.date(2019, 3, 31), "decided_on": dt.date(2019, 3, 31)}, False),
        ({"received_on": dt.date(2019, 3, 31), "decided_on": dt.date(2019, 4, 1)}, True),
        ({"received_on": dt.date(2020, 3, 31), "decided_on": dt.date(2020, 4, 1)}, True),
        ({"received_on": dt.date(2020, 4, 1), "decided_on": dt.date(2020, 4, 1)}, False),
        ({**OUTSIDE, "compliance": "satisfied",
          "compliance_recorded_on": dt.date(2020, 3, 31)}, True),
        ({**OUTSIDE, "compliance": "satisfied",
          "compliance_recorded_on": dt.date(2020, 4, 1)}, False),
    ],
)  # fmt: skip
def test_case_of_a_frozen_year_changes_only_with_a_reason(
    values: dict[str, Any], is_locked: bool, user: User
) -> None:
    decision = make_decision(make_authority(), **values)
    recommendation = make_recommendation(decision)
    freeze_2020()
    changes = (
        lambda: Complaint.objects.update(subcategory="Allocations"),
        lambda: Decision.objects.update(is_remedied_by_authority=True),
        lambda: Recommendation.objects.update(completed_on=dt.date(2020, 5, 1)),
        lambda: Recommendation.objects.filter(pk=recommendation.pk)._raw_delete("default"),
    )
    for change in changes:
        if is_locked:
            with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic():
                change()
            with (
                pytest.raises(IntegrityError, match=LOCKED),
                recorded(by=user, what="No reason", reason="  "),
            ):
                change()
        with recorded(by=user, what="With a reason", reason="A slip"):
            change()
    assert Recommendation.objects.count() == 0


@pytest.mark.parametrize(
    "reason", [".", "…", "--", "ab", "a b c", "123 456", "\u200b", "×××", "ab÷×"]
)
def test_reason_without_a_word_is_none(reason: str, user: User) -> None:
    with (
        pytest.raises(Refused, match="Give the reason in words"),
        recorded(by=user, what="Example", reason=reason),
    ):
        raise AssertionError
    with pytest.raises(IntegrityError, match="Give the reason in words"), transaction.atomic():
        Batch.objects.create(what="Example", reason=reason, begun_at=timezone.now(), begun_by=user)
    assert Batch.objects.count() == 0


@pytest.mark.parametrize("reason", ["", "Ill", "Tŷ hen", "1. Müde", "A slip"])
def test_reason_with_a_word_is_one(reason: str, user: User) -> None:
    with recorded(by=user, what="Example", reason=reason):
        make_authority(population=None)
    assert Batch.objects.get().reason == reason


def written_with_a_reason() -> list[Any]:
    """Every function of the actions that is given a reason and writes."""
    modules = [
        import_module(f"{package.__name__}.{found.name}")
        for package in (casework.actions, reviews.rounds)
        for found in pkgutil.iter_modules(package.__path__)
    ]
    return [
        function
        for module in (*modules, reviews.publication)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and {"by", "reason"} <= inspect.signature(function).parameters.keys()
        and name != "recorded"
    ]


def test_every_action_with_a_reason_hands_it_to_the_one_rule() -> None:
    found = written_with_a_reason()
    assert {
        "agree_extension", "merge", "pass_duty", "carry_out",
        "freeze", "hold", "correct", "retract", "accept", "approve",
    } <= {function.__name__ for function in found}  # fmt: skip
    # `recorded` refuses a reason without words; these leave it to another of the list.
    handed_on = {"confirm_upload": "import_file(", "take_step": "move_case("}
    for function in found:
        source = inspect.getsource(function)
        call = handed_on.get(function.__name__, "recorded(")
        assert call in source, function
        assert "reason=reason" in source, function


def test_every_stored_and_every_typed_reason_has_the_rule() -> None:
    """So that a form says so beside its field."""
    stored = {
        f"{model._meta.model_name}.{field.name}": field
        for app in ("casework", "reviews")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.local_fields
        if field.name in {"reason", "details"}
        and not field.blank
        and isinstance(field, (models.CharField, models.TextField))
    }
    assert {name for name, field in stored.items() if in_words in field.validators} == set(stored)
    assert {
        "extension.reason", "hold.reason", "retraction.reason", "wordingversion.reason",
    } <= stored.keys()  # fmt: skip
    typed = {
        form.__qualname__: form.base_fields["reason"]
        for form in subclasses(forms.Form)
        if form.__module__.startswith(("casework.", "reviews.")) and "reason" in form.base_fields
    }
    assert {
        "BulkForm", "ExtensionForm", "MergeForm", "ResetForm", "AgainForm",
        "ApproveForm", "AcceptForm", "CorrectForm", "ReasonForm", "RetractForm",
    } <= typed.keys()  # fmt: skip
    assert {name for name, field in typed.items() if in_words in field.validators} == set(typed)


def subclasses(of: type[Any]) -> set[type[Any]]:
    found = set(of.__subclasses__())
    return found.union(*(subclasses(each) for each in found)) if found else found


def test_case_cannot_be_moved_into_a_frozen_year_without_a_reason() -> None:
    decision = make_decision(make_authority(), **OUTSIDE)
    freeze_2020()
    with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(decided_on=dt.date(2019, 4, 1))
    with pytest.raises(IntegrityError, match=LOCKED), transaction.atomic():
        Complaint.objects.create(
            reference="19 999 999",
            authority=decision.authority,
            category="housing",
            received_on=dt.date(2019, 4, 1),
        )


def test_who_works_on_a_case_of_a_frozen_year_needs_no_reason(user: User) -> None:
    complaint = make_complaint(make_authority())
    freeze_2020()
    complaint.caseworker, complaint.stage = user, "assessment"
    complaint.save()
    complaint.refresh_from_db()
    assert (complaint.caseworker, complaint.stage) == (user, "assessment")


def test_import_that_changes_a_frozen_year_is_refused_at_its_row(tmp_path: Path) -> None:
    authority = make_authority()
    make_decision(authority, "not_upheld", reference="19 000 001")
    freeze_2020()
    same = f"19 000 001,{authority.slug},housing,,2019-05-01,not_upheld,2019-10-01,,,"
    changed = same.replace("not_upheld", "upheld")
    path = write(tmp_path, table(CASEWORK, same))
    assert take_in("import_casework", path).endswith("0 changed, 1 unchanged.")
    path = write(tmp_path, table(CASEWORK, changed))
    assert refused("import_casework", path) == [
        "row 2, column reference: 19 000 001 counts in 2020, whose figures are frozen; say why it "
        "changes: give the import a reason"
    ]
    assert take_in("import_casework", path, reason="Review").endswith("1 changed, 0 unchanged.")


def test_changes_since_the_figures_were_frozen_are_listed(user: User) -> None:
    authority = make_authority()
    inside = make_decision(authority)
    outside = make_decision(authority, **OUTSIDE)
    moved = make_decision(authority, received_on=dt.date(2019, 1, 1))
    assert Change.objects.exists()
    period = freeze_2020()
    assert list(changed_since_locked(period)) == []
    with with_reason("A slip"):
        Decision.objects.filter(pk=inside.pk).update(is_remedied_by_authority=True)
        Decision.objects.filter(pk=outside.pk).update(is_remedied_by_authority=True)
        Decision.objects.filter(pk=moved.pk).update(decided_on=dt.date(2020, 5, 1))
        Complaint.objects.filter(pk=inside.complaint_id).update(stage="assessment")
    assert [told(change)[0:2] for change in changed_since_locked(period).order_by("pk")] == [
        ("casework.decision", inside.pk),
        ("casework.decision", moved.pk),
    ]
    assert list(changed_since_locked(freeze_2020())) == []  # frozen again: from now on


def test_history_of_an_authority_holds_what_its_page_edits() -> None:
    other, authority = make_authority(), make_authority(population=None)
    before = newest(authority, PARTS)
    assert [told(change)[0] for change in of_record(authority, PARTS)] == ["casework.authority"]
    authority.successors.add(other)
    population = Population.objects.create(
        authority=authority, year=2020, residents=5, source="Example"
    )
    Population.objects.filter(pk=population.pk).update(residents=6)
    population.delete()
    later = of_record(authority, PARTS).filter(pk__gt=before).order_by("pk")
    assert [(change.record, change.action) for change in later] == [
        ("casework.authority_successors", "+"),
        ("casework.population", "+"),
        ("casework.population", "-"),
    ]
    Population.objects.create(authority=authority, year=2021, residents=5, source="Example")
    later = of_record(authority, PARTS).filter(pk__gt=before).order_by("pk")
    assert later[len(later) - 1].after == {
        "authority_id": authority.pk, "year": 2021, "residents": 5, "source": "Example",
    }  # fmt: skip
    assert not of_record(other, PARTS).filter(pk__gt=before).exists()


# How it reads ------------------------------------------------------------------------------------


def test_history_in_words(user: User) -> None:
    complaint = make_complaint(make_authority())
    with recorded(by=user, what="Form", reason="A slip"):
        complaint.category, complaint.caseworker = "other", user
        complaint.received_on = dt.date(2019, 6, 1)
        complaint.save()
    (entry,) = entries([last()], with_people=True)
    assert (entry.what, entry.case) == ("Changed: complaint", complaint.reference)
    assert [(f.label, f.before, f.after) for f in entry.fields] == [
        ("category", "Housing", "Other"),
        ("received", "1 May 2019", "1 Jun 2019"),
        ("caseworker", "nothing", "officer"),
    ]
    assert next(iter(sentences([last()], with_people=False))) == (
        "officer changed category from Housing to Other."
    )


def test_history_hides_people_from_those_who_may_not_see_them() -> None:
    decision = make_decision(make_authority())
    Complainant.objects.create(complaint=decision.complaint, name="Jo Private")
    personal = make_recommendation(
        decision, kind="personal", category="apology", text="Apologise to Jo Private."
    )
    public = make_recommendation(decision, text="Train staff.")
    Recommendation.objects.filter(pk=personal.pk).update(text="Write to Jo Private.")
    Recommendation.objects.filter(pk=public.pk).update(text="Train all staff.")
    changes = Change.objects.of_case(decision.complaint_id)
    texts = "\n".join(sentences(changes, with_people=False))
    assert "Jo Private" not in texts
    assert "Train staff." in texts
    assert "Jo Private" in "\n".join(sentences(changes, with_people=True))


def test_history_hides_a_personal_remedy_that_became_an_improvement() -> None:
    remedy = make_recommendation(
        make_decision(make_authority()), kind="personal", category="apology", text="To Jo Private."
    )
    rows = Recommendation.objects.filter(pk=remedy.pk)
    rows.update(kind="service_improvement", category="training_or_guidance", text="Train.")
    rows.update(kind="personal", category="apology", text="Again to Jo Private.")
    changes = Change.objects.of_case(remedy.decision.complaint_id)
    assert "Jo Private" not in "\n".join(sentences(changes, with_people=False))
    assert "Jo Private" in "\n".join(sentences(changes, with_people=True))


def test_sentences_say_once_what_the_decision_repeats_of_its_complaint() -> None:
    make_decision(make_authority())
    before = Change.objects.latest("pk").pk
    Complaint.objects.update(category="other")
    later = Change.objects.filter(pk__gt=before).order_by("pk")
    assert (later.count(), list(sentences(later, with_people=True))) == (
        2, ["Somebody unnamed changed category from Housing to Other."],
    )  # fmt: skip


def test_superseding_is_part_of_the_batch_around_it(user: User) -> None:
    decision = make_decision(make_authority())
    with recorded(by=user, what="Decide again"):
        supersede_decision(complaint=decision.complaint)
    assert [c.after for c in Batch.objects.get().changes.order_by("pk")] in (
        [{"is_standing": False}, {"stage": "decision"}],
        [{"is_standing": 0}, {"stage": "decision"}],
        [{"stage": "decision"}, {"is_standing": 0}],
        [{"stage": "decision"}, {"is_standing": False}],
    )


def test_extension_moves_the_due_date_and_both_are_in_the_history(user: User) -> None:
    recommendation = make_recommendation(make_decision(make_authority()))
    with recorded(by=user, what="Extend"):
        Extension.objects.create(
            recommendation=recommendation,
            former_due_on=recommendation.due_on,
            due_on=recommendation.due_on + dt.timedelta(days=1),
            reason="Asked for",
            agreed_on=recommendation.due_on,
            agreed_by=user,
        )
    assert sorted(Batch.objects.get().changes.values_list("record", "action")) == [
        ("casework.extension", "+"), ("casework.recommendation", "~"),
    ]  # fmt: skip
