"""The guards in the database are all there, after all migrations."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from casework.triggers import TriggerOperation

pytestmark = pytest.mark.django_db

EXPECTED_RULES = {
    "annualsummary_frozen",
    "annualsummary_not_replaced",
    "annualsummary_not_truncated",
    "authority_days_hold_its_complaints",
    "complaint_authority_in_force",
    "contact_one_holder_changed",
    "contact_one_holder_new",
    "decision_follows_complaint",
    "decision_like_its_complaint",
    "decision_with_recommendations_upheld",
    "freeze_frozen",
    "freeze_not_replaced",
    "freeze_not_truncated",
    "letter_issued_for_good",
    "letter_issued_with_file",
    "letter_not_replaced",
    "letter_not_truncated",
    "letterfile_frozen",
    "letterfile_not_replaced",
    "letterfile_not_truncated",
    "recommendation_only_if_upheld",
    "round_frozen_is_kept",
    "round_keeps_its_dates",
    "round_keeps_its_year",
    "round_not_replaced",
    "round_stays_frozen",
    "signatory_one_a_day_changed",
    "signatory_one_a_day_new",
    "typeaverage_frozen",
    "typeaverage_not_replaced",
    "typeaverage_not_truncated",
}


def rules() -> list[TriggerOperation]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [
        operation
        for migration in loader.disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, TriggerOperation)
    ]


def triggers_in_the_database() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()}


def test_rules_are_the_ones_expected() -> None:
    assert {rule.name for rule in rules()} == EXPECTED_RULES


def test_triggers_are_all_there_after_all_migrations() -> None:
    expected = {name for rule in rules() for name in rule.trigger_names(connection.vendor)}
    assert triggers_in_the_database() == expected


@pytest.mark.django_db(transaction=True)
def test_triggers_are_there_again_after_a_flush() -> None:
    from django.core.management import call_command

    before = triggers_in_the_database()
    call_command("flush", interactive=False, verbosity=0)
    assert triggers_in_the_database() == before
