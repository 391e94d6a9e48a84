"""The back office for the annual reviews: rounds, their letters and what is frozen in them."""

from reviews.admin import decisions, imports, letters, outbox, records, rounds

__all__ = ["decisions", "imports", "letters", "outbox", "records", "rounds"]
