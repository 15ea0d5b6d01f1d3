"""XLSX: a page for each sheet, a passage for each row."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import DATA_TAG, DIMENSION_TAG, WorkSheetParser
from openpyxl.worksheet.dimensions import SheetDimension
from openpyxl.xml.functions import iterparse

from buildplan.v1.document_pb2 import ReadingFinding
from services.reader.blocks import single_page
from services.reader.containers import check_zip
from services.reader.content import Content, Source
from services.reader.findings import RefusedError, finding
from services.reader.sheets import Row, column_letters, row, row_blocks

_NOT_CALCULATED = re.compile(rb"</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_PROBE_BYTES = 20_000_000


def _dimensions(parser: WorkSheetParser) -> Any:
    """The first and last column and row that a sheet tells before its cells; None where it does not.

    openpyxl's own, which this replaces, looks for that through all cells.
    """
    for _, element in iterparse(parser.source, events=("start",)):
        if element.tag == DIMENSION_TAG and (found := SheetDimension.from_tree(element)):
            return found.boundaries
        if element.tag == DATA_TAG:
            break
    return None


WorkSheetParser.parse_dimensions = _dimensions  # type: ignore[assignment]


def read(source: Source) -> Content:
    """Reads a workbook. Raises RefusedError when it is damaged, a zip bomb or has too many sheets."""
    check_zip(source)
    content = Content()
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(source.data), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError, TypeError) as error:
        raise _damaged() from error
    try:
        if len(workbook.worksheets) > source.limits.max_pages:
            raise RefusedError(
                "TOO_MANY_PAGES", f"The workbook has {len(workbook.worksheets):,} sheets.", "Upload only those needed."
            )
        for number, sheet in enumerate(workbook.worksheets, 1):
            rows = _rows(sheet, source)
            content.pages.append(single_page(number, f"sheet {sheet.title}", row_blocks(rows)))
            content.findings.extend(_far_cells(sheet, number, rows, source))
    except (KeyError, ValueError, SyntaxError, TypeError, AttributeError, IndexError, zipfile.BadZipFile) as error:
        raise _damaged() from error
    finally:
        workbook.close()
    content.findings.extend(_formulas(source))
    return content


def _rows(sheet: Any, source: Source) -> list[Row]:
    """The rows that hold something, within the limits: a far cell never makes millions of empty ones."""
    limits = source.limits
    values = sheet.iter_rows(max_row=limits.max_rows, max_col=limits.max_columns, values_only=True)
    found = (row(number, cells) for number, cells in enumerate(values, 1))
    return _within_characters(found, source)


def _within_characters(found: Iterator[Row | None], source: Source) -> list[Row]:
    rows: list[Row] = []
    size = 0
    for entry in found:
        if entry is None:
            continue
        rows.append(entry)
        size += sum(len(text) for _, text in entry.cells)
        if size > source.limits.max_characters:
            raise RefusedError("TOO_LARGE", "The workbook holds too much text.", "Upload only the sheets needed.")
    return rows


def _far_cells(sheet: Any, number: int, rows: list[Row], source: Source) -> Iterator[ReadingFinding]:
    limits = source.limits
    full = bool(rows) and rows[-1].number >= limits.max_rows
    if not full and (sheet.max_row or 0) <= limits.max_rows and (sheet.max_column or 0) <= limits.max_columns:
        return
    last = f"{column_letters(limits.max_columns)}{limits.max_rows}"
    yield finding(
        "FAR_CELLS",
        f"Sheet {sheet.title} is larger than what is read of one sheet: cells beyond {last} were not read.",
        "Delete the cells outside the table, or split the sheet.",
        [number],
    )


def _formulas(source: Source) -> Iterator[ReadingFinding]:
    with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
        names = [info for info in archive.infolist() if info.filename.startswith("xl/worksheets/")]
        pages = [
            number
            for number, info in enumerate(names, 1)
            if info.file_size <= _PROBE_BYTES and _NOT_CALCULATED.search(archive.read(info))
        ]
    if pages:
        yield finding(
            "FORMULAS_NOT_CALCULATED",
            "Some cells hold formulas without a stored result, so their values could not be read.",
            "Open the workbook in a spreadsheet program, save it and upload it again.",
            pages,
        )


def _damaged() -> RefusedError:
    return RefusedError("UNREADABLE", "The workbook is damaged: it cannot be opened.", "Save it again and upload it.")
