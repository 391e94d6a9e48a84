"""Full-text search of published copies: what people type, understood the same on both databases.

Words are all needed, `"several words"` stand together, `or` stands between alternatives, and a word
after a minus must not occur. Nothing else of what is typed reaches a database.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from casework.references import parse_reference

LENGTH = 200
# Around the words found, in what the databases give back.
BEGIN, END = "\ue000", "\ue001"
EXCERPT_WORDS = 30

_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))')
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "−": "-", "–": "-"})
_POSSESSIVE = re.compile(r"'s\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_MARKED = re.compile(f"{BEGIN}(.*?){END}", re.DOTALL)

# Words that say nothing by themselves: PostgreSQL's English list, which it leaves out itself.
STOP_WORDS = frozenset(
    """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she
    her hers herself it its itself they them their theirs themselves what which who whom this that
    these those am is are was were be been being have has had having do does did doing a an the and
    but if or because as until while of at by for with about against between into through during
    before after above below to from up down in out on off over under again further then once here
    there when where why how all any both each few more most other some such no nor not only own
    same so than too very s t can will just don should now
    """.split()  # noqa: SIM905
)

type Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What must and what must not occur; there is at least one that must."""

    wanted: tuple[Phrase, ...]
    unwanted: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What was typed, as a reference or as alternatives of words; neither where nothing is said."""

    typed: str = ""
    reference: str | None = None
    alternatives: tuple[Words, ...] = ()
    was_cut: bool = False

    @property
    def is_for_words(self) -> bool:
        return bool(self.alternatives)

    @property
    def is_meaningless(self) -> bool:
        """Something was typed, and nothing of it can be looked for."""
        return bool(self.typed) and not self.reference and not self.alternatives

    @property
    def for_sqlite(self) -> str:
        """In the language of FTS5: every word quoted, so that none is an operator."""
        return " OR ".join(f"({_fts5(words)})" for words in self.alternatives)

    @property
    def for_postgresql(self) -> str:
        """For `websearch_to_tsquery`, which never fails."""
        return " or ".join(
            " ".join(
                [*map(_quoted, words.wanted), *(f"-{_quoted(each)}" for each in words.unwanted)]
            )
            for words in self.alternatives
        )


def parse(text: str) -> Search:
    """Understands any text whatever; only its first `LENGTH` characters count."""
    text = printable(text)
    typed = text[:LENGTH]
    was_cut = len(text) > LENGTH
    if reference := parse_reference(typed):
        return Search(typed=typed, reference=reference)
    alternatives: list[Words] = []
    wanted: list[Phrase] = []
    unwanted: list[Phrase] = []

    def close() -> None:
        if wanted:
            alternatives.append(Words(tuple(wanted), tuple(unwanted)))
        wanted.clear()
        unwanted.clear()

    for term in _TERM.finditer(typed.translate(_QUOTES)):
        if (term["word"] or "").lower() == "or" and not term["minus"]:
            close()
            continue
        phrase = tuple(_WORD.findall(_POSSESSIVE.sub("", term["phrase"] or term["word"] or "")))
        if all(word.lower() in STOP_WORDS for word in phrase):
            continue
        (unwanted if term["minus"] else wanted).append(phrase)
    close()
    return Search(typed=typed, alternatives=tuple(alternatives), was_cut=was_cut)


def printable(text: str) -> str:
    """On one line, without characters that nobody sees, which XML and PostgreSQL refuse."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _quoted(phrase: Phrase) -> str:
    return '"' + " ".join(phrase) + '"'


def _fts5(words: Words) -> str:
    wanted = " AND ".join(map(_quoted, words.wanted))
    if not words.unwanted:
        return wanted
    return f"({wanted}) NOT ({' OR '.join(map(_quoted, words.unwanted))})"


# The tables of words, made by migration `0026` ----------------------------------------------------

DECISIONS = "reviews_publisheddecision"
IMPROVEMENTS = "reviews_publishedimprovement"


def _matching(table: str) -> str:
    """The keys of the rows of a table that match one parameter."""
    if connection.vendor == "postgresql":
        return f"SELECT id FROM {table} WHERE words @@ websearch_to_tsquery('english', %s)"
    return f"SELECT rowid FROM {table}_words WHERE {table}_words MATCH %s"


def _query(search: Search) -> str:
    return search.for_postgresql if connection.vendor == "postgresql" else search.for_sqlite


def decisions_matching(search: Search) -> list[int]:
    """Keys of copies in whose statement, or in one of whose improvements, the words occur."""
    return _keys(
        f"{_matching(DECISIONS)} UNION SELECT decision_id FROM {IMPROVEMENTS} "
        f"WHERE id IN ({_matching(IMPROVEMENTS)})",
        [_query(search)] * 2,
    )


def improvements_matching(search: Search) -> list[int]:
    return _keys(_matching(IMPROVEMENTS), [_query(search)])


def _keys(sql: str, parameters: list[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [key for (key,) in cursor.fetchall()]


def among(keys: list[int]) -> RawSQL:
    """Keys as one parameter, however many: neither database takes so many of them."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [keys])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(keys)])


def highlighted(search: Search, table: str, keys: Iterable[int]) -> dict[int, str]:
    """Of each text in which the words occur all of it, the words between `BEGIN` and `END`.

    `keys` are of rows that may be seen.
    """
    found = list(keys)
    if not found or not search.is_for_words:
        return {}
    places = ", ".join(["%s"] * len(found))
    query = _query(search)
    parameters: list[Any]
    if connection.vendor == "postgresql":
        sql = (
            "SELECT id, ts_headline('english', text, websearch_to_tsquery('english', %s), %s) "
            f"FROM {table} WHERE id IN ({places})"
        )
        parameters = [query, f"StartSel={BEGIN}, StopSel={END}, HighlightAll=true", *found]
    else:
        sql = (
            f"SELECT rowid, highlight({table}_words, 0, %s, %s) FROM {table}_words "
            f"WHERE {table}_words MATCH %s AND rowid IN ({places})"
        )
        parameters = [BEGIN, END, query, *found]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {key: text for key, text in cursor.fetchall() if BEGIN in text}


def passage(text: str) -> str:
    """Of a highlighted text the words around the first found; … stands for what is left out."""
    said = text.split()
    first = next((number for number, word in enumerate(said) if BEGIN in word), 0)
    start = max(0, min(first - EXCERPT_WORDS // 4, len(said) - EXCERPT_WORDS))
    cut = " ".join(said[start : start + EXCERPT_WORDS])
    if cut.count(BEGIN) > cut.count(END):  # cut inside words that stand together
        cut += END
    before = "… " if start else ""
    return f"{before}{cut}{' …' if start + EXCERPT_WORDS < len(said) else ''}"


def marked(text: str) -> list[tuple[str, bool]]:
    """A highlighted text, or a passage of one, in parts, each with whether it was looked for."""
    parts = _MARKED.split(" ".join(text.split()))
    clean = (part.replace(BEGIN, "").replace(END, "") for part in parts)
    return [(part, number % 2 == 1) for number, part in enumerate(clean) if part]
