"""What is found in a statement of the person who complained."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.anonymity import Find, find_personal_data


def found(text: str, **person: str) -> list[tuple[str, str]]:
    return [(find.kind, find.words) for find in find_personal_data(text, **person)]


def names(text: str, name: str) -> list[str]:
    return [words for _, words in found(text, name=name)]


def test_find_says_kind_words_and_context() -> None:
    text = "The Council told Ms Specimen in May that it had lost the file. She rang 020 7946 0000."
    assert find_personal_data(text, name="Zoe Specimen", telephone="+44 20 7946 0000") == [
        Find("name", "Specimen", "The Council told Ms Specimen in May that it …"),
        Find("telephone number", "020 7946 0000", "… the file. She rang 020 7946 0000."),
    ]


@pytest.mark.parametrize("text", ["", "   \n", "Mr X complained about the Council."])
def test_find_is_empty_where_nothing_is(text: str) -> None:
    assert found(text, name="Zoe Specimen", postcode="ZZ1 1ZZ", email="z@example.org") == []


def test_find_of_nobody_is_empty() -> None:
    assert found("Mr Specimen of ZZ1 1ZZ") == []
    assert found("Mr X", name=" . - ", postcode="-", email="@", telephone="+") == []


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Zeno Fictional", "Zeno Fictional complained.", ["Zeno Fictional"]),
        ("Zeno Fictional", "Mr FICTIONAL and zeno.", ["FICTIONAL", "zeno"]),
        ("Zeno Fictional", "Fictional’s bill, Zeno's son", ["Fictional’s", "Zeno's"]),
        ("Zeno Fictional", "The Fictionals left.", ["Fictionals"]),
        ("Zeno Fictional", "Nonfictional, Zenobia, fictionally", []),
        ("Zeno Fictional", "Zeno\n   Fictional", ["Zeno Fictional"]),
        ("James Fictional", "James’ son and James’s wife", ["James’", "James’s"]),
        ("Dr Zeno A. Fictional", "A doctor, Dr X, gave a letter.", []),
        ("Mrs Fictional", "Mrs X said.", []),
        # Hyphens and apostrophes
        ("Ann Made-Upname", "Ms Made-Upname", ["Made-Upname"]),
        ("Ann Made-Upname", "Ms Made Upname", ["Made Upname"]),
        ("Ann Made-Upname", "Ms Made‑Upname", ["Made‑Upname"]),
        ("Ann Made-Upname", "Ms Upname", ["Upname"]),
        ("Ann Upname", "Ms Made-Upname", ["Upname"]),
        ("Pat O'Fiction", "Pat O’Fiction", ["Pat O’Fiction"]),
        ("Pat O'Fiction", "Mr OFiction, Mr O Fiction", ["OFiction", "O Fiction"]),
        ("Pat O’Fiction", "Mr O'Fiction's", ["O'Fiction's"]),
        # Accents, unseen characters, letters of other alphabets
        ("Zoë Fictïonal", "Zoe Fictional", ["Zoe Fictional"]),
        ("Zoe Fictional", "Zoë Fictïonal", ["Zoë Fictïonal"]),
        ("Zoe Fictional", "Fic\u00adtio\u200bnal", ["Fic\u00adtio\u200bnal"]),
        ("Łukasz Strauß", "Lukasz STRAUSS", ["Lukasz STRAUSS"]),
        ("Ivan Petrov", "Иван", []),
        ("Иван Петров", "Иван", ["Иван"]),
        # Accents written as letters, both ways
        ("Jörg Müller", "Mr Mueller and JOERG", ["Mueller", "JOERG"]),
        ("Jörg Müller", "Mr Muller", ["Muller"]),
        ("Joerg Mueller", "Mr Müller, Mr Mu\u0308ller", ["Müller", "Mu\u0308ller"]),
        ("Kaethe Jaeger", "Käthe Jäger", ["Käthe Jäger"]),
        ("Käthe Weiß", "Kaethe Weiss, Ms WEISS", ["Kaethe Weiss", "WEISS"]),
        ("Kaethe Weiss", "Ms Weiß, Ms WEIẞ", ["Weiß", "WEIẞ"]),
        ("Aase Soerensen", "Åse Sørensen", ["Åse Sørensen"]),
        ("Åse Sørensen", "Aase Soerensen and Ase Sorensen", ["Aase Soerensen", "Ase Sorensen"]),
        ("Sue Doe", "We do what we do in su and do.", []),
        ("Joel Samuel", "A samul jol", []),
        ("Dü", "He was due a reply.", []),
        ("Zoë Fictional", "Zoee", []),
        # Mac, Mc and others, in one word or two
        *(
            (f"Ann {name}", f"We told Ms {text}.", [text])
            for name in (
                "Mac Donald", "MacDonald", "McDonald", "Mc Donald", "Mac-Donald", "M'Donald",
            )
            for text in (
                "Mac Donald", "MacDonald", "McDonald", "Mc Donald", "MACDONALD", "Mac-Donald",
                "Mc’Donald", "M’Donald",
            )
        ),
        ("Ann MacDonald", "Donald asked", []),
        ("Ann Mack", "A Mac K and a mc k", []),
        ("Ann Machin", "The machine and the Mac hinted.", []),
        ("Ann Fitz Gerald", "FitzGerald", ["FitzGerald"]),
        ("Ann Fitzgerald", "Fitz Gerald", ["Fitz Gerald"]),
        ("Ann OBrien", "O’Brien", ["O’Brien"]),
        ("Ann O Brien", "Ms OBrien, Ms O'Brien", ["OBrien", "O'Brien"]),
        ("Ann Olive", "So o live", []),
        ("Ann de la Fiction", "Ms DelaFiction", ["DelaFiction"]),
        ("Ann Do May", "It will do may it.", []),
        # Over the end of a line
        ("Zoe Specimen", "Zoe\r\nSpecimen", ["Zoe Specimen"]),
        ("Zoe Specimen", "Ms Speci-\nmen, Spe-\r\n  cimen", ["Speci- men", "Spe- cimen"]),
        ("Zoe Specimen", "Ms Speci\u00ad\nmen", ["Speci\u00ad men"]),
        ("Ann Forman", "It was for\nman and for - man", []),
        ("Ann MacDonald", "Mac-\nDonald", ["Mac- Donald"]),
        # Initials and particles say nothing alone
        ("J van der Fictional", "The van of J and der", []),
        ("J van der Fictional", "J van der Fictional", ["J van der Fictional"]),
        ("John and Mary Fictional", "the Council and Mary", ["Mary"]),
        ("John/Mary Fictional", "John", ["John"]),
        # Names that are words
        ("Will May", "It will do so in may.", []),
        ("Will May", "Will it? May it? • May not", []),
        ("Will May", "We told Mr May.", ["May"]),
        ("Will May", "We told mr may.", ["may"]),
        ("Will May", "He said that Will had paid.", ["Will"]),
        ("Will May", "will may", ["will may"]),
        ("Hope Bird", "It can only hope that a bird came.\n\nHope remained", []),
        ("Jo Li", "Jo said so.", []),
        ("Jo Li", "We asked Jo and Miss Li.", ["Jo", "Li"]),
        ("Jo Li", "li and jo", []),
        ("Jo Li", "JO LI", ["JO LI"]),
    ],
)  # fmt: skip
def test_find_names(name: str, text: str, expected: list[str]) -> None:
    assert names(text, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("(?P<x>", []), ("a+b", ["a+b"]), ("[", []), ("\\", []), ("x" * 200, ["x" * 200]),
        ("*" * 50, []), ("Zeno)( Fict|", ["Zeno", "Fict|"]),
    ],
)  # fmt: skip
def test_find_takes_no_name_for_a_pattern(name: str, expected: list[str]) -> None:
    assert names("aaab x", name) == []
    assert names(f"Mr {name}", name) == expected


@given(
    st.sampled_from(["Fictional", "Made-Upname", "O'Fiction", "Zoë", "Strauß"]),
    st.text(alphabet=" .,;\n", min_size=1, max_size=5),
    st.booleans(),
)
def test_find_a_part_of_a_name_anywhere(part: str, between: str, upper: bool) -> None:
    written = part.upper() if upper else part
    text = f"A{between}{written}{between}b"
    assert [words.casefold() for words in names(text, f"Zeno {part}")] == [part.casefold()]


# Words that are no name of these people, however accents are written, nor divided.
ORDINARY = """
    the do due true value blue queue machine mac of for man form an and on or so o no in to
    council house we will may told asked said letter street over there where
