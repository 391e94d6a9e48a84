"""Finding councils by any name they have or had, however it is typed."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from casework.models.authorities import Authority, EarlierName, FormerCode

QUERY_LENGTH = 100

_APOSTROPHES = re.compile("['’‘`´ʼ]")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")
# Words that say what kind of council it is: they help to rank, and never keep a council out.
_KINDS = frozenset(
    (
        *("and", "of", "the", "royal", "london"),
        *("council", "authority", "borough", "city", "county", "district", "metropolitan"),
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """A council that was searched for, and the name that fitted if not the printed one."""

    authority: Authority
    other_name: str


def plain_words(text: str) -> tuple[str, ...]:
    """Lower case, without accents, apostrophes and punctuation; `&` is the word `and`."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in text if not unicodedata.combining(character))
    text = _APOSTROPHES.sub("", text).replace("&", " and ")
    return tuple(_NOT_WORDS.sub(" ", text).split())


def printed_name(authority: Authority) -> str:
    """The newest name, as printed."""
    return authority.letter_name or authority.official_name


def alphabetical(authority: Authority) -> tuple[str, ...]:
    """A sort key: by place, so that London Borough of Barnet stands under B."""
    return plain_words(authority.short_name or printed_name(authority))


def search(query: str) -> list[Found]:
    """Councils with a name or code that has all the query's words, best first.

    A word fits the beginning of a word of the name; the last ranks are those with words to spare.
    Reads every authority in three queries, and the successors of those found in one more.
    """
    words = plain_words(query[:QUERY_LENGTH])
    wanted = [word for word in words if word not in _KINDS] or list(words)
    if not wanted:
        return []
    further = _further_names()
    found = []
    for authority in Authority.objects.all():
        names = enumerate([*_own_names(authority), *further[authority.pk]])
        fits = [
            (_distance(words, parts), place, name)
            for place, name in names
            if _has_all(parts := plain_words(name), wanted)
        ]
        if fits:
            rank = (min(fits)[0], authority.ends_on is not None, alphabetical(authority))
            is_printed_name = min(place for _, place, _ in fits) == 0
            found.append((rank, Found(authority, "" if is_printed_name else min(fits)[2])))
    best = [council for _, council in sorted(found, key=lambda pair: pair[0])]
    prefetch_related_objects([council.authority for council in best], "successors")
    return best


def _own_names(authority: Authority) -> list[str]:
    """The printed name first."""
    return [
        printed_name(authority),
        authority.official_name,
        authority.short_name,
        *(name.strip() for name in authority.other_names.split(";")),
        authority.gss_code or "",
    ]


def _further_names() -> defaultdict[int, list[str]]:
    """Earlier names and former codes by authority; there are few, so they are read at once."""
    further: defaultdict[int, list[str]] = defaultdict(list)
    for names in (
        EarlierName.objects.values_list("authority_id", "name"),
        FormerCode.objects.values_list("authority_id", "gss_code"),
    ):
        for authority_id, name in names:
            further[authority_id].append(name)
    return further


def _has_all(parts: tuple[str, ...], words: list[str]) -> bool:
    return all(any(part.startswith(word) for part in parts) for word in words)


def _distance(words: tuple[str, ...], parts: tuple[str, ...]) -> int:
    """0 for the very name, 1 for its beginning, then by its first word and by words to spare."""
    if words == parts:
        return 0
    if parts[: len(words)] == words:
        return 1
    missing = sum(not any(part.startswith(word) for part in parts) for word in words)
    is_elsewhere = not parts[0].startswith(words[0])
    return 2 + missing + 2 * is_elsewhere
