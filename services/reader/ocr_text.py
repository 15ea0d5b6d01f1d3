"""Lines of text that came without places: from OCR and from plain text."""

from __future__ import annotations

from collections.abc import Iterable

from buildplan.v1.document_pb2 import Passage
from services.reader import repeats
from services.reader.lines import Line

_UNWRAPPED = 200
"""A text with a line of more characters has a line for each paragraph."""


def ocr_lines(text: str) -> list[Line]:
    """Lines of an OCR text; the first and last two are looked at for page numbers."""
    lines = plain_lines(text.splitlines())
    for index, line in enumerate(lines):
        edge = index < 2 or index >= len(lines) - 2
        if repeats.is_phrase(line.text) or (edge and repeats.is_page_number(line.text)):
            line.role = Passage.ROLE_HEADER_FOOTER
    return lines


def plain_lines(texts: Iterable[str]) -> list[Line]:
    """Lines where an empty line begins a new block; a short line may end a paragraph."""
    lines: list[Line] = []
    empty = False
    stripped = [text.strip() for text in texts]
    longest = max((len(text) for text in stripped), default=0)
    for text in stripped:
        if text:
            lines.append(Line(text=text, breaks=empty or longest > _UNWRAPPED, ragged=len(text) < 0.75 * longest))
        empty = not text
    return lines
