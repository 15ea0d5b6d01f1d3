"""Rows of a sheet as passages: which row is the header, what a value looks like, where a row stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from buildplan.v1.document_pb2 import Passage
from services.reader import signs
from services.reader.blocks import TextBlock
from services.reader.lines import CELL_SEPARATOR

_HEADER_WITHIN = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its number from 1, its cells as (column from 1, text)."""

    number: int
    cells: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        """The cells joined with " | "."""
        return CELL_SEPARATOR.join(text for _, text in self.cells)

    def under(self, header: Row) -> str:
        """The cells joined below a header's: one that is empty keeps its place, so that columns stay columns.

        A row that does not keep to the header's columns is joined as it is.
        """
        columns = [column for column, _ in header.cells]
        values = dict(self.cells)
        if len(values) < 2 or not values.keys() <= set(columns):
            return self.text
        last = columns.index(max(values))
        return CELL_SEPARATOR.join(values.get(column, "") for column in columns[: last + 1])

    @property
    def locator(self) -> str:
        """Where it stands: "cell B7" or "cell B7:F7"."""
        first, last = (f"{column_letters(self.cells[index][0])}{self.number}" for index in (0, -1))
        return f"cell {first}" if len(self.cells) == 1 else f"cell {first}:{last}"


def row(number: int, values: Iterable[object]) -> Row | None:
    """The row of these values; None when all are empty."""
    texts = ((column, cell_text(value)) for column, value in enumerate(values, 1) if value is not None)
    cells = tuple((column, text) for column, text in texts if text)
    return Row(number, cells) if cells else None


def cell_text(value: object) -> str:
    """A value as a reader writes it: dates in ISO 8601, numbers without a needless fraction, text in one line."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.12g}"
    return " ".join(str(value).replace("\x00", "").split())


def row_blocks(rows: Sequence[Row]) -> Iterator[TextBlock]:
    """Blocks of a sheet. The header row is a heading, and each row below stands under it."""
    header = _header(rows)
    heading = ""
    for entry in rows:
        if header is not None and entry.number == header.number:
            heading = entry.text
            yield TextBlock(entry.text, Passage.ROLE_HEADING, entry.locator)
        else:
            text = entry.under(header) if header is not None and heading else entry.text
            yield TextBlock(text, _role(entry), entry.locator, heading)


def column_letters(column: int) -> str:
    """The letters of a column: "A" of 1, "AA" of 27."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _header(rows: Sequence[Row]) -> Row | None:
    """The first row of at least three words that has rows as wide below it."""
    for index, entry in enumerate(rows[:_HEADER_WITHIN]):
        if len(entry.cells) < 3 or any(_is_figure(text) or len(text) > 60 for _, text in entry.cells):
            continue
        below = rows[index + 1 : index + 4]
        if any(len(other.cells) >= max(2, len(entry.cells) // 2) for other in below):
            return entry
    return None


def _role(entry: Row) -> Passage.Role.ValueType:
    texts = [text for _, text in entry.cells]
    if len(texts) <= 2 and (texts[0].endswith(":") or signs.is_field(texts[0])):
        return Passage.ROLE_FIELD
    return Passage.ROLE_TABLE_ROW


def _is_figure(text: str) -> bool:
    return not any(character.isalpha() for character in text)
