"""Sheets that are pictures: recognised by OCR, and said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pypdfium2 as pdfium

from buildplan.v1.document_pb2 import Page, ReadingFinding
from services.reader import ocr, quality
from services.reader.content import Source
from services.reader.findings import finding, name_pages
from services.reader.formats import pdf_layout
from services.reader.formats.pdf_lines import PlacedLine
from services.reader.formats.pdf_scan import scan
from services.reader.lines import Line
from services.reader.ocr_text import mark_repeats, ocr_lines

_BETTER = 0.5
"""Share of a poor layer's bad words that recognising the page again may leave; a text full of codes is no poor OCR."""
MAX_DRAWING_SHEETS = 12
"""Pages up to which a document may be a set of drawings."""


@dataclass
class Sheet:
    """A page while it is read."""

    number: int
    width: float
    height: float
    placed: list[PlacedLine]
    image: bool
    objects: int
    drawing: bool = False
    scan: bool = False
    lines: list[Line] = field(default_factory=list)
    origin: Page.Origin.ValueType = Page.ORIGIN_TEXT


def recognise_sheets(document: pdfium.PdfDocument, sheets: Sequence[Sheet], source: Source) -> list[ReadingFinding]:
    """Reads scanned pages and poor text layers by OCR, where it is installed; says what was done and what was not."""
    scans = [sheet for sheet in sheets if sheet.scan]
    poor = _poor_layers([sheet for sheet in sheets if sheet.image and not sheet.scan])
    program = ocr.tesseract()
    chosen = [*scans, *poor][: source.limits.max_ocr_pages] if program else []
    if program and chosen:
        source.allow_ocr(len(chosen))
        seconds = source.limits.ocr_wall_seconds_per_page
        texts = ocr.recognise(program, (_pgm(document, sheet.number) for sheet in chosen), seconds)
        for sheet, text in zip(chosen, texts, strict=True):
            _take(sheet, text or "", drawings=len(sheets) <= MAX_DRAWING_SHEETS)
    mark_repeats([sheet.lines for sheet in chosen if sheet.origin == Page.ORIGIN_OCR and not sheet.drawing])
    for sheet in scans:
        if sheet.origin != Page.ORIGIN_OCR:
            sheet.origin = Page.ORIGIN_UNREAD
    return [*_scan_findings(scans, installed=program is not None), *_layer_findings(poor)]


def _poor_layers(layers: Sequence[Sheet]) -> Sequence[Sheet]:
    """The pages, when the text that a scanner's own OCR has put under their images cannot be trusted."""
    texts = ["\n".join(line.text for line in sheet.placed) for sheet in layers]
    return layers if layers and quality.is_poor_ocr(texts) else ()


def _take(sheet: Sheet, text: str, *, drawings: bool) -> None:
    """Puts the recognised text in the place of the sheet's own, unless little was recognised or it is no better."""
    own = "\n".join(line.text for line in sheet.lines)
    better = sheet.scan or quality.bad_word_share(text) < _BETTER * quality.bad_word_share(own)
    if better and len(text.strip()) >= max(3, len(own) // 4):
        sheet.lines, sheet.origin = ocr_lines(text), Page.ORIGIN_OCR
        sheet.drawing = drawings and pdf_layout.is_drawing([line.text for line in sheet.lines])


def _scan_findings(scans: Sequence[Sheet], *, installed: bool) -> list[ReadingFinding]:
    read_pages = [sheet.number for sheet in scans if sheet.origin == Page.ORIGIN_OCR]
    unread = [sheet.number for sheet in scans if sheet.origin == Page.ORIGIN_UNREAD]
    findings = []
    if read_pages:
        findings.append(
            finding(
                "OCR_USED",
                f"Scanned: the text of {name_pages(read_pages)} was read by OCR and may hold mistakes.",
                "Compare figures and grades with the page itself.",
                read_pages,
            )
        )
    if unread:
        why = "OCR found no text there" if installed else "no OCR program is installed"
        todo = (
            "Read them by eye, or upload a file with text."
            if installed
            else "Install tesseract-ocr and upload it again, or upload a file with text."
        )
        findings.append(finding("SCANNED_PAGES", f"Scanned and not read: {name_pages(unread)}; {why}.", todo, unread))
    return findings


def _pgm(document: pdfium.PdfDocument, number: int) -> bytes:
    page = document[number - 1]
    try:
        return scan(page).pgm
    finally:
        page.close()


def _layer_findings(poor: Sequence[Sheet]) -> Iterator[ReadingFinding]:
    again = [sheet.number for sheet in poor if sheet.origin == Page.ORIGIN_OCR]
    kept = [sheet.number for sheet in poor if sheet.origin != Page.ORIGIN_OCR]
    what = "is poor OCR: words run together and letters are wrong"
    if again:
        yield finding(
            "OCR_USED",
            f"The text layer of {name_pages(again)} {what}. It was read again by OCR and may still hold mistakes.",
            "Compare figures and grades with the page itself.",
            again,
        )
    if kept:
        yield finding(
            "OCR_POOR",
            f"The text layer of {name_pages(kept)} {what}.",
            "Compare every figure with the page itself, or upload a better copy.",
            kept,
        )
