"""The drawing: two A3 sheets with views, notes, revision block and title block."""

from pathlib import Path

from samples.page import Page

NOTES = (
    "1. DIMENSIONS ARE IN MILLIMETRES AND APPLY AFTER WELDING. INTERPRET PER ASME Y14.5-2018.",
    "2. MATERIAL: STAINLESS STEEL 316L, PLATE PER ASTM A240, SQUARE TUBE PER ASTM A554.",
    "3. BASE PLATE ITEM 7: THICKNESS 6.35 mm.",
    "4. WELD PER AWS D1.6. FILLET WELDS 6 mm, CONTINUOUS, UNLESS OTHERWISE SHOWN.",
    "5. GRIND WELDS ON PRODUCT-SIDE FACES FLUSH. SURFACE ROUGHNESS Ra 0.8 µm MAX.",
    "6. DYE PENETRANT TEST 100 % OF STRUCTURAL WELDS PER ASTM E165. NO LINEAR INDICATIONS ALLOWED.",
    "7. PASSIVATE PER ASTM A967, NITRIC 2, AFTER ALL WELDING AND MACHINING.",
    "8. BREAK SHARP EDGES 0.5 mm MAX. INSIDE BEND RADIUS 10 mm MIN.",
    "9. DRILL AND REAM VESSEL PAD HOLES AFTER WELDING.",
    "10. MARK PART NUMBER, SERIAL NUMBER AND HEAT NUMBER ON ITEM 12 BY LASER, 5 mm HIGH.",
    "11. LIFTING LUGS ITEM 9: MATERIAL 304L IS ACCEPTABLE AS AN ALTERNATE.",
    "12. LOCATION OF RFID TAG: TBD.",
)
TOLERANCES = ("UNLESS OTHERWISE SPECIFIED:", "LINEAR ±1.0 mm", "ANGULAR ±0.5°", "HOLE DIAMETER ±0.2 mm")
PARTS = (
    ("ITEM", "PART NO.", "DESCRIPTION", "MATERIAL", "QTY"),
    ("1", "BR-2041-01", "LONG RAIL, TUBE 80 x 80 x 4", "316L", "2"),
    ("2", "BR-2041-02", "CROSS RAIL, TUBE 80 x 80 x 4", "316L", "4"),
    ("3", "BR-2041-03", "LEG, TUBE 80 x 80 x 4", "316L", "6"),
    ("5", "BR-2041-05", "VESSEL PAD, PLATE 20 mm", "316L", "4"),
    ("7", "BR-2041-07", "BASE PLATE, 6.35 mm", "316L", "1"),
    ("8", "BR-2041-08", "GEARBOX FLANGE, PLATE 25 mm", "316L", "1"),
    ("9", "BR-2041-09", "LIFTING LUG, PLATE 15 mm", "316L", "4"),
    ("12", "BR-2041-12", "NAME PLATE", "316L", "1"),
    ("15", "GR-400", "GEAR REDUCER (PURCHASED)", "-", "1"),
)
HOLES = (
    ("HOLE", "X", "Y", "SIZE"),
    ("A1", "600", "300", "Ø18 +0.2/0"),
    ("A2", "1500", "300", "Ø18 +0.2/0"),
    ("A3", "600", "900", "Ø18 +0.2/0"),
    ("A4", "1500", "900", "Ø18 +0.2/0"),
    ("B1", "2050", "600", "Ø120 H7 (+0.035/0)"),
)


def draw(path: Path) -> None:
    """Writes the drawing."""
    page = Page(path, (420, 297), "BR-2041 Bioreactor Skid Frame")
    _border(page)
    _plan_view(page)
    _front_view(page)
    _side_view(page)
    _notes(page)
    _revisions(page)
    _title_block(page, "1 OF 2")
    page.next()
    _border(page)
    _pad_detail(page)
    _weld_detail(page)
    page.text(20, 142, "HOLE TABLE", 8, bold=True)
    page.table(20, 139, (16, 20, 20, 42), HOLES)
    page.text(245, 270, "PARTS LIST (PER FRAME)", 8, bold=True)
    page.table(245, 267, (12, 30, 72, 28, 14), PARTS)
    _title_block(page, "2 OF 2")
    page.save()


def _border(page: Page) -> None:
    page.box(10, 10, 400, 277, 0.7)
    page.box(5, 5, 410, 287, 0.18)
    for zone in range(8):
        page.centred(35 + zone * 50, 6.2, str(8 - zone), 6)
        page.centred(35 + zone * 50, 288.6, str(8 - zone), 6)
        page.line(10 + zone * 50, 5, 10 + zone * 50, 10, 0.18)
        page.line(10 + zone * 50, 287, 10 + zone * 50, 292, 0.18)
    for zone, letter in enumerate("ABCD"):
        page.centred(7.5, 43 + zone * 69, letter, 6)
        page.centred(412.5, 43 + zone * 69, letter, 6)


def _plan_view(page: Page) -> None:
    page.box(45, 195, 120, 60, 0.5)
    page.box(49, 199, 112, 52, 0.25)
    for x in (85, 125):
        page.line(x - 2, 199, x - 2, 251, 0.25)
        page.line(x + 2, 199, x + 2, 251, 0.25)
    for x in (75, 120):
        for y in (210, 240):
            page.box(x - 4, y - 4, 8, 8, 0.35)
            page.circle(x, y, 1.2, 0.35)
            page.axis(x - 6, y, x + 6, y)
            page.axis(x, y - 6, x, y + 6)
    page.circle(147.5, 225, 7, 0.35)
    page.circle(147.5, 225, 3, 0.5)
    page.axis(40, 225, 170, 225)
    page.across(45, 165, 268, "2400 ±2.0", edge=255)
    page.across(75, 120, 261, "900 ±0.3", edge=240)
    page.upright(195, 255, 33, "1200 ±1.5", edge=45)
    page.leader(121, 209, 185, 203, "4X Ø18 +0.2/0 VESSEL PAD HOLES", "POSITION Ø0.5 TO DATUM A B C")
    page.leader(150, 226.5, 185, 240, "GEARBOX REGISTER BORE", "Ø120 H7 (+0.035/0)")
    page.centred(105, 184, "PLAN VIEW   SCALE 1:20", 7)


