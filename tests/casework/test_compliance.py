import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import DatabaseError, transaction
from django.forms import inlineformset_factory
from django.test import Client
from django.urls import reverse

from casework.actions.bank_holidays import calendar
from casework.actions.compliance import (
    agree_extension,
    record_compliance,
    suggested_outcome,
)
from casework.admin.compliance import (
    ClockPauseForm,
    ClockPauseFormSet,
    clock_of,
    due,
    under_duty,
)
from casework.choices import Compliance, RecommendationKind, Stage
from casework.models import (
    BankHoliday,
    Change,
    ClockPause,
    Complaint,
    Decision,
    DutyTransfer,
    Extension,
    Look,
    Recommendation,
)
from casework.querysets import delayed_recommendation
from casework.refusals import Refused
from tests.casework.staff import VIEW_CASES, browser_of, make_staff
from tests.factories import (
    make_authority,
    make_complaint,
    make_decision,
    make_recommendation,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_may")]

TODAY = dt.date(2026, 5, 20)  # a Wednesday; Monday the 25th is a bank holiday
DECIDED = dt.date(2026, 2, 2)
DUE = dt.date(2026, 5, 1)


@pytest.fixture
def in_may() -> Any:
    with time_machine.travel(dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC), tick=False):
        yield


def a_decision(**values: Any) -> Decision:
    return make_decision(make_authority(), decided_on=DECIDED, **values)


def a_recommendation(decision: Decision | None = None, **values: Any) -> Recommendation:
    return make_recommendation(decision or a_decision(), **({"due_on": DUE} | values))


def record(decision: Decision, outcome: str, **values: Any) -> Decision:
    by = values.pop("by", None) or make_staff("worker", "casework.change_decision")
    values = {"recorded_on": TODAY} | values
    return record_compliance(decision=decision, outcome=outcome, by=by, **values)


def refusals(of: Any, *args: Any, **values: Any) -> list[str]:
    """What was said; nothing may have been changed."""
    of_cases = Change.objects.exclude(record__startswith="auth.")
    before = list(of_cases.values_list("pk"))
    with pytest.raises(Refused) as refused:
        of(*args, **values)
    assert list(of_cases.values_list("pk")) == before
    return refused.value.problems


# Extensions ---------------------------------------------------------------------------------------


def extend(recommendation: Recommendation, **values: Any) -> Extension:
    by = values.pop("by", None) or make_staff("worker")
    given: dict[str, Any] = {
        "due_on": dt.date(2026, 6, 1),
        "agreed_on": TODAY,
        "reason": "The officer is ill.",
    } | values
    return agree_extension(recommendation=recommendation, by=by, **given)


def test_extension_moves_the_due_date_and_is_kept() -> None:
    recommendation = a_recommendation()
    worker = make_staff("worker")
    extension = extend(recommendation, by=worker)
    extend(recommendation, due_on=dt.date(2026, 6, 2), by=worker)
    recommendation.refresh_from_db()
    assert recommendation.due_on == dt.date(2026, 6, 2)
    assert list(Extension.objects.order_by("pk").values_list("former_due_on", "due_on")) == [
        (DUE, dt.date(2026, 6, 1)),
        (dt.date(2026, 6, 1), dt.date(2026, 6, 2)),
    ]
    changes = Change.objects.filter(batch__what="Extension agreed").order_by("pk")
    assert {(c.record, c.batch.reason, c.batch.begun_by) for c in changes if c.batch} == {
        ("casework.recommendation", "The officer is ill.", worker),
        ("casework.extension", "The officer is ill.", worker),
    }
    assert len(changes) == 4
    for write in (lambda: Extension.objects.update(reason="Other"), extension.delete):
        with pytest.raises(DatabaseError, match="An agreed extension stands"), transaction.atomic():
            write()


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"due_on": DUE}, "It is due on 1 May 2026 already: choose a later day."),
        ({"due_on": dt.date(2026, 4, 30)}, "It is due on 1 May 2026 already: choose a later day."),
        ({"reason": " "}, "Give the reason for which more time was agreed."),
        ({"reason": "."}, "Give the reason in words: at least one of three letters or more."),
        ({"agreed_on": dt.date(2026, 5, 21)}, "The day on which it was agreed is in the future: "
         "give today's or an earlier one."),
        ({"agreed_on": dt.date(2026, 2, 1)}, "It cannot have been agreed before 2 February 2026, "
         "the day of the decision."),
    ],
)  # fmt: skip
def test_extension_that_cannot_be_is_refused(values: dict[str, Any], problem: str) -> None:
    recommendation = a_recommendation()
    assert refusals(extend, recommendation, **values) == [problem]
    assert Extension.objects.count() == 0


