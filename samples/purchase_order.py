"""The purchase order: two pages."""

from pathlib import Path

from samples.page import Page

LINES = (
    ("Line", "Part and description", "Qty", "Due date", "Unit price"),
    ("10", "BR-2041 rev C, bioreactor skid frame, production", "4 EA", "30 April 2027", "USD 14,850.00"),
    ("20", "BR-2041-FA, first article skid frame with FAI report", "1 EA", "26 February 2027", "USD 19,400.00"),
    ("30", "BR-2041-07, spare base plate, 316L", "8 EA", "30 April 2027", "USD 612.00"),
)
REQUIREMENTS = (
    "Frames shall be built to drawing BR-2041 rev C and specification NB-SPEC-118.",
    "All structural parts shall be stainless steel 316L.",
    "Frames shall be passivated per ASTM A967, Citric 4.",
    "Gear reducer GR-400 shall be bought from Drivetec GmbH; no other maker is approved for this item.",
    "FAI approval date: ____________________",
)
CLAUSES = (
    "Q1. A certificate of conformance shall accompany each shipment.",
    "Q2. Mill certificates per EN 10204 type 3.1 shall be supplied for all material, traceable to heat numbers.",
    "Q3. The first article shall be submitted with a PPAP level 3 package.",
    "Q4. The country of origin of all stainless steel shall be stated on the packing list.",
    "Q5. This order supports a U.S. Government contract: DFARS 252.225-7009 on specialty metals applies.",
    "Q6. Materials shall comply with REACH (EC) 1907/2006 and RoHS 2011/65/EU.",
    "Q7. The Supplier shall not substitute any material or component without the Buyer's written approval.",
    "Q8. Pack frames per packaging specification PK-118, see Appendix C.",
    "Q9. The Supplier shall notify the Buyer in writing 30 days before any change of process or location.",
    "Q10. In case of conflict, the drawing and this purchase order take precedence over NB-SPEC-118.",
)
TERMS = (
    "T1. Payment is due 45 days after receipt of a correct invoice.",
    "T2. Delivery is FCA Erie PA, Incoterms 2020.",
    "T3. The goods are warranted against defects for 24 months from delivery.",
    "T4. Late delivery: 1 % of the line's price for each week, up to 10 %.",
    "T5. This purchase order supersedes all earlier quotations, letters and oral agreements.",
)


def draw(path: Path) -> None:
    """Writes the purchase order."""
    page = Page(path, (215.9, 279.4), "Purchase order 4500781234")
    _head(page, "1 of 2")
    page.text(20, 226, "Supplier: Harbor Street Fabrication, 41 Harbor Street, Erie PA 16507", 9)
    page.text(20, 220, "Ship to: Northwind Bioprocess, 900 Mill Road, Worcester MA 01608", 9)
    page.text(20, 214, "Buyer: Dana Whitfield, dana.whitfield@northwind-bioprocess.example", 9)
    page.text(20, 208, "Reference: quotation Q-26-0917", 9)
    y = page.table(20, 200, (12, 84, 16, 32, 32), LINES, height=7) - 6
    page.text(20, y - 5, "Total: USD 83,696.00", 9, bold=True)
    _list(page, y - 18, "Requirements for all lines", REQUIREMENTS)
    page.next()
    _head(page, "2 of 2")
    y = _list(page, 226, "Quality clauses", CLAUSES)
    y = _list(page, y - 6, "Commercial terms", TERMS)
    page.line(20, y - 18, 90, y - 18, 0.2)
    page.text(20, y - 23, "Dana Whitfield, Senior Buyer, for Northwind Bioprocess", 8)
    page.save()


def _head(page: Page, sheet: str) -> None:
    page.text(20, 258, "NORTHWIND BIOPROCESS", 14, bold=True)
    page.text(130, 258, "PURCHASE ORDER", 14, bold=True)
    page.text(130, 251, "Order number: 4500781234", 9)
    page.text(130, 246, "Order date: 20 November 2026", 9)
    page.text(130, 241, f"Revision: 0    Page {sheet}", 9)
    page.line(20, 234, 196, 234, 0.5)


def _list(page: Page, y: float, title: str, items: tuple[str, ...]) -> float:
    page.text(20, y, title, 10, bold=True)
    y -= 7
    for item in items:
        y = page.paragraph(20, y, 176, item, 9) - 1
    return y
