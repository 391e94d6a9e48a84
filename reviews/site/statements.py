"""The words of a statement as they were typed: its headings, its paragraphs and their lines."""

import re
from dataclasses import dataclass

HEADING_LENGTH = 70
_BLANK_LINES = re.compile(r"\n\s*\n")
# A line that goes on or ends as a sentence does is none, nor is a numbered or bulleted one.
_NO_HEADING = re.compile(r"^(?:[\d•*\-–(]|[a-z])|[.,;:?!…]$")


@dataclass(frozen=True, slots=True)
class Part:
    """A heading or a paragraph, in the lines it was typed in."""

    lines: tuple[str, ...]
    is_heading: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def parts(text: str) -> list[Part]:
    """Blank lines part paragraphs; a short line above one, or alone before one, is its heading."""
    blocks = [
        [line.strip() for line in block.splitlines() if line.strip()]
        for block in _BLANK_LINES.split(text.replace("\r\n", "\n"))
    ]
    blocks = [block for block in blocks if block]
    found: list[Part] = []
    for number, block in enumerate(blocks):
        first, *others = block
        has_more = bool(others) or number + 1 < len(blocks)
        if has_more and _is_heading(first) and not (others and others[0][:1].islower()):
            found.append(Part((first,), is_heading=True))
            block = others
        if block:
            found.append(Part(tuple(block)))
    return found


def opening(text: str, *, words: int) -> str:
    """The beginning of the first paragraph; ends in … where something is left out."""
    first = next((part.text for part in parts(text) if not part.is_heading), "")
    said = first.split()
    return first if len(said) <= words else f"{' '.join(said[:words])} …"


def _is_heading(line: str) -> bool:
    return len(line) <= HEADING_LENGTH and not _NO_HEADING.search(line)
