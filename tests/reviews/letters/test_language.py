"""The language: what it reads, what it refuses and where, and that nothing typed escapes it."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviews.letters.document import Block, BulletList, Heading, NumberedList, Paragraph, Run
from reviews.letters.language import (
    LONGEST,
    NotUnderstood,
    Problem,
    first_lookalike,
    lookalikes,
    read,
    tidied,
)
from reviews.letters.vocabulary import VOCABULARY, Facts, Placeholder, Vocabulary
from reviews.letters.wording import usual

FACTS = Facts(
    {"authority": "Example Council", "council page": "https://example.org/c/",
     "uphold percent": "5%"},
    {"late replies"},
)  # fmt: skip
NAMED = Facts({name: f"(({name}))" for name in VOCABULARY.by_name}, set())


def fill(text: str, facts: Facts = FACTS) -> tuple[Block, ...]:
    return read(text, "passage").fill(facts)


def plain(text: str, facts: Facts = FACTS) -> str:
    """The words of one paragraph; "" where it prints nothing."""
    blocks = fill(text, facts)
    return "".join(run.text for block in blocks for run in block.runs)  # type: ignore[union-attr]


def problems(text: str, scope: str = "passage") -> list[tuple[int, int, str]]:
    with pytest.raises(NotUnderstood) as refused:
        read(text, scope)
    return [(each.line, each.column, each.message) for each in refused.value.problems]


# What is read ------------------------------------------------------------------------------------


def test_blocks_of_a_text() -> None:
    text = (
        "# Heading of ((authority))\n\nOne\nparagraph.\n- a\n- **b** *c*\n\n"
        "1. one\n2. [two](https://example.org/)\n"
    )
    assert fill(text) == (
        Heading("Heading of Example Council"),
        Paragraph((Run("One paragraph."),)),
        BulletList(
            ((Run("a"),), (Run("b", is_bold=True), Run(" "), Run("c", is_italic=True)))
        ),
        NumberedList(((Run("one"),), (Run("two", link="https://example.org/"),))),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("((authority))", "Example Council"),
        ("(( AUTHORITY ))", "Example Council"),
        ("(((authority)))", "(Example Council)"),
        ("((authority))’s page", "Example Council’s page"),
        ("5 < 6 > 4 & 3 * 2 _ { } {{ x }} {% y %} $x `z` ~~w~~ &amp; \\<b>",
         "5 < 6 > 4 & 3 * 2 _ { } {{ x }} {% y %} $x `z` ~~w~~ &amp; <b>"),
        ("(see (a) and (b))", "(see (a) and (b))"),
        ("\\((authority))", "((authority))"),
        ("a  b\t c", "a b c"),
        ("    indented", "indented"),
        ("a\n===", "a ==="),
        ("[a]: https://example.org", "[a]: https://example.org"),
        ("one  \ntwo\\\nthree", "one two three"),
    ],
)  # fmt: skip
def test_words_print_as_typed(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "if_late", "otherwise"),
    [
        ("a ((late replies??b)) c", "a b c", "a c"),
        ("a ((not late replies??b)) c", "a c", "a b c"),
        ("((late replies??a.)) b", "a. b", "b"),
        ("a.((late replies?? b.))", "a. b.", "a."),
        ("((late replies??a))", "a", ""),
        ("((late replies??a (b) (c (d))))", "a (b) (c (d))", ""),
        ("((late replies??a ((authority)) b))", "a Example Council b", ""),
        ("((late replies??a\nb))", "a b", ""),
        ("((late replies??a ((post vacant??b)) ((not post vacant??c)))) d", "a c d", "d"),
        ("((LATE  Replies??a))", "a", ""),
        ("((late replies??a)) ((not late replies??b))", "a", "b"),
    ],
)
def test_condition_in_a_sentence(text: str, if_late: str, otherwise: str) -> None:
    assert plain(text) == if_late
    assert plain(text, Facts({"authority": "Example Council"})) == otherwise


def test_condition_and_stress_inside_each_other() -> None:
    assert fill("**a ((late replies??b))** ((late replies??*c*))") == (
        Paragraph((Run("a b", is_bold=True), Run(" "), Run("c", is_italic=True))),
    )


def test_condition_around_blocks() -> None:
    text = "a\n((if late replies))\n# b\n\n- c\n((end))\n((if not late replies))\nd\n((end))\ne"
    a, e = Paragraph((Run("a"),)), Paragraph((Run("e"),))
    assert fill(text) == (a, Heading("b"), BulletList(((Run("c"),),)), e)
    assert fill(text, Facts()) == (a, Paragraph((Run("d"),)), e)


def test_condition_around_conditions() -> None:
    text = "((if late replies))\na\n((if not post vacant))\nb\n((end))\n((end))"
    assert [block.runs[0].text for block in fill(text)] == ["a", "b"]  # type: ignore[union-attr]
    both = Facts(true={"late replies", "post vacant"})
    assert [block.runs[0].text for block in fill(text, both)] == ["a"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("- a\n((if late replies))\n- b\n((end))\n- c", BulletList),
     ("1. a\n((if late replies))\n2. b\n((end))\n3. c", NumberedList)],
)  # fmt: skip
def test_list_with_an_item_under_a_condition_is_one_list(text: str, kind: type) -> None:
    assert fill(text) == (kind(((Run("a"),), (Run("b"),), (Run("c"),))),)
    assert fill(text, Facts()) == (kind(((Run("a"),), (Run("c"),))),)


def test_what_prints_nothing_is_left_out() -> None:
    assert fill("# ((not late replies??a))\n\n- ((not late replies??b))\n\n") == ()
    assert fill("") == ()


def test_links() -> None:
    address = "https://example.org/c/"
    assert fill("[it](https://example.org/?a=1&b=ü) [m](mailto:a@example.org)") == (
        Paragraph((Run("it", link="https://example.org/?a=1&b=ü"), Run(" "),
                   Run("m", link="mailto:a@example.org"))),
    )  # fmt: skip
    assert fill("<https://example.org>") == (
        Paragraph((Run("https://example.org", link="https://example.org"),)),
    )
    assert fill("((council page))") == (Paragraph((Run(address, link=address),)),)
    assert fill("[**((authority))**](((council page)))") == (
        Paragraph((Run("Example Council", is_bold=True, link=address),)),
    )


def test_passages_stand_where_the_main_text_says() -> None:
    main = read("a\n((passages))\nb", "main")
    passages = [read("Well done, ((authority)).", "passage"), read("- x", "passage")]
    assert main.fill(FACTS, passages) == (
        Paragraph((Run("a"),)),
        Paragraph((Run("Well done, Example Council."),)),
        BulletList(((Run("x"),),)),
        Paragraph((Run("b"),)),
    )
    assert main.fill(FACTS) == (Paragraph((Run("a"),)), Paragraph((Run("b"),)))


def test_vocabulary_may_have_further_names() -> None:
    more = Vocabulary((Placeholder("delegates", "Their number.", "178 delegates"),), ())
    wording = read("((delegates))", "passage", more)
    assert wording.fill(Facts({"delegates": "178"})) == (Paragraph((Run("178"),)),)


def test_value_that_is_missing_after_all_is_never_zero() -> None:
    wording = read("((not none investigated??((uphold percent))))", "passage")
    assert wording.fill(Facts()) == (Paragraph((Run("((uphold percent))"),)),)


# What looks like a placeholder that nobody filled in ----------------------------------------------

BRACKETS = (
    "two brackets side by side look like a placeholder that was not filled in; put a space between "
    "them."
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n\nb \\((authority))", [(3, 3, BRACKETS)]),
        ("((authority)) \\((a) or (b))", [(1, 15, BRACKETS)]),
        ("((if late replies))\nx *(*( y\n((end))", [(2, 4, BRACKETS)]),
        ("((((authority))))", [(1, 1, BRACKETS)]),
        ("(((late replies??(see a))))", [(1, 1, BRACKETS)]),
        ("Dear {{ name }}, «Title»", [(1, 6, "{{ name }}"), (1, 18, "«Title»")]),
        ("((authority))\n{% if\nx %} \\{\\{", [(2, 1, "{% if x %}"), (3, 6, "{{")]),
        ("an open « here", [(1, 9, "«")]),
    ],
)
def test_lookalikes_are_found_where_they_are_typed(
    text: str, found: list[tuple[int, int, str]]
) -> None:
    assert [
        (each.line, each.column, each.message.split("”")[0].removeprefix("“"))
        for each in lookalikes(text, "passage")
    ] == found


@pytest.mark.parametrize(
    "text",
    [
        "(((authority))) ( (a) or (b)) { { x } } % }} ) )) a\\_b *c* “d”",
        "[words](((council page))) ((late replies??(see a) (b (c))))",
        "((if late replies))\na (\n(b)\n((end))\n(c)",
    ],
)
def test_lookalikes_are_none_in_what_no_reader_takes_for_a_placeholder(text: str) -> None:
    assert lookalikes(text, "passage") == []


def test_lookalikes_of_a_long_hostile_text_are_found_at_once() -> None:
    assert len(lookalikes("{{ « " * 4_000, "passage")) == 8_000
    assert first_lookalike("(" * 1_000_000 + ")") == "(("


def test_lookalikes_are_none_in_the_usual_wording() -> None:
    assert lookalikes(usual(), "main") == []


# What is refused, and where -----------------------------------------------------------------------

NO_HTML = "letters have no HTML; take the tag out, or write \\< for a plain <."
NO_LINK = (
    "a link leads to an address that begins with https://, http:// or mailto:, or to one "
    "placeholder that is an address."
)
NO_END = "((if late replies)) has no ((end)) on a line of its own; add it."


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a\nb ((author))", 2, 3,
         "there is no placeholder “author”; did you mean “authority”?"),
        ("((authority)) ((zzz))", 1, 15,
         "there is no placeholder “zzz”; take one from the list of placeholders."),
        ("((complainant))", 1, 1,
         "“complainant” is about a person or a case, which letters leave out; take one from the "
         "list of placeholders."),
        ("((below 100% complianc??x))", 1, 1,
         "there is no condition “below 100% complianc”; did you mean “below 100% compliance”?"),
        ("a\n((if zzz))\n((end))", 2, 1,
         "there is no condition “zzz”; take one from the list of conditions."),
        ("((late replies))", 1, 1,
         "“late replies” is a condition: write ((late replies??words that depend on it))."),
        ("(( ))", 1, 1, "two brackets with nothing between; name a placeholder from the list."),
        ("a ((authority", 1, 3,
         "two brackets begin a name here that does not end with )) or ??; end it, or put "
         "a space between the brackets."),
        ("x ((passages))", 1, 3, "((passages)) stands on a line of its own; move it there."),
        ("x ((if late replies))", 1, 3,
         "((if late replies)) stands on a line of its own; move it there."),
        ("((passages))", 1, 1, "only the main text has ((passages)); take it out."),
        ("a\n((if late replies))\nb", 2, 1, NO_END),
        ("a\n  ((end))", 2, 3, "((end)) ends nothing; take it out."),
        ("a ((late replies??b\n\nc))", 1, 3,
         "the condition does not end in its paragraph; end it with )), or use ((if …)) and ((end)) "
         "around whole paragraphs."),
        ("a ((late replies??b *c)) d*", 1, 3,
         "a condition and words in stars or a link overlap; end the one inside the other."),
        ("a ((uphold percent))", 1, 3,
         "“uphold percent” may have no value; put it inside ((not none investigated??…)) or "
         "between ((if not none investigated)) and ((end))."),
        ("a\n\n<b>c</b>"[:6], 3, 1, NO_HTML),
        ("((authority)) <img src=x>", 1, 15, NO_HTML),
        ("a <!-- b -->", 1, 3, NO_HTML),
        ("a ![b](https://example.org)", 1, 3,
         "letters have no pictures; take out the ! or write \\!."),
        ("((authority)) [a](javascript:alert(1))", 1, 17, NO_LINK),
        ("[a](/councils/)", 1, 3, NO_LINK),
        ("[a](https:///x)", 1, 3, NO_LINK),
        ("[a](((authority)))", 1, 3, NO_LINK),
        ("[a](https://example.org \"b\")", 1, 3,
         "a link has no title; take out the words in quotes."),
        ("a\n\n> b", 3, 1, "letters have no quotations set apart; take out the > or write \\>."),
        ("```\na", 1, 1, "letters have no program text; take out the three signs at the start."),
        ("a\n\n  ---", 3, 3, "letters have no rules across the page; take the line out."),
        ("  | a |", 1, 3, "letters have no tables; write a list instead."),
        ("## a", 1, 1, "letters have headings of one level; write a single #."),
        ("# *a*", 1, 1, "a heading is plain; take out its stars and links."),
        ("#", 1, 1, "a heading without words; write some or write \\#."),
        ("- a\n  - b", 2, 3, "letters have no list inside a list; bring the line to the left."),
        ("- a\n\n  b", 3, 3,
         "an item is one paragraph; bring this to the left or into the line above."),
        ("-", 1, 1, "an item without words; write some or take it out."),
        ("2020. It was", 1, 1,
         "a numbered list counts from 1; for a line that begins with a number, write \\ before its "
         "point."),
        ("ab\u202ecd", 1, 3,
         "a character that cannot be seen, U+202E (RIGHT-TO-LEFT OVERRIDE); take it out."),
        ("\x00", 1, 1,
         "a character that cannot be seen, U+0000 (without a name); take it out."),
        ("\ue000", 1, 1,
         "a character that cannot be seen, U+E000 (without a name); take it out."),
        ("((late replies??" * 6, 1, 81,
         "at most 5 conditions stand inside each other; take this one out."),
        ("((if late replies))\n" * 6, 6, 1,
         "at most 5 conditions stand inside each other; take this one out."),
        ("a\n\n" + "*a " * 3_000 + "a* " * 3_000, 3, 1,
         "stars stand inside each other too often here; take some out."),
        ("x" * LONGEST + "y", 1, 20_001, "a text has at most 20,000 characters; shorten it."),
    ],
)  # fmt: skip
def test_refusal_says_where_and_what_to_do(text: str, line: int, column: int, message: str) -> None:
    assert problems(text) == [(line, column, message)]


def test_main_text_has_its_passages_once() -> None:
    assert problems("a", "main") == [
        (1, 1, "nothing says where the passages of types, regions and councils go; write "
         "((passages)) on a line of its own."),
    ]  # fmt: skip
    assert problems("((passages))\n((passages))", "main") == [
        (2, 1, "((passages)) is here a second time; take one out.")
    ]


def test_all_problems_are_said_at_once_in_their_order() -> None:
    found = problems("((a))\n> b\n\n<br> ((zzz))")
    assert [(line, column) for line, column, _ in found] == [(1, 1), (2, 1), (4, 1), (4, 6)]
    assert str(Problem(1, 2, "a.")) == "Line 1, column 2: a."


def test_text_is_kept_with_one_kind_of_line_ending() -> None:
    assert tidied("\r\na\r\nb\rc \n\n") == "a\nb\nc"


# Whatever is typed -------------------------------------------------------------------------------

HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("()?*_[]<>!#-`~&{}%\\|\n\t 1.:/@\"'")),
        st.characters(codec="utf-8"),
    ),
    max_size=200,
)
PIECES = st.lists(
    st.sampled_from(
        ["((authority))", "((late replies??", "))", "((if late replies))", "((end))", "\n", "\n\n",
         "*", "**", "- ", "1. ", "# ", "> ", "[a](https://example.org)", "<b>", "word ", "(", ")",
         "((", "\\", "((not post vacant??", "((council page))", "](", "[", "x", "```", "![", " "]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(HOSTILE, PIECES))
@example("😀" * 10_000)
@example("(" * 10_000)
@example("((late replies??" * 500)
@example("*" * 5_000)
@example("[" * 5_000)
@example("> " * 1_000)
@example("{{ settings.SECRET_KEY }}{% load x %}${7*7}#{x}")
@example("<img src=x onerror=alert(1)>")
def test_any_text_is_read_or_refused_with_places_in_it(text: str) -> None:
    lines = text.split("\n")
    blocks: tuple[Block, ...] = ()
    found: list[Problem] = []
    try:
        blocks = fill(text)
    except NotUnderstood as refused:
        found = refused.problems
        if not found:
            raise
    for problem in found:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    for block in blocks:
        items = block.items if isinstance(block, BulletList | NumberedList) else ()
        runs = [run for item in items for run in item]
        runs += block.runs if isinstance(block, Paragraph) else ()
        for run in runs:
            assert not re.search("[\ue000-\uf8ff]", run.text)
            assert not run.link or run.link.startswith(("https:", "http:", "mailto:"))


@given(HOSTILE)
@example("<img src=x>")
@example("((authority)) *a* {{ b }}")
@example("\u202e😀")
@example("a\n\n# b")
def test_value_prints_as_it_is_whatever_it_is(name: str) -> None:
    facts = Facts({"authority": name, "council page": "https://example.org"})
    assert plain("x((authority))x", facts) == f"x{name}x"


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=300))
def test_plain_words_print_as_typed(text: str) -> None:
    assert plain(text) == text
