"""A plan as an Excel workbook: what planners sort, filter and carry over into other systems."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from buildplan.v1.plan_pb2 import Plan
from services.coordinator.plans.export.blocks import Fields
from services.coordinator.plans.export.escape import printable
from services.coordinator.plans.export.facing import header
from services.coordinator.plans.export.sheets import Sheet, sheets

_HEAD_FONT, _HEAD_FILL = Font(bold=True), PatternFill("solid", fgColor="E8EDF3")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_FORMULA_STARTS = ("=", "+", "-", "@")
_LONGEST_TEXT = 32_767


def to_xlsx(plan: Plan) -> bytes:
    """The file. No text is a formula, whatever it begins with."""
    workbook = Workbook()
    for sheet in (*sheets(plan), _about(plan)):
        _fill(workbook.create_sheet(sheet.name), sheet)
    workbook.remove(workbook.worksheets[0])
    workbook.properties.title = printable(f"Strategic Build Plan: {plan.metadata.project_name}")
    workbook.properties.creator = "Build Planner"
    workbook.properties.created = plan.create_time.ToDatetime()
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _about(plan: Plan) -> Sheet:
    """The title block: what plan this is, of when, and what wrote it."""
    rows = [row for block in header(plan) if isinstance(block, Fields) for row in block.rows]
    return Sheet("About", [("Project", 16), (plan.metadata.project_name, 90)], rows)


def _fill(page: Worksheet, sheet: Sheet) -> None:
    for number, (title, width) in enumerate(sheet.columns, start=1):
        head = _write(page.cell(1, number), title)
        head.font, head.fill = _HEAD_FONT, _HEAD_FILL
        page.column_dimensions[get_column_letter(number)].width = width
    for row, values in enumerate(sheet.rows, start=2):
        for column, value in enumerate(values, start=1):
            _write(page.cell(row, column), value)
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"


def _write(cell: Cell | MergedCell, value: str | float) -> Cell | MergedCell:
    cell.alignment = _WRAPPED
    if not isinstance(value, str):
        cell.value = value
        return cell
    text = printable(value)[:_LONGEST_TEXT]
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_FORMULA_STARTS)  # it stays text when somebody edits the cell
    return cell
