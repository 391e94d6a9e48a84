import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model, ProtectedError, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.choices import AuthorityType, ContactRole, Outcome
from casework.models import Authority, Population
from casework.refusals import Refused
from reviews import rounds
from reviews.drafting import compose
from reviews.letters.document import Bar, Chart, Panel, from_plain
from reviews.letters.text import as_text
from reviews.models import (
    AnnualSummary,
    Demonstration,
    Freeze,
    Letter,
    LetterAlternative,
    LetterFile,
    OutboxMessage,
    PublishedFigure,
    Round,
    RoundEvent,
    TypeAverage,
)
from reviews.pdf.render import LARGE_PRINT, render
from reviews.rounds import issuing
from tests.factories import (
    MIDDLE,
    make_approver,
    make_authority,
    make_chief_executive,
    make_complaint,
    make_decision,
    make_editor,
    make_issued_round,
    make_recommendation,
    make_round,
    make_signatory,
    make_user,
)
from tests.management.commands.flush import guards_lifted

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
LONDON = timezone.get_default_timezone()


def refusal(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return refused.value.problems


def codes(round_: Round, *, today: dt.date = dt.date(2020, 7, 1)) -> list[tuple[str, str]]:
    return [(finding.level, finding.code) for finding in rounds.check(round_, today=today)]


@pytest.fixture
def authority() -> Authority:
    """A council about which there is nothing to find."""
    authority = make_authority("Example District Council")
    make_chief_executive(authority)
    make_signatory()
    return authority


# Opening


def test_open_round_starts_a_review() -> None:
    by = make_user("editor")
    publish_at = dt.datetime(2020, 7, 29, tzinfo=LONDON)
    round_ = rounds.open_round(
        year=2020, letter_on=dt.date(2020, 7, 22), publish_at=publish_at, by=by
    )
    assert Round.objects.get() == round_
    assert (round_.letter_on, round_.publish_at) == (dt.date(2020, 7, 22), publish_at)
    assert round_.is_demonstration is False
    event = RoundEvent.objects.get()
    assert (event.action, event.done_by) == ("opened", by)


def test_open_round_a_second_time_is_refused() -> None:
    make_round(2020)
    with pytest.raises(Refused) as refused:
        rounds.open_round(
            year=2020,
            letter_on=dt.date(2020, 7, 22),
            publish_at=dt.datetime(2020, 7, 29, tzinfo=LONDON),
            by=make_user("editor"),
        )
    assert refusal(refused) == ["The round 2020 is already open."]


@pytest.mark.parametrize(
    ("publish_at", "is_refused"),
    [
        (dt.datetime(2020, 7, 21, 23, 59, 59, tzinfo=LONDON), True),
        (dt.datetime(2020, 7, 22, tzinfo=LONDON), False),
    ],
)
def test_open_round_publishes_no_sooner_than_the_letter_date(
    publish_at: dt.datetime, is_refused: bool
) -> None:
    def attempt() -> None:
        rounds.open_round(
            year=2020, letter_on=dt.date(2020, 7, 22), publish_at=publish_at, by=make_user("e")
        )

    if is_refused:
        with pytest.raises(Refused) as refused:
            attempt()
        assert refusal(refused) == [
            "Publication on 2020-07-21 comes before the letter date 2020-07-22; choose that day "
            "or a later one."
        ]
    else:
        attempt()
    assert Round.objects.exists() is not is_refused


def test_open_round_on_demonstration_data_says_so_by_value() -> None:
    Demonstration.objects.create(made_at=timezone.now())
    round_ = rounds.open_round(
        year=2020,
        letter_on=dt.date(2020, 7, 22),
        publish_at=dt.datetime(2020, 7, 29, tzinfo=LONDON),
        by=make_user("editor"),
    )
    assert round_.is_demonstration is True


# Checking: each finding has a planted case, and a neighbour that differs in one fact


def test_check_finds_nothing_where_all_is_well(authority: Authority) -> None:
    make_decision(authority)
    assert codes(make_round(2020)) == []


@pytest.mark.parametrize(
    ("today", "found"),
    [
        (dt.date(2020, 3, 31), [("block", "period-not-over")]),
        (dt.date(2020, 4, 1), []),
    ],
)
def test_check_blocks_a_year_that_is_not_over(
    authority: Authority, today: dt.date, found: list[tuple[str, str]]
) -> None:
    assert codes(make_round(2020), today=today) == found


@pytest.mark.parametrize(
    ("table", "column", "constraint", "planted"),
    [
        ("casework_complaint", "category", "complaint_category_known", "parks"),
        ("casework_decision", "outcome", "decision_outcome_known", "undecided"),
        ("casework_decision", "compliance", "decision_compliance_only_if_upheld", "perhaps"),
    ],
)
def test_check_blocks_counts_whose_parts_do_not_add_up(
    authority: Authority, table: str, column: str, constraint: str, planted: str
) -> None:
    decision = make_decision(authority)
    if column == "compliance":
        decision.compliance, decision.compliance_recorded_on = "satisfied", MIDDLE
        decision.save()
    round_ = make_round(2020)
    assert codes(round_) == []
    # No code of ours can write such a row: the database is made to forget its rule.
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            connection.check_constraints()
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        else:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            cursor.execute(
                f"UPDATE {table} SET {column} = %s WHERE id = %s",
                [planted, decision.pk if "decision" in table else decision.complaint_id],
            )
        finally:
            if connection.vendor != "postgresql":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert set(codes(round_)) == {("block", "parts-do-not-add-up")}


@pytest.mark.parametrize(
    ("year", "kind", "population", "ends_on", "found"),
    [
        (2023, AuthorityType.DISTRICT, None, None, ["population-missing"]),
        (2023, AuthorityType.DISTRICT, 1, None, []),
        (2022, AuthorityType.DISTRICT, None, None, []),
        (2023, AuthorityType.FIRE, None, None, []),
        (2023, AuthorityType.DISTRICT, None, dt.date(2022, 3, 31), []),
    ],
)
def test_check_blocks_a_missing_population_where_a_rate_would_be_printed(
    year: int, kind: str, population: int | None, ends_on: dt.date | None, found: list[str]
) -> None:
    authority = make_authority(authority_type=kind, population=population, ends_on=ends_on)
    make_decision(
        authority,
        decided_on=dt.date(2022, 3, 1) if ends_on else dt.date(year, 3, 1),
        compliance="satisfied",
        compliance_recorded_on=dt.date(year, 3, 1),
    )
    make_chief_executive(authority)
    make_signatory()
    assert codes(make_round(year), today=dt.date(2024, 1, 1)) == [("block", code) for code in found]


def test_check_blocks_a_missing_population_of_an_abolished_council_with_investigations() -> None:
    authority = make_authority(population=None, ends_on=dt.date(2022, 3, 31))
    make_chief_executive(authority)
    make_signatory()
    make_decision(authority, decided_on=dt.date(2022, 4, 1), received_on=dt.date(2022, 3, 31))
    assert codes(make_round(2023), today=dt.date(2024, 1, 1)) == [("block", "population-missing")]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "found"),
    [
        (dt.date(2020, 7, 22), None, []),
        (dt.date(2020, 7, 23), None, [("warning", "post-vacant")]),
        (dt.date(2010, 1, 1), dt.date(2020, 7, 22), []),
        (dt.date(2010, 1, 1), dt.date(2020, 7, 21), [("warning", "post-vacant")]),
    ],
)
def test_check_warns_of_a_vacant_post_on_the_letter_date(
    starts_on: dt.date, ends_on: dt.date | None, found: list[tuple[str, str]]
) -> None:
    make_signatory()
    make_chief_executive(make_authority(), starts_on=starts_on, ends_on=ends_on)
    assert codes(make_round(2020)) == found


