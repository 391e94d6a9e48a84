"""Looking for facts that are not public yet: every address of the project, as any reader.

Addresses come from the URL resolver, so that a new route is asked without anybody remembering it;
a parameter that nobody has given values for is an error.
"""

import io
import itertools
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import URLResolver
from django.urls.resolvers import RegexPattern

# The values to put for a parameter: of a whole route, its converter ("" if none) and its name.
type Values = Callable[[str, str, str], Iterable[str] | None]

_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")  # as routes write a parameter
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*\)")  # as regular expressions do
# What differs from request to request and says nothing: tokens against forged forms and scripts.
_TOKENS = re.compile(r"""(csrfmiddlewaretoken" value="|nonce="|'nonce-)[\w-]+""")

# Every way of asking for one address; each can answer differently.
WAYS: dict[str, Callable[[Client, str], Any]] = {
    "GET": lambda client, address: client.get(address),
    "HEAD": lambda client, address: client.head(address),
    "GET, if anything changed": lambda client, address: client.get(
        address, headers={"if-none-match": "*"}
    ),
    "GET, if changed by 2100": lambda client, address: client.get(
        address, headers={"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    ),
    "OPTIONS": lambda client, address: client.options(address),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a reader gets back: nothing else can give anything away."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        """Status, headers and body as text; files inside a ZIP (a spreadsheet) unpacked."""
        head = "\n".join(f"{name}: {value}" for name, value in self.headers)
        return f"{self.status}\n{head}\n{_unpacked(self.body)}"


def _unpacked(body: bytes) -> str:
    if not body.startswith(b"PK\x03\x04"):
        return body.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        files = [f"{name}\n{archive.read(name).decode(errors='replace')}"
                 for name in archive.namelist()]  # fmt: skip
    return "\n".join(files)


def by_route(patterns: Iterable[Any], values: Values, *, begun: str = "") -> Iterator[list[str]]:
    """Each route's addresses, with every combination of the values for its parameters."""
    for pattern in patterns:
        route = begun + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from by_route(pattern.url_patterns, values, begun=route)
        else:
            is_regex = isinstance(pattern.pattern, RegexPattern)
            yield list(_filled(route, is_regex=is_regex, values=values))


def _filled(route: str, *, is_regex: bool, values: Values) -> Iterator[str]:
    if is_regex:
        template = _GROUP.sub(r"<\1>", route).replace("^", "").replace("\\", "")
        template = template.removesuffix("$")
    else:
        template = route
    chosen: list[list[str]] = []
    for converter, name in _PLACE.findall(template):
        found = values(route, converter, name)
        if found is None:
            raise AssertionError(
                f"Nobody has said what to put for <{converter}:{name}> in {route!r}, so the leak "
                "test cannot ask for it: give the parameter values in tests/reviews/site/"
                "test_leaks.py."
            )
        chosen.append(list(found))
    for combination in itertools.product(*chosen):
        parts = iter(combination)
        yield "/" + _PLACE.sub(lambda _: next(parts), template)  # noqa: B023


def ask(client: Client, address: str, way: str = "GET") -> Answer:
    response = WAYS[way](client, address)
    body = b"".join(response) if response.streaming else response.content
    headers = list(response.items())
    headers += [
        ("Set-Cookie", cookie.OutputString())
        for name, cookie in response.cookies.items()
        if name != "csrftoken"
    ]
    return Answer(
        status=response.status_code,
        headers=tuple((name, _TOKENS.sub(r"\1", value)) for name, value in headers),
        body=_TOKENS.sub(r"\1", body.decode("latin-1")).encode("latin-1"),
    )


def ask_all(client: Client, asked: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Answer]:
    """The answer to each address, asked in each way."""
    return {(address, way): ask(client, address, way) for address, way in asked}


def told(facts: dict[str, str], answers: Iterable[Answer]) -> set[str]:
    """The names of those facts, each a regular expression, that the answers tell."""
    wanted = {name: re.compile(pattern) for name, pattern in facts.items()}
    return {name for answer in answers for name, fact in wanted.items() if fact.search(answer.text)}