def _front_view(page: Page) -> None:
    page.box(45, 155, 120, 4, 0.5)
    page.line(45, 159.6, 165, 159.6, 0.5)
    for x in (45, 103, 161):
        page.box(x, 121, 4, 34, 0.5)
        page.box(x - 1.5, 117, 7, 4, 0.35)
    for x in (75, 120):
        page.box(x - 4, 159.6, 8, 1.6, 0.35)
    page.box(144, 159.6, 7, 3, 0.35)
    page.line(49, 133, 103, 133, 0.25)
    page.line(49, 136, 103, 136, 0.25)
    page.upright(117, 159.6, 33, "850 ±1.0", edge=45)
    page.across(77, 118, 170, "PADS FLAT WITHIN 0.5, DATUM A", edge=161)
    page.leader(60, 155, 66, 146, "6 FILLET, CONTINUOUS")
    page.centred(105, 108, "FRONT VIEW   SCALE 1:20", 7)


def _side_view(page: Page) -> None:
    page.box(190, 155, 60, 4, 0.5)
    page.line(190, 159.6, 250, 159.6, 0.5)
    for x in (190, 246):
        page.box(x, 121, 4, 34, 0.5)
        page.box(x - 1.5, 117, 7, 4, 0.35)
    page.line(194, 133, 246, 133, 0.25)
    page.line(194, 136, 246, 136, 0.25)
    page.leader(248, 140, 226, 146, "LEGS PERPENDICULAR", "TO DATUM A WITHIN 1.0")
    page.leader(215, 159.6, 200, 172, "BASE PLATE ITEM 7")
    page.centred(220, 108, "SIDE VIEW   SCALE 1:20", 7)


def _notes(page: Page) -> None:
    page.text(275, 252, "NOTES:", 9, bold=True)
    y = 246.0
    for note in NOTES:
        y = page.paragraph(275, y, 132, note, 7.5) - 0.6


def _revisions(page: Page) -> None:
    page.text(275, 281, "REVISIONS", 7, bold=True)
    rows = (
        ("REV", "DESCRIPTION", "DATE", "APPROVED"),
        ("A", "FIRST ISSUE", "2026-06-08", "H. LINDQVIST"),
        ("B", "GEARBOX FLANGE MOVED 50 mm", "2026-10-14", "H. LINDQVIST"),
    )
    page.table(275, 279, (10, 68, 27, 30), rows)


def _title_block(page: Page, sheet: str) -> None:
    page.box(230, 10, 180, 60, 0.5)
    for y in (24, 38, 52):
        page.line(230, y, 410, y, 0.25)
    page.line(320, 10, 320, 52, 0.25)
    page.line(365, 10, 365, 38, 0.25)
    page.text(233, 60, "NORTHWIND BIOPROCESS", 13, bold=True)
    page.text(233, 54.5, "PROPRIETARY. DO NOT COPY WITHOUT CONSENT.", 6)
    fields = (
        (233, 45, "TITLE", "BIOREACTOR SKID FRAME"),
        (323, 45, "MATERIAL", "316L STAINLESS STEEL"),
        (233, 31, "DRAWING NO.", "BR-2041"),
        (323, 31, "REV", "B"),
        (368, 31, "SHEET", sheet),
        (233, 17, "DRAWN", "P. ANSARI  2026-10-12"),
        (323, 17, "SCALE", "1:20"),
        (368, 17, "MASS", "312 kg"),
    )
    for x, y, label, value in fields:
        page.text(x, y + 3.5, label, 5)
        page.text(x, y - 2.5, value, 9, bold=True)
    page.box(130, 10, 100, 30, 0.35)
    for place, text in enumerate(TOLERANCES):
        page.text(133, 34 - place * 6, text, 7.5, bold=place == 0)


def _pad_detail(page: Page) -> None:
    page.box(60, 205, 50, 50, 0.5)
    page.circle(85, 230, 2.8, 0.5)
    page.axis(55, 230, 115, 230)
    page.axis(85, 200, 85, 260)
    page.across(60, 110, 266, "160 ±0.5", edge=255)
    page.upright(205, 255, 48, "160 ±0.5", edge=60)
    page.leader(87, 232, 122, 248, "Ø18 +0.2/0 THRU")
    page.box(60, 178, 50, 8, 0.5)
    page.leader(60, 182, 40, 190, "20 ±0.2")
    page.leader(100, 186, 122, 192, "MACHINE AFTER WELDING, Ra 1.6 µm")
    page.centred(85, 165, "DETAIL A   VESSEL PAD   SCALE 1:3", 7)


def _weld_detail(page: Page) -> None:
    page.box(190, 178, 6, 40, 0.5)
    page.box(196, 178, 34, 6, 0.5)
    page.line(196, 192, 204, 184, 0.5)
    for step in range(6):
        page.line(196, 190 - step, 202 - step, 184, 0.13)
    page.leader(200.5, 188.5, 208, 204, "6 FILLET")
    page.centred(208, 165, "DETAIL B   WELD OF LEG TO RAIL   SCALE 1:2", 7)
    page.paragraph(132, 139, 90, "B1: BORE CYLINDRICITY 0.02 mm. MACHINE B1 IN ONE SETTING WITH THE FLANGE FACE.", 7)