def test_extension_by_a_day_is_agreed_on_the_day_of_the_decision() -> None:
    recommendation = a_recommendation()
    extend(recommendation, due_on=dt.date(2026, 5, 2), agreed_on=DECIDED)
    recommendation.refresh_from_db()
    assert recommendation.due_on == dt.date(2026, 5, 2)


def test_extension_is_for_open_recommendations_only() -> None:
    completed = a_recommendation(completed_on=dt.date(2026, 5, 2))
    worker = make_staff("worker")
    assert refusals(extend, completed, by=worker) == [
        "The recommendation was completed on 2 May 2026."
    ]
    decided = a_decision(compliance="ceased", compliance_recorded_on=TODAY)
    assert refusals(extend, a_recommendation(decided), by=worker) == [
        "The compliance outcome of this case is recorded already."
    ]
    former = a_decision(is_standing=False)
    assert refusals(extend, a_recommendation(former), by=worker) == [
        "The decision no longer stands."
    ]


def client_of(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_staff("staff", *(f"casework.{each}" for each in permissions)))
    return client


def extension_page(recommendation: Recommendation) -> str:
    return reverse("admin:casework_recommendation_extend", args=[recommendation.pk])


WORKER = ("view_recommendation", "change_recommendation", "view_complainant", "view_complaint")


def test_extension_page_agrees_an_extension() -> None:
    recommendation = a_recommendation()
    client = client_of(*WORKER)
    page = client.get(extension_page(recommendation))
    content = page.content.decode()
    assert "due on 1 May 2026, overdue by 12 working days." in content
    assert page.context["form"].initial == {"agreed_on": TODAY}
    change = reverse("admin:casework_recommendation_change", args=[recommendation.pk])
    assert extension_page(recommendation) in client.get(change).content.decode()

    data = {"due_on": "1/6/26", "agreed_on": "t", "reason": "<b>Ill</b>"}
    answer = client.post(extension_page(recommendation), data)
    case = reverse("admin:casework_complaint_change", args=[recommendation.decision.complaint_id])
    assert (answer.status_code, answer.url) == (302, case)  # type: ignore[attr-defined]
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "The recommendation is now due on 1 June 2026, no longer on 1 May 2026."
    ]
    extension = Extension.objects.get()
    assert (extension.due_on, extension.agreed_on, extension.reason) == (
        dt.date(2026, 6, 1), TODAY, "<b>Ill</b>",
    )  # fmt: skip
    assert extension.agreed_by.username == "staff"
    content = client.get(extension_page(recommendation)).content.decode()
    assert "from\n          1 May 2026 to 1 June 2026. &lt;b&gt;Ill&lt;/b&gt;" in content


def test_extension_page_says_what_is_wrong_and_keeps_what_was_typed() -> None:
    recommendation = a_recommendation()
    client = client_of(*WORKER)
    data = {"due_on": "1/5/2026", "agreed_on": "21/5/2026", "reason": "Because <i>"}
    page = client.post(extension_page(recommendation), data)
    assert page.context["form"].errors == {
        "due_on": ["It is due on 1 May 2026 already: choose a later day."]
    }
    assert 'value="Because &lt;i&gt;"' in page.content.decode()
    page = client.post(extension_page(recommendation), data | {"due_on": "2/5/2026"})
    assert page.context["form"].non_field_errors() == [
        "The day on which it was agreed is in the future: give today's or an earlier one."
    ]
    assert Extension.objects.count() == 0


def test_extension_page_of_a_personal_remedy_is_a_look() -> None:
    decision = make_decision(make_authority())
    public = make_recommendation(decision, text="Train staff.")
    personal = make_recommendation(decision, kind="personal", category="apology", text="To Jo.")
    client = client_of(*WORKER)
    for recommendation, looks in ((public, 0), (personal, 1)):
        assert recommendation.text in client.get(extension_page(recommendation)).content.decode()
        assert Look.objects.count() == looks
    assert Look.objects.get().complaint == decision.complaint


