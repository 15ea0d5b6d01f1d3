"""Lines of a PDF page with their places, as PDFium gives them."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.reader.lines import CELL_SEPARATOR

BOLD_WEIGHT = 600
_WIDE = 0.58
"""Width of an average character, in font sizes, above which a line is looked at for gaps between cells."""
_CELL_GAP = 1.6
"""Gap between two cells of a row, in font sizes."""
_COLUMN_GAP = 0.7
"""The same where the second cell begins at the edge of a known column."""
_EDGE = 2.0
"""How far cells of one column may begin apart, in points."""
_LOOSE_HEIGHT = 1.12
"""Height of a loose character box in font sizes, for the usual fonts."""
_LABEL = re.compile(r"\W{0,2}[\w.]{1,12}[.)]?\W{0,2}|\[\w+ \w+\]")
_PIECE = re.compile(r"[^\n\ufffe]+\ufffe?")
"""A line, or the part of it up to the hyphen with which it was wrapped; PDFium marks that with U+FFFE."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(slots=True)
class PlacedLine:
    """A line of a page. Places in points from the lower left corner; `size` is the font's.

    `starts` are the left edges of its cells, `first` is the index of its first character.
    """

    text: str
    x: float
    y: float
    right: float
    size: float
    bold: bool
    first: int = 0
    starts: tuple[float, ...] = ()

    @property
    def cells(self) -> int:
        """How many cells of a row it holds; 1 for running text."""
        return max(1, len(self.starts))


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
        if direct:
            self._split_at_columns(found)
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
        size = self._size((first + last) // 2) or self._size(first)  # a space that PDFium has put in has no size
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
        line = PlacedLine(text, x, y, right, size, bold, first)
        if size > 3 and right - x > _WIDE * size * len(text) and " " in text:
            self._split_cells(line)
        line.text = clean(line.text)
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

    def _split_at_columns(self, lines: list[PlacedLine]) -> None:
        """Cuts lines where a word begins at the edge of a column that other rows of the page show."""
        columns = _columns(lines)
        for line in lines if columns else ():
            crossed = [edge for edge in columns if line.x + 2 * line.size < edge < line.right]
            if crossed and line.cells == 1 and " " in line.text and line.text.isprintable():
                self._split_cells(line, crossed)

    def _split_cells(self, line: PlacedLine, columns: Sequence[float] = ()) -> None:
        """Puts a separator where the gap between two words is wide, a narrower one at the edge of a column.

        A gap after a list label separates nothing.
        """
        cells: list[str] = []
        starts = [line.x]
        begin = 0
        for match in re.finditer(r"\s+", line.text):
            edge = self._edge(line.first + match.end(), right=False)
            gap = edge - self._edge(line.first + match.start() - 1, right=True)
            before = line.text[begin : match.start()]
            least = _COLUMN_GAP if _near(edge, columns) else _CELL_GAP
            if gap > least * line.size and not (not cells and _LABEL.fullmatch(before) and _is_label(before)):
                cells.append(before)
                starts.append(edge)
                begin = match.end()
        if cells:
            cells.append(line.text[begin:])
            line.starts = tuple(starts)
            line.text = CELL_SEPARATOR.join(cells)


def _columns(lines: Sequence[PlacedLine]) -> list[float]:
    """Left edges of columns: where the cells of at least two rows begin, those of the first column left out."""
    edges = [edge for line in lines for edge in line.starts[1:]]
    for before, line in pairwise(lines):
        if before.y - 0.6 * line.size < line.y < before.y + 4 * line.size and line.x > before.right + line.size:
            edges.append(line.x)
    edges.sort()
    return [edge for edge, following in pairwise(edges) if following - edge < _EDGE]


def join_lone_rows(lines: Sequence[PlacedLine]) -> None:
    """Takes the cells of a line for running text where no line beside it has a cell at the same place.

    For text that OCR has put under a picture: its words stand where the scanner saw them, often too far apart.
    """
    kept = {
        id(line)
        for before, after in pairwise(lines)
        if any(_near(edge, after.starts[1:]) for edge in before.starts[1:])
        for line in (before, after)
    }
    for line in lines:
        if line.cells > 1 and id(line) not in kept:
            line.text, line.starts = line.text.replace(CELL_SEPARATOR, " "), ()


def _near(edge: float, columns: Sequence[float]) -> bool:
    return any(abs(edge - column) < _EDGE for column in columns)


def _is_label(text: str) -> bool:
    return text.endswith((".", ")", "]")) or not text[-1].isalnum() or re.fullmatch(r"\d+(\.\d+)+", text) is not None


def clean(text: str) -> str:
    """Text without control characters; PDFium's mark of a hyphen at the end of a line becomes a hyphen."""
    if text.isprintable():
        return text
    text = text.replace("\ufffe", "-").replace("\xa0", " ").replace("\x02", "-")
    return _CONTROL.sub("", text).strip()