@pytest.mark.parametrize(
    ("ends_on", "found"),
    [
        (dt.date(2020, 7, 22), []),
        (dt.date(2020, 7, 21), [("warning", "no-signatory")]),
    ],
)
def test_check_warns_where_nobody_signs_on_the_letter_date(
    ends_on: dt.date, found: list[tuple[str, str]]
) -> None:
    make_chief_executive(make_authority())
    make_signatory(ends_on=ends_on)
    assert codes(make_round(2020)) == found


@pytest.mark.parametrize(
    ("received_on", "is_decided", "found"),
    [
        (dt.date(2019, 6, 30), False, [("warning", "case-open-over-a-year")]),
        (dt.date(2019, 7, 1), False, []),
        (dt.date(2019, 6, 30), True, []),
    ],
)
def test_check_warns_of_a_case_open_over_a_year(
    authority: Authority, received_on: dt.date, is_decided: bool, found: list[tuple[str, str]]
) -> None:
    if is_decided:
        make_decision(authority, received_on=received_on)
    else:
        make_complaint(authority, received_on=received_on)
    assert codes(make_round(2020), today=dt.date(2020, 7, 1)) == found


def test_check_warns_of_no_open_case_received_after_the_period(authority: Authority) -> None:
    make_complaint(authority, received_on=dt.date(2020, 4, 1))
    assert codes(make_round(2020), today=dt.date(2023, 1, 1)) == []


@pytest.mark.parametrize(
    ("due_on", "completed_on", "compliance", "found"),
    [
        (dt.date(2020, 6, 30), None, "", [("warning", "compliance-overdue")]),
        (dt.date(2020, 7, 1), None, "", []),
        (dt.date(2020, 6, 30), dt.date(2020, 6, 30), "", []),
        (dt.date(2020, 6, 30), None, "satisfied_late", []),
    ],
)
def test_check_warns_of_overdue_compliance(
    authority: Authority,
    due_on: dt.date,
    completed_on: dt.date | None,
    compliance: str,
    found: list[tuple[str, str]],
) -> None:
    decision = make_decision(
        authority,
        compliance=compliance,
        compliance_recorded_on=dt.date(2020, 6, 30) if compliance else None,
    )
    make_recommendation(decision, due_on=due_on, completed_on=completed_on)
    make_recommendation(decision, due_on=due_on, completed_on=completed_on, text="Another.")
    assert codes(make_round(2020), today=dt.date(2020, 7, 1)) == found


