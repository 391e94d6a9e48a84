"""What is different between two texts, side by side and word by word."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from reviews.letters.document import Block, BulletList, Heading, NumberedList, Paragraph, Run


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of both texts; a side without pieces has no such line."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        return any(piece.is_changed for piece in self.before + self.after)


def compared(before: Sequence[str], after: Sequence[str]) -> tuple[Line, ...]:
    """All lines of both, those that differ beside each other."""
    lines: list[Line] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            lines += (Line((Piece(text),), (Piece(text),)) for text in before[start:end])
        else:
            pairs = zip_longest(before[start:end], after[new_start:new_end], fillvalue="")
            lines += (_by_words(*pair) for pair in pairs)
    return tuple(lines)


def _by_words(before: str, after: str) -> Line:
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        for side, words in zip(sides, (old[start:end], new[new_start:new_end]), strict=True):
            if words:
                side.append(Piece("".join(words), is_changed=kind != "equal"))
    return Line(tuple(sides[0]), tuple(sides[1]))


def printed(blocks: Iterable[Block]) -> list[str]:
    """The blocks a line each, with the signs by which staff write them."""
    lines: list[str] = []
    for block in blocks:
        match block:
            case Heading(text=text):
                lines.append(f"# {text}")
            case Paragraph(runs=runs):
                lines.append(_line(runs))
            case BulletList(items=items):
                lines += (f"- {_line(item)}" for item in items)
            case NumberedList(items=items):
                lines += (f"{number}. {_line(item)}" for number, item in enumerate(items, 1))
    return lines


def _line(runs: Iterable[Run]) -> str:
    return "".join(_marked(run) for run in runs)


def _marked(run: Run) -> str:
    stars = "*" * (2 * run.is_bold + run.is_italic)
    text = f"{stars}{run.text}{stars}"
    return text if run.link in ("", run.text) else f"[{text}]({run.link})"
