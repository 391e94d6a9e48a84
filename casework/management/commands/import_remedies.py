from casework.actions import RemedyImport
from casework.management.imports import CaseImportCommand


class Command(CaseImportCommand):
    help = "Takes in the recommendations made in upheld cases."
    importing = RemedyImport
