"""The characters of a PDF page and of its form fields, in the reader's order, with their places."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pypdfium2 as pdfium
from pypdfium2 import raw

from services.reader.formats.pdf_lines import clean
from services.reader.formats.pdf_objects import form_fields
from services.reader.pictures.locate import comparable
from services.reader.pictures.places import Place

_RESOLUTION = 1_000_000
"""PDFium gives places in whole pixels: those of a picture of this many in each direction."""
_LEAD_SURROGATES = range(0xD800, 0xDC00)


class Glyphs:
    """Characters as pieces, then the form fields; places in points of the page as it is shown, from its top left."""

    def __init__(self, page: pdfium.PdfPage, text_page: pdfium.PdfTextPage) -> None:
        self.size: tuple[float, float] = page.get_size()
        self._page = page
        self._text = text_page.raw
        self._rotation = raw.FPDFPage_GetRotation(page.raw)
        self._fields, _ = form_fields(page)
        self._count = max(0, raw.FPDFText_CountChars(self._text))
        self.texts: Sequence[str] = [*self._characters(), *(comparable(text) for text, _ in self._fields)]

    @classmethod
    @contextmanager
    def of(cls, page: pdfium.PdfPage) -> Iterator[Glyphs]:
        """The page's characters; the page must stay open meanwhile."""
        text_page = page.get_textpage()
        try:
            yield cls(page, text_page)
        finally:
            text_page.close()

    def place(self, index: int) -> Place | None:
        """Where a piece stands; None for a character without extent."""
        if index >= self._count:
            _, box = self._fields[index - self._count]
            return self._shown(box.left, box.bottom, box.right, box.top, 0)
        box = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(self._text, index, box):
            return None
        clockwise = max(0.0, raw.FPDFText_GetCharAngle(self._text, index)) / (math.pi / 2)
        turn = -(round(clockwise) + self._rotation) % 4
        return self._shown(box.left, box.bottom, box.right, box.top, turn)

    def _characters(self) -> Iterator[str]:
        """Each character's text; accents that follow their letter belong to it, as they do in NFKC."""
        codes = [raw.FPDFText_GetUnicode(self._text, index) for index in range(self._count)]
        index = 0
        while index < self._count:
            end = index + 1
            if codes[index] in _LEAD_SURROGATES or (end < self._count and _is_accent(codes[end])):
                end = min(index + 2, self._count)
            yield comparable(clean(_decoded(codes[index:end])))
            yield from [""] * (end - index - 1)
            index = end

    def _shown(self, left: float, bottom: float, right: float, top: float, turn: int) -> Place | None:
        first, second = self._point(left, top), self._point(right, bottom)
        (left, right), (top, bottom) = (sorted(pair) for pair in zip(first, second, strict=True))
        return Place(left, top, right, bottom, turn) if right > left and bottom > top else None

    def _point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page's own space on the page as it is shown: cropped and turned."""
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self._page.raw, 0, 0, _RESOLUTION, _RESOLUTION, 0, x, y, across, down)
        return across.value / _RESOLUTION * self.size[0], down.value / _RESOLUTION * self.size[1]


def _is_accent(code: int) -> bool:
    return 0x300 <= code < 0x110000 and unicodedata.combining(chr(code)) > 0


def _decoded(codes: list[int]) -> str:
    units = "".join(chr(code) for code in codes if code < 0x110000)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
