"""The language staff write letters in: plain Markdown, named values and named conditions.

`((authority))` prints a value, `((below 100% compliance??In some cases …))` words that depend on a
condition; `((if below 100% compliance))` and `((end))` on lines of their own stand around whole
paragraphs and lists, and `not` before a condition turns it round. A main text says once, on a line
of its own, where the `((passages))` of types, regions and councils go.

Nothing in a text is executed: it is cut into the parts below, and values are put into those parts
as text, never into what is still to be read. What the language has no place for is refused with
its line and column, or printed as it is typed. What a reader would take for a placeholder that
nobody filled in is not for letters, also where it is typed on purpose: see `lookalikes`.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import zip_longest
from typing import Literal
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from reviews.letters.document import Block, BulletList, Heading, NumberedList, Paragraph, Run
from reviews.letters.vocabulary import PRIVATE, VOCABULARY, Facts, Requirement, Vocabulary

LONGEST = 20_000  # characters of one text: some ten pages
# What looks like a placeholder that was not filled in, of this program or of another.
UNFILLED = re.compile(
    r"\(\((?:.{0,80}?\)\))?|\{\{(?:.{0,80}?\}\})?|\{%(?:.{0,80}?%\})?|«(?:.{0,80}?»)?"
)
DEEPEST = 5  # conditions or stars inside each other
TOO_DEEP = f"at most {DEEPEST} conditions stand inside each other; take this one out."

type Scope = Literal["main", "passage"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something in a text that letters cannot say; line and column count from 1."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.message}"


class NotUnderstood(ValueError):
    """A text that is not in the language; `problems` says where and why, in the text's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


# What a text consists of -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Style:
    """How words print; `link` is an address, or the name of a placeholder that is one."""

    is_bold: bool = False
    is_italic: bool = False
    link: str = ""
    is_link_named: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Value:
    name: str
    style: Style
    is_address: bool


@dataclass(frozen=True, slots=True)
class When:
    """Parts of a sentence that print where the test is met."""

    test: Requirement
    parts: tuple["Part", ...]


type Part = Words | Value | When


@dataclass(frozen=True, slots=True)
class Text:
    """A heading or a paragraph."""

    parts: tuple[Part, ...]
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list, with bullets or numbers."""

    items: tuple[tuple[Part, ...], ...]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class WhenBlocks:
    """Blocks that print where the test is met."""

    test: Requirement
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Passages:
    """Where a main text has the passages of types, regions and councils."""


type Node = Text | Items | WhenBlocks | Passages


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that was read: `fill` makes the blocks of one letter of it."""

    nodes: tuple[Node, ...]

    def fill(self, facts: Facts, passages: Sequence["Wording"] = ()) -> tuple[Block, ...]:
        """The blocks it prints where these are the facts, the passages in their place."""
        blocks: list[Block] = []
        for block in _filled(self.nodes, facts, passages):
            before = blocks[-1] if blocks else None
            # A list that a condition cuts in two is one list again.
            if isinstance(block, BulletList) and isinstance(before, BulletList):
                blocks[-1] = BulletList(before.items + block.items)
            elif isinstance(block, NumberedList) and isinstance(before, NumberedList):
                blocks[-1] = NumberedList(before.items + block.items)
            else:
                blocks.append(block)
        return tuple(blocks)


def _filled(nodes: Iterable[Node], facts: Facts, passages: Sequence[Wording]) -> Iterator[Block]:
    for node in nodes:
        match node:
            case Text(parts=parts):
                runs = _runs(parts, facts)
                if runs and node.is_heading:
                    yield Heading("".join(run.text for run in runs))
                elif runs:
                    yield Paragraph(runs)
            case Items(items=items):
                printed = tuple(runs for item in items if (runs := _runs(item, facts)))
                if printed:
                    yield (NumberedList if node.is_numbered else BulletList)(printed)
            case WhenBlocks(test=test, nodes=inner):
                if facts.meets(test):
                    yield from _filled(inner, facts, passages)
            case Passages():
                for passage in passages:
                    yield from _filled(passage.nodes, facts, ())


