"""How fast desks and lists open with 200,000 complaints, beside an empty list of Django's own.

    DATABASE_URL=… python -m tests.bench_lists [ROWS]

Works on a database of its own, made and dropped by Django's test runner.
"""

import datetime as dt
import os
import sys
from collections.abc import Callable
from typing import Any

import django

GOAL = 3.0
PEOPLE, TEAMS = 40, 5
ROLES = ("caseworker", "casework manager", "auditor")
# One in so many is open, in remedy, or waits to be published.
OPEN, IN_REMEDY, WAITING = 40, 50, 60


def more_rows(today: dt.date) -> list[tuple[str, list[Any]]]:
    """Who works on the cases of `tests.bench.fill`, and what hangs on them, as plain SQL."""
    stated = "outcome IN ('upheld', 'not_upheld', 'closed_after_initial_enquiries')"
    return [
        ("UPDATE casework_authority SET authority_type = CASE id %% 5 WHEN 0 THEN 'county' "
         "WHEN 1 THEN 'unitary' WHEN 2 THEN 'metropolitan' WHEN 3 THEN 'london_borough' "
         "ELSE 'district' END", []),
        (f"DELETE FROM casework_decision WHERE complaint_id %% {OPEN} = 0", []),
        ("UPDATE casework_complaint SET caseworker_id = (SELECT min(id) FROM auth_user) "
         f"+ id %% {PEOPLE}, team_id = (SELECT min(id) FROM casework_team) + id %% {TEAMS}", []),
        (f"UPDATE casework_complaint SET stage = 'investigation' WHERE id %% {OPEN} = 0", []),
        (f"UPDATE casework_complaint SET caseworker_id = NULL WHERE id %% {OPEN * 10} = 0", []),
        ("UPDATE casework_decision SET compliance = '', compliance_recorded_on = NULL "
         f"WHERE outcome = 'upheld' AND id %% {IN_REMEDY} = 1", []),
        ("UPDATE casework_complaint SET stage = 'remedy' WHERE id IN (SELECT complaint_id "
         "FROM casework_decision WHERE outcome = 'upheld' AND compliance = '')", []),
        ("INSERT INTO casework_recommendation (decision_id, kind, category, text, due_on, "
         "completed_on) SELECT id, 'service_improvement', 'training_or_guidance', 'Train staff.', "
         "CASE compliance WHEN '' THEN %s ELSE decided_on END, "
         "CASE compliance WHEN '' THEN NULL ELSE decided_on END "
         "FROM casework_decision WHERE outcome = 'upheld'", [today]),
        ("INSERT INTO casework_complainant (complaint_id, name, address, postcode, email, "
         "telephone) SELECT id, 'Zeno Fictional', '', '', '', '' FROM casework_complaint", []),
        ("INSERT INTO casework_statement (decision_id, number, dated_on, text, is_current, "
         "written_at, written_by_id, published_on) SELECT id, 1, decided_on, 'Mr X complained.', "
         f"%s, %s, (SELECT min(id) FROM auth_user), CASE id %% {WAITING} WHEN 1 THEN NULL "
         f"ELSE decided_on END FROM casework_decision WHERE {stated}",
         [True, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)]),
        ("INSERT INTO casework_change (batch_id, record, record_id, case_id, action, changed_at) "
         "SELECT NULL, 'casework.complaint', id, id, '+', %s FROM casework_complaint",
         [dt.datetime(2020, 1, 1, tzinfo=dt.UTC)]),
    ]  # fmt: skip


def lists(admin_site: Any) -> list[tuple[str, str]]:
    """Every list of casework, and those with a filter or a search that desks and people use."""
    from django.urls import reverse

    from casework.models import Complaint, Decision, Recommendation

    found = [
        (f"list of {model._meta.verbose_name_plural}", address(reverse, model))
        for model in admin_site._registry
        if model._meta.app_label == "casework"
    ]
    for model, query in (
        (Complaint, "stage=open"),
        (Complaint, "caseworker=me&stage=not_closed"),
        (Complaint, "category__exact=housing&authority__authority_type__exact=district"),
        (Complaint, "received=2020"),
        (Complaint, "q=10+001"),
        (Decision, "publication=awaiting"),
        (Decision, "outcome__exact=upheld&compliance=awaited"),
        (Recommendation, "due=open"),
    ):
        name = f"{model._meta.verbose_name_plural} with {query}"
        found.append((name, f"{address(reverse, model)}?{query}"))
    return found


def address(reverse: Callable[[str], str], model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def main(rows: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

    from django.contrib import admin
    from django.contrib.auth.models import Group, User
    from django.db import OperationalError, connection
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from casework.admin.desks import DESKS
    from casework.models import Team
    from reviews.models import Signatory
    from tests.bench import fill, paired, without_rules

    try:
        connection.ensure_connection()
    except OperationalError:
        print(f"lists on {connection.vendor}: no server answers, left out")  # noqa: T201
        return
    # An empty list as Django makes it.
    admin.site.unregister(Signatory)
    admin.site.register(Signatory)
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        boss = User.objects.create_superuser("boss")
        User.objects.bulk_create(
            User(username=f"person {number}", is_staff=True) for number in range(PEOPLE)
        )
        Team.objects.bulk_create(Team(name=f"Team {number}") for number in range(TEAMS))
        Team.objects.first().members.add(boss)  # type: ignore[union-attr]
        fill(start=0, stop=rows)
        with without_rules(), connection.cursor() as cursor:
            for sql, values in more_rows(timezone.localdate()):
                cursor.execute(sql, values)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        client = Client(headers={"host": "localhost"})
        client.force_login(boss)

        def member(role: str) -> Client:
            user = User.objects.get(username=f"person {ROLES.index(role)}")
            user.groups.add(Group.objects.get(name=role))
            found = Client(headers={"host": "localhost"})
            found.force_login(user)
            return found

        def opens(where: str, browser: Client) -> Callable[[], object]:
            def get() -> None:
                if browser.get(where).status_code != 200:
                    raise RuntimeError(f"{where} does not open.")

            return get

        floor = opens(address(reverse, Signatory), client)
        desks = [
            (f"desk, {desk.title}: {panel.title}", panel.address())
            for desk in DESKS
            for panel in desk.panels
        ]
        print(f"{rows:,} complaints on {connection.vendor}, goal at most {GOAL}:")  # noqa: T201
        start = reverse("admin:index")
        pages = [
            *((f"start page of a {role}", opens(start, member(role))) for role in ROLES),
            *((name, opens(where, client)) for name, where in (*desks, *lists(admin.site))),
        ]
        for name, page in pages:
            took, least = paired(page, floor)
            ratio = took / least
            print(  # noqa: T201
                f"{'  ' if ratio <= GOAL else '! '}{name}: {took * 1000:.0f} ms, empty list "
                f"{least * 1000:.0f} ms, ratio {ratio:.2f}",
                flush=True,
            )
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
