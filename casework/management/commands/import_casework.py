from casework.actions import CaseworkImport
from casework.management.imports import CaseImportCommand


class Command(CaseImportCommand):
    help = "Takes in complaints, decisions and compliance outcomes."
    importing = CaseworkImport
