"""How complaints are numbered: `YY NNN NNN`."""

import re

# Spaces and dashes as they are typed and as other programs make them.
BETWEEN = r"[\s\-\u2010-\u2015\u2212]"

_FORM = re.compile(rf"([0-9]{{2}}){BETWEEN}?([0-9]{{3}}){BETWEEN}?([0-9]{{3}})")


def parse_reference(text: str) -> str | None:
    """The reference as stored, `20 001 234`; None where the text is not one.

    Spaces and dashes are optional: `20-001-234` and `20001234` are the same complaint.
    """
    form = _FORM.fullmatch(text.strip())
    return " ".join(form.groups()) if form else None


def in_addresses(reference: str) -> str:
    """A stored reference as addresses of pages have it: `20-001-234`."""
    return reference.replace(" ", "-")