@pytest.mark.parametrize(
    ("before", "found"),
    [
        # Ten investigated, all upheld: 100% now. Only a difference of more than 20 points counts.
        ({"upheld": 8, "not_upheld": 2, "investigated": 10}, []),
        ({"upheld": 7, "not_upheld": 3, "investigated": 10}, ["far-from-last-year"]),
        ({"upheld": 6, "not_upheld": 3, "investigated": 9}, []),
        ({"upheld": None, "not_upheld": 3, "investigated": 10}, []),
        # Ten received now: twenty are twice as many, twenty-one more than twice.
        ({"complaints_received": 20}, []),
        ({"complaints_received": 21}, ["far-from-last-year"]),
        ({"complaints_received": 4}, []),
    ],
)
def test_check_warns_of_a_figure_far_from_last_years(
    authority: Authority, before: dict[str, int | None], found: list[str]
) -> None:
    for _ in range(10):
        make_decision(authority)
    PublishedFigure.objects.create(
        authority=authority, year_ending=2019, source="example", **before
    )
    assert codes(make_round(2020)) == [("warning", code) for code in found]


def test_check_compares_with_own_frozen_rows_before_published_figures(
    authority: Authority,
) -> None:
    for _ in range(10):
        make_decision(authority)
    make_issued_round(2020)
    PublishedFigure.objects.create(
        authority=authority, year_ending=2020, source="example", complaints_received=1
    )
    for _ in range(25):
        make_decision(authority, received_on=dt.date(2020, 5, 1), decided_on=dt.date(2020, 6, 1))
    assert [
        str(finding)
        for finding in rounds.check(make_round(2021), today=dt.date(2021, 4, 1))
        if finding.code == "far-from-last-year"
    ] == ["Example District Council: 25 complaints received, 10 the year before."]


# Freezing


def test_freeze_stores_a_row_an_average_and_a_draft_letter(authority: Authority) -> None:
    make_decision(authority, Outcome.UPHELD, is_remedied_by_authority=True)
    make_decision(authority, Outcome.NOT_UPHELD)
    round_, editor = make_round(2020), make_editor()
    frozen = rounds.freeze(round_=round_, by=editor)
    summary = AnnualSummary.objects.get()
    assert (summary.upheld, summary.not_upheld, summary.received) == (1, 1, 2)
    assert (summary.name, summary.slug) == ("Example District Council", authority.slug)
    assert (summary.similar_investigated, summary.similar_upheld) == (2, 1)
    assert (summary.population, summary.population_year) == (100_000, 2019)
    assert summary.method_version == frozen.method_version == "1"
    average = TypeAverage.objects.get()
    assert (average.authority_type, average.investigated, average.upheld) == ("district", 2, 1)
    letter = Letter.objects.get()
    assert letter.state == "draft"
    assert letter.addressee == "Ms Example\nChief Executive"
    assert letter.salutation == "Dear Ms Example"
    assert letter.signatory == ("Specimen Signatory\nLocal Government and Social Care Ombudsman")
    assert letter.frozen_by == editor
    round_.refresh_from_db()
    assert round_.freeze == frozen


def test_freeze_copies_forenames_where_there_is_no_title() -> None:
    make_chief_executive(make_authority(), title="", job_title="Managing Director")
    rounds.freeze(round_=make_round(2020), by=make_editor())
    letter = Letter.objects.get()
    assert letter.addressee == "Anna Example\nManaging Director"
    assert letter.salutation == "Dear Anna Example"


def test_freeze_addresses_a_vacant_post() -> None:
    make_authority()
    rounds.freeze(round_=make_round(2020), by=make_editor())
    letter = Letter.objects.get()
    assert (letter.addressee, letter.salutation, letter.is_post_vacant) == (
        "Chief Executive", "Dear Chief Executive", True,
    )  # fmt: skip
    assert letter.signatory == "Local Government and Social Care Ombudsman"


def test_freeze_a_second_time_is_refused_unasked(authority: Authority) -> None:
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    with pytest.raises(Refused) as refused:
        rounds.freeze(round_=round_, by=editor)
    assert refusal(refused) == [
        "The round 2020 is already frozen; to count again, freeze it again and say why."
    ]
    assert Freeze.objects.count() == 1


