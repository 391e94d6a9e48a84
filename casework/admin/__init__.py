"""The back office for casework: what may be done, by whom, and what is refused in plain words."""

from casework.admin import authorities, cases

__all__ = ["authorities", "cases"]
