"""Reading spreadsheets back, with a reader that is not the writer's."""

import io
from typing import Any

from python_calamine import CalamineWorkbook


def sheet(content: bytes, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name).to_python()


def names(content: bytes) -> list[str]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