def test_freeze_again_with_a_reason_counts_again_and_voids_approvals(
    authority: Authority,
) -> None:
    round_, editor, approver = make_round(2020), make_editor(), make_approver()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=approver)
    make_decision(authority)
    again = rounds.freeze(round_=round_, by=editor, reason="A decision was missing")
    assert again.number == 2
    assert [summary.upheld for summary in AnnualSummary.objects.current()] == [1]
    assert sorted(AnnualSummary.objects.values_list("upheld", flat=True)) == [0, 1]
    assert [letter.state for letter in Letter.objects.all()] == ["draft"]
    assert set(RoundEvent.objects.filter(action="frozen").values_list("detail", flat=True)) == {
        "1 authority",
        "1 authority, again: A decision was missing",
    }


def test_freeze_again_is_refused_once_a_letter_is_issued(authority: Authority) -> None:
    round_ = make_issued_round(2020)
    editor = make_user("second-editor", "freeze_round")
    with pytest.raises(Refused) as refused:
        rounds.freeze(round_=round_, by=editor, reason="Late")
    assert refusal(refused) == [
        "Letters of the round 2020 are issued, so its figures stand; correct a single letter "
        "instead."
    ]


def test_freeze_refuses_what_check_blocks_and_changes_nothing(authority: Authority) -> None:
    year = timezone.localdate().year + 2
    with pytest.raises(Refused) as refused:
        rounds.freeze(round_=make_round(year), by=make_editor())
    assert refusal(refused) == [
        f"The year 1 April {year - 1} to 31 March {year} is not over yet; freeze it from the day "
        "after it ends."
    ]
    assert Freeze.objects.exists() is False


def test_freeze_refuses_who_may_not(authority: Authority) -> None:
    with pytest.raises(Refused) as refused:
        rounds.freeze(round_=make_round(2020), by=make_approver())
    assert refusal(refused) == ["approver may not freeze a round."]
    inactive = make_editor()
    inactive.is_active = False
    with pytest.raises(Refused):
        rounds.freeze(round_=Round.objects.get(), by=inactive)


def test_freeze_takes_as_many_queries_for_three_authorities_as_for_one() -> None:
    editor, authority = make_editor(), make_authority()
    make_decision(authority)
    editor.has_perm("reviews.freeze_round")  # read once a session
    first, second = make_round(2020), make_round(2022)
    with CaptureQueriesContext(connection) as one:
        rounds.freeze(round_=first, by=editor)
    for _ in range(30):
        make_decision(
            make_authority(), received_on=dt.date(2021, 5, 1), decided_on=dt.date(2021, 6, 1)
        )
    with CaptureQueriesContext(connection) as many:
        rounds.freeze(round_=second, by=editor)
    assert AnnualSummary.objects.filter(freeze__round=second).count() == 31
    assert len(many) == len(one)


# Frozen for good


FORBIDDEN = [
    ("reviews_annualsummary", "UPDATE reviews_annualsummary SET upheld = 99"),
    ("reviews_annualsummary", "DELETE FROM reviews_annualsummary"),
    ("reviews_typeaverage", "UPDATE reviews_typeaverage SET upheld = 0"),
    ("reviews_typeaverage", "DELETE FROM reviews_typeaverage"),
    ("reviews_freeze", "UPDATE reviews_freeze SET reason = 'x'"),
    ("reviews_freeze", "DELETE FROM reviews_freeze"),
    ("reviews_letter", "UPDATE reviews_letter SET addressee = 'Somebody else'"),
    ("reviews_letter", "UPDATE reviews_letter SET issued_at = NULL, issued_by_id = NULL"),
    ("reviews_letter", "DELETE FROM reviews_letter"),
    ("reviews_letterfile", "UPDATE reviews_letterfile SET pdf = ''"),
    ("reviews_letterfile", "DELETE FROM reviews_letterfile"),
    ("reviews_round", "UPDATE reviews_round SET year = 2021"),
    ("reviews_round", "UPDATE reviews_round SET publish_at = '2020-01-01 00:00:00+00'"),
    ("reviews_round", "UPDATE reviews_round SET letter_on = '2020-01-01'"),
    ("reviews_round", "UPDATE reviews_round SET freeze_id = NULL"),
    ("reviews_round", "DELETE FROM reviews_round"),
]