def _runs(parts: Iterable[Part], facts: Facts) -> tuple[Run, ...]:
    """The runs that the parts print, neighbours of one style joined."""
    runs: list[Run] = []
    for text, style in _pieces(parts, facts):
        link = facts.values.get(style.link, "") if style.is_link_named else style.link
        run = Run(text, style.is_bold, link, style.is_italic)
        if runs and replace(runs[-1], text="") == replace(run, text=""):
            runs[-1] = replace(run, text=runs[-1].text + text)
        else:
            runs.append(run)
    if runs:
        runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip(" "))
    return tuple(run for run in runs if run.text)


def _pieces(parts: Iterable[Part], facts: Facts) -> Iterator[tuple[str, Style]]:
    """Texts and their styles; a space beside words that were left out is not doubled."""
    ends_with_space = True
    for part in _chosen(parts, facts):
        if isinstance(part, Words):
            text, style = part.text, part.style
            if ends_with_space:
                text = text.lstrip(" ")
        else:
            # A value that is missing after all leaves its name, which every proof finds.
            text, style = facts.values.get(part.name, f"(({part.name}))"), part.style
            if part.is_address and not style.link:
                style = replace(style, link=part.name, is_link_named=True)
        if text:
            ends_with_space = text.endswith(" ")
            yield text, style


def _chosen(parts: Iterable[Part], facts: Facts) -> Iterator[Words | Value]:
    for part in parts:
        if not isinstance(part, When):
            yield part
        elif facts.meets(part.test):
            yield from _chosen(part.parts, facts)


# Reading -----------------------------------------------------------------------------------------


