import io

import pytest
from reportlab.lib.pagesizes import landscape, letter
from reportlab.pdfgen import canvas

from buildplan.v1.document_pb2 import DocumentKind, Page, Passage
from services.reader import ocr
from tests.unit.reader.conftest import Reader, codes, pdf, texts

DRAWING = [
    "NOTES:",
    "1. MATERIAL: STAINLESS STEEL 304L PER",
    "   ASTM A240, 0.250 THICK",
    "2. BREAK ALL SHARP EDGES 0.02 MAX",
    "3. PASSIVATE PER ASTM A967",
    "DRAWN: J. DOE",
    "DWG NO: BR-2041",
    "REV: B",
    "SCALE: 1:2",
    "SHEET: 1 OF 1",
]


def test_a_paragraph_is_one_passage_and_hyphenation_is_undone(read: Reader) -> None:
    (document,) = read(
        pdf(["All welds shall be inspected by the manufac-", "turer before shipment and recorded.", "", "Second one."]),
        "a.pdf",
    )
    assert texts(document) == [
        "All welds shall be inspected by the manufacturer before shipment and recorded.",
        "Second one.",
    ]
    assert document.pages[0].label == "page 1"
    assert [passage.id for passage in document.pages[0].passages] == ["p1-1", "p1-2"]


def test_headings_clauses_and_contents_have_their_roles(read: Reader) -> None:
    contents = ["TABLE OF CONTENTS", "1.1 General ........................ 2", "1.2 Welding ........................ 3"]
    body = ["1.2 Welding", "Welds shall meet AWS D1.6.", "", "a) first item of the list", "b) second item of the list"]
    (document,) = read(pdf(contents, body), "a.pdf")
    assert len(texts(document, Passage.ROLE_CONTENTS)) == 3
    assert texts(document, Passage.ROLE_HEADING) == ["1.2 Welding"]
    assert texts(document, Passage.ROLE_BODY) == [
        "Welds shall meet AWS D1.6.", "a) first item of the list", "b) second item of the list",
    ]  # fmt: skip
    assert {passage.heading for passage in document.pages[1].passages} == {"1.2 Welding"}


def test_repeated_lines_are_headers_and_page_numbers_footers(read: Reader) -> None:
    middle = [f"Line {index} of the running text, which says something." for index in range(40)]
    pages = [
        ["ACME Specification 123 Rev C", *(f"{number}{line}" for line in middle), f"Page {number} of 4"]
        for number in range(1, 5)
    ]
    (document,) = read(pdf(*pages), "a.pdf")
    repeats = texts(document, Passage.ROLE_HEADER_FOOTER)
    assert repeats.count("ACME Specification 123 Rev C") == 4
    assert "Page 3 of 4" in repeats
    assert len(repeats) == 8


def test_each_note_of_a_drawing_is_a_passage_of_its_own(read: Reader) -> None:
    (document,) = read(pdf(DRAWING, size=landscape(letter)), "part.pdf")
    body = texts(document, Passage.ROLE_BODY)
    assert "1. MATERIAL: STAINLESS STEEL 304L PER ASTM A240, 0.250 THICK" in body
    assert "2. BREAK ALL SHARP EDGES 0.02 MAX" in body
    assert "3. PASSIVATE PER ASTM A967" in body
    assert "DWG NO: BR-2041" in texts(document, Passage.ROLE_FIELD)
    record = document.document
    assert (record.kind, record.number, record.revision) == (DocumentKind.DOCUMENT_KIND_DRAWING, "BR-2041", "B")


def test_cells_of_a_row_are_separated(read: Reader) -> None:
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, pagesize=letter)
    for index, row in enumerate(
        [("Item", "Part", "Qty"), ("1", "BR-2041 bracket", "25"), ("2", "BR-2042 cover", "50")]
    ):
        for column, cell in enumerate(row):
            sheet.drawString(72 + 180 * column, 600 - 18 * index, cell)
    sheet.save()
    (document,) = read(buffer.getvalue(), "table.pdf")
    assert texts(document, Passage.ROLE_TABLE_ROW) == [
        "Item | Part | Qty",
        "1 | BR-2041 bracket | 25",
        "2 | BR-2042 cover | 50",
    ]


def _scan() -> bytes:
    """A page that is nothing but a picture of two lines of text."""
    import pypdfium2

    page = pypdfium2.PdfDocument(pdf(["All welds shall be inspected.", "Passivate per ASTM A967."]))[0]
    picture = io.BytesIO()
    page.render(scale=200 / 72, grayscale=True).to_pil().save(picture, "PNG")
    picture.seek(0)
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, pagesize=letter)
    from reportlab.lib.utils import ImageReader

    sheet.drawImage(ImageReader(picture), 0, 0, *letter)
    sheet.drawString(72, 20, "Downloaded from http://example.com")
    sheet.showPage()
    sheet.drawString(72, 700, "The end.")
    sheet.save()
    return buffer.getvalue()


def test_a_scanned_page_without_ocr_is_said_to_be_unread(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "tesseract", lambda: None)
    (document,) = read(_scan(), "scan.pdf")
    (found,) = document.document.findings
    assert (found.code, list(found.pages), found.fatal) == ("SCANNED_PAGES", [1], False)
    assert [page.origin for page in document.pages] == [Page.ORIGIN_UNREAD, Page.ORIGIN_TEXT]


