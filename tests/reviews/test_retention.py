"""Anonymising cases leaves every figure, letter and file of every year as it was, to the byte."""

import datetime as dt
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from casework.actions.bulk import carry_out, check
from casework.actions.history import changed_since_locked
from casework.actions.retention import WHY, Agreement, Proposal, due_for_anonymisation
from casework.choices import Compliance, Outcome
from casework.models import Complainant, Complaint, LockedPeriod, Recommendation
from reviews.figures.periods import Period
from reviews.models import AnnualSummary, Freeze, Letter, LetterFile, TypeAverage
from reviews.statistics import rows, tallies
from tests.factories import (
    make_authority,
    make_chief_executive,
    make_decision,
    make_issued_round,
    make_recommendation,
    make_round,
    make_signatory,
)

pytestmark = pytest.mark.django_db

YEARS = range(2018, 2024)
TODAY = dt.date(2023, 6, 1)
FROZEN = (Freeze, AnnualSummary, TypeAverage, Letter, LetterFile)


def make_cases() -> None:
    """Cases of several years, every outcome and every compliance outcome, with people in them."""
    for year in (2018, 2019, 2020, 2021):
        authority = make_authority()
        make_chief_executive(authority)
        for number, outcome in enumerate((*Outcome, *[Outcome.UPHELD] * len(Compliance))):
            compliance = [*[""] * len(Outcome), *Compliance][number]
            decision = make_decision(
                authority,
                outcome,
                received_on=dt.date(year - 1, 5, 1),
                decided_on=dt.date(year - 1, 10, 1),
                compliance=compliance,
                compliance_recorded_on=dt.date(year, 10, 1) if compliance else None,
                is_remedied_by_authority=outcome == Outcome.UPHELD and number % 2 == 0,
            )
            Complainant.objects.create(complaint=decision.complaint, name=f"Person {number}")
            if compliance:
                for kind, category in (
                    ("personal", "apology"), ("personal", "financial_redress_distress"),
                    ("service_improvement", "training_or_guidance"),
                ):  # fmt: skip
                    make_recommendation(
                        decision, kind=kind, category=category, text=f"Text {number}", amount=50
                    )


def counted() -> dict[int, Any]:
    """Every year's rows as they are counted from casework now."""
    return {
        year: (
            [asdict(row) for row in rows(Period(year))],
            {key: asdict(tally) for key, tally in tallies(Period(year)).items()},
        )
        for year in YEARS
    }


def stored() -> dict[str, list[Any]]:
    return {
        model.__name__: list(model._base_manager.order_by("pk").values_list()) for model in FROZEN
    }


def published(folder: Path) -> dict[str, bytes]:
    """What the public gets of the year 2020, and what staff export."""
    client = Client()
    found = {}
    for authority in AnnualSummary.objects.values_list("slug", flat=True):
        for page in ("", "letter/", "letter.pdf"):
            address = f"/councils/{authority}/2020/{page}"
            found[address] = client.get(address).content
    for name in ("statistics", "averages", "received-by-category", "decided-by-outcome"):
        for ending in ("csv", "json"):
            address = f"/data/2020/{name}.{ending}"
            found[address] = client.get(address).content
    call_command("export_open_data", 2020, to=folder, stdout=StringIO())
    return found | {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def anonymise_all() -> int:
    first, second = (User.objects.create_user(name) for name in ("first", "second"))
    keys = list(due_for_anonymisation(TODAY).values_list("pk", flat=True))
    proposal = Proposal(today=TODAY)
    mark = check(proposal, keys=keys, reason="").mark
    carry_out(proposal, keys=keys, mark=mark, by=first, reason="")
    agreement = Agreement(by_key=second.pk, today=TODAY)
    from casework.models import Anonymisation

    proposals = list(Anonymisation.objects.values_list("pk", flat=True))
    mark = check(agreement, keys=proposals, reason="").mark
    return carry_out(agreement, keys=proposals, mark=mark, by=second, reason="")


def test_anonymising_changes_no_figure_letter_or_file_of_any_year(tmp_path: Path) -> None:
    make_signatory()
    make_cases()
    make_issued_round(2020)
    make_round(2021)
    recommendations = ("decision", "kind", "category", "amount", "due_on", "completed_on")

    def what_is_counted() -> list[Any]:
        return [
            list(Complaint.objects.order_by("pk").values_list("pk", "authority", "category",
                                                              "subcategory", "received_on",
                                                              "stage")),
            list(Recommendation.objects.order_by("pk").values_list(*recommendations)),
        ]  # fmt: skip

    with time_machine.travel("2023-06-01 12:00", tick=False):
        before = (counted(), stored(), published(tmp_path / "before"), what_is_counted())
        assert len(before[2]) > 20
        assert all(before[2].values())
        assert sum(tally["received"] for _, each in before[0].values() for tally in each.values())

        assert anonymise_all() == 40

        after = (counted(), stored(), published(tmp_path / "after"), what_is_counted())
    assert before == after
    assert Complaint.objects.filter(anonymised_on=TODAY).count() == 40
    assert Complainant.objects.count() == 0
    assert not Recommendation.objects.filter(kind="personal", text__startswith="Text").exists()


def test_round_lists_what_was_anonymised_since_its_figures_were_frozen() -> None:
    make_signatory()
    make_cases()
    make_issued_round(2020)
    with time_machine.travel("2023-06-01 12:00", tick=False):
        anonymise_all()
    found = changed_since_locked(LockedPeriod.objects.get())
    assert {change.batch.reason for change in found if change.batch} == {WHY}
    assert {change.record for change in found} == {"casework.decision", "casework.recommendation"}
    # Nothing that is counted is among the fields.
    fields = {field for change in found for field in {**(change.before or {})}}
    assert fields == {"compliance_note", "text"}
