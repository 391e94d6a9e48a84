"""How a letter proves itself: its figures as a file, and a short code that only we can make."""

import hashlib
import hmac
import json
import re
from decimal import Decimal

from reviews.figures.cells import Figure, statistics_cells
from reviews.figures.counts import Statistics
from reviews.figures.periods import Period
from reviews.letters.document import LetterDocument, words_and_figures

# No letters that are taken for digits or for one another, and none that make words.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
LENGTH = 12  # 27 to the 12th is more than 2 to the 57th
GROUP = 4
_READ_AS = str.maketrans({"0": "Q", "O": "Q", "1": "J", "I": "J", "L": "J"})


def figures_json(
    statistics: Statistics, *, authority: str, slug: str, gss_code: str, version: int
) -> str:
    """The figures of a letter under the names of open data; null where one does not exist."""
    period = Period(statistics.year_ending)
    who = {
        "authority": authority,
        "slug": slug,
        "gss_code": gss_code or None,
        "year_ending": statistics.year_ending,
        "period_start": period.first_day.isoformat(),
        "period_end": period.last_day.isoformat(),
        "letter_version": version,
    }
    figures = {name: _plain(value) for name, value in statistics_cells(statistics).items()}
    return json.dumps(who | figures, ensure_ascii=False)


def _plain(value: Figure) -> str | int | float | None:
    return float(value) if isinstance(value, Decimal) else value


def check_code(document: LetterDocument, *, key: bytes) -> str:
    """The code of a letter, `BCDF-2345-GHJK`: the same for the same words, figures and key."""
    said = words_and_figures(document) | {"check_code": "", "watermark": ""}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    number = int.from_bytes(hmac.new(key, text.encode(), hashlib.sha256).digest())
    letters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return _grouped("".join(letters))


def read_code(text: str) -> str:
    """The code that somebody typed, in its own form; empty where it cannot be one.

    Small letters, spaces and other dashes are taken as meant, and so are the characters that no
    code has: O and 0 for Q, I, L and 1 for J.
    """
    letters = re.sub(r"[\s‐-―−-]", "", text).upper().translate(_READ_AS)
    if len(letters) != LENGTH or set(letters) - set(ALPHABET):
        return ""
    return _grouped(letters)


def _grouped(letters: str) -> str:
    return "-".join(letters[place : place + GROUP] for place in range(0, LENGTH, GROUP))
