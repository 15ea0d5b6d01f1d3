"""The customer specification: a Word document with headings, definitions and a table."""

import datetime as dt
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument

MADE = dt.datetime(2026, 9, 1, 9, 0, 0)  # noqa: DTZ001 - Word's core properties take naive UTC times
CONTENTS = ("1 Scope", "2 Definitions", "3 Materials", "4 Welding", "5 Passivation and cleanliness", "6 Tests")
TESTS = (
    ("Weld class", "Method", "Extent", "Acceptance"),
    ("Structural", "Dye penetrant, ASTM E165", "20 %", "No linear indications"),
    ("Structural", "Visual, AWS D1.6", "100 %", "AWS D1.6 clause 8"),
    ("Lifting lugs", "Dye penetrant, ASTM E165", "100 %", "No indications"),
)
BEFORE_TABLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "1 Scope",
        (
            "This specification covers welded stainless steel frames for process skids.",
            "Northwind Bioprocess has used frames of this kind since 2014 in plants on three continents.",
        ),
    ),
    (
        "2 Definitions",
        (
            "“Product-side face” means a face that looks towards the vessel.",
            "“Certificate of conformance” means a signed statement that the goods meet this specification.",
            "“Passivation” means the removal of free iron from the surface by chemical treatment.",
        ),
    ),
    (
        "3 Materials",
        (
            "3.1 Plate and tube shall be stainless steel grade 316L with a carbon content of 0.03 % at most.",
            "3.2 The base plate shall be 1/4 in thick.",
            "3.3 Plate shall be supplied with mill certificates in accordance with EN 10204 type 3.1.",
            "3.4 Material identity shall be verified by positive material identification (PMI) on each heat.",
            "3.5 Fasteners shall be A4-80 and shall not come from sources on the Buyer's list of excluded suppliers.",
        ),
    ),
    (
        "4 Welding",
        (
            "4.1 Welding shall be done by the GTAW or GMAW process in accordance with AWS D1.6/D1.6M.",
            "4.2 Welders shall be qualified to AWS D1.6, and their records shall be available to the Buyer.",
            "4.3 Interpass temperature shall not exceed 175 °C.",
            "4.4 Weld procedures (WPS and PQR) shall be approved by the Buyer before use.",
            "4.5 The inside of closed tubes shall be purged with argon to less than 50 ppm oxygen.",
        ),
    ),
    (
        "5 Passivation and cleanliness",
        (
            "5.1 Frames shall be passivated in accordance with ASTM A967 after the last mechanical work.",
            "5.2 Passivated surfaces shall pass the copper sulfate test of ASTM A967 Practice C.",
            "5.3 Frames shall be cleaned to ASTM A380 and be free of oil, grit and loose particles.",
            "5.4 Tools that have touched carbon steel shall not be used on stainless steel.",
            "5.5 Product-side faces shall have a surface roughness of 32 µin Ra or better.",
        ),
    ),
    ("6 Tests", ("6.1 Welds shall be tested to the extent given in Table 1.",)),
)
AFTER_TABLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "7 Inspection",
        (
            "7.1 Every dimension of the first article shall be measured and reported.",
            "7.2 Production frames shall be inspected to ANSI/ASQ Z1.4, level II, AQL 1.0.",
            "7.3 Measuring equipment shall be calibrated to ISO 17025 and have a valid label.",
            "7.4 The Supplier shall give 10 working days' notice of each witness point.",
            "7.5 The Buyer returns the first article report within ____ working days.",
        ),
    ),
    (
        "8 Documentation",
        (
            "8.1 A data book with weld maps, test reports and passivation records shall be delivered with each frame.",
            "8.2 Heat numbers shall be recorded on the weld map for every part.",
        ),
    ),
    (
        "9 Packaging and shipping",
        (
            "9.1 Frames shall be wrapped in polyethylene film and crated in ISPM 15 treated wood.",
            "9.2 Each crate shall be marked with the order number, gross mass and lifting points.",
            "9.3 See Appendix C, packaging specification PK-118, for crate drawings.",
        ),
    ),
)


def draw(path: Path) -> None:
    """Writes the specification."""
    document = Document()
    properties = document.core_properties
    properties.author, properties.title = "Northwind Bioprocess", "NB-SPEC-118"
    properties.created = properties.modified = MADE
    document.add_heading("Stainless Steel Weldments for Process Skids", 0)
    document.add_paragraph("Customer specification NB-SPEC-118")
    document.add_paragraph("Issued 1 September 2026 by Northwind Bioprocess, Engineering Standards")
    document.add_heading("Contents", 1)
    for page, line in enumerate(CONTENTS, start=2):
        document.add_paragraph(f"{line} ........................ {page}")
    _write(document, BEFORE_TABLE)
    document.add_paragraph("Table 1: extent of weld tests", style="Caption")
    table = document.add_table(rows=0, cols=len(TESTS[0]), style="Table Grid")
    for row in TESTS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    _write(document, AFTER_TABLE)
    document.save(str(path))


def _write(document: WordDocument, sections: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    for heading, paragraphs in sections:
        document.add_heading(heading, 1)
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
