"""The back office for the annual reviews: rounds, their letters and what is frozen in them."""

from reviews.admin import (
    decisions,
    imports,
    learning,
    letters,
    national,
    outbox,
    proofs,
    publishing,
    records,
    rounds,
    wording,
)

__all__ = [
    "decisions",
    "imports",
    "learning",
    "letters",
    "national",
    "outbox",
    "proofs",
    "publishing",
    "records",
    "rounds",
    "wording",
]
