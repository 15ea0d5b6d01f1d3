import io
from email.message import EmailMessage

import docx
import openpyxl
import pytest

from buildplan.v1.document_pb2 import DocumentKind, Page, Passage
from services.reader import ocr
from tests.unit.reader.conftest import Reader, codes, texts


def _docx() -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "ACME confidential"
    document.add_heading("3.4 Welding", level=2)
    document.add_paragraph("Welding shall be in accordance with AWS D1.6.")
    table = document.add_table(rows=2, cols=3)
    for row, values in enumerate([("Test", "Method", "Extent"), ("Weld", "ASTM E165", "100 %")]):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    form = document.add_table(rows=1, cols=2)
    form.cell(0, 0).text, form.cell(0, 1).text = "Material:", "304L"
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_docx_gives_headings_rows_and_headers(read: Reader) -> None:
    (document,) = read(_docx(), "spec.docx")
    found = [(passage.text, passage.role, passage.locator) for passage in document.pages[0].passages]
    assert ("ACME confidential", Passage.ROLE_HEADER_FOOTER, "header") in found
    assert ("3.4 Welding", Passage.ROLE_HEADING, "paragraph 1") in found
    assert ("Welding shall be in accordance with AWS D1.6.", Passage.ROLE_BODY, "paragraph 2") in found
    assert ("Test | Method | Extent", Passage.ROLE_HEADING, "table 1, row 1") in found
    assert ("Weld | ASTM E165 | 100 %", Passage.ROLE_TABLE_ROW, "table 1, row 2") in found
    assert ("Material: | 304L", Passage.ROLE_FIELD, "table 2, row 1") in found
    assert document.pages[0].passages[2].heading == "3.4 Welding"


def test_a_long_docx_is_split_into_parts(read: Reader) -> None:
    document = docx.Document()
    for number in range(100):
        document.add_paragraph(f"Requirement {number} says that the part shall be clean. " * 4)
    buffer = io.BytesIO()
    document.save(buffer)
    (result,) = read(buffer.getvalue(), "long.docx")
    assert [page.label for page in result.pages[:2]] == ["part 1", "part 2"]
    assert all(len(page.text) < 6000 for page in result.pages)


def test_xlsx_gives_a_page_for_each_sheet_and_rows_under_their_header(read: Reader) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "BOM"
    sheet.append(["Bill of material"])
    sheet.append(["Item", "Part", "Qty"])
    sheet.append([1, "BR-2041", 25.0])
    workbook.create_sheet("Notes")["B7"] = "=1+1"
    buffer = io.BytesIO()
    workbook.save(buffer)
    (document,) = read(buffer.getvalue(), "bom.xlsx")
    assert [page.label for page in document.pages] == ["sheet BOM", "sheet Notes"]
    row = document.pages[0].passages[2]
    assert (row.text, row.locator, row.heading) == ("1 | BR-2041 | 25", "cell A3:C3", "Item | Part | Qty")
    assert document.document.kind == DocumentKind.DOCUMENT_KIND_OTHER
    assert codes(document) == ["FORMULAS_NOT_CALCULATED"]


def _email(depth: int = 0) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", f"Delivery {depth}"
    message["Date"] = "Tue, 03 Mar 2026 10:00:00 +0000"
    message.set_content("We can accept delivery on 12 May 2026.\n\nRegards\n")
    if depth:
        message.add_attachment(_email(depth - 1))
    else:
        message.add_attachment(
            b"The finish shall be 2B.", maintype="text", subtype="plain", filename="../../etc/note.txt"
        )
    return message


def test_an_email_and_its_attachment_are_documents(read: Reader) -> None:
    message, attachment = read(_email().as_bytes(), "mail.eml")
    assert message.document.kind == DocumentKind.DOCUMENT_KIND_EMAIL
    assert message.document.issue_date == "2026-03-03"
    assert message.pages[0].label == "message body"
    assert "Subject: Delivery 0" in texts(message, Passage.ROLE_FIELD)
    assert "We can accept delivery on 12 May 2026." in texts(message, Passage.ROLE_BODY)
    assert attachment.document.file_name == "note.txt"
    assert attachment.content == b"The finish shall be 2B."
    assert message.content == b""


