"""Lines that came without places."""

from __future__ import annotations

from buildplan.v1.document_pb2 import Passage
from services.reader.ocr_text import mark_repeats, ocr_lines


def test_what_stands_at_the_edge_of_three_pages_is_a_header() -> None:
    repeated = "FED-STD-H28/20B\nParts shall be clean."
    pages = [ocr_lines(f"{repeated}\nGages of kind {number}\nRolls of kind {number}") for number in range(3)]
    mark_repeats(pages)
    marked = [[line.text for line in page if line.role == Passage.ROLE_HEADER_FOOTER] for page in pages]
    assert marked == [["FED-STD-H28/20B"]] * 3


def test_one_page_has_no_header() -> None:
    (page,) = pages = [ocr_lines("FED-STD-H28/20B\nFED-STD-H28/20B")]
    mark_repeats(pages)
    assert not any(line.role for line in page)