def test_extension_page_offers_nothing_where_nothing_can_be_agreed() -> None:
    recommendation = a_recommendation(completed_on=dt.date(2026, 5, 2))
    client = client_of(*WORKER)
    content = client.get(extension_page(recommendation)).content.decode()
    assert "The recommendation was completed on 2 May 2026. No more time can be agreed." in content
    assert "Agree the extension" not in content
    change = reverse("admin:casework_recommendation_change", args=[recommendation.pk])
    assert '/extend/">Agree an extension</a></li>' not in client.get(change).content.decode()


def test_extension_page_is_for_those_who_may_change_recommendations() -> None:
    recommendation = a_recommendation()
    assert client_of("view_recommendation").get(extension_page(recommendation)).status_code == 403
    personal = a_recommendation(kind="personal", category="apology")
    client = Client()
    client.force_login(
        make_staff("other", "casework.view_recommendation", "casework.change_recommendation")
    )
    answer = client.get(extension_page(personal))
    assert (answer.status_code, answer.url) == (302, "/admin/")  # type: ignore[attr-defined]


def test_due_date_moves_by_extension_only_in_forms() -> None:
    recommendation = a_recommendation()
    client = client_of(*WORKER)
    change = reverse("admin:casework_recommendation_change", args=[recommendation.pk])
    page = client.get(change)
    form = page.context["adminform"].form
    assert form.fields["due_on"].disabled
    data = {
        "kind": "service_improvement", "category": "training_or_guidance", "text": "Train them.",
        "amount": "", "due_on": "1/6/2026", "evidence_received_on": "19/5/2026",
        "completed_on": "",
    }  # fmt: skip
    assert client.post(change, data).status_code == 302
    recommendation.refresh_from_db()
    assert (recommendation.due_on, recommendation.text) == (DUE, "Train them.")
    assert recommendation.evidence_received_on == dt.date(2026, 5, 19)


# Outcomes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["satisfied", "satisfied_late"])
def test_outcome_is_recorded_once_all_is_completed(outcome: str) -> None:
    decision = a_decision()
    days = {"satisfied": DUE, "satisfied_late": DUE + dt.timedelta(days=1)}
    a_recommendation(decision, completed_on=days[outcome])
    record(decision, outcome, note="Seen.")
    decision.refresh_from_db()
    assert (decision.compliance, decision.compliance_recorded_on) == (outcome, TODAY)
    assert decision.compliance_note == "Seen."
    assert Complaint.objects.get().stage == Stage.CLOSED
    batch = Change.objects.filter(record="casework.decision", action="~").get().batch
    assert batch is not None
    assert (batch.what, batch.reason) == ("Compliance outcome recorded", "Seen.")
    before = Change.objects.count()
    record_compliance(decision=decision, outcome=outcome, recorded_on=TODAY, by=batch.begun_by)
    assert Change.objects.count() == before


def test_outcome_satisfied_needs_every_day_of_completion() -> None:
    decision = a_decision()
    last = a_recommendation(decision)
    text = "no day of completion: give it before “Satisfied”, or choose another outcome."
    worker = make_staff("one", "casework.change_decision")
    assert refusals(record, decision, "satisfied", by=worker) == [f"The recommendation has {text}"]
    a_recommendation(decision, text="Second.", completed_on=DUE)
    a_recommendation(decision, text="Third.")
    assert refusals(record, decision, "satisfied", by=worker) == [
        f"2 of the 3 recommendations have {text}"
    ]
    last.completed_on = DUE
    last.save()
    assert refusals(record, decision, "satisfied_late", by=worker) == [
        "1 of the 3 recommendations has no day of completion: give it before “Satisfied, late”, "
        "or choose another outcome."
    ]
    record(decision, "ceased", note="The council no longer exists.", by=worker)
    decision.refresh_from_db()
    assert decision.compliance == "ceased"


def test_outcome_satisfied_is_refused_where_something_was_late() -> None:
    decision = a_decision()
    a_recommendation(decision, completed_on=DUE)
    late = a_recommendation(decision, text="Late.", completed_on=DUE + dt.timedelta(days=1))
    worker = make_staff("one", "casework.change_decision")
    assert refusals(record, decision, "satisfied", by=worker) == [
        "A recommendation due on 1 May 2026 was completed later: choose “Satisfied, late”, or "
        "correct its days."
    ]
    assert suggested_outcome(decision.recommendations.all()) == Compliance.SATISFIED_LATE
    Recommendation.objects.filter(pk=late.pk).update(completed_on=DUE)
    assert suggested_outcome(decision.recommendations.all()) == Compliance.SATISFIED
    record(decision, "satisfied_late", by=worker)  # what came late is not always a date here
    decision.refresh_from_db()
    assert decision.compliance == "satisfied_late"


