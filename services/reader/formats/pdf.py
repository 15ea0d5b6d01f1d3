"""PDF, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pypdfium2 as pdfium
from pypdfium2 import raw

from buildplan.v1.document_pb2 import Page, Passage, ReadingFinding
from services.reader import ocr, quality, repeats
from services.reader.content import Content, Source
from services.reader.findings import RefusedError, finding, name_pages
from services.reader.formats import pdf_layout, pdf_objects
from services.reader.formats.pdf_lines import PlacedLine, TextPage
from services.reader.formats.pdf_scan import scan
from services.reader.hyphenation import LineJoiner
from services.reader.lines import Line
from services.reader.ocr_text import ocr_lines
from services.reader.passages import Outline, fill_page

SCAN_CHARACTERS = 100
"""A page with an image all over it and fewer characters than this, headers apart, is a scan."""
_MAX_SHEETS = 12


@dataclass
class _Sheet:
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


def read(source: Source) -> Content:
    """Reads a PDF. Raises RefusedError when it is encrypted, damaged or has too many pages."""
    document = open_document(source)
    try:
        models: list[int] = []
        sheets = [_read_page(document, index, models) for index in range(len(document))]
        repeated = repeats.repeated(_places(sheet) for sheet in sheets)
        _lay_out(sheets, repeated)
        findings = _read_scans(document, sheets, source)
    finally:
        document.close()
    return _content(sheets, models, findings)


def open_document(source: Source) -> pdfium.PdfDocument:
    """The file, to be closed by the caller. Raises RefusedError when it is encrypted, damaged or has too many pages."""
    try:
        document = pdfium.PdfDocument(source.data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise RefusedError(
                "ENCRYPTED", "The PDF is protected with a password.", "Upload it again without the password."
            ) from error
        raise RefusedError(
            "UNREADABLE", "The PDF is damaged: it cannot be opened.", "Export it again from its source and upload it."
        ) from error
    count = len(document)
    if count > source.limits.max_pages:
        document.close()
        raise RefusedError(
            "TOO_MANY_PAGES",
            f"The PDF has {count:,} pages; at most {source.limits.max_pages:,} are read.",
            "Upload only the parts that concern this job.",
        )
    return document


def _read_page(document: pdfium.PdfDocument, index: int, models: list[int]) -> _Sheet:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return _Sheet(index + 1, 0.0, 0.0, [], image=False, objects=0, origin=Page.ORIGIN_UNREAD)
    text_page = TextPage(page)
    try:
        width, height = page.get_size()
        placed = text_page.lines()
        fields, model = pdf_objects.form_texts(page)
        few = sum(len(line.text) for line in placed) < 4 * SCAN_CHARACTERS
        image = pdf_objects.has_page_image(page, width, height, thorough=few)
        objects = raw.FPDFPage_CountObjects(page.raw)
        sheet = _Sheet(index + 1, width, height, [*placed, *fields], image=image, objects=objects)
    finally:
        text_page.close()
        page.close()
    sheet.drawing = model or (
        len(document) <= _MAX_SHEETS and pdf_layout.is_drawing([line.text for line in sheet.placed])
    )
    if model:
        models.append(index + 1)
    return sheet


def _places(sheet: _Sheet) -> list[tuple[str, repeats.Place]]:
    extent = pdf_layout.vertical_extent(sheet.placed)
    return [(line.text, repeats.place(line.y, sheet.height, extent)) for line in sheet.placed]


def _lay_out(sheets: Sequence[_Sheet], repeated: frozenset[str]) -> None:
    size = pdf_layout.body_size([sheet.placed for sheet in sheets])
    for sheet in sheets:
        sheet.lines = pdf_layout.lay_out(sheet.placed, sheet.height, size, repeated, drawing=sheet.drawing)
        own = sum(_weight(line.text) for line in sheet.lines if line.role != Passage.ROLE_HEADER_FOOTER)
        outlined = own < 20 and sheet.objects > 30
        sheet.scan = sheet.height > 0 and own < SCAN_CHARACTERS and (sheet.image or outlined)


def _weight(text: str) -> int:
    """Letters and digits, and the white space that goes with them; a scanner's specks count for nothing."""
    return round(1.2 * sum(map(str.isalnum, text)))


