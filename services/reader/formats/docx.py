"""DOCX: paragraphs, lists, tables, headers and footers in reading order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from buildplan.v1.document_pb2 import Passage
from services.reader import signs
from services.reader.blocks import TextBlock, parts
from services.reader.containers import check_zip
from services.reader.content import Content, Source
from services.reader.findings import RefusedError
from services.reader.lines import CELL_SEPARATOR

_P, _TBL, _TR, _TC, _SDT, _SDT_CONTENT = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc", "sdt", "sdtContent"))
_T, _TAB, _BREAK, _HYPHEN = (qn(f"w:{name}") for name in ("t", "tab", "br", "noBreakHyphen"))
_SKIPPED = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_STYLE, _VALUE, _OUTLINE, _NUMBERED = qn("w:pStyle"), qn("w:val"), qn("w:outlineLvl"), qn("w:numPr")


def read(source: Source) -> Content:
    """Reads a document. Raises RefusedError when it is damaged or a zip bomb."""
    check_zip(source)
    try:
        document = docx.Document(io.BytesIO(source.data))
        blocks = [*_headers(document), *_body(document)]
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, etree.LxmlError) as error:
        raise RefusedError(
            "UNREADABLE", "The document is damaged: it cannot be opened.", "Save it again and upload it."
        ) from error
    return Content(pages=parts(blocks))


def _headers(document: Any) -> Iterator[TextBlock]:
    """Headers and footers, each once; a table in a header is read as well."""
    seen: set[str] = set()
    for section in document.sections:
        for name, part in (
            ("header", section.header),
            ("footer", section.footer),
            ("header", section.first_page_header),
        ):
            if part.is_linked_to_previous:
                continue
            for paragraph in part.part.element.iter(_P):
                text = paragraph_text(paragraph)
                if text and text not in seen:
                    seen.add(text)
                    yield TextBlock(text, Passage.ROLE_HEADER_FOOTER, name)


def _body(document: Any) -> Iterator[TextBlock]:
    headings = _heading_styles(document)
    paragraphs = tables = 0
    for element in _flow(document.element.body):
        if element.tag == _TBL:
            tables += 1
            yield from _rows(element, tables)
            continue
        text = paragraph_text(element)
        if text:
            paragraphs += 1
            yield TextBlock(text, _role(element, text, headings), f"paragraph {paragraphs}")


def _flow(body: Any) -> Iterator[Any]:
    """Paragraphs and tables in order; content controls are opened."""
    waiting = list(reversed(body))
    while waiting:
        element = waiting.pop()
        if element.tag in {_P, _TBL}:
            yield element
        elif element.tag in {_SDT, _SDT_CONTENT}:
            waiting.extend(reversed(element))


def _rows(table: Any, number: int) -> Iterator[TextBlock]:
    """Rows of a table; the first row, when it is all words, is the heading of the others."""
    rows = [[_cell(cell) for cell in row.iter(_TC) if _owner(cell) is row] for row in table.iter(_TR)]
    header = ""
    for index, cells in enumerate(rows, 1):
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        text, locator = CELL_SEPARATOR.join(filled), f"table {number}, row {index}"
        if index == 1 and len(rows) > 1 and _is_header(filled):
            header = text
            yield TextBlock(text, Passage.ROLE_HEADING, locator)
        else:
            form = len(filled) <= 2 and (filled[0].endswith(":") or signs.is_field(text))
            yield TextBlock(text, Passage.ROLE_FIELD if form else Passage.ROLE_TABLE_ROW, locator, header)


def _owner(cell: Any) -> Any:
    """The row that a cell stands in, content controls apart."""
    parent = cell.getparent()
    while parent is not None and parent.tag != _TR:
        parent = parent.getparent()
    return parent


def _cell(cell: Any) -> str:
    return " ".join(filter(None, (paragraph_text(paragraph) for paragraph in cell.iter(_P))))


def _is_header(cells: list[str]) -> bool:
    return len(cells) >= 3 and all(
        len(cell) < 50 and not cell[0].isdigit() and not cell.endswith(".") for cell in cells
    )


def paragraph_text(paragraph: Any) -> str:
    """Text of a paragraph in one line: insertions and text boxes included, deletions not."""
    pieces: list[str] = []
    fallback: Any = None
    for element in paragraph.iter(_T, _TAB, _BREAK, _HYPHEN, _SKIPPED):
        if element.tag == _SKIPPED:
            fallback = element
        elif fallback is None or not _is_inside(element, fallback):
            pieces.append(_piece(element))
    return " ".join("".join(pieces).split())


def _piece(element: Any) -> str:
    if element.tag == _T:
        return element.text or ""
    return "-" if element.tag == _HYPHEN else " "


def _is_inside(element: Any, ancestor: Any) -> bool:
    return any(parent is ancestor for parent in element.iterancestors(_SKIPPED))


def _heading_styles(document: Any) -> dict[str, str]:
    """Style identifiers with what they mean: "heading", "contents" or "list"."""
    found = {}
    for style in document.styles:
        name = (style.name or "").lower()
        if name.startswith(("heading", "title", "subtitle")):
            found[style.style_id] = "heading"
        elif name.startswith(("toc ", "table of figures")):
            found[style.style_id] = "contents"
        elif name.startswith("list"):
            found[style.style_id] = "list"
    return found


def _role(paragraph: Any, text: str, styles: dict[str, str]) -> Passage.Role.ValueType:
    style = next((styles.get(item.get(_VALUE), "") for item in paragraph.iter(_STYLE)), "")
    if style == "contents" or signs.is_contents(text) or signs.is_contents_title(text):
        return Passage.ROLE_CONTENTS
    if style == "heading" or next(paragraph.iter(_OUTLINE), None) is not None or signs.is_caption(text):
        return Passage.ROLE_HEADING
    if signs.is_field(text):
        return Passage.ROLE_FIELD
    if style == "list" or next(paragraph.iter(_NUMBERED), None) is not None:
        return Passage.ROLE_BODY
    return Passage.ROLE_HEADING if _reads_as_heading(text) else Passage.ROLE_BODY


def _reads_as_heading(text: str) -> bool:
    """True for a clause heading that was typed without a style."""
    if signs.is_clause_heading(text):
        return signs.single_level_number(text) is None or len(text.split()) <= 6
    return signs.is_capitals(text) and signs.is_title(text) and len(text) <= 60 and not any(c.isdigit() for c in text)