def test_outcome_after_an_agreed_extension_is_not_late() -> None:
    recommendation = a_recommendation()
    extend(recommendation, due_on=dt.date(2026, 5, 8), by=make_staff("one"))
    Recommendation.objects.update(completed_on=dt.date(2026, 5, 8))
    record(recommendation.decision, "satisfied")
    assert Decision.objects.get().compliance == "satisfied"


NOTHING = (
    "The case has no recommendations, so there is nothing to comply with: enter them first, or "
    "leave the compliance outcome blank."
)


@pytest.mark.parametrize("outcome", Compliance.values)
def test_outcome_without_recommendations_is_refused(outcome: str) -> None:
    decision = a_decision()
    assert suggested_outcome([]) is None
    manager = make_staff("manager", "casework.record_not_satisfied")
    assert refusals(record, decision, outcome, by=manager, note="Given up.") == [NOTHING]
    a_recommendation(decision, completed_on=DUE)
    record(decision, outcome, by=manager, note="Given up.")
    assert Decision.objects.get().compliance == outcome


def test_imported_outcome_without_recommendations_is_cleared_but_not_changed_by_hand() -> None:
    decision = a_decision(compliance="satisfied", compliance_recorded_on=TODAY)
    worker = make_staff("worker")
    assert refusals(record, decision, "satisfied_late", by=worker) == [NOTHING]
    record_compliance(decision=decision, outcome="", recorded_on=None, by=worker)
    assert Decision.objects.get().compliance == ""


def test_decision_page_says_why_an_outcome_without_recommendations_is_refused() -> None:
    decision = a_decision()
    client = client_of(*WORKER, "view_decision", "change_decision", "add_recommendation")
    change = reverse("admin:casework_decision_change", args=[decision.pk])
    data = {
        "outcome": "upheld", "reason": "", "decided_on": "2/2/2026", "compliance": "satisfied",
        "compliance_recorded_on": "20/5/2026", "compliance_note": "",
        "recommendations-TOTAL_FORMS": 1, "recommendations-INITIAL_FORMS": 0,
    }  # fmt: skip
    page = client.post(change, data)
    assert page.context["adminform"].form.non_field_errors() == [NOTHING]
    assert Decision.objects.get().compliance == ""
    data |= {
        "recommendations-0-kind": "service_improvement", "recommendations-0-text": "Train.",
        "recommendations-0-category": "training_or_guidance",
        "recommendations-0-due_on": "1/5/2026", "recommendations-0-completed_on": "1/5/2026",
    }  # fmt: skip
    assert client.post(change, data).status_code == 302
    assert Decision.objects.get().compliance == "satisfied"


def test_outcome_not_satisfied_is_a_managers() -> None:
    decision = a_decision()
    a_recommendation(decision)
    worker = make_staff("one", "casework.change_decision")
    manager = make_staff("manager", "casework.change_decision", "casework.record_not_satisfied")
    only = ["Only a casework manager records “Not satisfied” or changes it: ask one."]
    assert refusals(record, decision, "not_satisfied", by=worker) == only
    record(decision, "not_satisfied", by=manager)
    assert refusals(record, decision, "ceased", note="Nothing left.", by=worker) == only
    record(decision, "ceased", note="Nothing left.", by=manager)
    assert Decision.objects.get().compliance == "ceased"


@pytest.mark.parametrize(
    ("outcome", "values", "problem"),
    [
        ("ceased", {}, "Say why compliance was given up."),
        ("ceased", {"note": "  "}, "Say why compliance was given up."),
        ("ceased", {"note": " . "},
         "Give the reason in words: at least one of three letters or more."),
        ("satisfied", {"recorded_on": dt.date(2026, 5, 21)},
         "The day on which the outcome was recorded is in the future."),
        ("satisfied", {"recorded_on": dt.date(2026, 2, 1)},
         "Compliance cannot be recorded before 2 February 2026, the day of the decision."),
    ],
)  # fmt: skip
def test_outcome_that_cannot_be_is_refused(
    outcome: str, values: dict[str, Any], problem: str
) -> None:
    decision = a_decision()
    a_recommendation(decision, completed_on=DUE)
    worker = make_staff("one", "casework.change_decision")
    assert refusals(record, decision, outcome, by=worker, **values) == [problem]