""".split()  # noqa: SIM905


@given(
    st.lists(st.sampled_from(ORDINARY), max_size=12),
    st.lists(st.sampled_from([" ", "\n", "-\n", " - ", ", "]), min_size=12, max_size=12),
    st.sampled_from(
        ["Sue Doe", "Jörg Müller", "Ann MacDonald", "Pat O'Fiction", "Ann Forman", "Dü Blü"]
    ),
)
def test_find_no_name_in_ordinary_words(words: list[str], between: list[str], name: str) -> None:
    text = "".join(f"{word}{gap}" for word, gap in zip(words, between, strict=False))
    if "for-\nman" not in text:  # which is a name divided
        assert names(text, name) == []


@given(st.integers(1, 7), st.sampled_from(["-\n", "‐\r\n", "\u00ad\n ", "- \n"]))
def test_find_a_name_divided_anywhere(place: int, mark: str) -> None:
    written = f"{'Specimen'[:place]}{mark}{'Specimen'[place:]}"
    assert names(f"It told Ms {written} so.", "Zoe Specimen") == [" ".join(written.split())]


# Postcodes ----------------------------------------------------------------------------------------

GAPS = st.text(alphabet=" \u00a0\t\n-–.", max_size=3)


@given(st.lists(GAPS, min_size=6, max_size=6), st.booleans())
def test_find_a_postcode_however_it_is_spaced(gaps: list[str], upper: bool) -> None:
    written = "".join(a + b for a, b in zip("zz99 9zz".replace(" ", ""), [*gaps, ""], strict=True))
    written = written.upper() if upper else written
    for stored in ("ZZ99 9ZZ", "zz999zz", "ZZ99-9ZZ"):
        assert found(f"at {written}, near", postcode=stored) == [
            ("postcode", " ".join(written.split()))
        ]


@pytest.mark.parametrize("text", ["AZZ99 9ZZ", "ZZ99 9ZZZ", "ZZ99 9Z", "ZZ 9 9ZZ", "XZZ999ZZ1"])
def test_find_no_other_postcode(text: str) -> None:
    assert found(text, postcode="ZZ99 9ZZ") == []


def test_find_no_postcode_in_a_short_field() -> None:
    assert found("ZZ99 and M1", postcode="ZZ99") == []
    assert found("M1 1AA", postcode="m11aa") == [("postcode", "M1 1AA")]


# E-mail addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "zeno.fic@mail.example.org",
        "Zeno.Fic@Mail.Example.ORG",
        "zeno.fic @ mail.example.org",
        "zeno.fic(at)mail.example.org",
        "zeno.fic [at] mail [dot] example [dot] org",
        "zeno dot fic at mail dot example dot org",
    ],
)
def test_find_an_email_address(written: str) -> None:
    text = f"She wrote from {written}; nobody answered."
    assert found(text, email="zeno.fic@mail.example.org") == [("e-mail address", written)]
    assert found(f"<{written}>.", email="ZENO.FIC@mail.example.org") == [
        ("e-mail address", written)
    ]


@pytest.mark.parametrize(
    "written",
    ["azeno@example.org", "x.zeno@example.org", "zeno@example.organ", "zeno@example-org", "zeno@"],
)
def test_find_no_other_email_address(written: str) -> None:
    assert found(written, email="zeno@example.org") == []


# Telephone numbers --------------------------------------------------------------------------------

NATIONAL = "2079460000"


@given(
    st.sampled_from(["0", "+44", "+44 (0)", "0044", "(0)", "+44-0", "44 ", ""]),
    st.lists(st.text(alphabet=" \u00a0-–.()/", max_size=2), min_size=9, max_size=9),
    st.sampled_from(["020 7946 0000", "+442079460000", "(020) 7946-0000", "0044 20 7946 0000",
                     "+44 (0)20 7946 0000"]),
)  # fmt: skip
def test_find_a_telephone_number_however_it_is_written(
    prefix: str, gaps: list[str], stored: str
) -> None:
    written = prefix + "".join(a + b for a, b in zip(NATIONAL, [*gaps, ""], strict=True))
    [(kind, words)] = found(f"Ring {written} now", telephone=stored)
    assert kind == "telephone number"
    assert re.sub(r"\D", "", words).endswith(NATIONAL)
    if prefix.startswith("+"):
        assert words.startswith("+")


@pytest.mark.parametrize(
    "text", ["020 7946 00001", "1020 7946 0000", "020 7946 0001", "7946 0000", "20 001 234"]
)
def test_find_no_other_telephone_number(text: str) -> None:
    assert found(text, telephone="020 7946 0000") == []


def test_find_each_of_several_telephone_numbers() -> None:
    stored = "020 7946 0000 ext 123 / 07700 900123 (mobile)"
    text = "07700900123, then 02079460000, then 123"
    assert [words for _, words in found(text, telephone=stored)] == ["07700900123", "02079460000"]


def test_find_a_foreign_telephone_number() -> None:
    for written in ("+33 1 99 00 12 34", "0033199001234", "33 199001234"):
        assert [words for _, words in found(written, telephone="+33 1 99 00 12 34")] == [written]


# Where --------------------------------------------------------------------------------------------


def test_find_comes_in_the_order_of_the_text_each_time() -> None:
    assert found("Fictional, ZZ99 9ZZ, Fictional", name="Fictional", postcode="ZZ999ZZ") == [
        ("name", "Fictional"),
        ("postcode", "ZZ99 9ZZ"),
        ("name", "Fictional"),
    ]


def test_context_is_a_few_words_on_one_line() -> None:
    text = "One two three four five\nZeno’s six\n\nseven eight nine ten"
    [find] = find_personal_data(text, name="Zeno")
    assert find.context == "… two three four five Zeno’s six seven eight nine …"


def test_context_at_the_ends_of_a_text() -> None:
    assert find_personal_data("Zeno", name="Zeno")[0].context == "Zeno"
    assert find_personal_data("(Zeno)", name="Zeno")[0].context == "(Zeno)"
