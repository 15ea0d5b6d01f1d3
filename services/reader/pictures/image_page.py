"""The one page of a file that is a picture (PNG, JPEG, TIFF)."""

from __future__ import annotations

from PIL import Image

from services.reader.content import Source
from services.reader.formats.image_scan import opened, upright, upright_image
from services.reader.pictures import Picture
from services.reader.pictures.png import encode, fit
from services.reader.pictures.words import Words, recognised


def render(data: bytes, width: int) -> Picture:
    """The picture upright, of at most `width` pixels; it is never made larger. Raises RefusedError."""
    image = opened(data)
    image.draft("RGB", (2 * width, 2 * width))
    whole = upright_image(image)
    size = fit(min(width, whole.width), whole.height / whole.width)
    return encode(whole if size == whole.size else whole.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))


def words(source: Source) -> Words:
    """The words that OCR finds in the picture, upright; raises RefusedError."""
    data = upright(source.data)
    return recognised(data, opened(data).size, source)
