"""CSV: one sheet, a passage for each row."""

from __future__ import annotations

import csv
import io

from buildplan.v1.document_pb2 import ReadingFinding
from services.reader.blocks import single_page
from services.reader.content import Content, Source
from services.reader.findings import RefusedError, finding
from services.reader.formats.text import decode
from services.reader.sheets import Row, row, row_blocks

_DELIMITERS = ",;\t|"
_MAX_CELL = 100_000


def read(source: Source) -> Content:
    """Reads a table. Raises RefusedError for binary data and for cells above 100,000 characters."""
    text = decode(source.data)
    csv.field_size_limit(_MAX_CELL)
    rows: list[Row] = []
    content = Content()
    reader = csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=_delimiter(text))
    try:
        for number, values in enumerate(reader, 1):
            if number > source.limits.max_rows:
                content.findings.append(_too_long(source.limits.max_rows))
                break
            entry = row(number, values[: source.limits.max_columns])
            if entry is not None:
                rows.append(entry)
    except csv.Error as error:
        raise RefusedError(
            "UNREADABLE",
            f"The table cannot be read near line {reader.line_num:,}: a cell is longer than {_MAX_CELL:,} characters"
            " or a quote mark is not closed.",
            "Export it again as CSV or XLSX.",
        ) from error
    content.pages.append(single_page(1, "table", row_blocks(rows)))
    return content


def _delimiter(text: str) -> str:
    """The separator that occurs most evenly in the first lines."""
    sample = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    counts = {mark: [line.count(mark) for line in sample] for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: (min(counts[mark], default=0), sum(counts[mark])))


def _too_long(rows: int) -> ReadingFinding:
    return finding("FAR_CELLS", f"Only the first {rows:,} rows were read.", "Split the table.", [1])