@pytest.mark.skipif(ocr.tesseract() is None, reason="tesseract is not installed")
def test_a_scanned_page_is_read_by_ocr(read: Reader) -> None:
    (document,) = read(_scan(), "scan.pdf")
    assert codes(document) == ["OCR_USED"]
    assert document.pages[0].origin == Page.ORIGIN_OCR
    assert "Passivate per ASTM A967." in document.pages[0].text
    assert document.document.ocr_page_count == 1


def _under_a_picture(picture: list[str], layer: list[tuple[int, int, str]]) -> bytes:
    """A page that shows `picture`, with the texts of `layer` where a scanner's own OCR has put them, unseen."""
    from pypdfium2 import PdfDocument
    from reportlab.lib.utils import ImageReader

    image = PdfDocument(pdf(picture))[0].render(scale=200 / 72, grayscale=True).to_pil()
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, pagesize=letter)
    sheet.drawImage(ImageReader(image), 0, 0, *letter)
    for x, y, words in layer:
        text = sheet.beginText(x, y)
        text.setFont("Courier", 10)
        text.setTextRenderMode(3)
        text.textOut(words)
        sheet.drawText(text)
    sheet.save()
    return buffer.getvalue()


def _poor() -> bytes:
    shown = ["FED-STD-999", *("All welds shall be inspected and recorded by the manufacturer." for _ in range(20))]
    return _under_a_picture(
        shown, [(72, 700 - 14 * row, "Allweldsshall beinspectedand recordedbythe mn~ufac") for row in range(34)]
    )


@pytest.mark.skipif(ocr.tesseract() is None, reason="tesseract is not installed")
def test_a_poor_text_layer_is_read_again(read: Reader) -> None:
    (document,) = read(_poor(), "scan.pdf")
    (found,) = document.document.findings
    assert (found.code, list(found.pages)) == ("OCR_USED", [1])
    assert "read again" in found.message
    assert document.pages[0].origin == Page.ORIGIN_OCR
    assert "All welds shall be inspected" in document.pages[0].text


def test_a_poor_text_layer_stands_where_there_is_no_ocr(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "tesseract", lambda: None)
    (document,) = read(_poor(), "scan.pdf")
    assert codes(document) == ["OCR_POOR"]
    assert document.pages[0].origin == Page.ORIGIN_TEXT


@pytest.mark.skipif(ocr.tesseract() is None, reason="tesseract is not installed")
def test_a_layer_full_of_codes_is_kept_where_the_page_shows_them_too(read: Reader) -> None:
    codes_shown = ["Connect pinA1 to busB2 and then setC3=on by portD4 for cableE5."] * 30
    layer = [(72, 720 - 14 * row, text) for row, text in enumerate(codes_shown)]
    (document,) = read(_under_a_picture(codes_shown, layer), "wiring.pdf")
    assert codes(document) == ["OCR_POOR"]
    assert document.pages[0].origin == Page.ORIGIN_TEXT


def test_words_set_far_apart_under_a_picture_are_no_cells(read: Reader) -> None:
    prose = [(72, 700, "The wrenches shall be"), (250, 700, "calibrated at the beginning of the test")]
    prose += [(72, 686, "to the"), (160, 686, "accuracy that is specified herein.")]
    table = [
        (x, 600 - 14 * row, f"{name} {row}")
        for row in range(3)
        for x, name in ((72, "Part"), (200, "BR"), (400, "Qty"))
    ]
    (document,) = read(_under_a_picture(["A picture."], prose + table), "scan.pdf")
    assert texts(document, Passage.ROLE_BODY) == [
        "The wrenches shall be calibrated at the beginning of the test to the accuracy that is specified herein."
    ]
    assert texts(document, Passage.ROLE_TABLE_ROW) == [f"Part {row} | BR {row} | Qty {row}" for row in range(3)]


def test_lines_with_leaders_and_no_page_numbers_are_contents(read: Reader) -> None:
    listed = [f"Torque test {letter} ....................." for letter in "ABCD"]
    (document,) = read(pdf(listed, ["Approved by: ...................."]), "a.pdf")
    assert texts(document, Passage.ROLE_CONTENTS) == listed
    assert "Approved by" in document.pages[1].passages[0].text
    assert document.pages[1].passages[0].role != Passage.ROLE_CONTENTS


def test_an_encrypted_pdf_is_refused(read: Reader) -> None:
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, encrypt="secret")
    sheet.drawString(72, 700, "hidden")
    sheet.save()
    (document,) = read(buffer.getvalue(), "locked.pdf")
    assert codes(document) == ["ENCRYPTED"]
    assert document.document.findings[0].fatal


def test_ten_thousand_pages_are_refused_quickly(read: Reader) -> None:
    kids = " ".join(["3 0 R"] * 10_000)
    body = (
        f"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 10000/Kids[{kids}]>>endobj\n"
    )
    body += "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    (document,) = read(body.encode(), "long.pdf")
    assert codes(document) == ["TOO_MANY_PAGES"]


def test_a_damaged_pdf_is_refused(read: Reader) -> None:
    (document,) = read(b"%PDF-1.7\n" + b"\x00garbage" * 100, "broken.pdf")
    assert codes(document) == ["UNREADABLE"]


def test_a_letter_has_no_drawing_findings(read: Reader) -> None:
    (document,) = read(pdf(["Dear Sir,", "", "The diameter is 12.5 mm and 13.5 mm.", "", "Regards"]), "letter.pdf")
    assert codes(document) == []
