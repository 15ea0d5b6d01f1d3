"""The hand labels of the extraction benchmark: every quote stands where its label says."""

import csv
import email
import email.policy
import html
import io
import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from docx.table import Table
from google.protobuf import descriptor_pb2
from openpyxl import load_workbook

from buildplan.v1 import plan_pb2

ROOT = Path(__file__).parents[2]
LABELS = sorted((ROOT / "benchmarks/extraction/labels").glob("*.json"))
CORPUS = ROOT.parent / "shared/corpus"
FOLDERS = {"samples": ROOT / "samples/br-2041", "corpus": CORPUS, "held_out": CORPUS}
REASONS = {"definition", "heading", "contents", "background"}


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _rows(rows: Iterable[Iterable[Any]]) -> str:
    return "\n".join(" | ".join(str(cell) for cell in row if cell not in (None, "")) for row in rows)


def _pdf(content: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range() for page in pdf]
    finally:
        pdf.close()


def _docx(content: bytes) -> list[str]:
    blocks = Document(io.BytesIO(content)).iter_inner_content()
    texts = [
        _rows([cell.text for cell in row.cells] for row in block.rows) if isinstance(block, Table) else block.text
        for block in blocks
    ]
    return ["\n".join(texts)]


def _xlsx(content: bytes) -> list[str]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        return [_rows(sheet.iter_rows(values_only=True)) for sheet in book]
    finally:
        book.close()


def _html(content: bytes) -> list[str]:
    text = re.sub(r"</t[dh]>\s*<t[dh]>", " | ", content.decode())
    return [html.unescape(re.sub(r"<[^>]+>", " ", text))]


def _csv(content: bytes) -> list[str]:
    return [_rows(csv.reader(io.StringIO(content.decode())))]


def _eml(content: bytes) -> list[str]:
    body = email.message_from_bytes(content, policy=email.policy.default).get_body()
    assert body is not None
    return [body.get_content()]


def _text(content: bytes) -> list[str]:
    return [content.decode()]


READERS = {".pdf": _pdf, ".docx": _docx, ".xlsx": _xlsx, ".html": _html, ".csv": _csv, ".eml": _eml}


def _pages(label: dict[str, Any]) -> list[str]:
    """The document's pages as plain text; skips the test where the corpus is not at hand."""
    folder = FOLDERS[label["source"]]
    if not folder.is_dir():
        pytest.skip(f"{label['document']}: the folder {folder.name} is not here")
    content = (folder / label.get("attached_to", label["document"])).read_bytes()
    if "attached_to" in label:
        message = email.message_from_bytes(content, policy=email.policy.default)
        part = next(part for part in message.iter_attachments() if part.get_filename() == label["document"])
        content = part.get_content().encode()
    read = READERS.get(Path(label["document"]).suffix, _text)
    return [_plain(page) for page in read(content)]


def _sections() -> set[str]:
    plan = descriptor_pb2.FileDescriptorProto()
    plan_pb2.DESCRIPTOR.CopyToProto(plan)
    fields = {message.name: [field.name for field in message.field] for message in plan.message_type}
    sections = next(message for message in plan.message_type if message.name == "Sections")
    return {f"{part.name}.{field}" for part in sections.field for field in fields[part.type_name.rpartition(".")[2]]}


@pytest.fixture(params=LABELS, ids=lambda path: path.stem)
def label(request: pytest.FixtureRequest) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(request.param.read_text())
    return loaded


def test_every_quote_stands_on_its_page(label: dict[str, Any]) -> None:
    pages = _pages(label)
    entries = label["lines"] + label["not_findings"]
    assert [e for e in entries if _plain(e["quote"]) not in pages[e["page"] - 1]] == []


def test_no_quote_is_labelled_twice(label: dict[str, Any]) -> None:
    places = [(entry["page"], _plain(entry["quote"])) for entry in label["lines"] + label["not_findings"]]
    assert len(places) == len(set(places))


def test_every_section_is_one_of_the_plan(label: dict[str, Any]) -> None:
    lines = label["lines"]
    named = {section for line in lines for section in (line["section"], *line.get("also", ()))}
    named |= {entry["section"] for entry in label["missing"]}
    assert named <= _sections()
    assert [line for line in lines if line["section"] in line.get("also", ())] == []


def test_only_labelled_pages_and_known_reasons(label: dict[str, Any]) -> None:
    assert {entry["page"] for entry in label["lines"] + label["not_findings"]} <= set(label["pages"])
    assert {entry["why"] for entry in label["not_findings"]} <= REASONS


def test_every_sample_is_labelled() -> None:
    labelled = {json.loads(path.read_text())["document"] for path in LABELS}
    assert {path.name for path in FOLDERS["samples"].iterdir()} <= labelled
