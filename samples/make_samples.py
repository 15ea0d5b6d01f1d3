"""Writes the sample papers that are not plain text; the same bytes every time.

Run it from the root of the repository: `python -m samples.make_samples`.
"""

import re
import sys
import zipfile
from pathlib import Path

from samples import bill_of_material, drawing, purchase_order, specification

PAPERS = {
    "BR-2041_drawing_rev_B.pdf": drawing.draw,
    "PO_4500781234.pdf": purchase_order.draw,
    "NB-SPEC-118_customer_specification.docx": specification.draw,
    "BR-2041_bill_of_material.xlsx": bill_of_material.draw,
}
FOLDER = Path(__file__).parent / "br-2041"
ZIP_TIME = (2026, 11, 20, 0, 0, 0)
SAVED_AT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def make(folder: Path) -> None:
    """Writes the papers into a folder, which is created when it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in PAPERS.items():
        draw(folder / name)
        if not name.endswith(".pdf"):
            _without_clock(folder / name)


def _without_clock(path: Path) -> None:
    """Rewrites an Office file with fixed times in its archive and in its properties."""
    with zipfile.ZipFile(path) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, SAVED_AT.sub(rb"\g<1>2026-11-20T00:00:00Z", content))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
