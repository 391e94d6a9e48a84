from casework.actions import RemedyImport
from casework.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Takes in the recommendations made in upheld cases."
    importing = RemedyImport