def contents(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        return [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in cursor.fetchall()
        ]


@pytest.mark.parametrize(("table", "sql"), FORBIDDEN)
def test_issued_rows_cannot_be_changed_by_raw_sql(
    authority: Authority, table: str, sql: str
) -> None:
    make_decision(authority)
    make_issued_round(2020)
    before = contents(table)
    assert len(before) == 1
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert contents(table) == before


ATTEMPTS: dict[str, Callable[[Model, QuerySet[Model], str], object]] = {
    "save": lambda row, rows, field: row.save(),
    "update": lambda row, rows, field: rows.update(**{field: 99}),
    "bulk_update": lambda row, rows, field: rows.bulk_update([row], [field]),
    "delete": lambda row, rows, field: rows._raw_delete("default"),
    "delete one": lambda row, rows, field: row.delete(),
}


@pytest.mark.parametrize(
    ("model", "field"),
    [(AnnualSummary, "upheld"), (TypeAverage, "upheld"), (Freeze, "number"), (Letter, "size")],
)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_issued_rows_cannot_be_changed_through_models(
    authority: Authority, model: type[Model], field: str, attempt: str
) -> None:
    make_issued_round(2020)
    rows = model._default_manager.all()
    row = rows.get()
    before = getattr(row, field)
    setattr(row, field, before + 1)
    with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
        ATTEMPTS[attempt](row, rows, field)
    assert getattr(rows.get(), field) == before


def test_frozen_rows_of_a_round_not_issued_are_guarded_too(authority: Authority) -> None:
    rounds.freeze(round_=make_round(2020), by=make_editor())
    for model in (AnnualSummary, TypeAverage):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(upheld=5)


@pytest.mark.parametrize(
    "table", ["annualsummary", "letter", "letterfile", "typeaverage", "freeze"]
)
def test_frozen_tables_cannot_be_truncated_where_that_exists(
    authority: Authority, table: str
) -> None:
    make_issued_round(2020)
    connection.check_constraints()  # a table with checks still to come refuses for their sake
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        connection.cursor().execute(f"TRUNCATE reviews_{table} CASCADE")
    by = f"{table}_not_truncated()" if connection.vendor == "postgresql" else "syntax error"
    assert by in str(refused.value)


@pytest.mark.parametrize(
    "table", ["annualsummary", "letter", "letterfile", "typeaverage", "freeze", "round"]
)
@pytest.mark.parametrize("has_new_key", [False, True])
def test_issued_rows_cannot_be_replaced_by_insert(
    authority: Authority, table: str, has_new_key: bool
) -> None:
    make_decision(authority)
    make_issued_round(2020)
    before = contents(f"reviews_{table}")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM reviews_{table}")
        columns = [column[0] for column in cursor.description]
    values = ["id + 1000" if has_new_key and column == "id" else column for column in columns]
    verb = "INSERT" if connection.vendor == "postgresql" else "REPLACE"
    with (
        pytest.raises(IntegrityError, match=r"cannot be changed|replaced|with its file"),
        transaction.atomic(),
    ):
        connection.cursor().execute(
            f"{verb} INTO reviews_{table} ({', '.join(columns)}) "
            f"SELECT {', '.join(values)} FROM reviews_{table}"
        )
    assert contents(f"reviews_{table}") == before


def test_letter_cannot_be_issued_without_its_file(authority: Authority) -> None:
    editor, approver = make_editor(), make_approver()
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=approver)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.update(issued_at=timezone.now(), issued_by=editor, sha256="0" * 64, size=1)


# Approving


