"""HTML: headings, paragraphs, list items and rows of tables; scripts and styles are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import lxml.html  # type: ignore[import-untyped]  # lxml ships no types
from lxml import etree

from buildplan.v1.document_pb2 import Passage
from services.reader import signs
from services.reader.blocks import TextBlock, parts
from services.reader.content import Content, Source
from services.reader.formats.text import decode
from services.reader.lines import CELL_SEPARATOR

_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_DROPPED = frozenset({"script", "style", "head", "noscript", "template", "svg", "iframe", "object"})
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tbody", "tfoot", "thead", "title", "tr", "ul",
}  # fmt: skip
_CELLS = frozenset({"td", "th"})


def read(source: Source) -> Content:
    """Reads a web page. Raises RefusedError for binary data."""
    return Content(pages=parts(html_blocks(decode(source.data))))


def html_blocks(text: str) -> Iterator[TextBlock]:
    """Blocks of a web page in reading order."""
    parser = lxml.html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return
    yield from _Walk().blocks(root)


class _Walk:
    """Collects text until a block ends. Cells of one row are kept together."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._cells: list[str] = []
        self._in_row = 0
        self._count = 0

    def blocks(self, root: Any) -> Iterator[TextBlock]:
        skipped = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            if tag in _DROPPED:
                skipped += 1 if event == "start" else -1
                if event == "end" and not skipped:
                    self._text.append(element.tail or "")
                continue
            if skipped:
                continue
            yield from self._start(tag, element) if event == "start" else self._end(tag, element)
        yield from self._flush(Passage.ROLE_BODY)

    def _start(self, tag: str, element: Any) -> Iterator[TextBlock]:
        if tag in _BLOCKS:
            yield from self._break()
        if tag == "tr":
            self._in_row += 1
        self._text.append(element.text or "")

    def _end(self, tag: str, element: Any) -> Iterator[TextBlock]:
        if tag in _CELLS:
            self._cells.append(self._take())
        elif tag == "tr":
            self._in_row = max(0, self._in_row - 1)
            yield from self._row()
        elif tag in _HEADINGS and not self._in_row:
            yield from self._flush(Passage.ROLE_HEADING)
        elif tag in _BLOCKS:
            yield from self._break()
        self._text.append(element.tail or "")

    def _break(self) -> Iterator[TextBlock]:
        if self._in_row:
            self._text.append(" ")
        else:
            yield from self._flush(Passage.ROLE_BODY)

    def _row(self) -> Iterator[TextBlock]:
        cells = [cell for cell in (*self._cells, self._take()) if cell]
        self._cells = []
        if not cells:
            return
        self._count += 1
        role = Passage.ROLE_TABLE_ROW if len(cells) > 1 else Passage.ROLE_BODY
        yield TextBlock(CELL_SEPARATOR.join(cells), role, f"paragraph {self._count}")

    def _flush(self, role: Passage.Role.ValueType) -> Iterator[TextBlock]:
        text = self._take()
        if text:
            self._count += 1
            known = Passage.ROLE_FIELD if role == Passage.ROLE_BODY and signs.is_field(text) else role
            yield TextBlock(text, known, f"paragraph {self._count}")

    def _take(self) -> str:
        text = " ".join("".join(self._text).replace("\x00", "").split())
        self._text = []
        return text