def tidied(text: str) -> str:
    """The text as it is kept: one kind of line ending, none at its ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()


@lru_cache(maxsize=512)
def read(text: str, scope: Scope, vocabulary: Vocabulary = VOCABULARY) -> Wording:
    """The wording that a text says.

    Raises NotUnderstood with every problem of the text: names that are not in the vocabulary,
    values that may be missing where they stand, and what letters cannot show. A passage may be
    empty, which prints nothing; a main text has `((passages))` once.
    """
    problems = list(_unfit(text))
    if problems:
        raise NotUnderstood(problems)
    reading = _Reading(text, scope, vocabulary)
    nodes = reading.nodes()
    if reading.problems:
        raise NotUnderstood(reading.problems)
    return Wording(nodes)


def lookalikes(text: str, scope: Scope, vocabulary: Vocabulary = VOCABULARY) -> list[Problem]:
    """What a text that can be read would print as if a placeholder had not been filled in.

    Apart from `read`, since texts that were accepted before this was asked can still be read.
    """
    reading = _Reading(text, scope, vocabulary)
    reading.nodes()
    return sorted(reading.lookalikes)


def first_lookalike(text: str) -> str:
    """What in a name or sentence looks like a placeholder that was not filled in; else empty."""
    found = UNFILLED.search(text)
    return found[0] if found else ""


def _unfit(text: str) -> Iterator[Problem]:
    """What no text may have: too many characters, or such as nobody can see."""
    if len(text) > LONGEST:
        line, column = _place(text, LONGEST)
        yield Problem(line, column, f"a text has at most {LONGEST:,} characters; shorten it.")
        return
    for match in _UNSEEN.finditer(text):
        character = match[0]
        if unicodedata.category(character) in _UNSEEN_KINDS:
            name = unicodedata.name(character, "without a name")
            line, column = _place(text, match.start())
            yield Problem(
                line,
                column,
                f"a character that cannot be seen, U+{ord(character):04X} ({name}); take it out.",
            )


# All but what is surely seen, so that few characters need a look of their own.
_UNSEEN = re.compile(r"[^\n\t -~\u00a1-\u00ac\u00ae-\u024f–—‘’“”…•]")
_UNSEEN_KINDS = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def _place(text: str, position: int) -> tuple[int, int]:
    line = text.count("\n", 0, position)
    return line + 1, position - (text.rfind("\n", 0, position) + 1) + 1


@dataclass(frozen=True, slots=True)
class _Mark:
    """What stood at a place of the text, for which one private character stands while it is read.

    `line` counts from 0, `column` from 1.
    """

    kind: Literal["value", "open", "close"]
    line: int
    column: int
    name: str = ""
    is_true: bool = True

    @property
    def test(self) -> Requirement:
        return Requirement(self.name, self.is_true)


@dataclass(slots=True)
class _Segment:
    """Lines between two lines of conditions: what Markdown reads at once.

    `shifts` says by line how much further right the original of each column stands.
    """

    first: int
    lines: list[str] = field(default_factory=list)
    shifts: list[list[tuple[int, int]]] = field(default_factory=list)

    def column(self, line: int, column: int) -> int:
        shifts = self.shifts[line]
        index = bisect_right(shifts, (column, LONGEST)) - 1
        return column + (shifts[index][1] if index >= 0 else 0)


_FIRST_MARK = 0xE000
_MARKS = re.compile("([\ue000-\uf8ff])")
_MOST_MARKS = 0xF8FF - _FIRST_MARK
_ON_ITS_OWN = re.compile(
    r"\s*\(\((?:(?P<word>end|passages)|if\s+(?P<not>not\s+)?(?P<name>[^()?]+?))\s*\)\)\s*",
    re.IGNORECASE,
)
_OPENING = re.compile(r"\(\((?!\()\s*([^()?]*?)\s*(\?\?|\)\))")
_TAG = re.compile(r"<(?:/?[A-Za-z][A-Za-z0-9-]*(?=[\s/>])[^<>]*>?|!--|\?|!\[CDATA)")
_TABLE = re.compile(r"\s*\|.*\|\s*")
_NOT_IN_LETTERS = {
    "blockquote": "letters have no quotations set apart; take out the > or write \\>.",
    "fence": "letters have no program text; take out the three signs at the start.",
    "hr": "letters have no rules across the page; take the line out.",
    "image": "letters have no pictures; take out the ! or write \\!.",
}


# One sign as Markdown reads it, a backslash with the sign that it lets print.
_SIGN = re.compile(r"\\(?P<escaped>[!-/:-@\[-`{-~])|.|\n")


def _looks_unfilled(found: str) -> str:
    if found.startswith("(("):
        return (
            "two brackets side by side look like a placeholder that was not filled in; put a space "
            "between them."
        )
    return (
        f"“{found}” would print as it stands and look like a placeholder that was not filled in; "
        "write ((name)) with a name from the list, or take out its signs."
    )


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False})
    # Read as typed: indented lines, underlined headings, program text, &names; and footnote links.
    markdown.disable(["code", "lheading", "reference", "backticks", "entity", "html_block"])
    markdown.disable(["html_inline"])
    # Links are judged here, by what they say and not by a changed form of it.
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]
    markdown.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return markdown


_MARKDOWN = _markdown()


class _Reading:
    """One text being read: collects problems as it goes, and goes on."""

    def __init__(self, text: str, scope: Scope, vocabulary: Vocabulary) -> None:
        self.lines = text.split("\n")
        self.scope = scope
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.lookalikes: list[Problem] = []
        self.marks: list[_Mark] = []
        self.places_of_passages = 0

    def problem(self, line: int, column: int, message: str) -> None:
        self.problems.append(Problem(line + 1, column, message))

    # Names

    def name(self, given: str) -> str:
        return " ".join(given.split()).casefold()

    def nearest(self, name: str, names: Iterable[str], kind: str) -> str:
        found = get_close_matches(name, list(names), n=1, cutoff=0.5)
        return f"did you mean “{found[0]}”?" if found else f"take one from the list of {kind}."

    def check_condition(self, name: str, line: int, column: int) -> None:
        names = self.vocabulary.condition_names
        if name not in names:
            hint = self.nearest(name, names, "conditions")
            self.problem(line, column, f"there is no condition “{name}”; {hint}")

    def check_value(self, mark: _Mark, tests: Sequence[Requirement]) -> bool:
        """Whether the placeholder exists and surely has a value where it stands."""
        place = (mark.line, mark.column)
        placeholder = self.vocabulary.by_name.get(mark.name)
        if placeholder is None:
            hint = self.nearest(mark.name, self.vocabulary.by_name, "placeholders")
            if mark.name in PRIVATE:
                text = (
                    f"“{mark.name}” is about a person or a case, which letters leave out; take one "
                    "from the list of placeholders."
                )
            elif mark.name in ("passages", "end") or mark.name.startswith("if "):
                text = f"(({mark.name})) stands on a line of its own; move it there."
            elif mark.name in self.vocabulary.condition_names:
                text = (
                    f"“{mark.name}” is a condition: write (({mark.name}??words that depend on it))."
                )
            elif not mark.name:
                text = "two brackets with nothing between; name a placeholder from the list."
            else:
                text = f"there is no placeholder “{mark.name}”; {hint}"
            self.problem(*place, text)
            return False
        if placeholder.needs and not any(test in tests for test in placeholder.needs):
            first = placeholder.needs[0]
            self.problem(
                *place,
                f"“{mark.name}” may have no value; put it inside (({first}??…)) or between "
                f"((if {first})) and ((end)).",
            )
            return False
        return True

    # Lines of conditions

    def nodes(self) -> tuple[Node, ...]:
        """The whole text: segments of Markdown with the lines of conditions between them."""
        found: list[list[Node]] = [[]]
        open_: list[tuple[Requirement, int, int]] = []
        segment = _Segment(0)
        for number, line in enumerate(self.lines):
            match = _ON_ITS_OWN.fullmatch(line)
            if match is None:
                segment.lines.append(line)
                continue
            found[-1] += self.read_segment(segment, [test for test, _, _ in open_])
            segment = _Segment(number + 1)
            column = line.index("(") + 1
            word = (match["word"] or "").casefold()
            if word == "passages":
                self.place_passages(number, column)
                found[-1].append(Passages())
            elif word == "end":
                if open_:
                    test, _, _ = open_.pop()
                    inner = tuple(found.pop())
                    found[-1].append(WhenBlocks(test, inner))
                else:
                    self.problem(number, column, "((end)) ends nothing; take it out.")
            else:
                name = self.name(match["name"])
                self.check_condition(name, number, column)
                open_.append((Requirement(name, is_true=not match["not"]), number, column))
                if len(open_) > DEEPEST:
                    raise NotUnderstood([Problem(number + 1, column, TOO_DEEP)])
                found.append([])
        found[-1] += self.read_segment(segment, [test for test, _, _ in open_])
        for test, number, column in open_:
            self.problem(
                number, column, f"((if {test})) has no ((end)) on a line of its own; add it."
            )
        if self.scope == "main" and not self.places_of_passages and not self.problems:
            self.problem(
                len(self.lines) - 1,
                1,
                "nothing says where the passages of types, regions and councils go; write "
                "((passages)) on a line of its own.",
            )
        return tuple(found[0])

    def place_passages(self, line: int, column: int) -> None:
        self.places_of_passages += 1
        if self.scope == "passage":
            self.problem(line, column, "only the main text has ((passages)); take it out.")
        elif self.places_of_passages > 1:
            self.problem(line, column, "((passages)) is here a second time; take one out.")

    # Segments of Markdown

    def read_segment(self, segment: _Segment, tests: list[Requirement]) -> list[Node]:
        self.mark_names(segment)
        self.refuse_lines(segment)
        self.find_lookalikes(segment)
        tokens = _MARKDOWN.parse("\n".join(segment.lines))
        for token in tokens:
            if max((child.level for child in token.children or ()), default=0) > DEEPEST:
                line = segment.first + (token.map[0] if token.map else 0)
                text = "stars stand inside each other too often here; take some out."
                raise NotUnderstood([Problem(line + 1, 1, text)])
        root = SyntaxTreeNode(tokens)
        nodes: list[Node] = []
        for child in root.children:
            nodes += self.block(child, segment, tests, is_first=child is root.children[0])
        return nodes

    def mark_names(self, segment: _Segment) -> None:
        """Puts one private character in the place of each `((name))`, `((name??` and its `))`."""
        depth: list[int] = []  # of plain brackets inside each condition that is open
        for offset, line in enumerate(segment.lines):
            number = segment.first + offset
            if not line.strip():
                depth.clear()  # a condition ends with its paragraph, which is said elsewhere
            made: list[str] = []
            shifts: list[tuple[int, int]] = []
            position = shift = 0
            while position < len(line):
                step = 1
                mark = None
                if line[position] == "\\":
                    step = 2
                elif line.startswith("((", position) and not line.startswith("(((", position):
                    match = _OPENING.match(line, position)
                    if match is None:
                        self.problem(
                            number,
                            position + 1,
                            "two brackets begin a name here that does not end with )) or ??; end "
                            "it, or put a space between the brackets.",
                        )
                        step = 2
                    else:
                        step = match.end() - position
                        mark = self.mark_of(match, number, position + 1)
                        if mark.kind == "open":
                            depth.append(0)
                        if len(depth) > DEEPEST:
                            raise NotUnderstood([Problem(number + 1, position + 1, TOO_DEEP)])
                elif depth and line[position] == "(":
                    depth[-1] += 1
                elif depth and line[position] == ")":
                    if depth[-1]:
                        depth[-1] -= 1
                    elif line.startswith("))", position):
                        step = 2
                        depth.pop()
                        mark = _Mark("close", number, position + 1)
                if mark and len(self.marks) == _MOST_MARKS:
                    self.problem(number, position + 1, "there are too many names; use fewer.")
                    mark = None
                if mark:
                    made.append(chr(_FIRST_MARK + len(self.marks)))
                    self.marks.append(mark)
                    shift += step - 1
                    shifts.append((len("".join(made)) + 1, shift))
                else:
                    made.append(line[position : position + step])
                position += step
            segment.lines[offset] = "".join(made)
            segment.shifts.append(shifts)

    def mark_of(self, match: re.Match[str], line: int, column: int) -> _Mark:
        name = self.name(match[1])
        if match[2] == "))":
            return _Mark("value", line, column, name)
        is_true = not name.startswith("not ")
        name = name if is_true else name.removeprefix("not ")
        self.check_condition(name, line, column)
        return _Mark("open", line, column, name, is_true)

    def refuse_lines(self, segment: _Segment) -> None:
        """Tags and tables, which Markdown would take for words."""
        for offset, line in enumerate(segment.lines):
            number = segment.first + offset
            for match in _TAG.finditer(line):
                if line[: match.start()].endswith("\\"):
                    continue
                self.problem(
                    number,
                    segment.column(offset, match.start() + 1),
                    "letters have no HTML; take the tag out, or write \\< for a plain <.",
                )
            if _TABLE.fullmatch(line):
                column = segment.column(offset, line.index("|") + 1)
                self.problem(number, column, "letters have no tables; write a list instead.")

    def find_lookalikes(self, segment: _Segment) -> None:
        """Judges the words as they print: without signs of emphasis, values in their places."""
        printed: list[str] = []
        places: list[tuple[int, int]] = []
        for offset, line in enumerate(segment.lines):
            for match in _SIGN.finditer(f"{line}\n"):
                sign = match["escaped"] or match[0]
                if _MARKS.fullmatch(sign):
                    mark = self.marks[ord(sign) - _FIRST_MARK]
                    sign = "x" if mark.kind == "value" else ""
                elif sign == match[0] and sign in "*_":
                    sign = ""
                printed.append(sign)
                places += [(offset, match.start() + 1)] * len(sign)
        for found in UNFILLED.finditer("".join(printed).replace("\n", " ")):
            offset, column = places[found.start()]
            self.lookalikes.append(
                Problem(
                    segment.first + offset + 1,
                    segment.column(offset, column),
                    _looks_unfilled(found[0]),
                )
            )

    def start_of(self, node: SyntaxTreeNode, segment: _Segment) -> tuple[int, int]:
        offset = node.map[0] if node.map else 0
        line = segment.lines[offset]
        return segment.first + offset, segment.column(
            offset, len(line) - len(line.lstrip(" \t")) + 1
        )

    def block(
        self, node: SyntaxTreeNode, segment: _Segment, tests: list[Requirement], *, is_first: bool
    ) -> list[Node]:
        place = self.start_of(node, segment)
        match node.type:
            case "paragraph":
                return [Text(self.parts(node.children[0], segment, tests))]
            case "heading":
                if node.tag != "h1":
                    self.problem(*place, "letters have headings of one level; write a single #.")
                if not node.children or not node.children[0].content:
                    self.problem(*place, "a heading without words; write some or write \\#.")
                    return []
                parts = self.parts(node.children[0], segment, tests)
                if any(part.style != Style() for part in _leaves(parts)):
                    self.problem(*place, "a heading is plain; take out its stars and links.")
                return [Text(parts, is_heading=True)]
            case "bullet_list":
                return [Items(self.items(node, segment, tests))]
            case "ordered_list":
                # A list that goes on after a line of conditions may go on counting.
                if node.attrs.get("start", 1) != 1 and not (is_first and segment.first):
                    self.problem(
                        *place,
                        "a numbered list counts from 1; for a line that begins with a number, "
                        "write \\ before its point.",
                    )
                return [Items(self.items(node, segment, tests), is_numbered=True)]
        self.problem(*place, _NOT_IN_LETTERS.get(node.type, f"letters have no {node.type}."))
        return []

    def items(
        self, node: SyntaxTreeNode, segment: _Segment, tests: list[Requirement]
    ) -> tuple[tuple[Part, ...], ...]:
        found = []
        for item in node.children:
            place = self.start_of(item, segment)
            kinds = [child.type for child in item.children]
            if kinds == ["paragraph"]:
                found.append(self.parts(item.children[0].children[0], segment, tests))
            elif not kinds:
                self.problem(*place, "an item without words; write some or take it out.")
            elif any(kind.endswith("_list") for kind in kinds):
                inner = next(c for c in item.children if c.type.endswith("_list"))
                self.problem(
                    *self.start_of(inner, segment),
                    "letters have no list inside a list; bring the line to the left.",
                )
            else:
                other = next((c for c in item.children[1:] or item.children), item)
                self.problem(
                    *self.start_of(other, segment),
                    "an item is one paragraph; bring this to the left or into the line above.",
                )
        return tuple(found)

    # Sentences

    def parts(
        self, inline: SyntaxTreeNode, segment: _Segment, tests: list[Requirement]
    ) -> tuple[Part, ...]:
        sentence = _Sentence(self, inline, segment, tests)
        sentence.walk(inline.children, Style())
        sentence.close_all()
        return tuple(sentence.stack[0])


def _leaves(parts: Iterable[Part]) -> Iterator[Words | Value]:
    for part in parts:
        if isinstance(part, When):
            yield from _leaves(part.parts)
        else:
            yield part


class _Sentence:
    """The parts of one paragraph, heading or item, with the conditions that are open in it."""

    def __init__(
        self, reading: _Reading, inline: SyntaxTreeNode, segment: _Segment, tests: list[Requirement]
    ) -> None:
        self.reading = reading
        self.inline = inline
        self.segment = segment
        self.tests = tests
        self.open: list[_Mark] = []
        self.stack: list[list[Part]] = [[]]

    def walk(self, nodes: Iterable[SyntaxTreeNode], style: Style) -> None:
        for node in nodes:
            match node.type:
                case "text":
                    self.words(node.content, style)
                case "softbreak" | "hardbreak":
                    self.words(" ", style)
                case "em":
                    self.inside(node, replace(style, is_italic=True))
                case "strong":
                    self.inside(node, replace(style, is_bold=True))
                case "link":
                    self.inside(node, self.linked(node, style))
                case kind:
                    self.reading.problem(
                        *self.place_of("!["),
                        _NOT_IN_LETTERS.get(kind, f"letters have no {kind}."),
                    )

    def inside(self, node: SyntaxTreeNode, style: Style) -> None:
        """Words in stars or a link: a condition that begins in them ends in them."""
        before = list(self.open)
        self.walk(node.children, style)
        if self.open != before:
            mark = next(
                first or second
                for first, second in zip_longest(before, self.open)
                if first is not second
            )
            self.reading.problem(
                mark.line,
                mark.column,
                "a condition and words in stars or a link overlap; end the one inside the other.",
            )
            while len(self.open) > len(before):
                self.close()

    def words(self, text: str, style: Style) -> None:
        for piece in _MARKS.split(text):
            if not piece:
                continue
            if not _MARKS.fullmatch(piece):
                self.stack[-1].append(Words(re.sub(r"\s+", " ", piece), style))
                continue
            mark = self.reading.marks[ord(piece) - _FIRST_MARK]
            if mark.kind == "value":
                self.value(mark, style)
            elif mark.kind == "open":
                self.open.append(mark)
                self.stack.append([])
            elif self.open:
                self.close()
            else:
                self.reading.problem(
                    mark.line, mark.column, "these two brackets end nothing; write \\))."
                )

    def value(self, mark: _Mark, style: Style) -> None:
        tests = [*self.tests, *(each.test for each in self.open)]
        if self.reading.check_value(mark, tests):
            placeholder = self.reading.vocabulary.by_name[mark.name]
            self.stack[-1].append(Value(mark.name, style, placeholder.is_address))

    def close(self) -> None:
        mark, parts = self.open.pop(), self.stack.pop()
        self.stack[-1].append(When(mark.test, tuple(parts)))

    def close_all(self) -> None:
        while self.open:
            mark = self.open[-1]
            self.reading.problem(
                mark.line,
                mark.column,
                "the condition does not end in its paragraph; end it with )), or use ((if …)) and "
                "((end)) around whole paragraphs.",
            )
            self.close()

    def linked(self, node: SyntaxTreeNode, style: Style) -> Style:
        """The style of a link's words; an address that may not be one is refused."""
        address = str(node.attrs.get("href", ""))
        place = self.place_of(f"]({address[:1]}" if node.markup != "autolink" else "<")
        if node.attrs.get("title"):
            self.reading.problem(*place, "a link has no title; take out the words in quotes.")
        if _MARKS.fullmatch(address):
            mark = self.reading.marks[ord(address) - _FIRST_MARK]
            placeholder = self.reading.vocabulary.by_name.get(mark.name)
            if mark.kind == "value" and placeholder and placeholder.is_address:
                return replace(style, link=mark.name, is_link_named=True)
        if _MARKS.search(address) or not _is_address(address):
            self.reading.problem(
                *place,
                "a link leads to an address that begins with https://, http:// or mailto:, or to "
                "one placeholder that is an address.",
            )
        return replace(style, link=address)

    def place_of(self, sign: str) -> tuple[int, int]:
        """Where in the sentence the sign stands first, else where the sentence begins.

        Markdown keeps no columns of what stands inside a sentence.
        """
        first = self.inline.map[0] if self.inline.map else 0
        last = self.inline.map[1] if self.inline.map else first + 1
        if sign:
            for offset in range(first, last):
                at = self.segment.lines[offset].find(sign)
                if at >= 0:
                    return self.segment.first + offset, self.segment.column(offset, at + 1)
        return self.reading.start_of(self.inline, self.segment)


def _is_address(address: str) -> bool:
    if re.search(r"[\s<>\"\\]", address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in ("http", "https") and bool(parts.hostname)