def test_outcome_belongs_to_a_standing_upheld_decision() -> None:
    worker = make_staff("one", "casework.change_decision")
    former = a_decision(is_standing=False)
    a_recommendation(former, completed_on=DUE)
    assert refusals(record, former, "satisfied", by=worker) == [
        "The decision no longer stands: the outcome belongs to the one that does."
    ]
    assert refusals(record, a_decision(outcome="not_upheld"), "satisfied", by=worker) == [
        "Only an upheld complaint has a compliance outcome."
    ]


def decision_data(decision: Decision, recommendation: Recommendation, **values: Any) -> Any:
    return {
        "outcome": "upheld", "reason": "", "decided_on": "2/2/2026", "compliance": "",
        "compliance_recorded_on": "", "compliance_note": "",
        "recommendations-TOTAL_FORMS": 1, "recommendations-INITIAL_FORMS": 1,
        "recommendations-0-id": recommendation.pk, "recommendations-0-decision": decision.pk,
        "recommendations-0-kind": recommendation.kind,
        "recommendations-0-category": recommendation.category,
        "recommendations-0-text": recommendation.text,
    } | values  # fmt: skip


def test_decision_page_takes_the_day_of_completion_with_the_outcome() -> None:
    decision = a_decision()
    recommendation = a_recommendation(decision)
    client = client_of(*WORKER, "view_decision", "change_decision", "add_recommendation")
    change = reverse("admin:casework_decision_change", args=[decision.pk])
    outcome = {"compliance": "satisfied", "compliance_recorded_on": "20/5/2026"}
    page = client.post(change, decision_data(decision, recommendation, **outcome))
    assert page.status_code == 200
    assert page.context["adminform"].form.non_field_errors() == [
        "The recommendation has no day of completion: give it before “Satisfied”, or choose "
        "another outcome."
    ]
    decision.refresh_from_db()
    assert decision.compliance == ""
    completed = {"recommendations-0-completed_on": "1/5/2026"}
    answer = client.post(change, decision_data(decision, recommendation, **outcome, **completed))
    assert answer.status_code == 302
    decision.refresh_from_db()
    assert decision.compliance == "satisfied"


def test_decision_page_leaves_imported_outcomes_as_they_are() -> None:
    """A file brings an outcome without days; changing something else does not ask for them."""
    decision = a_decision(compliance="satisfied", compliance_recorded_on=TODAY)
    recommendation = a_recommendation(decision)
    client = client_of(*WORKER, "view_decision", "change_decision")
    change = reverse("admin:casework_decision_change", args=[decision.pk])
    outcome = {
        "compliance": "satisfied", "compliance_recorded_on": "20/5/2026",
        "is_remedied_by_authority": "on",
    }  # fmt: skip
    answer = client.post(change, decision_data(decision, recommendation, **outcome))
    assert answer.status_code == 302
    decision.refresh_from_db()
    assert decision.is_remedied_by_authority


# Clocks -------------------------------------------------------------------------------------------


def clock(complaint: Complaint, today: dt.date = TODAY) -> list[str]:
    decision = complaint.decisions.standing().first()
    kinds = tuple(RecommendationKind)
    return list(clock_of(complaint, decision, kinds=kinds, calendar=calendar(), today=today))


def test_clock_tells_days_of_personal_remedies_only_to_those_who_may_see_people() -> None:
    decision = make_decision(make_authority())
    due_on = dt.date(2026, 7, 3)
    make_recommendation(decision, kind="personal", category="apology", due_on=due_on)
    address = reverse("admin:casework_complaint_change", args=[decision.complaint_id])
    for name, permissions, is_told in (
        ("editor", VIEW_CASES, False),
        ("officer", (*VIEW_CASES, "casework.view_complainant"), True),
    ):  # fmt: skip
        content = browser_of(make_staff(name, *permissions)).get(address).content.decode()
        assert ("Recommendation due on 3 July 2026" in content) == is_told


