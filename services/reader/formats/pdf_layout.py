"""From placed lines to lines that know where blocks begin, which of them repeat and which stand out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from buildplan.v1.document_pb2 import Passage
from services.reader import repeats, signs
from services.reader.formats.pdf_lines import PlacedLine
from services.reader.lines import Line

_TITLE_BLOCK = (
    "scale", "drawn", "checked", "sheet", "dwg", "drawing", "tolerance", "unless otherwise specified", "dimensions in",
    "all dimensions", "finish", "material", "rev", "title", "cage", "projection", "do not scale", "approved",
)  # fmt: skip
_TALLEST_ROW = 8
"""Height in font sizes up to which lines beside each other are read as cells of one row."""
_CELL_EDGE = 2.0
"""How far the lines of one cell may begin apart, in points."""


def body_size(pages: Sequence[Sequence[PlacedLine]]) -> float:
    """Font size of the running text in points: the one that holds the most characters; 10 without text."""
    weights: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            weights[round(line.size * 2) / 2] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 10.0


def is_drawing(texts: Sequence[str]) -> bool:
    """True when a page reads as a drawing: short lines and at least three terms of a title block."""
    if not texts or sum(map(len, texts)) > 45 * len(texts) or sum(map(len, texts)) > 6000:
        return False
    whole = "\n".join(texts).casefold()
    return (sum(term in whole for term in _TITLE_BLOCK) >= 3 and "drawing" in whole) or _has_strong_terms(whole)


def _has_strong_terms(whole: str) -> bool:
    strong = ("scale", "drawn", "checked", "sheet", "dwg", "unless otherwise specified", "projection", "do not scale")
    return sum(term in whole for term in strong) >= 3


def lay_out(
    placed: Sequence[PlacedLine], height: float, size: float, repeated: frozenset[str], *, drawing: bool
) -> list[Line]:
    """The lines of a page.

    Args:
        placed: The lines with their places.
        height: Height of the page in points.
        size: Font size of the document's running text.
        repeated: Texts of headers and footers, as `repeats.repeated` gave them.
        drawing: True on a drawing.
    """
    pitch = _pitch(placed)
    margin = _right_margin(placed)
    extent = vertical_extent(placed)
    result: list[Line] = []
    row = _Row()
    for index, line in enumerate(placed):
        before = placed[index - 1] if index else None
        entry = Line(text=line.text, row=line.cells > 1, ragged=line.right < margin)
        entry.emphasis = not drawing and (line.bold or line.size > 1.15 * size)
        if repeats.is_repeat(line.text, repeats.place(line.y, height, extent), repeated, numbered=not drawing):
            entry.role = Passage.ROLE_HEADER_FOOTER
        if before is not None:
            entry.breaks = _breaks(before, line, pitch, drawing=drawing)
            if not drawing and not entry.role and not result[-1].role and not _stands_alone(line.text):
                entry.cell = row.has_beside(before, line)
                near = before.y - line.y <= 1.3 * pitch * line.size
                entry.wraps = row.wrapped(before, line) if near and not entry.cell else None
        row.take(line, entry)
        result.append(entry)
    return result


def vertical_extent(placed: Sequence[PlacedLine]) -> tuple[float, float]:
    """Lowest and highest baseline of a page in points."""
    return (min(line.y for line in placed), max(line.y for line in placed)) if placed else (0.0, 0.0)


def _pitch(placed: Sequence[PlacedLine]) -> float:
    """Distance of two lines of one paragraph in font sizes: the smallest that is common."""
    steps = ((a.y - b.y) / max(a.size, 1.0) for a, b in pairwise(placed))
    near = sorted(step for step in steps if 0.8 < step < 2.6)
    return near[len(near) // 4] if near else 1.2


def _right_margin(placed: Sequence[PlacedLine]) -> float:
    """Where a line must end at least to count as full, in points."""
    if not placed:
        return 0.0
    rights = sorted(line.right for line in placed)
    left = min(line.x for line in placed)
    right = rights[int(len(rights) * 0.9)] if len(rights) > 3 else rights[-1]
    return left + 0.85 * (right - left)


def _breaks(before: PlacedLine, line: PlacedLine, pitch: float, *, drawing: bool) -> bool:
    step = before.y - line.y
    if step < -0.5 * line.size or step > 1.3 * pitch * line.size:
        return True
    if abs(step) < 0.3 * line.size and line.x < before.x:
        return True
    if abs(before.size - line.size) > 0.12 * max(before.size, line.size):
        return True
    far = 5 * line.size if drawing else 20 * line.size
    return step > 0.3 * line.size and line.x - before.x > far


def _stands_alone(text: str) -> bool:
    return signs.is_contents(text) or signs.is_field(text)


class _Row:
    """The row, or the paragraph, that is being read: where it begins, how low it reaches, where its cells begin."""

    def __init__(self) -> None:
        self._top: PlacedLine | None = None
        self._low = 0.0
        self._starts: list[float] = []

    def take(self, line: PlacedLine, entry: Line) -> None:
        """Adds the line that comes next."""
        begins = entry.breaks or entry.row or entry.role or signs.is_item(line.text)
        if self._top is None or (begins and not entry.cell and entry.wraps is None):
            self._top, self._low, self._starts = line, line.y, []
        if entry.cell or not self._starts:
            self._starts.extend(line.starts or (line.x,))
        self._low = min(self._low, line.y)

    def has_beside(self, before: PlacedLine, line: PlacedLine) -> bool:
        """True when `line` is the next cell: to the right of the last one, as high as the row or within its height."""
        if self._top is None or self._top.y - self._low > _TALLEST_ROW * line.size:
            return False
        within = self._low - 0.6 * line.size < line.y < self._top.y + 0.6 * line.size
        return (
            within and line.x > max(self._top.x, before.x) + 2 * line.size and line.x > before.right - 0.5 * line.size
        )

    def wrapped(self, before: PlacedLine, line: PlacedLine) -> int | None:
        """The cell, counted from 0, that `line` goes on with; None when it begins something else.

        The first cell goes on only with a small letter: what stands below it with a capital is the next row.
        """
        if len(self._starts) < 2 or line.cells > 1 or line.y > before.y - 0.3 * line.size:
            return None
        for place, start in enumerate(self._starts):
            if abs(line.x - start) < _CELL_EDGE:
                return place if place or line.text[0].islower() else None
        return None
