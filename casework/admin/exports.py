"""Lists as files, written by `casework.sheets`.

A file is written whole before it is sent: what goes wrong half-way leaves no half of a list behind.
"""

import datetime as dt
import html
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

from django.contrib.admin.utils import label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from casework.sheets import WRITERS, Cell

AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    value: Callable[[Any], Cell]
    relation: str = ""  # read together with the rows


def columns_of(page: Any, request: HttpRequest) -> list[Column]:
    """The columns of a list, and what its page adds for files."""
    names = [*page.get_list_display(request), *page.get_also_exported(request)]
    left_out = {"action_checkbox", *page.not_exported}
    wanted = dict.fromkeys(
        name for name in names if callable(name) or name not in left_out
    )  # each once, in their order
    return [_column(name, page) for name in wanted]


def _column(name: Any, page: Any) -> Column:
    heading = capfirst(str(label_for_field(name, page.model, model_admin=page)))
    if callable(name):
        return Column(heading, lambda row: plain(name(row)))
    if name == "__str__":
        return Column(heading, str)
    if hasattr(page, name):
        method = getattr(page, name)
        return Column(heading, lambda row: plain(method(row)))
    fields = _fields(page.model, name)
    if not fields:  # a method or a property of the record
        return Column(heading, lambda row: plain(_called(getattr(row, name))))
    if len(fields) > 1:
        heading = ": ".join(capfirst(str(field.verbose_name)) for field in (fields[0], fields[-1]))
    relations = [field.name for field in fields if field.is_relation]
    names, choices = name.split(LOOKUP_SEP), dict(fields[-1].flatchoices)

    def value(row: Model) -> Cell:
        found: Any = row
        for part in names:
            found = getattr(found, part)
            if found is None:
                return None
        return plain(choices.get(found, found))

    return Column(heading, value, LOOKUP_SEP.join(relations))


def _fields(model: type[Model], name: str) -> list[Any]:
    """The fields on the way to a value, such as authority and GSS code; [] if it is none."""
    fields: list[Any] = []
    for part in name.split(LOOKUP_SEP):
        try:
            field: Any = model._meta.get_field(part)
        except FieldDoesNotExist:
            return []
        fields.append(field)
        model = field.related_model or model
    return fields


def _called(value: Any) -> Any:
    return value() if callable(value) else value


def plain(value: Any) -> Cell:
    """A value as a cell: numbers, days and instants stay what they are, the rest is text."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None or isinstance(value, int | float | Decimal | dt.date):
        return value
    if isinstance(value, SafeString):
        return html.unescape(strip_tags(value))
    return str(value)


def written(rows: QuerySet, columns: list[Column], *, ending: str) -> tuple[IO[bytes], int]:
    """The rows in a file without a name, at its beginning, and their number.

    Reads them in lots, in a number of queries that does not grow within a lot.
    """
    if relations := sorted({column.relation for column in columns} - {""}):
        rows = rows.select_related(*relations)
    cells = ([column.value(row) for column in columns] for row in rows.iterator(AT_ONCE))
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    try:
        count = WRITERS[ending](file, [column.heading for column in columns], cells)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, count