def test_clock_of_a_case_nobody_works_on() -> None:
    complaint = make_complaint(make_authority(), received_on=dt.date(2026, 5, 1))
    # 4 May is a bank holiday too: 12 working days have passed, 8 are left.
    assert clock(complaint) == [
        "12 working days since it was received on 1 May 2026.",
        "Nobody works on it: to be allocated by 2 June 2026, 20 working days after its receipt: "
        "in 8 working days.",
    ]
    assert clock(complaint, dt.date(2026, 6, 1))[1].endswith(": in 1 working day.")
    assert clock(complaint, dt.date(2026, 6, 2))[1].endswith(": today.")
    assert clock(complaint, dt.date(2026, 6, 3))[1].endswith(": overdue by 1 working day.")
    complaint.caseworker = make_staff("worker")
    assert clock(complaint) == ["12 working days since it was received on 1 May 2026."]


def test_clock_stands_still_while_paused() -> None:
    complaint = make_complaint(make_authority(), received_on=dt.date(2026, 5, 1))
    pause = ClockPause.objects.create(
        complaint=complaint, starts_on=dt.date(2026, 5, 18), reason="Waiting for consent"
    )
    assert clock(complaint) == [
        "9 working days since it was received on 1 May 2026, 3 working days of pause left out.",
        "The clock stands still.",
    ]
    pause.ends_on = dt.date(2026, 5, 19)
    pause.save()
    assert clock(complaint) == [
        "10 working days since it was received on 1 May 2026, 2 working days of pause left out.",
        "Nobody works on it: to be allocated by 4 June 2026, 20 working days after its receipt: "
        "in 10 working days.",
    ]


def test_clock_ends_with_the_decision_and_recommendations_have_theirs() -> None:
    decision = make_decision(make_authority(), received_on=dt.date(2026, 1, 2), decided_on=DECIDED)
    a_recommendation(decision)
    a_recommendation(decision, text="Next.", due_on=TODAY)
    a_recommendation(decision, text="Last.", due_on=dt.date(2026, 5, 26))
    a_recommendation(decision, text="Done.", completed_on=DUE)
    complaint = Complaint.objects.get()
    assert clock(complaint) == [
        "21 working days from its receipt to its decision on 2 February 2026.",
        "Recommendation due on 1 May 2026: overdue by 12 working days.",
        "Recommendation due on 20 May 2026: today.",
        "Recommendation due on 26 May 2026: in 3 working days.",
    ]
    Recommendation.objects.update(completed_on=DUE)
    assert clock(complaint)[1:] == [
        "All recommendations are completed, in time: “Satisfied” would fit."
    ]
    Recommendation.objects.filter(due_on=DUE).update(completed_on=TODAY)
    assert clock(complaint)[1:] == [
        "All recommendations are completed, one late: “Satisfied, late” would fit."
    ]


def test_clock_warns_where_bank_holidays_are_not_known() -> None:
    complaint = make_complaint(make_authority(), received_on=dt.date(2030, 12, 30))
    assert clock(complaint, dt.date(2031, 1, 2))[-1] == (
        "Bank holidays are known only to 2030, so later ones count as working days: import those "
        "of the years after it."
    )
    complaint.caseworker = make_staff("worker")
    assert clock(complaint, dt.date(2030, 12, 31)) == [
        "1 working day since it was received on 30 December 2030."
    ]


def test_recommendation_is_delayed_after_twelve_months() -> None:
    decision = make_decision(make_authority(), decided_on=dt.date(2025, 1, 2))
    recommendation = a_recommendation(decision, due_on=dt.date(2025, 5, 20))

    def text(today: dt.date) -> str:
        return due(recommendation, calendar=calendar(), today=today)

    assert text(TODAY) == "overdue by 253 working days"
    assert text(TODAY + dt.timedelta(days=1)) == "delayed, overdue by 254 working days"
    assert list(Recommendation.objects.filter(delayed_recommendation(TODAY))) == []
    tomorrow = TODAY + dt.timedelta(days=1)
    assert Recommendation.objects.get(delayed_recommendation(tomorrow)) == recommendation


def test_case_page_shows_the_clock() -> None:
    complaint = make_complaint(make_authority(), received_on=dt.date(2026, 5, 1))
    client = client_of("view_complaint", "change_complaint", "view_clockpause")
    page = client.get(reverse("admin:casework_complaint_change", args=[complaint.pk]))
    assert "12 working days since it was received on 1 May 2026." in page.content.decode()