def _read_scans(document: pdfium.PdfDocument, sheets: Sequence[_Sheet], source: Source) -> list[ReadingFinding]:
    """Reads the scanned pages by OCR where it is installed; says what was done and what was not."""
    scans = [sheet for sheet in sheets if sheet.scan]
    if not scans:
        return []
    program = ocr.tesseract()
    chosen = scans[: source.limits.max_ocr_pages] if program else []
    if program and chosen:
        source.allow_ocr(len(chosen))
        seconds = source.limits.ocr_wall_seconds_per_page
        texts = ocr.recognise(program, (_pgm(document, sheet.number) for sheet in chosen), seconds)
        for sheet, text in zip(chosen, texts, strict=True):
            if text and len(text.strip()) >= max(3, sum(len(line.text) for line in sheet.lines) // 4):
                sheet.lines, sheet.origin = ocr_lines(text), Page.ORIGIN_OCR
                sheet.drawing = len(sheets) <= _MAX_SHEETS and pdf_layout.is_drawing(
                    [line.text for line in sheet.lines]
                )
    for sheet in scans:
        if sheet.origin != Page.ORIGIN_OCR:
            sheet.origin = Page.ORIGIN_UNREAD
    return _scan_findings(scans, installed=program is not None)


def _scan_findings(scans: Sequence[_Sheet], *, installed: bool) -> list[ReadingFinding]:
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


def _content(sheets: Sequence[_Sheet], models: Sequence[int], findings: list[ReadingFinding]) -> Content:
    content = Content(findings=findings)
    join = LineJoiner(lambda: (line.text + "\n" for sheet in sheets for line in sheet.lines))
    outline = Outline()
    for sheet in sheets:
        page = Page(number=sheet.number, label=f"page {sheet.number}", origin=sheet.origin)
        fill_page(page, sheet.lines, outline, join, drawing=sheet.drawing)
        content.pages.append(page)
    content.drawing_pages = [sheet.number for sheet in sheets if sheet.drawing]
    content.findings.extend(_quality_findings(sheets, models))
    return content


def _quality_findings(sheets: Sequence[_Sheet], models: Sequence[int]) -> Iterator[ReadingFinding]:
    if models:
        yield finding(
            "MODEL_NOT_READ",
            f"Could not read the model: {name_pages(models)} shows a 3D model, and only the text beside it was read.",
            "Upload a drawing with the dimensions and notes, or read the model by eye.",
            models,
        )
    yield from _layer_findings([sheet for sheet in sheets if sheet.image and not sheet.scan])
    for sheet in sheets:
        missing = quality.lost_signs(line.text for line in sheet.placed) if sheet.drawing else []
        if missing:
            yield finding(
                "CAD_SIGNS_LOST",
                f"The text of this drawing on page {sheet.number} has no usable {_listed(missing)} signs: they are"
                " drawn as lines. Dimensions may lack their diameter or tolerance.",
                "Check every dimension against the picture of the page.",
                [sheet.number],
            )
    broken = [sheet.number for sheet in sheets if not sheet.height]
    if broken:
        yield finding(
            "UNREADABLE_PAGES", f"Damaged: {name_pages(broken)} could not be opened.", "Export the file again.", broken
        )


def _layer_findings(layers: Iterable[_Sheet]) -> Iterator[ReadingFinding]:
    """Judges the text that a scanner's own OCR has put under the images."""
    sheets = list(layers)
    texts = ["\n".join(line.text for line in sheet.placed) for sheet in sheets]
    if sheets and quality.is_poor_ocr(texts):
        pages = [sheet.number for sheet in sheets]
        yield finding(
            "OCR_POOR",
            f"The text layer of {name_pages(pages)} is poor OCR: words run together and letters are wrong.",
            "Compare every figure with the page itself, or upload a better copy.",
            pages,
        )


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
