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
    "anonymisation_agreed_for_good",
    "attachment_not_in_anonymised_case",
    "authority_days_hold_its_complaints",
    "authority_merged_without_cases",
    "batch_kept",
    "batch_not_removed",
    "batch_not_truncated",
    "casework_batch",
    "casework_statement_words",
    "change_kept",
    "change_not_removed",
    "change_not_truncated",
    "clock_pause_apart",
    "clockpause_not_in_anonymised_case",
    "complainant_not_of_anonymised",
    "complaint_added_to_locked_with_reason",
    "complaint_anonymised_by_two",
    "complaint_anonymised_for_good",
    "complaint_anonymised_stays_closed",
    "complaint_anonymised_when_closed",
    "complaint_authority_in_force",
    "complaint_authority_not_merged",
    "complaint_closed_only_when_done",
    "complaint_in_remedy_only_while_it_is_due",
    "complaint_of_locked_changed_with_reason",
    "complaint_of_locked_removed_with_reason",
    "complaint_stage_in_order",
    "complaint_starts_open",
    "complaint_undecided_only_without_decision",
    "contact_one_holder_changed",
    "contact_one_holder_new",
    "correction_kept",
    "correction_not_removed",
    "correction_not_replaced",
    "correction_not_truncated",
    "correction_of_a_later_version",
    "decision_added_to_locked_with_reason",
    "decision_follows_complaint",
    "decision_kept",
    "decision_like_its_complaint",
    "decision_of_locked_changed_with_reason",
    "decision_of_locked_removed_with_reason",
    "decision_reason_fits",
    "decision_reason_outcome_stands",
    "decision_reason_still_fits",
    "decision_with_recommendations_upheld",
    "decisionreview_not_in_anonymised_case",
    "extension_from_the_day_due",
    "extension_kept",
    "extension_moves_the_day_due",
    "extension_not_removed",
    "extension_not_truncated",
    "freeze_frozen",
    "freeze_not_replaced",
    "freeze_not_truncated",
    "history_of_anonymisation",
    "history_of_attachment",
    "history_of_authority",
    "history_of_authority_successors",
    "history_of_bankholiday",
    "history_of_caselink",
    "history_of_clockpause",
    "history_of_complainant",
    "history_of_complaint",
    "history_of_contact",
    "history_of_correction",
    "history_of_decision",
    "history_of_decisionreason",
    "history_of_decisionreview",
    "history_of_dutytransfer",
    "history_of_earliername",
    "history_of_extension",
    "history_of_formercode",
    "history_of_hold",
    "history_of_letter",
    "history_of_note",
    "history_of_population",
    "history_of_publicationexception",
    "history_of_publiccategory",
    "history_of_publicinterestreport",
    "history_of_publicsubcategory",
    "history_of_publisheddecision",
    "history_of_publishedfigure",
    "history_of_recommendation",
    "history_of_retraction",
    "history_of_round",
    "history_of_signatory",
    "history_of_statement",
    "history_of_team",
    "history_of_team_members",
    "hold_kept",
    "hold_not_removed",
    "hold_not_replaced",
    "hold_not_truncated",
    "letter_held_not_issued",
    "letter_issued_for_good",
    "letter_issued_with_file",
    "letter_not_replaced",
    "letter_not_truncated",
    "letterfile_frozen",
    "letterfile_not_replaced",
    "letterfile_not_truncated",
    "look_kept",
    "look_not_removed",
    "look_not_truncated",
    "note_not_in_anonymised_case",
    "published_decision_after_six_weeks",
    "published_decision_kept",
    "published_decision_like_its_statement",
    "published_decision_may_be_shown",
    "published_decision_not_replaced",
    "published_decision_not_truncated",
    "published_decision_resumed_if_it_may",
    "published_decision_stands",
    "published_suspended_by_changed_review",
    "published_suspended_by_decision",
    "published_suspended_by_exception",
    "published_suspended_by_improvement",
    "published_suspended_by_improvement_removed",
    "published_suspended_by_moved_exception",
    "published_suspended_by_reference",
    "published_suspended_by_review",
    "published_suspended_by_stage",
    "published_suspended_by_what_it_says",
    "published_taken_off_by_decision",
    "published_taken_off_by_statement",
    "recommendation_added_to_locked_with_reason",
    "recommendation_not_personal_in_anonymised_case",
    "recommendation_of_locked_changed_with_reason",
    "recommendation_of_locked_removed_with_reason",
    "recommendation_only_if_upheld",
    "retraction_kept",
    "retraction_not_removed",
    "retraction_not_replaced",
    "retraction_not_truncated",
    "retraction_of_an_issued_letter",
    "round_frozen_is_kept",
    "round_keeps_its_dates",
    "round_keeps_its_year",
    "round_not_replaced",
    "round_stays_frozen",
    "signatory_one_a_day_changed",
    "signatory_one_a_day_new",
    "stage_follows_changed_decision",
    "stage_follows_new_decision",
    "stage_follows_new_recommendation",
    "stage_follows_removed_recommendation",
    "stage_follows_superseded_decision",
    "statement_not_in_anonymised_case",
    "statement_not_truncated",
    "statement_published_kept",
    "statement_published_not_replaced",
    "statement_published_stands",
    "statement_replaced_for_good",
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
