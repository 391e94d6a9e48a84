"""Published upheld decisions that use the words of a case, and what was recommended in them.

Both databases find the words by an index of the statements that are shown (migration `0010`). A
word that stands in very many statements tells no case from another, so the rarest count.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Prefetch

from casework.choices import Outcome, RemedyCategory
from casework.models import Complaint, Decision, Recommendation, Statement

SHOWN = 5
# Of the words of a case so many are looked at, and so many of them, the rarest, searched for.
WORDS_ASKED, WORDS_SEARCHED = 16, 8
# Above this a word is too common; below it the search takes no longer than a page may.
TOO_COMMON = 5_000
FOUND = 100

# What nearly every statement says.
EVERYWHERE = frozenset(
    """
    about after again agreed also because been before being case cause caused complained
    complaint complaints complain could council councils councillor days decided decision
    decisions delay did does during evidence failed fault found from given guidance have having
    ombudsman ombudsmans injustice into investigated investigation investigate local made make
    month months more only other person pounds recommended recommendation remedy said service
    services should since some statement such than that their them then there these they this
    those through time told under until upheld were what when where which while will with within
    without would year years your
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """A published decision with the kinds of remedy recommended in it."""

    decision: Decision
    remedies: list[str]
    amounts: list[Decimal]


@dataclass(frozen=True, slots=True)
class SimilarCases:
    """The most similar first; `lowest` and `highest` are the range of all their amounts, if any."""

    cases: list[SimilarCase]
    lowest: Decimal | None = None
    highest: Decimal | None = None


def similar_cases(complaint: Complaint, decision: Decision | None) -> SimilarCases:
    """Published upheld decisions most like this case, itself left out.

    By the words of its statement, else by its subject.
    """
    found = _decisions(_search(_words(complaint, decision)), complaint)
    cases = [_similar(each) for each in found]
    amounts = [amount for case in cases for amount in case.amounts]
    if not amounts:
        return SimilarCases(cases)
    return SimilarCases(cases, lowest=min(amounts), highest=max(amounts))


def _words(complaint: Complaint, decision: Decision | None) -> list[str]:
    """Words in small letters without marks: what else a text holds never reaches the search."""
    statement = decision and decision.statements.current().first()
    if statement:
        text = statement.text
    elif complaint.public_subcategory:
        text = f"{complaint.subcategory} {complaint.public_subcategory}"
    else:
        text = complaint.subcategory
    words = words_of(text)
    return words or words_of(complaint.get_category_display())


def words_of(text: str) -> list[str]:
    """The words worth a search, the most frequent first."""
    words = Counter(word.lower() for word in re.findall(r"[^\W\d_]{4,40}", text))
    return [word for word, _ in words.most_common() if word not in EVERYWHERE][:WORDS_ASKED]


def _search(words: list[str]) -> list[int]:
    """Keys of statements that are shown, those with the most and rarest of the words first."""
    if not words:
        return []
    counts = _counts(words)
    rarest = sorted((count, word) for word, count in counts.items() if count)
    chosen = [word for count, word in rarest if count <= TOO_COMMON][:WORDS_SEARCHED]
    chosen = chosen or [word for _, word in rarest[:1]]
    return _ranked(chosen) if chosen else []


IN_POSTGRESQL = """
    FROM casework_statement s WHERE s.is_current AND s.published_on IS NOT NULL
    AND s.withdrawn_on IS NULL AND to_tsvector('english', s.text) @@ plainto_tsquery('english', {})
"""


def _counts(words: list[str]) -> dict[str, int]:
    """In how many statements each word stands, counted no further than needed."""
    limit = TOO_COMMON + 1
    if connection.vendor == "postgresql":
        found = f"SELECT 1 {IN_POSTGRESQL.format('w.word')}"
        sql = (
            f"SELECT w.word, (SELECT count(*) FROM ({found} LIMIT {limit}) f) "
            "FROM unnest(%s::text[]) AS w (word)"
        )
        parameters: list[Any] = [words]
    else:
        each = (
            "SELECT %s, (SELECT count(*) FROM (SELECT 1 FROM casework_statement_words "
            f"WHERE casework_statement_words MATCH %s LIMIT {limit}))"
        )
        sql = " UNION ALL ".join([each] * len(words))
        parameters = [value for word in words for value in (word, _quoted(word))]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(cursor.fetchall())


def _ranked(words: list[str]) -> list[int]:
    """By how many of the words a statement has, a rare one worth more; then the newest first."""
    if connection.vendor == "postgresql":
        sql = f"""
            WITH hits AS (
                SELECT f.id, w.word FROM unnest(%s::text[]) AS w (word),
                LATERAL (SELECT s.id {IN_POSTGRESQL.format("w.word")} LIMIT {TOO_COMMON}) f
            ),
            worth AS (
                SELECT word, ln(1 + {TOO_COMMON}.0 / count(*)) AS weight FROM hits GROUP BY word
            )
            SELECT id FROM hits JOIN worth USING (word) GROUP BY id
            ORDER BY sum(weight) DESC, id DESC LIMIT {FOUND}
        """
        parameters: list[Any] = [words]
    else:
        # With one word there is nothing to weigh, and it may stand in very many statements.
        order = "rank, rowid DESC" if len(words) > 1 else "rowid DESC"
        sql = (
            "SELECT rowid FROM casework_statement_words WHERE casework_statement_words MATCH %s "
            f"ORDER BY {order} LIMIT {FOUND}"
        )
        parameters = [" OR ".join(map(_quoted, words))]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [key for (key,) in cursor.fetchall()]


def _quoted(word: str) -> str:
    """A word as FTS5 takes it for nothing but a word."""
    return '"' + word.replace('"', '""') + '"'


def _decisions(keys: list[int], complaint: Complaint) -> list[Decision]:
    """The first upheld decisions among these statements, in their order.

    Asked for by key alone, so that no other index misleads SQLite.
    """
    shown = Statement.objects.with_nothing_in_the_way().filter(pk__in=keys)
    decision_of = dict(shown.values_list("pk", "decision_id"))
    fit = {
        pk
        for pk, outcome, is_standing, case in Decision.objects.filter(pk__in=decision_of.values())
        .order_by()
        .values_list("pk", "outcome", "is_standing", "complaint_id")
        if outcome == Outcome.UPHELD and is_standing and case != complaint.pk
    }
    chosen = [decision_of[key] for key in keys if decision_of.get(key) in fit][:SHOWN]
    rows = (
        Decision.objects.filter(pk__in=chosen)
        .select_related("complaint", "authority")
        .prefetch_related(
            Prefetch("recommendations", Recommendation.objects.order_by("pk").defer("text"))
        )
    )
    found = {decision.pk: decision for decision in rows}
    return [found[key] for key in chosen]


def _similar(decision: Decision) -> SimilarCase:
    recommendations: Iterable[Recommendation] = decision.recommendations.all()
    kinds = dict.fromkeys(RemedyCategory(each.category).label for each in recommendations)
    amounts = [each.amount for each in recommendations if each.amount is not None]
    return SimilarCase(decision, list(kinds), amounts)
