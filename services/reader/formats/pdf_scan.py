"""A PDF page as OCR gets it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pypdfium2 as pdfium

from services.reader import ocr

_LONGEST_SIDE = 3400


@dataclass(frozen=True)
class Scan:
    """A grey PGM file and its width and height in pixels."""

    pgm: bytes = field(repr=False)
    size: tuple[int, int]


def scan(page: pdfium.PdfPage) -> Scan:
    """The page at 200 dpi, smaller when the sheet is larger than A3."""
    scale = min(ocr.DOTS_PER_INCH / 72, _LONGEST_SIDE / max(*page.get_size(), 1.0))
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        width, height, stride = bitmap.width, bitmap.height, bitmap.stride
        data = bytes(bitmap.buffer)
    finally:
        bitmap.close()
    rows = data if stride == width else b"".join(data[row * stride : row * stride + width] for row in range(height))
    return Scan(b"P5\n%d %d\n255\n" % (width, height) + rows, (width, height))
