"""Tables of a PDF whose cells go over several lines."""

from __future__ import annotations

import io

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen import canvas

from buildplan.v1.document_pb2 import Passage
from services.contract.citations import normalise
from tests.unit.reader.conftest import Reader, texts

LEFT, MIDDLE, RIGHT = 72, 260, 420
Placed = tuple[float, float, str]


def placed(*words: Placed) -> bytes:
    """A PDF with each text at (x, y from the top), in this order."""
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, pagesize=letter)
    sheet.setFont("Helvetica", 10)
    for x, y, text in words:
        sheet.drawString(x, letter[1] - y, text)
    sheet.save()
    return buffer.getvalue()


def rows(read: Reader, *words: Placed) -> list[str]:
    (document,) = read(placed(*words), "table.pdf")
    for page in document.pages:
        for passage in page.passages:
            assert normalise(passage.text) in normalise(page.text)
    return texts(document, Passage.ROLE_TABLE_ROW)


HEADER: tuple[Placed, ...] = ((LEFT, 100, "Item"), (MIDDLE, 100, "Requirement"), (RIGHT, 100, "Method"))
LAST: tuple[Placed, ...] = ((LEFT, 160, "Rail"), (MIDDLE, 160, "Straight"), (RIGHT, 160, "Ruler"))


def test_a_wrapped_first_cell(read: Reader) -> None:
    first = ((LEFT, 120, "Base plate of the"), (LEFT, 132, "frame"), (MIDDLE, 120, "Flat"), (RIGHT, 120, "CMM"))
    assert rows(read, *HEADER, *first, *LAST) == [
        "Item | Requirement | Method",
        "Base plate of the frame | Flat | CMM",
        "Rail | Straight | Ruler",
    ]


def test_a_wrapped_last_cell(read: Reader) -> None:
    first = ((LEFT, 120, "Base plate"), (MIDDLE, 120, "Flat"), (RIGHT, 120, "CMM with report"), (RIGHT, 132, "to us"))
    assert "Base plate | Flat | CMM with report to us" in rows(read, *HEADER, *first, *LAST)


def test_a_wrapped_cell_in_the_middle(read: Reader) -> None:
    first = ((LEFT, 120, "Base plate"), (MIDDLE, 120, "Flat within 0.5"), (RIGHT, 120, "CMM"), (MIDDLE, 132, "mm"))
    assert "Base plate | Flat within 0.5 mm | CMM" in rows(read, *HEADER, *first, *LAST)


def test_cells_centred_beside_a_wrapped_one(read: Reader) -> None:
    first = ((LEFT, 120, "Base plate of the"), (LEFT, 132, "frame"), (MIDDLE, 126, "Flat"), (RIGHT, 126, "CMM"))
    assert "Base plate of the frame | Flat | CMM" in rows(read, *HEADER, *first, *LAST)


def test_a_full_cell_that_almost_touches_the_next_column(read: Reader) -> None:
    first = ((LEFT, 120, "Base plate of the bioreactor skid frame"), (MIDDLE, 120, "Flat"), (RIGHT, 120, "CMM"))
    assert "Base plate of the bioreactor skid frame | Flat | CMM" in rows(read, *HEADER, *LAST, *first)


def test_the_next_row_is_no_wrapped_cell(read: Reader) -> None:
    first = ((LEFT, 120, "Base plate"), (MIDDLE, 120, "Flat"), (RIGHT, 120, "CMM"))
    below = ((LEFT, 132, "Rail"), (MIDDLE, 132, "Straight"), (RIGHT, 132, "Ruler"))
    assert rows(read, *HEADER, *first, *below)[1:] == ["Base plate | Flat | CMM", "Rail | Straight | Ruler"]
