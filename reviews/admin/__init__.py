"""The back office for the annual reviews: rounds, their letters and what is frozen in them."""

from reviews.admin import letters, records, rounds

__all__ = ["letters", "records", "rounds"]
