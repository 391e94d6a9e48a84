"""`manage.py demo`: a whole installation to look at, made with the commands that people use."""

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from casework.models import (
    BankHoliday,
    Batch,
    Change,
    DecisionReason,
    PublicCategory,
    PublicSubcategory,
)
from reviews.demonstration.councils import AUTHORITIES, OTHER_BODIES, PUBLISHED_FIGURES
from reviews.demonstration.files import write_files
from reviews.demonstration.totals import LAST_DAY
from reviews.management.desks import fill_desks
from reviews.models import Demonstration, KeptPage, PublicChange, Signatory

PASSWORD = "demonstration-only"
USERS = {
    "caseworker": "caseworker",
    "manager": "casework manager",
    "editor": "review editor",
    "approver": "approver",
    "auditor": "auditor",
}
ADMINISTRATOR = "admin"

# Lists that every installation starts with, and what tells of other rows or is made from them.
BASIC = {
    *(PublicCategory, PublicSubcategory, DecisionReason, BankHoliday),
    *(Batch, Change, KeptPage, PublicChange),
}

LETTERS_2020, PUBLIC_2020 = "2020-07-22", "2020-07-29"
WEEK = dt.timedelta(weeks=1)


class Command(BaseCommand):
    help = "Fills an empty database with demonstration data: real councils, invented cases."

    def handle(self, *args: Any, **options: Any) -> None:
        migrations = MigrationExecutor(connection)
        if migrations.migration_plan(migrations.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date; run manage.py migrate first.")
        made = Demonstration.objects.first()
        if made:
            self.stdout.write(
                f"The demonstration of {timezone.localdate(made.made_at)} is here already and is "
                "kept."
            )
            self.say_how_to_log_in()
            return
        today = timezone.localdate()
        if today <= LAST_DAY:
            raise CommandError(
                f"This machine's clock says {today}, but the demonstration's cases run to "
                f"{LAST_DAY}; set the clock right and try again."
            )
        with tempfile.TemporaryDirectory() as folder, transaction.atomic():
            self.refuse_unless_empty()
            self.fill(Path(folder), today=today)
        self.stdout.write("The demonstration is ready.")
        self.say_how_to_log_in()

    def refuse_unless_empty(self) -> None:
        for model in [*_models(), User]:
            found = model._default_manager.all()
            if model is User:
                found = found.exclude(username="system")
            if model is Change:  # of that user, and of the roles, which `migrate` makes
                found = found.exclude(record__startswith="auth.")
            if found.exists():
                raise CommandError(
                    f"This database holds {model._meta.verbose_name_plural} already; the "
                    "demonstration needs an empty one, so set DATABASE_URL to another."
                )

    def fill(self, folder: Path, *, today: dt.date) -> None:
        Demonstration.objects.create(made_at=timezone.now())
        self.make_users()
        self.run("import_authorities", AUTHORITIES)
        self.run("import_authorities", OTHER_BODIES)
        self.run("import_published_figures", PUBLISHED_FIGURES)
        self.stdout.write("Making demonstration cases.")
        files = write_files(folder)
        self.run("import_contacts", files.contacts)
        self.run("import_casework", files.casework)
        self.run("import_remedies", files.remedies)
        self.run("import_learning_events", files.learning)
        Signatory.objects.create(
            name="Specimen Signatory",
            titles=(
                "Local Government and Social Care Ombudsman\n"
                "Chair, Commission for Local Administration in England"
            ),
            starts_on=dt.date(2020, 1, 1),
        )
        self.make_rounds(today)
        fill_desks(
            caseworker=User.objects.get(username="caseworker"),
            manager=User.objects.get(username="manager"),
            today=today,
        )
        self.run("draw_packs", 2020)

    def make_users(self) -> None:
        password = make_password(PASSWORD)  # slow by design, so once for all
        for username, group in USERS.items():
            user = User.objects.create(username=username, password=password, is_staff=True)
            user.groups.add(Group.objects.get(name=group))
        User.objects.create(
            username=ADMINISTRATOR, password=password, is_staff=True, is_superuser=True
        )
        self.stdout.write(f"Made {len(USERS) + 1} users.")

    def make_rounds(self, today: dt.date) -> None:
        """2020 published, 2025 issued and public in a week, 2026 open to try."""
        self.open_round(2020, LETTERS_2020, PUBLIC_2020)
        self.open_round(2025, today, today + WEEK)
        self.open_round(2026, today + 6 * WEEK, today + 7 * WEEK)
        for year in (2020, 2025):
            self.run("freeze_round", year, by="editor")
            self.run("approve_letters", year, by="approver")
            self.run("issue_letters", year, by="editor")
        self.run("make_review", 2020, by="editor")
        self.run("approve_review", 2020, by="approver")

    def open_round(self, year: int, letter_on: dt.date | str, public_on: dt.date | str) -> None:
        self.run("open_round", year, letter_date=str(letter_on), publish_at=str(public_on))

    def run(self, command: str, *arguments: object, **options: str) -> None:
        call_command(command, *map(str, arguments), stdout=self.stdout, **options)

    def say_how_to_log_in(self) -> None:
        self.stdout.write("Log in at http://127.0.0.1:8000/admin/")
        self.stdout.write(f"User names: {', '.join([*USERS, ADMINISTRATOR])}")
        self.stdout.write(f"Password of each: {PASSWORD}")


def _models() -> Iterator[Any]:
    """Models whose rows somebody made."""
    for app in ("casework", "reviews"):
        for model in apps.get_app_config(app).get_models():
            if model not in BASIC:
                yield model
