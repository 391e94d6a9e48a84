"""What a proof says."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found in one letter, on a page from 1 on, or on none in particular.

    An error blocks approval; a warning needs a reason.
    """

    level: Literal["error", "warning"]
    code: str
    message: str
    page: int | None = None

    def __str__(self) -> str:
        return f"page {self.page}: {self.message}" if self.page else self.message


@dataclass(frozen=True, slots=True)
class Proof:
    """The findings of one letter, by the name of its authority."""

    authority: str
    findings: tuple[Finding, ...]

    def of(self, level: Literal["error", "warning"]) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == level]