def test_approve_takes_a_second_person(authority: Authority) -> None:
    round_ = make_round(2020)
    both = make_user("both", "freeze_round", "approve_letters")
    rounds.freeze(round_=round_, by=both)
    with pytest.raises(Refused) as refused:
        rounds.approve(reason="For a test", round_=round_, by=both)
    assert refusal(refused) == [
        "both froze the round 2020; another person has to approve its letters."
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.update(approved_at=timezone.now(), approved_by=both)


def test_approve_takes_the_letters_given_and_then_the_rest(authority: Authority) -> None:
    make_authority()
    round_, approver = make_round(2020), make_approver()
    rounds.freeze(round_=round_, by=make_editor())
    own = Letter.objects.filter(summary__authority=authority)
    assert rounds.approve(reason="For a test", round_=round_, by=approver, letters=own) == 1
    assert Letter.objects.awaiting_approval().count() == 1
    assert rounds.approve(reason="For a test", round_=round_, by=approver) == 1
    assert rounds.approve(reason="For a test", round_=round_, by=approver) == 0
    assert {letter.approved_by for letter in Letter.objects.all()} == {approver}


def test_approve_refuses_who_may_not_and_a_round_not_frozen(authority: Authority) -> None:
    round_, editor, approver = make_round(2020), make_editor(), make_approver()
    with pytest.raises(Refused) as refused:
        rounds.approve(reason="For a test", round_=round_, by=approver)
    assert refusal(refused) == ["The round 2020 is not frozen yet, so it has no letters."]
    rounds.freeze(round_=round_, by=editor)
    with pytest.raises(Refused) as refused:
        rounds.approve(reason="For a test", round_=round_, by=make_user("nobody"))
    assert refusal(refused) == ["nobody may not approve letters."]


# Issuing


def test_issue_stores_the_pdf_its_digest_and_its_messages(authority: Authority) -> None:
    make_chief_executive(
        authority, role=ContactRole.LINK_OFFICER, email="link@example.org", surname="Link"
    )
    round_ = make_issued_round(2020)
    letter, file = Letter.objects.get(), LetterFile.objects.get()
    pdf = bytes(file.pdf)
    assert pdf.startswith(b"%PDF-")
    assert (letter.sha256, letter.size) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
    assert file.document["salutation"] == "Dear Ms Example"
    assert file.document["watermark"] == ""
    assert list(
        OutboxMessage.objects.order_by("role").values_list("role", "email", "subject")
    ) == [
        ("chief_executive", "chief@example.org",
         "Annual Review letter 2020: Example District Council"),
        ("link_officer", "link@example.org",
         "Annual Review letter 2020: Example District Council"),
    ]  # fmt: skip
    assert rounds.verify(round_) == []


def test_issue_of_a_vacant_post_goes_to_the_link_officer() -> None:
    make_chief_executive(make_authority(), role=ContactRole.LINK_OFFICER, email="link@example.org")
    make_issued_round(2020)
    assert list(OutboxMessage.objects.values_list("role", "email")) == [
        ("link_officer", "link@example.org")
    ]


def test_issue_goes_to_who_was_in_office_when_the_figures_were_frozen(
    authority: Authority,
) -> None:
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    authority.contacts.update(surname="Newcomer", email="new@example.org")
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    rounds.issue(round_=round_, by=editor)
    assert LetterFile.objects.get().document["salutation"] == "Dear Ms Example"
    assert [message.email for message in OutboxMessage.objects.all()] == ["chief@example.org"]


def test_issue_refuses_while_a_letter_is_not_approved(authority: Authority) -> None:
    make_authority()
    round_, editor = make_round(2020), make_editor()
    with pytest.raises(Refused) as refused:
        rounds.issue(round_=round_, by=editor)
    assert refusal(refused) == ["The round 2020 is not frozen yet, so it has no letters."]
    rounds.freeze(round_=round_, by=editor)
    own = Letter.objects.filter(summary__authority=authority)
    rounds.approve(reason="For a test", round_=round_, by=make_approver(), letters=own)
    with pytest.raises(Refused) as refused:
        rounds.issue(round_=round_, by=editor)
    assert refusal(refused) == [
        "1 of 2 letters of the round 2020 is not approved yet; approve or hold it first."
    ]
    assert LetterFile.objects.exists() is False


def test_issue_by_the_one_who_froze_is_allowed_and_by_others_refused(
    authority: Authority,
) -> None:
    round_, editor = make_round(2020), make_editor()
    approver = make_approver()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=approver)
    with pytest.raises(Refused) as refused:
        rounds.issue(round_=round_, by=approver)
    assert refusal(refused) == ["approver may not issue letters."]
    assert rounds.issue(round_=round_, by=editor) == 1


def test_issue_stopped_in_the_middle_goes_on_where_it_ended(authority: Authority) -> None:
    for _ in range(3):
        make_authority()
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())

    class Stopped(Exception):
        pass

    def stop_after_two(done: int, total: int) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        rounds.issue(round_=round_, by=editor, progress=stop_after_two)
    first_two = dict(Letter.objects.issued().values_list("pk", "sha256"))
    assert len(first_two) == 2
    assert rounds.issue(round_=round_, by=editor) == 2
    assert rounds.issue(round_=round_, by=editor) == 0
    assert Letter.objects.issued().count() == LetterFile.objects.count() == 4
    assert dict(Letter.objects.filter(pk__in=first_two).values_list("pk", "sha256")) == first_two


def test_issue_stops_where_the_round_is_frozen_again_meanwhile(authority: Authority) -> None:
    make_authority()
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    former = Round.objects.get().freeze
    assert former is not None
    letters = list(Letter.objects.of_round(round_.pk).values_list("pk", flat=True))
    rounds.freeze(round_=round_, by=editor, reason="A late case")
    with pytest.raises(Refused) as refused:
        issuing.Issuing(former, editor).issue(letters[0])
    assert refusal(refused) == [
        "The round 2020 was frozen again while its letters were being issued; approve the new "
        "letters and issue them."
    ]


def test_issue_refuses_a_letter_that_cannot_be_drawn(authority: Authority) -> None:
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    Letter.objects.update(salutation="Dear \u200bMs Example")
    with pytest.raises(Refused, match="The letter to Example District Council cannot be drawn"):
        rounds.issue(round_=round_, by=editor)
    assert LetterFile.objects.exists() is False


def test_issue_keeps_the_letter_in_large_print_and_as_text(authority: Authority) -> None:
    make_issued_round(2020)
    letter, document = Letter.objects.get(), from_plain(LetterFile.objects.get().document)
    assert {each.kind: bytes(each.content) for each in letter.alternatives.all()} == {
        "large_print": render(document, LARGE_PRINT),
        "text": as_text(document).encode(),
    }
    for each in letter.alternatives.all():
        content = bytes(each.content)
        assert (each.sha256, each.size) == (hashlib.sha256(content).hexdigest(), len(content))


