from casework.actions import ContactImport
from casework.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Takes in authorities' officers."
    importing = ContactImport