def test_recommendation_list_shows_working_days(django_assert_num_queries: Any) -> None:
    a_recommendation()
    client = client_of(*WORKER)
    address = reverse("admin:casework_recommendation_changelist")
    with django_assert_num_queries(12):
        page = client.get(address)
    assert '<td class="field-working_days">overdue by 12 working days</td>' in page.content.decode()
    a_recommendation(text="Second.")
    a_recommendation(text="Third.")
    with django_assert_num_queries(12):
        client.get(address)


# Pauses -------------------------------------------------------------------------------------------


def pauses_form(*rows: dict[str, str], initial: int = 0, **complaint: Any) -> Any:
    made = inlineformset_factory(
        Complaint, ClockPause, form=ClockPauseForm, formset=ClockPauseFormSet, extra=2
    )
    data: dict[str, Any] = {"pauses-TOTAL_FORMS": len(rows), "pauses-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"pauses-{number}-{name}": value for name, value in row.items()}
    return made(data, **complaint)


def pause(first: str, last: str = "", **values: str) -> dict[str, str]:
    return {"starts_on": first, "ends_on": last, "reason": "Consent"} | values


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ((pause("2026-05-01", "2026-05-05"), pause("2026-05-06")), None),
        ((pause("2026-05-01", "2026-05-05"), pause("2026-05-05")),
         "The clock stands still already from 1 May 2026 to 5 May 2026: end that pause first, or "
         "choose other days."),
        ((pause("2026-05-10"), pause("2026-05-11")),
         "The clock stands still already from 10 May 2026 with no last day: end that pause first, "
         "or choose other days."),
        ((pause("2026-04-30"),), "The case was received on 1 May 2026: begin no earlier."),
        ((pause("2026-05-02", "2026-05-01"),), None),
    ],
)  # fmt: skip
def test_pause_form_keeps_pauses_apart(rows: Any, error: str | None) -> None:
    complaint = make_complaint(make_authority(), received_on=dt.date(2026, 5, 1))
    formset = pauses_form(*rows, instance=complaint)
    assert formset.errors[-1].get("starts_on") == ([error] if error else None)
    if rows[0]["ends_on"] == "2026-05-01":
        assert formset.errors == [
            {"ends_on": ["The last day cannot be before the first day, 2 May 2026."]}
        ]


def test_pause_form_meets_those_that_are_stored() -> None:
    complaint = make_complaint(make_authority(), received_on=dt.date(2026, 5, 1))
    stored = ClockPause.objects.create(
        complaint=complaint, starts_on=dt.date(2026, 5, 4), reason="Consent"
    )
    key = {"id": str(stored.pk)}
    still_open = pause("2026-05-04", **key)
    formset = pauses_form(still_open, pause("2026-05-18"), initial=1, instance=complaint)
    assert "The clock stands still already from 4 May 2026" in formset.errors[1]["starts_on"][0]
    ended = pause("2026-05-04", "2026-05-17", **key)
    formset = pauses_form(ended, pause("2026-05-18"), initial=1, instance=complaint)
    assert formset.is_valid()
    formset.save()
    assert list(ClockPause.objects.values_list("starts_on", "ends_on")) == [
        (dt.date(2026, 5, 4), dt.date(2026, 5, 17)),
        (dt.date(2026, 5, 18), None),
    ]


STOPPED = "The clock stopped with the decision of 2 February 2026: begin no later, or open the case"


@pytest.mark.parametrize(
    ("first", "stage", "error"),
    [
        ("2026-02-02", "closed", None),  # the day of the decision still counts
        ("2026-02-03", "closed", f"{STOPPED} again first."),
        ("2026-02-03", "remedy", f"{STOPPED} again first."),
        ("2026-02-03", "investigation", None),  # open again: the clock runs to this day
    ],
)
def test_pause_begins_before_the_clock_stops(first: str, stage: str, error: str | None) -> None:
    decision = a_decision()
    complaint = decision.complaint
    if stage == "remedy":
        a_recommendation(decision)
    elif stage != "closed":
        Complaint.objects.filter(pk=complaint.pk).update(stage=stage)
    complaint.refresh_from_db()
    assert complaint.stage == stage
    formset = pauses_form(pause(first, "2026-03-01"), instance=complaint)
    assert formset.errors[0].get("starts_on") == ([error] if error else None)

    def store() -> None:
        ClockPause.objects.create(complaint=complaint, starts_on=first, reason="Consent")

    if error:
        with pytest.raises(DatabaseError, match="The clock stopped"), transaction.atomic():
            store()
        earlier = ClockPause.objects.create(complaint=complaint, starts_on=DECIDED, reason="Ill")
        with pytest.raises(DatabaseError, match="The clock stopped"), transaction.atomic():
            ClockPause.objects.filter(pk=earlier.pk).update(starts_on=first)
    else:
        store()


