"""Files that the tests write themselves, and the corpus of real papers where it is at hand."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen import canvas

from services.reader.document import ReadDocument
from services.reader.limits import Limits
from services.reader.read import read_upload

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"

Reader = Callable[[bytes, str], list[ReadDocument]]


@pytest.fixture
def read() -> Reader:
    """Reads bytes in this process: what the child does, without the child."""
    return lambda data, name: read_upload(data, name, Limits(), lambda pages: None)


def pdf(*pages: list[str], size: tuple[float, float] = letter) -> bytes:
    """A PDF with these lines of text on its pages."""
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, pagesize=size)
    for lines in pages:
        sheet.setFont("Helvetica", 10)
        for index, line in enumerate(lines):
            sheet.drawString(72, size[1] - 72 - 12 * index, line)
        sheet.showPage()
    sheet.save()
    return buffer.getvalue()


def codes(read: ReadDocument) -> list[str]:
    return [finding.code for finding in read.document.findings]


def texts(read: ReadDocument, role: int | None = None) -> list[str]:
    return [passage.text for page in read.pages for passage in page.passages if role is None or passage.role == role]
