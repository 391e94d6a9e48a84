"""The OpenAPI description and the views say the same of each other."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from reviews.site.openapi import openapi
from reviews.site.urls import urlpatterns
from tests.factories import make_authority
from tests.reviews.site.builders import SPECIMEN, make_frozen_round, make_issued
from tests.reviews.site.test_leaks import values

PATHS = openapi()["paths"]


@pytest.fixture
def published() -> None:
    """A council with figures and one with none to give."""
    round_ = make_frozen_round()
    categories = {"received": 41, "received_by_category": {"housing": 40, "other": 1}}
    make_issued(round_, make_authority(slug="a"), upheld=30, not_upheld=9, **categories)
    park = make_authority(slug="b", authority_type="national_park", population=None)
    make_issued(round_, park, gss_code="", **SPECIMEN)


def test_description_is_served_as_it_is(client: Client) -> None:
    response = client.get("/data/openapi.json")
    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(response.content) == openapi()


def test_every_view_of_data_is_described() -> None:
    """But pages, which end in a slash."""
    found = set()
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        if route.startswith("data/") and not route.endswith("/"):
            route = route.replace("<year:year>", "{year}")
            names = values(route, "table", "name") or []
            places = names if "<table:name>" in route else [""]
            found |= {"/" + route.replace("<table:name>", name) for name in places}
    assert found == set(PATHS)
    assert len(found) == 6 * 8 + 3


@pytest.mark.parametrize("path", PATHS)
def test_every_path_answers_as_described(client: Client, published: None, path: str) -> None:
    address = path.replace("{year}", "2020")
    described = {**PATHS[path]["get"]["responses"]}
    response = client.get(address)
    assert response.status_code == 200
    [(kind, content)] = described.pop("200")["content"].items()
    assert response.headers["Content-Type"].partition(";")[0] == kind
    if kind.endswith("json"):
        assert list(problems(json.loads(response.content), content["schema"])) == []
    etag = {"if-none-match": response.headers["ETag"]}
    answers = {str(client.get(address, headers=etag).status_code)}
    answers.add(str(client.get(f"{address}?limit=1").status_code))
    if "{year}" in path:
        answers.add(str(client.get(path.replace("{year}", "2019")).status_code))
    assert answers == set(described)


def test_parameters_in_addresses_are_described() -> None:
    for path, item in PATHS.items():
        named = {resolved(each)["name"] for each in item.get("parameters", [])}
        assert named == set(re.findall(r"{(\w+)}", path))


def test_wrong_answer_is_found(client: Client, published: None) -> None:
    """The checker below refuses what it should."""
    schema = {"$ref": "#/components/schemas/statistics"}
    answer = json.loads(client.get("/data/2020/statistics.json").content)
    answer["rows"][0] |= {"upheld": "30", "uphold_state": "unknown", "rank": 1, "decided": None}
    del answer["rows"][1]["slug"]
    assert list(problems(answer, schema)) == [
        "/rows/0: has 'rank'",
        "/rows/0/decided: None is not integer",
        "/rows/0/upheld: '30' is not integer",
        "/rows/0/uphold_state: 'unknown' is none of ['value', 'none_investigated']",
        "/rows/1: has no 'slug'",
    ]


# JSON Schema, as much of it as the description uses -----------------------------------------------

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
KNOWN = {
    *("$ref", "type", "properties", "required", "additionalProperties", "items"),
    *("enum", "const", "pattern", "format", "description"),
}
FORMATS = {"date": r"\d{4}-\d\d-\d\d", "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    found: Any = openapi()
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def problems(value: Any, schema: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where a value is not what a schema says; a keyword it does not know is an error."""
    assert set(schema) <= KNOWN
    if "$ref" in schema:
        yield from problems(value, resolved(schema), at)
        return
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(isinstance(value, TYPES[kind]) and not isinstance(value, bool) for kind in kinds):
        yield f"{at}: {value!r} is not {' or '.join(kinds)}"
        return
    if "enum" in schema and value is not None and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if isinstance(value, str):
        pattern = schema.get("pattern") or FORMATS.get(schema.get("format", ""), "")
        if pattern and not re.search(pattern, value):
            yield f"{at}: {value!r} does not fit {pattern}"
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from problems(item, schema["items"], f"{at}/{place}")
    if isinstance(value, dict):
        yield from (f"{at}: has no {n!r}" for n in schema.get("required", []) if n not in value)
        own = schema.get("properties", {})
        if schema.get("additionalProperties", True) is False:
            yield from (f"{at}: has {name!r}" for name in value if name not in own)
        for name in own:
            if name in value:
                yield from problems(value[name], own[name], f"{at}/{name}")
