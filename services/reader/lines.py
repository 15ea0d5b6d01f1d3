"""Lines of text and how they become blocks: paragraphs, list items, notes, rows and fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from buildplan.v1.document_pb2 import Passage
from services.reader import signs

CELL_SEPARATOR = " | "


@dataclass(slots=True)
class Line:
    """A line as it stands on a page.

    Attributes:
        text: Its text without white space at the ends; cells are joined with " | ".
        breaks: True when the layout says that a new block begins here.
        emphasis: True when it stands out: bold, or larger than the running text.
        cell: True when it continues the row of the line before with another cell.
        row: True when it holds several cells.
        wraps: The cell of the row above, counted from 0, that it goes on with; None for any other line.
        ragged: True when it ends well before the right margin.
        role: Role when already known (header or footer, contents), else unspecified.
    """

    text: str
    breaks: bool = False
    emphasis: bool = False
    cell: bool = False
    row: bool = False
    wraps: int | None = None
    ragged: bool = False
    role: Passage.Role.ValueType = Passage.ROLE_UNSPECIFIED


@dataclass(slots=True)
class Block:
    """Lines that are read as one. `cells` holds the text of each cell; one entry means no table row.

    A `woven` row goes on in the middle: its lines one after another are not its text.
    """

    cells: list[str]
    lines: list[Line] = field(default_factory=list)
    role: Passage.Role.ValueType = Passage.ROLE_UNSPECIFIED
    woven: bool = False

    @property
    def text(self) -> str:
        """The block's text, cells joined with " | "."""
        return CELL_SEPARATOR.join(self.cells)


def page_text(blocks: Iterable[Block]) -> str:
    """The whole text of a page, line by line; cells of one row are joined with " | "."""
    parts: list[str] = []
    for block in blocks:
        for line in [Line(block.text)] if block.woven else block.lines:
            parts.append((CELL_SEPARATOR if line.cell else "\n") if parts else "")
            parts.append(line.text)
    return "".join(parts)


def group(lines: Iterable[Line], join: Callable[[str, str], str], *, drawing: bool) -> Iterator[Block]:
    """Blocks of a page in reading order.

    Args:
        lines: The page's lines.
        join: Joins two lines of one paragraph and undoes hyphenation.
        drawing: True on a drawing, where only numbered notes go over several lines.
    """
    block: Block | None = None
    for line in lines:
        if block is not None and line.cell and block.role == line.role:
            block.cells.append(line.text)
            block.lines.append(line)
        elif block is not None and line.wraps is not None and block.role == line.role:
            _go_on(block, line, join)
        elif block is not None and not _begins(block, line, drawing=drawing):
            block.cells[-1] = join(block.cells[-1], line.text)
            block.lines.append(line)
        else:
            if block is not None:
                yield block
            block = Block(cells=[line.text], lines=[line], role=line.role)
    if block is not None:
        yield block


def _go_on(block: Block, line: Line, join: Callable[[str, str], str]) -> None:
    """Adds a line to the cell of a row that it goes on with."""
    cells = block.text.split(CELL_SEPARATOR)
    place = min(line.wraps or 0, len(cells) - 1)
    cells[place] = join(cells[place], line.text)
    block.cells = cells
    block.lines.append(line)
    block.woven = block.woven or place < len(cells) - 1


def _begins(block: Block, line: Line, *, drawing: bool) -> bool:
    """True when `line` begins a new block after `block`."""
    last = block.lines[-1]
    if line.breaks or line.role or block.role or line.row or last.row or last.emphasis != line.emphasis:
        return True
    if signs.is_item(line.text) or signs.is_field(line.text) or (line.emphasis and signs.is_clause_heading(line.text)):
        return True
    return not _continues_note(block, line) if drawing else _ends_paragraph(block, last, line)


def _ends_paragraph(block: Block, last: Line, line: Line) -> bool:
    """True when the words say that a paragraph has ended before `line`."""
    if signs.is_field(block.text) and len(block.lines) == 1 and not line.text[0].islower():
        return True
    if _is_heading_line(block) and not line.emphasis:
        return True
    return last.ragged and last.text.endswith((".", ":", ";", "?", "!")) and not line.text[0].islower()


def _continues_note(block: Block, line: Line) -> bool:
    """True when a line of a drawing goes on with the note or legend above it."""
    if signs.is_item(block.text):
        return not signs.is_contents_title(block.text) and len(block.text) > 6
    return line.text[0].islower() or (len(block.lines[-1].text) >= 30 and len(line.text) > 3)


def _is_heading_line(block: Block) -> bool:
    """True when the block is one line that reads as a heading without any help of the layout."""
    if len(block.lines) != 1:
        return False
    text = block.text
    return signs.is_contents_title(text) or (signs.is_clause_heading(text) and len(text) < 70)
