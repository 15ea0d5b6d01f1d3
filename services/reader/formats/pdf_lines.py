"""Lines of a PDF page with their places, as PDFium gives them."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
from pypdfium2 import raw

BOLD_WEIGHT = 600
_WIDE = 0.58
"""Width of an average character, in font sizes, above which a line is looked at for gaps between cells."""
_CELL_GAP = 1.6
"""Gap between two cells of a row, in font sizes."""
_LOOSE_HEIGHT = 1.12
"""Height of a loose character box in font sizes, for the usual fonts."""
_LABEL = re.compile(r"\W{0,2}[\w.]{1,12}[.)]?\W{0,2}|\[\w+ \w+\]")
_PIECE = re.compile(r"[^\n\ufffe]+\ufffe?")
"""A line, or the part of it up to the hyphen with which it was wrapped; PDFium marks that with U+FFFE."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(slots=True)
class PlacedLine:
    """A line of a page. Places in points from the lower left corner; `size` is the font's."""

    text: str
    x: float
    y: float
    right: float
    size: float
    bold: bool
    cells: int = 1


class TextPage:
    """The text layer of one page."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._text_page = page.get_textpage()
        self._raw = self._text_page.raw
        self._count = raw.FPDFText_CountChars(self._raw)
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._box = tuple(ctypes.c_double() for _ in range(4))
        self._loose_box = raw.FS_RECTF()

    def lines(self) -> list[PlacedLine]:
        """The lines with text, in the order of the file."""
        if self._count <= 0:
            return []
        text = self._text_page.get_text_range()
        direct = len(text) == self._count
        found: list[PlacedLine] = []
        for match in _PIECE.finditer(text):
            found.extend(self._lines_of(match[0], match.start(), direct=direct))
        return found

    def close(self) -> None:
        """Frees the text page."""
        self._text_page.close()

    def _lines_of(self, piece: str, start: int, *, direct: bool) -> Iterator[PlacedLine]:
        """The lines of a piece: one, unless PDFium has taken several baselines for one line."""
        stripped = piece.strip()
        if not stripped:
            return
        first = start + len(piece) - len(piece.lstrip())
        last = first + len(stripped) - 1
        if not direct:
            first, last = self._char_index(first), self._char_index(last)
        size = self._size((first + last) // 2)
        if direct and " " in stripped and abs(self._baseline(first) - self._baseline(last)) > 0.5 * size:
            for text, begin in self._split_baselines(stripped, first, size):
                yield from self._line(text, begin, begin + len(text) - 1, size)
        else:
            yield from self._line(stripped, first, last, size)

    def _line(self, text: str, first: int, last: int, size: float) -> Iterator[PlacedLine]:
        right = self._edge(last, right=True)
        y = self._baseline(first)
        x = self._x.value
        bold = raw.FPDFText_GetFontWeight(self._raw, first) >= BOLD_WEIGHT
        bold = bold and raw.FPDFText_GetFontWeight(self._raw, last) >= BOLD_WEIGHT
        line = PlacedLine(text, x, y, right, size, bold)
        if size > 3 and right - x > _WIDE * size * len(text) and " " in text:
            self._split_cells(line, first)
        line.text = _clean(line.text)
        if line.text:
            yield line

    def _split_baselines(self, text: str, first: int, size: float) -> Iterator[tuple[str, int]]:
        """Runs of words on one baseline, with the index of their first character."""
        begin, end, level = 0, 0, self._baseline(first)
        for word in re.finditer(r"\S+", text):
            y = self._baseline(first + word.start())
            if word.start() and abs(y - level) > 0.5 * size:
                yield text[begin:end], first + begin
                begin = word.start()
            end, level = word.end(), y
        yield text[begin:end], first + begin

    def _baseline(self, index: int) -> float:
        raw.FPDFText_GetCharOrigin(self._raw, index, self._x, self._y)
        return self._y.value

    def _size(self, index: int) -> float:
        """Font size as it appears on the page, in points; what the file states may be scaled."""
        raw.FPDFText_GetLooseCharBox(self._raw, index, self._loose_box)
        return float(abs(self._loose_box.top - self._loose_box.bottom) / _LOOSE_HEIGHT)

    def _char_index(self, text_index: int) -> int:
        return max(0, int(raw.FPDFText_GetCharIndexFromTextIndex(self._raw, text_index)))

    def _edge(self, index: int, *, right: bool) -> float:
        left_edge, right_edge, bottom, top = self._box
        raw.FPDFText_GetCharBox(self._raw, index, left_edge, right_edge, bottom, top)
        return float(right_edge.value if right else left_edge.value)

    def _split_cells(self, line: PlacedLine, first: int) -> None:
        """Puts a separator where the gap between two words is wide, except after a list label."""
        cells: list[str] = []
        begin = 0
        for match in re.finditer(r"\s+", line.text):
            gap = self._edge(first + match.end(), right=False) - self._edge(first + match.start() - 1, right=True)
            before = line.text[begin : match.start()]
            if gap > _CELL_GAP * line.size and not (not cells and _LABEL.fullmatch(before) and _is_label(before)):
                cells.append(before)
                begin = match.end()
        cells.append(line.text[begin:])
        line.cells = len(cells)
        line.text = " | ".join(cells)


def _is_label(text: str) -> bool:
    return text.endswith((".", ")", "]")) or not text[-1].isalnum() or re.fullmatch(r"\d+(\.\d+)+", text) is not None


def _clean(text: str) -> str:
    """Text without control characters; PDFium's mark of a hyphen at the end of a line becomes a hyphen."""
    if text.isprintable():
        return text
    text = text.replace("\ufffe", "-").replace("\xa0", " ").replace("\x02", "-")
    return _CONTROL.sub("", text).strip()
