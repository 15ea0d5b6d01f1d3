"""Lines of text that came without places: from OCR and from plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from buildplan.v1.document_pb2 import Passage
from services.reader import repeats, signs
from services.reader.lines import Line

_EDGE_LINES = 4
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


def mark_repeats(pages: Sequence[Sequence[Line]]) -> None:
    """Marks as header what the first and last lines of three pages, of two where there are no more, have in common.

    What says that somebody shall do something is no header, however often it is said.
    """
    edges = [[*lines[:_EDGE_LINES], *lines[_EDGE_LINES:][-_EDGE_LINES:]] for lines in pages]
    counts = Counter(text for lines in edges for text in {line.text.casefold() for line in lines})
    needed = min(3, max(2, len(pages)))
    for line in (line for lines in edges for line in lines):
        if counts[line.text.casefold()] >= needed and not signs.is_duty(line.text):
            line.role = Passage.ROLE_HEADER_FOOTER


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
