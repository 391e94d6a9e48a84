"""OpenDocument spreadsheets (ODF 1.3), as much of them as open data needs.

Each sheet is read from its first cell on: no merged cells, no empty rows, no colour that means
anything. The same sheets give the same bytes on any day, so that a copy can be told to be current.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

type Value = str | int | Decimal | dt.date | None

CONTENT_TYPE = "application/vnd.oasis.opendocument.spreadsheet"

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest there is
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMESPACES = 'xmlns:dc="http://purl.org/dc/elements/1.1/" ' + " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("meta", "meta"),
        ("number", "datastyle"),
        ("fo", "xsl-fo-compatible"),
        ("manifest", "manifest"),
    )
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title in the first cell, lines of text below, then a table with a header row.

    `widths` are those of the columns in centimetres. A sheet without `header` has text alone.
    """

    name: str
    title: str
    lines: Sequence[str] = ()
    header: Sequence[str] = ()
    rows: Sequence[Sequence[Value]] = ()
    widths: Sequence[float] = (30,)


def ods_bytes(sheets: Sequence[Sheet], *, title: str, description: str) -> bytes:
    """The file. Raises ValueError if a name is used twice, as it names sheet and table."""
    if len({sheet.name for sheet in sheets}) < len(sheets):
        raise ValueError("Two sheets have the same name")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        # The type comes first and as it is, so that programs know the file by its beginning.
        _add(archive, "mimetype", CONTENT_TYPE, zipfile.ZIP_STORED)
        _add(archive, "content.xml", _content(sheets))
        _add(archive, "styles.xml", _styles())
        _add(archive, "meta.xml", _meta(title, description))
        _add(archive, "META-INF/manifest.xml", _manifest())
    return held.getvalue()


def _add(
    archive: zipfile.ZipFile, name: str, text: str, compression: int = zipfile.ZIP_DEFLATED
) -> None:
    entry = zipfile.ZipInfo(name, date_time=_ZIP_DATE)
    entry.compress_type = compression
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text)


def _content(sheets: Sequence[Sheet]) -> str:
    widths = sorted({width for sheet in sheets for width in sheet.widths})
    columns = "".join(
        f'<style:style style:name="{_width_style(width)}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width}cm"/></style:style>'
        for width in widths
    )
    return _document(
        "content",
        f"<office:automatic-styles>{columns}</office:automatic-styles>"
        "<office:body><office:spreadsheet>"
        f"{''.join(''.join(_sheet(sheet)) for sheet in sheets)}"
        f"<table:database-ranges>{''.join(map(_range, sheets))}</table:database-ranges>"
        "</office:spreadsheet></office:body>",
    )


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f"<table:table table:name={quoteattr(sheet.name)}>"
    for width in sheet.widths:
        yield f'<table:table-column table:style-name="{_width_style(width)}"/>'
    yield _row([sheet.title], "Heading_20_1")
    for line in sheet.lines:
        yield _row([line], "Text")
    if sheet.header:
        header = _row(sheet.header, "Header")
        yield f"<table:table-header-rows>{header}</table:table-header-rows>"
        for row in sheet.rows:
            yield _row(row, "Text")
    yield "</table:table>"


def _width_style(width: float) -> str:
    return f"w{width:g}".replace(".", "_")


def _row(cells: Iterable[Value], style: str) -> str:
    return f"<table:table-row>{''.join(_cell(value, style) for value in cells)}</table:table-row>"


def _cell(value: Value, style: str) -> str:
    """Text stays text whatever it begins with: nothing in a cell is ever a formula."""
    match value:
        case None:
            return "<table:table-cell/>"
        case dt.date():
            kind, shown = f'date" office:date-value="{value.isoformat()}', value.isoformat()
            style = "Date"
        case int() | Decimal():
            kind, shown = f'float" office:value="{value}', str(value)
            style = "Decimal" if isinstance(value, Decimal) else "Number"
        case _:
            kind, shown = "string", _text(value)
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="{kind}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _range(sheet: Sheet) -> str:
    """Marks the table on the sheet as one, its first row as the header."""
    if not sheet.header:
        return ""
    quoted = "'" + sheet.name.replace("'", "''") + "'"
    first = 2 + len(sheet.lines)
    last = first + len(sheet.rows)
    address = f"{quoted}.A{first}:{quoted}.{_letters(len(sheet.header))}{last}"
    name = re.sub(r"\W", "_", sheet.name)
    return (
        f'<table:database-range table:name="{name}" table:contains-header="true" '
        f'table:display-filter-buttons="false" table:target-range-address={quoteattr(address)}/>'
    )


def _letters(column: int) -> str:
    """The name of a column: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _styles() -> str:
    return _document("styles", f"<office:styles>{_COMMON_STYLES}</office:styles>")


_COMMON_STYLES = """\
<style:default-style style:family="table-cell">\
<style:text-properties fo:font-family="Arial" fo:font-size="12pt" \
fo:language="en" fo:country="GB"/></style:default-style>\
<number:number-style style:name="N0"><number:number number:min-integer-digits="1" \
number:decimal-places="0"/></number:number-style>\
<number:number-style style:name="N1"><number:number number:min-integer-digits="1" \
number:decimal-places="1" number:min-decimal-places="1"/></number:number-style>\
<number:date-style style:name="N2"><number:year number:style="long"/><number:text>-</number:text>\
<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>\
</number:date-style>\
<style:style style:name="Default" style:family="table-cell"/>\
<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="table-cell" \
style:parent-style-name="Default"><style:text-properties fo:font-size="16pt" \
fo:font-weight="bold"/></style:style>\
<style:style style:name="Header" style:family="table-cell" style:parent-style-name="Default">\
<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>\
<style:text-properties fo:font-weight="bold"/></style:style>\
<style:style style:name="Text" style:family="table-cell" style:parent-style-name="Default">\
<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/></style:style>\
<style:style style:name="Number" style:family="table-cell" style:parent-style-name="Text" \
style:data-style-name="N0"/>\
<style:style style:name="Decimal" style:family="table-cell" style:parent-style-name="Text" \
style:data-style-name="N1"/>\
<style:style style:name="Date" style:family="table-cell" style:parent-style-name="Text" \
style:data-style-name="N2"/>"""


def _meta(title: str, description: str) -> str:
    return _document(
        "meta",
        f"<office:meta><dc:title>{_text(title)}</dc:title>"
        f"<dc:description>{_text(description)}</dc:description>"
        "<dc:language>en-GB</dc:language></office:meta>",
    )


def _manifest() -> str:
    files = {
        "/": CONTENT_TYPE,
        "content.xml": "text/xml",
        "styles.xml": "text/xml",
        "meta.xml": "text/xml",
    }
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>'
        for name, kind in files.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest {_NAMESPACES} '
        f'manifest:version="1.3">{entries}</manifest:manifest>'
    )


def _document(name: str, content: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-{name} {_NAMESPACES} '
        f'office:version="1.3">{content}</office:document-{name}>'
    )
