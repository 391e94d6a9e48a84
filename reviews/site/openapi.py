"""The description of the open data for programs: OpenAPI 3.1, made from the tables themselves."""

import json
from collections.abc import Iterator
from typing import Any

from reviews.site import ods
from reviews.site.changes import CHANGES_COLUMNS
from reviews.site.opendata import MANIFEST_COLUMNS
from reviews.site.tables import OVER_YEARS, TABLES, Column, Table
from reviews.site.workbooks import LICENCE

type Json = dict[str, Any]

# Of the addresses and formats described, not of the data: it changes when a program must.
VERSION = "1.0.0"

CSV = "text/csv"
FORMATS = {
    "csv": (CSV, "with a header row, UTF-8"),
    "json": ("application/json", "with null where a figure does not exist"),
    "ods": (ods.CONTENT_TYPE, "a spreadsheet with cover, notes and the meaning of every column"),
    "csv-metadata.json": ("application/csvm+json", "the description of the CSV, CSV on the Web"),
}
_TYPES: dict[str, Json] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "string": {"type": "string"},
}


def openapi_bytes() -> bytes:
    return (json.dumps(openapi(), ensure_ascii=False, indent=1) + "\n").encode()


def openapi() -> Json:
    """The whole description. It names no year, since it is the same whatever is published."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Annual reviews of council complaints: open data",
            "version": VERSION,
            "description": (
                "Files of figures that are frozen: they change only where a letter is corrected, "
                "retracted or added, which /data/changes.csv tells. No file takes a query "
                "parameter or has a limit. Ask again with If-None-Match."
            ),
            "license": {"name": "Open Government Licence v3.0", "url": LICENCE},
        },
        "servers": [{"url": "/"}],
        "paths": dict(_paths()),
        "components": {
            "parameters": {
                "year": {
                    "name": "year",
                    "in": "path",
                    "required": True,
                    "description": "Year in which the period ends: 2020 ends on 31 March 2020",
                    "schema": {"type": "string", "pattern": "^[0-9]{4}$"},
                }
            },
            "headers": {
                "ETag": {
                    "description": "Names this state of the file, for If-None-Match",
                    "schema": {"type": "string"},
                }
            },
            "responses": {
                "NotModified": {"description": "Your copy, named by If-None-Match, is current"},
                "BadRequest": _words("A query parameter was given; there are none"),
                "NotFound": {"description": "The year has not been published"},
            },
            "schemas": dict(_schemas()),
        },
    }


def _words(description: str) -> Json:
    return {"description": description, "content": {"text/plain": {"schema": {"type": "string"}}}}


def _paths() -> Iterator[tuple[str, Json]]:
    for table in TABLES.values():
        for ending, (kind, form) in FORMATS.items():
            yield (
                f"/data/{{year}}/{table.name}.{ending}",
                _path(f"{table.title} of a year, {form}", _content(kind, f"{table.name}")),
            )
    for table in OVER_YEARS.values():
        for ending, (kind, form) in FORMATS.items():
            yield (
                f"/data/all/{table.name}.{ending}",
                _path(
                    f"{table.title} of all published years, {form}",
                    _content(kind, f"all-{table.name}"),
                    has_year=False,
                ),
            )
    columns = ", ".join(MANIFEST_COLUMNS)
    yield (
        "/data/{year}/manifest.csv",
        _path(f"Digests of the letters' PDFs ({columns})", _content(CSV)),
    )
    columns = ", ".join(column.name for column in CHANGES_COLUMNS)
    yield (
        "/data/changes.csv",
        _path(f"When files became different and why ({columns})", _content(CSV), has_year=False),
    )
    yield (
        "/data/openapi.json",
        _path(
            "This description", {"application/json": {"schema": {"type": "object"}}}, has_year=False
        ),
    )


def _content(kind: str, schema: str = "") -> Json:
    """What a file is; the rows of JSON are described in full."""
    match kind:
        case "application/json":
            return {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
        case "application/csvm+json":
            return {kind: {"schema": {"type": "object", "required": ["@context", "tableSchema"]}}}
        case ods.CONTENT_TYPE:
            return {kind: {}}
        case _:
            return {kind: {"schema": {"type": "string"}}}


def _path(summary: str, content: Json, *, has_year: bool = True) -> Json:
    responses: Json = {
        "200": {
            "description": "The file",
            "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
            "content": content,
        },
        "304": {"$ref": "#/components/responses/NotModified"},
        "400": {"$ref": "#/components/responses/BadRequest"},
    }
    path: Json = {}
    if has_year:
        path["parameters"] = [{"$ref": "#/components/parameters/year"}]
        responses["404"] = {"$ref": "#/components/responses/NotFound"}
    path["get"] = {"summary": summary, "responses": responses}
    return path


def _schemas() -> Iterator[tuple[str, Json]]:
    year: Json = {
        "year_ending": {"type": "integer"},
        "period_start": {"type": "string", "format": "date"},
        "period_end": {"type": "string", "format": "date"},
        "published_at": {"type": "string", "format": "date-time"},
        "method_version": {"type": "string"},
    }
    breaks = _object(
        {
            "year_ending": {"type": "integer"},
            "measures": {"type": "array", "items": {"type": "string"}},
            "reason": {"type": "string"},
        }
    )
    for table in TABLES.values():
        yield table.name, _file(table, year)
    for table in OVER_YEARS.values():
        years: Json = {
            "years": {"type": "array", "items": _object(year)},
            "breaks": {"type": "array", "items": breaks},
        }
        yield f"all-{table.name}", _file(table, years)


def _file(table: Table, about_years: Json) -> Json:
    meta: Json = {
        "name": {"type": "string", "const": table.name},
        "title": {"type": "string"},
        "description": {"type": "string"},
        **about_years,
        "licence": {"type": "string"},
        "notice": {"type": ["string", "null"]},
    }
    row = _object({column.name: _column(column) for column in table.columns})
    return _object({"meta": _object(meta), "rows": {"type": "array", "items": row}})


def _object(properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _column(column: Column) -> Json:
    schema: Json = {"description": column.description, **_TYPES[column.datatype]}
    if column.is_list:
        code = f"({'|'.join(column.codes)})"
        schema["pattern"] = f"^{code}( {code})*$"
    elif column.codes:
        schema["enum"] = list(column.codes)
    if not column.is_required:
        schema["type"] = [schema["type"], "null"]
    return schema
