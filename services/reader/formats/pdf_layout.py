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
    row_top: PlacedLine | None = None
    for index, line in enumerate(placed):
        before = placed[index - 1] if index else None
        entry = Line(text=line.text, row=line.cells > 1, ragged=line.right < margin)
        entry.emphasis = not drawing and (line.bold or line.size > 1.15 * size)
        if repeats.is_repeat(line.text, repeats.place(line.y, height, extent), repeated, numbered=not drawing):
            entry.role = Passage.ROLE_HEADER_FOOTER
        if before is not None:
            entry.breaks = _breaks(before, line, pitch, drawing=drawing)
            entry.cell = not drawing and row_top is not None and _is_next_cell(row_top, before, line, result[-1], entry)
        if row_top is None or (entry.breaks or entry.row or entry.role or signs.is_item(line.text)):
            row_top = line
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


def _is_next_cell(top: PlacedLine, before: PlacedLine, line: PlacedLine, last: Line, entry: Line) -> bool:
    """True when `line` is the next cell of the row that began with `top`."""
    if entry.role or last.role or signs.is_contents(line.text) or signs.is_field(line.text):
        return False
    same_height = abs(line.y - top.y) < 0.6 * line.size
    return same_height and line.x > max(top.x, before.x) + 2 * line.size and line.x > before.right - 0.5 * line.size
