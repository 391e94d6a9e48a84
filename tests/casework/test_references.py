import pytest

from casework.references import parse_reference


@pytest.mark.parametrize(
    "text",
    [
        "20 001 234", "20-001-234", "20001234", "20 001-234", " 20 001 234 ", "20–001–234",
        "20\u2011001\u00a0234",
    ],
)  # fmt: skip
def test_reference_in_every_spelling_is_one(text: str) -> None:
    assert parse_reference(text) == "20 001 234"


@pytest.mark.parametrize(
    "text", ["", "2001234", "200012345", "20 001  234", "2 0001234", "２0001234", "20 001 23x"]
)
def test_reference_of_another_form_is_none(text: str) -> None:
    assert parse_reference(text) is None
