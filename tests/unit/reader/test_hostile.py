import csv
import io
import time

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reader.limits import Limits
from services.reader.read import read_upload
from tests.unit.reader.conftest import Reader, codes
from tests.unit.reader.hostile import replaced, xlsx

EXTENSIONS = ["pdf", "docx", "xlsx", "msg", "doc", "png", "tif", "eml", "html", "md", "csv", "txt", "exe", ""]
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MAGIC = [b"", b"%PDF-1.4\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"From: a\nSubject: b\n\n", b"<html>"]


@pytest.mark.parametrize("data", [b"", b"   \n", b"\x00" * 5000])
def test_an_empty_file_is_said_to_be_empty(read: Reader, data: bytes) -> None:
    (document,) = read(data, "a.pdf")
    assert codes(document) == ["EMPTY"]
    assert document.document.findings[0].fatal


def test_a_zip_bomb_is_refused_before_it_is_unpacked(read: Reader) -> None:
    bomb = replaced(xlsx({"A1": 1}), "xl/worksheets/sheet1.xml", b"<x>" + b" " * 200_000_000)
    started = time.process_time()
    (document,) = read(bomb, "bomb.xlsx")
    assert codes(document) == ["ZIP_BOMB"]
    assert time.process_time() - started < 1


def test_a_far_cell_is_reported_and_the_rest_read(read: Reader) -> None:
    started = time.process_time()
    (document,) = read(xlsx({"A1": "304L plate", "XFD1048576": "far"}), "far.xlsx")
    assert time.process_time() - started < 10
    assert codes(document) == ["FAR_CELLS"]
    assert document.pages[0].text == "304L plate"


def test_rows_beyond_the_limit_are_reported() -> None:
    data = xlsx({f"A{number}": f"row {number}" for number in range(1, 30)})
    (document,) = read_upload(data, "rows.xlsx", Limits(max_rows=10), lambda pages: None)
    assert codes(document) == ["FAR_CELLS"]
    assert document.pages[0].text.endswith("row 10")


def test_what_is_below_the_last_row_that_is_read_is_not_looked_at() -> None:
    """Not even for the size of a sheet that does not tell it: behind these rows the sheet is broken."""
    row = '<row><c t="inlineStr"><is><t>304L</t></is></c></row>'
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{row * 20_000}<broken'
    data = replaced(xlsx({"A1": 1}), "xl/worksheets/sheet1.xml", sheet.encode())
    (document,) = read_upload(data, "rows.xlsx", Limits(max_rows=10), lambda pages: None)
    assert codes(document) == ["FAR_CELLS"]
    assert document.pages[0].text.count("304L") == 10


def test_a_deeply_nested_email_is_refused(read: Reader) -> None:
    parts = [
        f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b{depth}"\n\n--b{depth}\n'
        for depth in range(3000)
    ]
    documents = read(("From: a\nSubject: b\n" + "".join(parts)).encode(), "deep.eml")
    assert codes(documents[0])[0] in {"NESTED_TOO_DEEP", "EMPTY", "UNREADABLE"}


def test_the_wrong_extension_is_said_and_the_file_read(read: Reader) -> None:
    (document,) = read(xlsx({"A1": "304L"}), "drawing.pdf")
    assert codes(document) == ["WRONG_EXTENSION"]
    assert document.pages[0].text == "304L"


def test_a_container_that_was_cut_off_is_damaged_and_no_unknown_format(read: Reader) -> None:
    (document,) = read(xlsx({"A1": "304L"})[:-100], "bom.xlsx")
    assert codes(document) == ["UNREADABLE"]


def test_an_encrypted_office_file_is_said_to_be_and_nothing_else(read: Reader) -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    (document,) = read(data, "spec.docx")
    assert codes(document) == ["ENCRYPTED"]


def test_a_part_that_unpacks_to_far_more_than_it_is_packed_into_is_said(read: Reader) -> None:
    (document,) = read(replaced(xlsx({"A1": 1}), "xl/worksheets/sheet1.xml", b" " * 30_000_000), "bomb.xlsx")
    assert "more than 400 times" in document.document.findings[0].message


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("a\x00b\n.txt", "ab.txt"),
        ("..", "unnamed"),
    ],
)
def test_a_path_in_the_name_is_dropped(read: Reader, name: str, shown: str) -> None:
    (document,) = read(b"The finish shall be 2B.", name)
    assert document.document.file_name == shown


@pytest.mark.parametrize("payload", ["billion", "external"])
def test_entities_are_not_expanded(read: Reader, payload: str) -> None:
    document = docx.Document()
    buffer = io.BytesIO()
    document.save(buffer)
    entities = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 50}">' for n in range(9))
    if payload == "external":
        entities = '<!ENTITY j SYSTEM "file:///etc/passwd">'
    xml = f'<!DOCTYPE w:document [{entities}]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    xml += "<w:body><w:p><w:r><w:t>start &j; end</w:t></w:r></w:p></w:body></w:document>"
    (result,) = read(replaced(buffer.getvalue(), "word/document.xml", xml.encode()), "evil.docx")
    assert all("root:" not in page.text and len(page.text) < 1000 for page in result.pages)


def test_a_csv_with_a_huge_cell_is_refused(read: Reader) -> None:
    (document,) = read(b'a,b\n"' + b"x" * 2_000_000 + b'",1\n', "huge.csv")
    assert codes(document) == ["UNREADABLE"]
    assert csv.field_size_limit() == 100_000


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("blanks.txt", b" \t" * 50_000 + b"end"),
        ("hard blanks.txt", b"a" + b" \xc2\xa0" * 20_000 + b"end"),
        ("dashes.md", b"-" * 50_000 + b"end"),
        ("heading.md", b"# a" + b" #" * 25_000 + b"end"),
    ],
)
def test_a_long_line_costs_what_its_length_costs(read: Reader, name: str, data: bytes) -> None:
    started = time.process_time()
    read(data, name)
    assert time.process_time() - started < 2


def test_a_binary_file_of_no_known_format_is_refused(read: Reader) -> None:
    (document,) = read(b"MZ\x90\x00\x03" * 100, "tool.exe")
    assert codes(document) == ["UNSUPPORTED"]


def test_a_file_above_the_limit_is_refused() -> None:
    (document,) = read_upload(b"x" * 2000, "a.txt", Limits(max_bytes=1000), lambda pages: None)
    assert codes(document) == ["TOO_LARGE"]


def test_attachments_above_the_limit_are_named() -> None:
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", "many"
    message.set_content("see files")
    for number in range(5):
        message.add_attachment(b"text of a note", maintype="text", subtype="plain", filename=f"note{number}.txt")
    documents = read_upload(message.as_bytes(), "m.eml", Limits(max_attachments=3), lambda pages: None)
    assert len(documents) == 4
    assert codes(documents[0]) == ["ATTACHMENT_REFUSED"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(magic=st.sampled_from(MAGIC), data=st.binary(max_size=400), extension=st.sampled_from(EXTENSIONS))
def test_random_bytes_never_raise(read: Reader, magic: bytes, data: bytes, extension: str) -> None:
    documents = read(magic + data, f"file.{extension}")
    assert documents
    assert documents[0].pages or documents[0].document.findings
