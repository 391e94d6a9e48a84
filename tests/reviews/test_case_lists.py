"""The case lists hold the very cases that the figures count, as they were when frozen."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from python_calamine import CalamineWorkbook

from casework.choices import Compliance, ContactRole, Outcome
from casework.models import Complaint, Decision
from reviews import caselists, rounds
from reviews.models import AnnualSummary, CaseList, CaseListKind, OutboxMessage, RoundEvent
from tests.factories import (
    FIRST_DAY,
    LAST_DAY,
    make_approver,
    make_authority,
    make_chief_executive,
    make_complaint,
    make_decision,
    make_editor,
    make_issued_round,
    make_round,
    make_user,
    with_reason,
)

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def numbers_of(summary: AnnualSummary) -> dict[str, int]:
    return dict(summary.case_lists.values_list("kind", "number"))


def figures_of(summary: AnnualSummary) -> dict[str, int]:
    counts = summary.statistics().counts
    return {
        "received": counts.received,
        "decided": counts.decided,
        "compliance": counts.compliance_outcomes + counts.ceased,
    }


def test_lists_hold_as_many_cases_as_the_figures_count_for_every_council() -> None:
    """Around every bound of the year, each outcome and each kind of compliance."""
    councils = [make_authority() for _ in range(4)]
    days = [FIRST_DAY - DAY, FIRST_DAY, LAST_DAY, LAST_DAY + DAY]
    for number, authority in enumerate(councils[:3]):
        for day in days[number:]:
            make_complaint(authority, received_on=day)
            for outcome in Outcome:
                make_decision(authority, outcome, received_on=day, decided_on=day)
            for compliance in Compliance:
                make_decision(
                    authority, received_on=FIRST_DAY - 90 * DAY, decided_on=FIRST_DAY - 60 * DAY,
                    compliance=compliance, compliance_recorded_on=day,
                )  # fmt: skip
    superseded = make_decision(councils[0])
    Decision.objects.filter(pk=superseded.pk).update(is_standing=False)
    rounds.freeze(round_=make_round(2020), by=make_editor())
    summaries = list(AnnualSummary.objects.order_by("authority"))
    assert len(summaries) == 4
    assert [numbers_of(each) for each in summaries] == [figures_of(each) for each in summaries]
    assert numbers_of(summaries[0]) == {"received": 15, "decided": 12, "compliance": 8}
    assert numbers_of(summaries[3]) == {"received": 0, "decided": 0, "compliance": 0}
    assert {len(each.cases) - each.number for each in CaseList.objects.all()} == {0}


@pytest.fixture
def frozen() -> dict[str, CaseList]:
    authority = make_authority(slug="example")
    make_decision(
        authority, reference="19 000 002", decided_on=dt.date(2019, 10, 1),
        is_remedied_by_authority=True, compliance="satisfied_late",
        compliance_recorded_on=dt.date(2020, 2, 3),
    )  # fmt: skip
    make_decision(authority, Outcome.NOT_UPHELD, reference="19 000 001")
    rounds.freeze(round_=make_round(2020), by=make_editor())
    return {each.kind: each for each in CaseList.objects.select_related("summary")}


ROWS = {
    "received": [
        ["Reference", "Category", "Received"],
        ["19 000 001", "Housing", "2019-05-01"],
        ["19 000 002", "Housing", "2019-05-01"],
    ],
    "decided": [
        ["Reference", "Category", "Decided", "Outcome", "Remedied by the authority"],
        ["19 000 001", "Housing", "2019-10-01", "Not upheld", "no"],
        ["19 000 002", "Housing", "2019-10-01", "Upheld", "yes"],
    ],
    "compliance": [
        ["Reference", "Category", "Compliance", "Compliance recorded"],
        ["19 000 002", "Housing", "Satisfied, late", "2020-02-03"],
    ],
}


@pytest.mark.parametrize("kind", CaseListKind)
def test_list_is_a_file_of_references_and_dates(
    kind: CaseListKind, frozen: dict[str, CaseList]
) -> None:
    assert caselists.file_name(frozen[kind], "csv") == f"2020-example-{kind}.csv"
    content = caselists.content(frozen[kind], "csv")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == ROWS[kind]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(caselists.content(frozen[kind], "xlsx")))
    assert [[str(cell) for cell in row] for row in sheet.get_sheet_by_index(0).to_python()] == (
        ROWS[kind]
    )


def test_list_stays_as_it_was_when_casework_changes(frozen: dict[str, CaseList]) -> None:
    with with_reason():
        Complaint.objects.update(category="other")
        Decision.objects.filter(outcome="upheld").update(is_remedied_by_authority=False)
    again = CaseList.objects.select_related("summary").get(kind="decided")
    assert caselists.content(again, "csv") == caselists.content(frozen["decided"], "csv")


def test_list_is_frozen(frozen: dict[str, CaseList]) -> None:
    for change in (
        lambda: CaseList.objects.update(number=7),
        lambda: CaseList.objects.update(cases=[]),
        lambda: CaseList.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseList.objects.create(
            summary=frozen["decided"].summary, kind="decided", number=0, cases=[]
        )


def test_list_is_not_added_to_an_issued_letter() -> None:
    make_authority()
    make_issued_round(2020)
    summary = AnnualSummary.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseList.objects.create(summary=summary, kind="other", number=0, cases=[])


def test_figures_frozen_again_have_lists_of_their_own(frozen: dict[str, CaseList]) -> None:
    make_decision(frozen["decided"].summary.authority)
    round_ = frozen["decided"].summary.freeze.round
    rounds.freeze(round_=round_, by=make_user("second", "freeze_round"), reason="A late case")
    numbers = (
        CaseList.objects.filter(kind="decided").order_by("pk").values_list("number", flat=True)
    )
    assert list(numbers) == [2, 3]


# Sent later ---------------------------------------------------------------------------------------


@time_machine.travel(dt.datetime(2020, 7, 22, 9, tzinfo=dt.UTC), tick=False)
def test_lists_are_queued_once_for_each_link_officer() -> None:
    with_officer, without = make_authority(), make_authority()
    for authority in (with_officer, without):
        make_chief_executive(authority)
    make_chief_executive(with_officer, role=ContactRole.LINK_OFFICER, email="link@example.org")
    round_ = make_issued_round(2020)
    sender = make_user("sender", "send_messages")
    assert rounds.queue_case_lists(round_=round_, by=sender) == 1
    assert rounds.queue_case_lists(round_=round_, by=sender) == 0
    message = OutboxMessage.objects.get(has_letter=False)
    assert (message.email, message.has_case_lists, message.subject) == (
        "link@example.org",
        True,
        f"Case lists of the annual review 2020: {with_officer.official_name}",
    )
    assert "name nobody" in message.body
    assert "EMBARGO: until 00:00 on 29 July 2020 (London time) the lists are" in message.body
    event = RoundEvent.objects.get(action="queued")  # of the second time, which found nobody, none
    assert (event.detail, event.done_by) == ("Case lists for 1 link officer", sender)


def test_lists_sent_with_the_letter_are_not_queued_again() -> None:
    authority = make_authority()
    make_chief_executive(authority, role=ContactRole.LINK_OFFICER, email="link@example.org")
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    rounds.issue(round_=round_, by=editor, case_lists_to=[ContactRole.LINK_OFFICER])
    sender = make_user("sender", "send_messages")
    assert rounds.queue_case_lists(round_=round_, by=sender) == 0
    assert "The lists of the cases behind the figures" in OutboxMessage.objects.get().body


def test_lists_of_letters_not_issued_are_not_queued(frozen: Any) -> None:
    round_ = frozen["decided"].summary.freeze.round
    assert rounds.queue_case_lists(round_=round_, by=make_user("s", "send_messages")) == 0