def test_renditions_of_an_issued_letter_are_kept_as_they_are(authority: Authority) -> None:
    make_issued_round(2020)
    kept = LetterAlternative.objects.filter(kind="text")
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        kept.update(content=b"forged")
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        kept.delete()
    with pytest.raises(IntegrityError, match=r"cannot be changed|not later"), transaction.atomic():
        LetterAlternative.objects.create(
            letter=Letter.objects.get(), kind="text", content=b"x", sha256="x", size=1
        )
    with guards_lifted():
        kept.delete()
    with pytest.raises(IntegrityError, match="not later"), transaction.atomic():
        LetterAlternative.objects.create(
            letter=Letter.objects.get(), kind="text", content=b"x", sha256="x", size=1
        )


def test_issue_refuses_a_letter_that_cannot_be_drawn_in_large_print(authority: Authority) -> None:
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=make_editor())
    letter = Letter.objects.select_related("summary__freeze__round").get()
    bars = tuple(Bar(f"Bar {n}", str(n), n, 50) for n in range(50))
    panel = Panel("overview", "Overview", (), Chart("Fifty bars", bars))
    with pytest.raises(Refused) as refused:
        rounds.store_alternatives(letter, replace(compose(letter), panels=(panel,)))
    assert refusal(refused) == [
        "The letter to Example District Council cannot be drawn in large print: a chart or a row "
        "of a table is too long for a page."
    ]


def test_issue_leaves_its_line_in_the_history_whenever_it_is_stopped(
    authority: Authority,
) -> None:
    make_authority()
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    seen: list[str] = []

    def look(done: int, total: int) -> None:
        seen.extend(RoundEvent.objects.filter(action="issued").values_list("detail", flat=True))

    rounds.issue(round_=round_, by=editor, progress=look)
    assert seen == ["1 letter", "2 letters"]


# Changing what is not issued yet


def test_reschedule_makes_approved_letters_drafts_again_and_keeps_the_freeze(
    authority: Authority,
) -> None:
    round_, editor = make_round(2020), make_user("editor", "freeze_round", "change_round")
    stale = Round.objects.get()
    frozen = rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    withdrawn = rounds.reschedule(
        round_=stale,
        by=editor,
        year=2020,
        letter_on=dt.date(2020, 7, 23),
        publish_at=dt.datetime(2020, 7, 30, tzinfo=LONDON),
    )
    assert withdrawn == 1
    round_.refresh_from_db()
    assert (round_.freeze, round_.letter_on) == (frozen, dt.date(2020, 7, 23))
    assert Letter.objects.get().state == "draft"
    assert RoundEvent.objects.filter(action="withdrawn").get().detail == "1 letter"


def test_reschedule_refuses_another_year_once_frozen_and_dates_once_issued(
    authority: Authority,
) -> None:
    round_ = make_round(2020)
    by = make_user("editor", "freeze_round", "change_round", "issue_letters")
    rounds.freeze(round_=round_, by=by)
    day, instant = dt.date(2021, 7, 23), dt.datetime(2021, 8, 1, tzinfo=LONDON)
    with pytest.raises(Refused, match="The round 2020 is frozen and keeps its year"):
        rounds.reschedule(round_=round_, by=by, year=2021, letter_on=day, publish_at=instant)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    rounds.issue(round_=round_, by=by)
    with pytest.raises(Refused, match="are issued, so its dates stand"):
        rounds.reschedule(round_=round_, by=by, year=2020, letter_on=day, publish_at=instant)


def test_round_cannot_be_unfrozen(authority: Authority) -> None:
    round_, editor = make_round(2020), make_editor()
    first = rounds.freeze(round_=round_, by=editor)
    rounds.freeze(round_=round_, by=editor, reason="A late case")
    for value in (None, first):
        with pytest.raises(IntegrityError), transaction.atomic():
            Round.objects.update(freeze=value)


def test_amend_letter_of_a_former_freeze_is_refused_and_brings_nothing_back(
    authority: Authority,
) -> None:
    round_, editor = make_round(2020), make_user("editor", "freeze_round", "change_letter")
    rounds.freeze(round_=round_, by=editor)
    former = Letter.objects.get()
    rounds.freeze(round_=round_, by=editor, reason="A late case")
    with pytest.raises(Refused, match="The round was frozen again meanwhile"):
        rounds.amend_letter(letter=former, by=editor, addressee="Zombie", salutation="Dear Z")
    assert [letter.addressee for letter in Letter.objects.all()] == ["Ms Example\nChief Executive"]


def test_amend_letter_voids_its_approval_and_refuses_what_cannot_be_printed(
    authority: Authority,
) -> None:
    round_, editor = make_round(2020), make_user("editor", "freeze_round", "change_letter")
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    letter = Letter.objects.get()
    for addressee, problem in {
        "Dr \u200bOther": "U+200B (ZERO WIDTH SPACE)",
        "Dr ((Other": "“((” (like a placeholder not filled in)",
    }.items():
        with pytest.raises(Refused) as refused:
            rounds.amend_letter(
                letter=letter, by=editor, addressee=addressee, salutation="Dear Dr Other"
            )
        assert refused.value.problems == [
            f"{addressee!r} has {problem}, which letters cannot show; spell it otherwise."
        ]
    assert Letter.objects.get().state == "approved"
    assert rounds.amend_letter(
        letter=letter, by=editor, addressee="Dr Other", salutation="Dear Dr Other"
    )
    letter.refresh_from_db()
    assert (letter.addressee, letter.state) == ("Dr Other", "draft")


