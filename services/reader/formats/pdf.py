"""PDF, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pypdfium2 as pdfium
from pypdfium2 import raw

from buildplan.v1.document_pb2 import Page, Passage, ReadingFinding
from services.reader import quality, repeats
from services.reader.content import Content, Source
from services.reader.findings import RefusedError, finding, name_pages
from services.reader.formats import pdf_layout, pdf_objects
from services.reader.formats.pdf_lines import TextPage, join_lone_rows
from services.reader.formats.pdf_sheet import MAX_DRAWING_SHEETS, Sheet, recognise_sheets
from services.reader.hyphenation import LineJoiner
from services.reader.passages import Outline, fill_page

SCAN_CHARACTERS = 100
"""A page with an image all over it and fewer characters than this, headers apart, is a scan."""


def read(source: Source) -> Content:
    """Reads a PDF. Raises RefusedError when it is encrypted, damaged or has too many pages."""
    document = open_document(source)
    try:
        models: list[int] = []
        sheets = [_read_page(document, index, models) for index in range(len(document))]
        repeated = repeats.repeated(_places(sheet) for sheet in sheets)
        _lay_out(sheets, repeated)
        findings = recognise_sheets(document, sheets, source)
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


def _read_page(document: pdfium.PdfDocument, index: int, models: list[int]) -> Sheet:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return Sheet(index + 1, 0.0, 0.0, [], image=False, objects=0, origin=Page.ORIGIN_UNREAD)
    text_page = TextPage(page)
    try:
        width, height = page.get_size()
        placed = text_page.lines()
        fields, model = pdf_objects.form_texts(page)
        few = sum(len(line.text) for line in placed) < 4 * SCAN_CHARACTERS
        image = pdf_objects.has_page_image(page, width, height, thorough=few)
        if image:
            join_lone_rows(placed)
        objects = raw.FPDFPage_CountObjects(page.raw)
        sheet = Sheet(index + 1, width, height, [*placed, *fields], image=image, objects=objects)
    finally:
        text_page.close()
        page.close()
    sheet.drawing = model or (
        len(document) <= MAX_DRAWING_SHEETS and pdf_layout.is_drawing([line.text for line in sheet.placed])
    )
    if model:
        models.append(index + 1)
    return sheet


def _places(sheet: Sheet) -> list[tuple[str, repeats.Place]]:
    extent = pdf_layout.vertical_extent(sheet.placed)
    return [(line.text, repeats.place(line.y, sheet.height, extent)) for line in sheet.placed]


def _lay_out(sheets: Sequence[Sheet], repeated: frozenset[str]) -> None:
    size = pdf_layout.body_size([sheet.placed for sheet in sheets])
    for sheet in sheets:
        sheet.lines = pdf_layout.lay_out(sheet.placed, sheet.height, size, repeated, drawing=sheet.drawing)
        own = sum(_weight(line.text) for line in sheet.lines if line.role != Passage.ROLE_HEADER_FOOTER)
        outlined = own < 20 and sheet.objects > 30
        sheet.scan = sheet.height > 0 and own < SCAN_CHARACTERS and (sheet.image or outlined)


def _weight(text: str) -> int:
    """Letters and digits, and the white space that goes with them; a scanner's specks count for nothing."""
    return round(1.2 * sum(map(str.isalnum, text)))


def _content(sheets: Sequence[Sheet], models: Sequence[int], findings: list[ReadingFinding]) -> Content:
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


def _quality_findings(sheets: Sequence[Sheet], models: Sequence[int]) -> Iterator[ReadingFinding]:
    if models:
        yield finding(
            "MODEL_NOT_READ",
            f"Could not read the model: {name_pages(models)} shows a 3D model, and only the text beside it was read.",
            "Upload a drawing with the dimensions and notes, or read the model by eye.",
            models,
        )
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


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
