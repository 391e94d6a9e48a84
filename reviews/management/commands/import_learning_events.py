from casework.management.imports import ImportCommand
from reviews.importing.learning import LearningEventImport


class Command(ImportCommand):
    help = "Takes in seminars and courses with the numbers who came."
    importing = LearningEventImport
