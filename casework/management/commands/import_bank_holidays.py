from casework.actions.bank_holidays import BankHolidayImport
from casework.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Takes in bank holidays of England and Wales, by which working days are counted."
    importing = BankHolidayImport
