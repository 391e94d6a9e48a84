from casework.actions import AuthorityImport
from casework.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Takes in authorities: the file of councils or that of other bodies, told by its header."
    importing = AuthorityImport
