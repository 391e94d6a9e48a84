from casework.management.imports import ImportCommand
from reviews.importing.published_figures import PublishedFigureImport


class Command(ImportCommand):
    help = "Takes in figures that were published of earlier years."
    importing = PublishedFigureImport
