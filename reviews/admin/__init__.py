"""The back office for the annual reviews: rounds, their letters and what is frozen in them."""

from reviews.admin import decisions, imports, letters, publishing, records, rounds

__all__ = ["decisions", "imports", "letters", "publishing", "records", "rounds"]