def test_pause_made_while_the_case_was_open_is_ended_after_it_is_closed() -> None:
    complaint = make_complaint(make_authority(), received_on=dt.date(2026, 1, 2))
    stored = ClockPause.objects.create(complaint=complaint, starts_on=DUE, reason="Consent")
    Decision.objects.create(
        complaint=complaint, authority=complaint.authority, category=complaint.category,
        received_on=complaint.received_on, outcome="not_upheld", decided_on=DECIDED,
    )  # fmt: skip
    complaint.refresh_from_db()
    assert complaint.stage == "closed"
    ended = pause(str(DUE), "2026-05-02", id=str(stored.pk))
    formset = pauses_form(ended, initial=1, instance=complaint)
    assert formset.is_valid(), formset.errors
    formset.save()
    assert ClockPause.objects.get().ends_on == dt.date(2026, 5, 2)


def test_pauses_lie_apart_in_the_database() -> None:
    complaint = make_complaint(make_authority())
    other = make_complaint(make_authority())
    first = dt.date(2026, 5, 4)
    ClockPause.objects.create(complaint=complaint, starts_on=first, reason="Consent")
    ClockPause.objects.create(complaint=other, starts_on=first, reason="Consent")
    with pytest.raises(DatabaseError, match="stands still already"), transaction.atomic():
        ClockPause.objects.create(complaint=complaint, starts_on=TODAY, reason="Again")
    with pytest.raises(DatabaseError, match="stands still already"):
        ClockPause.objects.filter(complaint=other).update(complaint=complaint)


# Records ------------------------------------------------------------------------------------------


def test_records_of_compliance_cost_the_same_for_one_row_and_three(
    django_assert_num_queries: Any,
) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("everything"))
    worker = make_staff("worker")
    lists = {Extension: 7, ClockPause: 7, DutyTransfer: 7}
    for number in (1, 3):
        while Extension.objects.count() < number:
            recommendation = a_recommendation()
            extend(recommendation, by=worker)
            decision = recommendation.decision
            ClockPause.objects.create(
                complaint=decision.complaint, starts_on=DECIDED, reason="Consent"
            )
            DutyTransfer.objects.create(
                decision=decision, from_authority=decision.authority,
                to_authority=make_authority(), passed_on=TODAY, passed_by=worker, reason="Order",
            )  # fmt: skip
        for model, queries in lists.items():
            address = reverse(f"admin:casework_{model._meta.model_name}_changelist")
            with django_assert_num_queries(queries):
                page = client.get(address)
            assert page.context["cl"].result_count == number


def test_extension_list_hides_those_of_personal_remedies() -> None:
    extend(a_recommendation(kind="personal", category="apology"))
    address = reverse("admin:casework_extension_changelist")
    client = client_of("view_extension")
    assert client.get(address).context["cl"].result_count == 0
    seeing = Client()
    seeing.force_login(make_staff("seeing", "casework.view_extension", "casework.view_complainant"))
    assert seeing.get(address).context["cl"].result_count == 1


def test_bank_holidays_are_kept_by_hand_too() -> None:
    client = client_of("view_bankholiday", "add_bankholiday")
    address = reverse("admin:casework_bankholiday_add")
    data = {"day": "2031-01-01", "name": "New Year's Day", "_reason": "Proclaimed"}
    assert client.post(address, data).status_code == 302
    holiday = BankHoliday.objects.get(day=dt.date(2031, 1, 1))
    change = Change.objects.get(record="casework.bankholiday", record_id=holiday.pk)
    assert change.batch is not None
    assert change.batch.reason == "Proclaimed"


def test_under_duty_names_both_authorities() -> None:
    decision = a_decision()
    decision.authority.official_name = "Old District Council"
    assert under_duty(decision) == "Old District Council"
    decision.duty_authority = make_authority("New Council")
    assert under_duty(decision) == "New Council (decided against Old District Council)"
