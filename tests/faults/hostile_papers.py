"""Files that are made to cost a reader its memory, its time or its life."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage

import docx
from PIL import Image

from tests.unit.reader.conftest import pdf
from tests.unit.reader.hostile import replaced, xlsx

_MIB = 1024 * 1024
_SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _word(body: str, prologue: str = "") -> bytes:
    buffer = io.BytesIO()
    docx.Document().save(buffer)
    xml = f'{prologue}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return replaced(buffer.getvalue(), "word/document.xml", xml.encode())


def _sheet(rows: str) -> bytes:
    xml = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return replaced(xlsx({"A1": 1}), _SHEET, xml.encode())


def _laughs() -> bytes:
    entities = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 50}">' for n in range(9))
    return _word("<w:p><w:r><w:t>&j;</w:t></w:r></w:p>", f"<!DOCTYPE w:document [{entities}]>")


def _stranger() -> bytes:
    entity = '<!DOCTYPE w:document [<!ENTITY j SYSTEM "file:///etc/passwd">]>'
    return _word("<w:p><w:r><w:t>&j;</w:t></w:r></w:p>", entity)


def _nested_tables(depth: int) -> bytes:
    return _word("<w:tbl><w:tr><w:tc>" * depth + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * depth)


def _zip_in_zip(depth: int) -> bytes:
    content = b"\0" * _MIB
    for _ in range(depth):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"word/{number}.xml", content)
        content = buffer.getvalue()
    return content


def _deep_email(depth: int) -> bytes:
    parts = [f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n' for level in range(depth)]
    return ("From: a\nSubject: b\nMIME-Version: 1.0\n" + "".join(parts)).encode()


def _emails_in_emails(depth: int) -> bytes:
    message = EmailMessage()
    message.set_content("the innermost")
    for level in range(depth):
        outer = EmailMessage()
        outer["Subject"] = f"level {level}"
        outer.set_content("see attached")
        outer.add_attachment(message)
        message = outer
    return message.as_bytes()


def _many_attachments(count: int) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", "many"
    message.set_content("see files")
    for number in range(count):
        message.add_attachment(b"text", maintype="text", subtype="plain", filename=f"note{number}.txt")
    return message.as_bytes()


def _pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    data, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(data))
    return bytes(data) + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table) + trailer


def _page_of(content: bytes, box: bytes = b"[0 0 612 792]") -> bytes:
    stream = zlib.compress(content, 9)
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R >>" % box,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
    )


def _loop_of_pages() -> bytes:
    return _pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2000000000 >>")


def _picture_of(width: int, height: int) -> bytes:
    """A PNG that says this size and holds nothing of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def _flat_picture(side: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (side, side)).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _frames(count: int) -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("1", (600, 600)) for _ in range(count)]
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:], compression="group4")
    return buffer.getvalue()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty.pdf": lambda: b"",
    "zeros.pdf": lambda: b"\0" * _MIB,
    "bomb.xlsx": lambda: replaced(xlsx({"A1": 1}), _SHEET, b"<x>" + b" " * (300 * _MIB)),
    "bomb.docx": lambda: _word(" " * (300 * _MIB)),
    "below the bomb's limit.docx": lambda: _word("<w:p><w:r><w:t>a b</w:t></w:r></w:p>" * 1_500_000),
    "zip in zip.docx": lambda: _zip_in_zip(4),
    "far cell.xlsx": lambda: xlsx({"A1": "304L plate", "XFD1048576": "far"}),
    "many rows.xlsx": lambda: _sheet('<row><c t="inlineStr"><is><t>304L</t></is></c></row>' * 1_000_000),
    "one long row.xlsx": lambda: _sheet("<row>" + "<c><v>1</v></c>" * 2_000_000 + "</row>"),
    "deep xml.xlsx": lambda: _sheet("<a>" * 500_000),
    "billion laughs.docx": _laughs,
    "stranger's file.docx": _stranger,
    "nested tables.docx": lambda: _nested_tables(2_000),
    "deep.eml": lambda: _deep_email(3_000),
    "emails in emails.eml": lambda: _emails_in_emails(40),
    "many attachments.eml": lambda: _many_attachments(2_000),
    "long header.eml": lambda: b"From: a\nSubject: " + b"=?utf-8?q?a?= " * 300_000 + b"\n\nbody",
    "huge cell.csv": lambda: b'a,b\n"' + b"x" * (2 * _MIB) + b'",1\n',
    "commas.csv": lambda: b"," * (2 * _MIB),
    "open tags.html": lambda: b"<div>" * 400_000,
    "attributes.html": lambda: b"<p " + b"a=b " * 500_000 + b">text</p>",
    "one line.txt": lambda: b"x" * (3 * _MIB),
    "nearly dates.txt": lambda: b"12/12/" * 200_000,
    "nearly sizes.txt": lambda: b"1 1/2 x 1 1/2 x " * 60_000,
    "drawing in one line.txt": lambda: b"304L stainless 1/4 in thick, quantity 12, due 2027-03-01 " * 60_000,
    "drawing without end.txt": lambda: b"The base plate shall be 304L, 1/4 in thick, lead time 6 weeks. " * 60_000,
    "blanks.txt": lambda: b" \t" * _MIB + b"end",
    "dashes.md": lambda: b"-" * _MIB + b"end",
    "pages in a loop.pdf": _loop_of_pages,
    "bomb.pdf": lambda: _page_of(b" " * (300 * _MIB)),
    "huge page.pdf": lambda: _page_of(b"BT ET", b"[0 0 2000000000 2000000000]"),
    "deep states.pdf": lambda: _page_of(b"q " * 3_000_000),
    "cut off.pdf": lambda: pdf(*[["A page of text."] * 50] * 20)[:-2_000],
    "says it is huge.png": lambda: _picture_of(60_000, 60_000),
    "flat and huge.png": lambda: _flat_picture(16_000),
    "many frames.tif": lambda: _frames(300),
    "broken.msg": lambda: _OLE + b"\xff" * 50_000,
    "broken.doc": lambda: _OLE + bytes(range(256)) * 200,
}
