"""Looks at pages in this process, and reads what stands inside boxes with PDFium's own eyes."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Protocol

import pypdfium2 as pdfium
from PIL import Image
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen import canvas

from services.contract.citations import normalise
from services.reader.content import Source
from services.reader.limits import Limits
from services.reader.pictures import Picture, PlacedBox, pdf_page
from services.reader.pictures.glyphs import Glyphs
from services.reader.pictures.places import Place


class Box(Protocol):
    """A rectangle in fractions, the reader's or the wire's."""

    @property
    def left(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...


def source(data: bytes, name: str = "a.pdf") -> Source:
    return Source(name, data, Limits(), lambda pages: None)


def rendered(data: bytes, width: int = 800, number: int = 1) -> Picture:
    return pdf_page.render(source(data), number, width)


def opened(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.png))
    assert image.format == "PNG"
    assert image.size == (picture.width, picture.height)
    return image


def located(data: bytes, quote: str, number: int = 1) -> list[PlacedBox]:
    return pdf_page.locate(source(data), number, quote, ocr=False)


def turned(data: bytes, rotation: int, crop: tuple[float, float, float, float] | None = None) -> bytes:
    """The first page turned by so many degrees and cut to left, bottom, right, top."""
    document = pdfium.PdfDocument(data)
    page = document[0]
    page.set_rotation(rotation)
    if crop:
        page.set_cropbox(*crop)
    buffer = io.BytesIO()
    document.save(buffer)
    document.close()
    return buffer.getvalue()


def drawn(*texts: tuple[float, float, float, str], size: tuple[float, float] = letter, font: int = 10) -> bytes:
    """A page with texts at x, y in points, each turned by so many degrees against the clock."""
    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, pagesize=size)
    for x, y, angle, text in texts:
        sheet.saveState()
        sheet.setFont("Helvetica", font)
        sheet.translate(x, y)
        sheet.rotate(angle)
        sheet.drawString(0, 0, text)
        sheet.restoreState()
    sheet.save()
    return buffer.getvalue()


def ink(picture: Image.Image, box: Box) -> float:
    """Part of the picture's dark pixels that stand in the box, 0 to 1."""
    dark = picture.convert("L").point(lambda value: 255 if value < 128 else 0)
    inside = dark.crop(pixels(picture, box))
    return inside.histogram()[255] / max(1, dark.histogram()[255])


def pixels(picture: Image.Image, box: Box) -> tuple[int, int, int, int]:
    width, height = picture.size
    left, top = int(box.left * width), int(box.top * height)
    return left, top, round((box.left + box.width) * width + 0.5), round((box.top + box.height) * height + 0.5)


def same(first: str, second: str) -> bool:
    return normalise(first).replace("|", "") == normalise(second).replace("|", "")


def text_inside(file: Source, number: int, boxes: Iterable[Box]) -> str:
    """What PDFium says of the characters whose middles stand in the boxes, in the order of the file."""
    with pdf_page._page(file, number) as page, Glyphs.of(page) as glyphs:
        width, height = glyphs.size
        placed = [(text, glyphs.place(index)) for index, text in enumerate(glyphs.texts) if text]
        return "".join(
            text for text, place in placed if place and any(_holds(box, place, width, height) for box in boxes)
        )


def _holds(box: Box, place: Place, width: float, height: float) -> bool:
    x, y = (place.left + place.right) / 2 / width, (place.top + place.bottom) / 2 / height
    return box.left <= x <= box.left + box.width and box.top <= y <= box.top + box.height
