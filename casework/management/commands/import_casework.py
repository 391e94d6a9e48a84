from argparse import ArgumentParser

from casework.actions import CaseworkImport
from casework.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Takes in complaints, decisions and compliance outcomes."
    importing = CaseworkImport

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reason", default="", help="why, kept with the record of the import")
