from casework.actions import PopulationImport
from casework.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Takes in populations by GSS code and year."
    importing = PopulationImport
