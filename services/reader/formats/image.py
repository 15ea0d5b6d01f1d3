"""Pictures of a page (PNG, JPEG, TIFF): read by OCR where tesseract is installed."""

from __future__ import annotations

from buildplan.v1.document_pb2 import Page
from services.reader import ocr
from services.reader.content import Content, Source
from services.reader.findings import finding
from services.reader.formats.image_scan import upright
from services.reader.formats.pdf_layout import is_drawing
from services.reader.hyphenation import LineJoiner
from services.reader.ocr_text import ocr_lines
from services.reader.passages import Outline, fill_page


def read(source: Source) -> Content:
    """Reads a picture; without OCR, or when OCR finds nothing, the page is left unread and a finding says so."""
    page = Page(number=1, label="page 1", origin=Page.ORIGIN_UNREAD)
    content = Content(pages=[page])
    program = ocr.tesseract()
    if program is None:
        content.findings.append(
            finding(
                "SCANNED_PAGES",
                "The file is a picture and was not read; no OCR program is installed.",
                "Install tesseract-ocr and upload it again, or upload a file with text.",
                [1],
            )
        )
        return content
    source.allow_ocr(1)
    text = next(ocr.recognise(program, [upright(source.data)], source.limits.ocr_wall_seconds_per_page))
    if not text or not text.strip():
        content.findings.append(
            finding("SCANNED_PAGES", "The file is a picture in which OCR found no text.", "Read it by eye.", [1])
        )
        return content
    _fill(content, page, text)
    return content


def _fill(content: Content, page: Page, text: str) -> None:
    lines = ocr_lines(text)
    drawing = is_drawing([line.text for line in lines])
    page.origin = Page.ORIGIN_OCR
    fill_page(page, lines, Outline(), LineJoiner(lambda: [text]), drawing=drawing)
    content.drawing_pages = [1] if drawing else []
    content.findings.append(
        finding(
            "OCR_USED",
            "The file is a picture; its text was read by OCR and may hold mistakes.",
            "Compare figures and grades with the picture itself.",
            [1],
        )
    )