def test_approve_refuses_letters_of_a_later_freeze_than_the_one_seen(
    authority: Authority,
) -> None:
    round_, editor, approver = make_round(2020), make_editor(), make_approver()
    rounds.freeze(round_=round_, by=editor)
    rounds.freeze(round_=round_, by=editor, reason="A late case")
    with pytest.raises(Refused, match="was frozen again since you looked"):
        rounds.approve(reason="For a test", round_=round_, by=approver, seen=1)
    assert rounds.approve(reason="For a test", round_=round_, by=approver, seen=2) == 1


@pytest.mark.parametrize(
    ("surname", "found"),
    [
        ("O\u2019Neil", []),
        ("O\u2019Ne\u200bil", [("block", "unprintable-text")]),
        ("{{ surname }}", [("block", "unprintable-text")]),
    ],
)
def test_check_blocks_text_that_letters_cannot_show(
    surname: str, found: list[tuple[str, str]]
) -> None:
    make_signatory()
    make_chief_executive(make_authority(), surname=surname)
    assert codes(make_round(2020)) == found


@pytest.mark.parametrize(
    ("name", "titles"), [("«Name»", "Ombudsman"), ("Name", "Ombudsman\n((Chair))")]
)
def test_check_blocks_a_signatory_whom_letters_cannot_show(name: str, titles: str) -> None:
    make_chief_executive(make_authority())
    make_signatory(name=name, titles=titles)
    assert codes(make_round(2020)) == [("block", "unprintable-text")]


def test_check_blocks_a_council_whose_name_looks_like_a_placeholder() -> None:
    make_signatory()
    make_chief_executive(make_authority("Example ((Borough)) Council"))
    assert codes(make_round(2020)) == [("block", "unprintable-text")]


@pytest.mark.parametrize(
    ("email", "found"), [("x@example.org", []), ("", [("warning", "no-recipient")])]
)
def test_check_warns_where_nobody_would_be_sent_the_letter(
    email: str, found: list[tuple[str, str]]
) -> None:
    make_signatory()
    make_chief_executive(make_authority(), email=email)
    assert codes(make_round(2020)) == found


# Verifying


def test_verify_says_when_nothing_is_issued(authority: Authority) -> None:
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=make_editor())
    assert rounds.verify(round_) == ["No letter of the round 2020 is issued yet."]


def test_verify_finds_a_letter_altered_behind_the_guards(authority: Authority) -> None:
    round_ = make_issued_round(2020)
    was = Letter.objects.get().sha256
    with guards_lifted():
        LetterFile.objects.update(pdf=b"%PDF-forged")
    forged = hashlib.sha256(b"%PDF-forged").hexdigest()
    assert rounds.verify(round_) == [
        f"{authority.slug}: the stored letter has the SHA-256 digest {forged}, but was issued "
        f"with {was}."
    ]


@pytest.mark.parametrize(("kind", "name"), [("large_print", "large print"), ("text", "plain text")])
def test_verify_finds_another_rendition_altered_behind_the_guards(
    authority: Authority, kind: str, name: str
) -> None:
    round_ = make_issued_round(2020)
    kept = LetterAlternative.objects.filter(kind=kind)
    was = kept.get().sha256
    with guards_lifted():
        kept.update(content=b"forged")
    forged = hashlib.sha256(b"forged").hexdigest()
    assert rounds.verify(round_) == [
        f"{authority.slug}: the stored {name} has the SHA-256 digest {forged}, but was issued with "
        f"{was}."
    ]


def test_verify_finds_a_size_that_is_not_that_of_the_file(authority: Authority) -> None:
    round_ = make_issued_round(2020)
    kept = LetterAlternative.objects.filter(kind="text")
    size = kept.get().size
    with guards_lifted():
        kept.update(size=7)
        Letter.objects.update(size=8)
    letter = len(LetterFile.objects.get().pdf)
    assert rounds.verify(round_) == [
        f"{authority.slug}: the stored letter has {letter} bytes, but was issued with 8.",
        f"{authority.slug}: the stored plain text has {size} bytes, but was issued with 7.",
    ]


def test_population_of_a_later_year_does_not_change_a_frozen_row(authority: Authority) -> None:
    make_decision(authority)
    make_issued_round(2020)
    Population.objects.update(residents=5)
    make_decision(authority)
    assert AnnualSummary.objects.get().population == 100_000
    assert AnnualSummary.objects.get().upheld == 1