def test_emails_nested_too_deep_are_said_to_be_left_out(read: Reader) -> None:
    documents = read(_email(6).as_bytes(), "mail.eml")
    assert len(documents) == 4
    assert codes(documents[-1]) == ["NESTED_TOO_DEEP"]


def test_html_of_an_email_that_says_more_is_a_page_of_its_own(read: Reader) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", "Two versions"
    message.set_content("See the HTML version.")
    message.add_alternative("<p>Delivery moves to 14 June because the forge is late.</p>", subtype="html")
    (document,) = read(message.as_bytes(), "two.eml")
    assert [page.label for page in document.pages] == ["message body", "message body, HTML part"]


def test_html_blocks_rows_and_no_scripts(read: Reader) -> None:
    page = (
        b"<html><head><title>x</title></head><body><h2>Scope</h2><p>Use <b>304L</b> only.</p><script>steal()</script>"
    )
    page += b"<table><tr><th>Item</th><th>Qty</th></tr><tr><td>1</td><td>25</td></tr></table></body></html>"
    (document,) = read(page, "page.html")
    assert [(item.text, item.role) for item in document.pages[0].passages] == [
        ("Scope", Passage.ROLE_HEADING),
        ("Use 304L only.", Passage.ROLE_BODY),
        ("Item | Qty", Passage.ROLE_TABLE_ROW),
        ("1 | 25", Passage.ROLE_TABLE_ROW),
    ]


def test_a_blank_to_fill_in_stays_a_blank_in_markdown(read: Reader) -> None:
    (document,) = read(b"Approval date: ____________ by __the Buyer__.\n", "a.md")
    assert document.pages[0].text == "Approval date: ____________ by the Buyer."


def test_markdown_is_read_without_its_marks(read: Reader) -> None:
    (document,) = read(
        b"# 2 Finish\n\nThe finish shall be **2B**\nor better.\n\n| Item | Qty |\n|---|---|\n| 1 | 25 |\n", "a.md"
    )
    assert texts(document) == ["2 Finish", "The finish shall be 2B or better.", "Item | Qty", "1 | 25"]


def test_a_paragraph_without_end_is_cut_behind_its_sentences(read: Reader) -> None:
    sentence = "The base plate shall be 304L stainless."
    (document,) = read(" ".join([sentence] * 500).encode(), "notes.txt")
    pieces = [passage.text for passage in document.pages[0].passages]
    assert len(pieces) == 3
    assert all(piece.startswith("The base") and piece.endswith("stainless.") for piece in pieces)
    assert sum(piece.count(sentence) for piece in pieces) == 500
    (unbroken,) = read(b"x" * 20_000, "x.txt")
    assert [len(passage.text) for passage in unbroken.pages[0].passages] == [8_000, 8_000, 4_000]


def test_csv_rows_know_their_cells(read: Reader) -> None:
    (document,) = read(b"Part;Material;Qty\nBR-2041;304L;25\n", "bom.csv")
    row = document.pages[0].passages[1]
    assert (row.text, row.locator, row.heading) == ("BR-2041 | 304L | 25", "cell A2:C2", "Part | Material | Qty")


def test_notes_that_follow_each_other_are_no_headings(read: Reader) -> None:
    (document,) = read(b"Bring:\n\n1. Liability Insurance\n\n2. Current Plates\n\n3. Valid License\n", "a.txt")
    assert texts(document, Passage.ROLE_BODY) == ["1. Liability Insurance", "2. Current Plates", "3. Valid License"]


def test_doc_without_libreoffice_is_refused_clearly(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "WordDocument".encode("utf-16-le") + b"\x00" * 600
    (document,) = read(data, "old.doc")
    assert codes(document) == ["UNSUPPORTED"]
    assert "LibreOffice" in document.document.findings[0].message


def test_a_picture_without_ocr_is_said_to_be_unread(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "tesseract", lambda: None)
    (document,) = read(b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "scan.png")
    assert codes(document) == ["SCANNED_PAGES"]
    assert document.pages[0].origin == Page.ORIGIN_UNREAD
