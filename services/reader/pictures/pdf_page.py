"""A page of a PDF: drawn, and searched for a quote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2 as pdfium

from services.reader.content import Source
from services.reader.findings import RefusedError
from services.reader.formats.pdf import open_document
from services.reader.formats.pdf_scan import scan
from services.reader.pictures import Picture, PlacedBox
from services.reader.pictures.glyphs import Glyphs
from services.reader.pictures.locate import locate as locate_in
from services.reader.pictures.png import encode, fit
from services.reader.pictures.words import recognised

_ROUNDING = 0.01
"""Of a pixel, taken off because PDFium's sizes are rounded up."""


def render(source: Source, number: int, width: int) -> Picture:
    """The page with its form fields, `width` pixels wide or less where it is very high; raises RefusedError."""
    with _page(source, number) as page:
        points = page.get_size()
        width, _ = fit(width, points[1] / points[0])
        bitmap = page.render(scale=(width - _ROUNDING) / points[0], rev_byteorder=True)
        try:
            return encode(bitmap.to_pil().convert("RGB"))
        finally:
            bitmap.close()


def locate(source: Source, number: int, quote: str, *, ocr: bool) -> list[PlacedBox]:
    """Where the quote stands, in the page's own text or with `ocr` in what is recognised; raises RefusedError."""
    with _page(source, number) as page:
        if not ocr:
            with Glyphs.of(page) as glyphs:
                return locate_in(quote, glyphs, ocr=False)
        image = scan(page)
    return locate_in(quote, recognised(image.pgm, image.size, source), ocr=True)


@contextmanager
def _page(source: Source, number: int) -> Iterator[pdfium.PdfPage]:
    document = open_document(source)
    try:
        document.init_forms()
        if not 1 <= number <= len(document):
            raise RefusedError("UNREADABLE", f"The PDF has no page {number}.", "Upload it again.")
        try:
            page = document[number - 1]
        except pdfium.PdfiumError as error:
            raise RefusedError("UNREADABLE", "The page is damaged.", "Export the file again.") from error
        yield page
    finally:
        document.close()
