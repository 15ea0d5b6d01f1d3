"""The bill of material: a workbook with the parts of one frame and their sources."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = ("Item", "Part no.", "Description", "Material", "Thickness", "Qty per frame", "Supplier", "Lead time (weeks)")
PARTS = (
    (1, "BR-2041-01", "Long rail, tube 80 x 80", "316L", "4 mm", 2, "Lakeshore Tube", 6),
    (2, "BR-2041-02", "Cross rail, tube 80 x 80", "316L", "4 mm", 4, "Lakeshore Tube", 6),
    (3, "BR-2041-03", "Leg, tube 80 x 80", "316L", "4 mm", 6, "Lakeshore Tube", 6),
    (5, "BR-2041-05", "Vessel pad", "316L", "20 mm", 4, "Erie Plate", 5),
    (7, "BR-2041-07", "Base plate", "316L", "0.25 in", 1, "Erie Plate", 5),
    (8, "BR-2041-08", "Gearbox flange", "316L", "25 mm", 1, "Erie Plate", 5),
    (9, "BR-2041-09", "Lifting lug", "316L", "15 mm", 4, "Erie Plate", 5),
    (12, "BR-2041-12", "Name plate", "316L", "1.5 mm", 1, "Signmakers", 2),
    (14, "LF-M20", "Levelling foot M20", "A4-80", None, 6, "Martin Levelling", 8),
    (15, "GR-400", "Gear reducer", None, None, 1, "Drivetec GmbH", 26),
)
NOTES = (
    "BOM BR-2041, revision B, issued 15 October 2026",
    "Gear reducer GR-400: lead time 26 weeks after receipt of order, single source.",
    "Levelling feet: EPDM pads are an accepted alternate to silicone pads.",
)


def draw(path: Path) -> None:
    """Writes the workbook."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has no worksheet")
    sheet.title = "BOM"
    sheet.append(COLUMNS)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for part in PARTS:
        sheet.append(part)
    for column, width in zip("ABCDEFGH", (6, 14, 28, 10, 10, 14, 18, 18), strict=True):
        sheet.column_dimensions[column].width = width
    notes = book.create_sheet("Notes")
    for note in NOTES:
        notes.append((note,))
    notes.column_dimensions["A"].width = 90
    book.save(path)
