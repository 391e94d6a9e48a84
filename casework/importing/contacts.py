"""Contacts files."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from casework.choices import ContactRole
from casework.importing.reading import CsvFile, Problems, Table

CONTACTS = Table(
    columns=(
        "authority",
        "role",
        "title",
        "forenames",
        "surname",
        "job_title",
        "email",
        "from",
        "to",
    ),
)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One officer as a contacts file gives them; "" and None are blank cells."""

    number: int
    authority: str
    role: str
    title: str
    forenames: str
    surname: str
    job_title: str
    email: str
    starts_on: dt.date
    ends_on: dt.date | None


def read_contacts(file: CsvFile, *, problems: Problems) -> Iterator[ContactRow]:
    """The sound rows of a contacts file; what is wrong with the others goes to `problems`."""
    for row in file.rows(CONTACTS, problems=problems):
        row.need("authority", "role", "surname", "from")
        role = row.choice("role", ContactRole.values)
        title = row.text("title", longest=40)
        forenames = row.text("forenames", longest=100)
        surname = row.text("surname", longest=100)
        job_title = row.text("job_title", longest=150)
        email = row.email("email")
        starts_on, ends_on = row.date("from"), row.date("to")
        if starts_on and ends_on and ends_on < starts_on:
            row.refuse("to", f"{ends_on} is before the first day, {starts_on}")
        if row.is_sound and starts_on:
            yield ContactRow(
                number=row.number,
                authority=row.cells["authority"],
                role=role,
                title=title,
                forenames=forenames,
                surname=surname,
                job_title=job_title,
                email=email,
                starts_on=starts_on,
                ends_on=ends_on,
            )
