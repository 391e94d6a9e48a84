"""The back office for casework: what may be done, by whom, and what is refused in plain words."""

from casework.admin import (
    authorities,
    cases,
    compliance,
    files,
    imports,
    private,
    retention,
    saved_filters,
    statements,
    users,
)

__all__ = [
    "authorities",
    "cases",
    "compliance",
    "files",
    "imports",
    "private",
    "retention",
    "saved_filters",
    "statements",
    "users",
]
