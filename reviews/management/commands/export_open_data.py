"""Open data as files, for staff also before publication."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from casework.actions import system_user
from casework.refusals import Refused
from reviews.exports import record_export
from reviews.letters.statements import number
from reviews.management.rounds import RoundCommand, find_round
from reviews.models import AnnualSummary, Demonstration
from reviews.site.opendata import all_files


class Command(RoundCommand):
    help = "Writes the open data of the round YEAR, as CSV, JSON and ODS, into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--to", required=True, type=Path, metavar="FOLDER")

    def handle(self, *, year: int, to: Path, **options: Any) -> None:
        round_ = find_round(year)
        if round_.freeze is None:
            raise Refused(
                f"The round {year} is not frozen yet, so it has no figures to export; freeze it "
                f"with: manage.py freeze_round {year} --by USERNAME"
            )
        files = all_files(
            round_.freeze,
            AnnualSummary.objects.current()
            .standing()
            .filter(freeze=round_.freeze)
            .select_related("letter", "correction"),
            is_demonstration=Demonstration.objects.exists(),
        )
        try:
            to.mkdir(parents=True, exist_ok=True)
            for name, content in files.items():
                part = to / f"{name}.part"
                part.write_bytes(content)
                part.replace(to / name)
        except OSError as error:
            raise Refused(f"The files cannot be written to {to}: {error.strerror}.") from error
        written = number(len(files), "file", "files")
        record_export(round_, by=system_user(), detail=f"{written} of open data")
        self.stdout.write(f"Wrote {written} of open data to {to}.")
