"""The one page of a file that is a picture (PNG, JPEG, TIFF)."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from services.reader.content import Source
from services.reader.findings import RefusedError
from services.reader.pictures import Picture
from services.reader.pictures.png import encode, fit
from services.reader.pictures.words import Words, recognised

_FORMATS = ("PNG", "JPEG", "TIFF")
_ORIENTATION = 0x0112


def render(data: bytes, width: int) -> Picture:
    """The picture upright, of at most `width` pixels; it is never made larger. Raises RefusedError."""
    image = _open(data)
    image.draft("RGB", (2 * width, 2 * width))
    whole = _flat(ImageOps.exif_transpose(image) if _is_turned(image) else image)
    size = fit(min(width, whole.width), whole.height / whole.width)
    return encode(whole if size == whole.size else whole.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))


def words(source: Source) -> Words:
    """The words that OCR finds in the picture, upright; raises RefusedError."""
    data = upright(source.data)
    return recognised(data, _open(data).size, source)


def upright(data: bytes) -> bytes:
    """The file as it is, or turned as its camera says; raises RefusedError. OCR programs do not look at that."""
    image = _open(data)
    if not _is_turned(image):
        return data
    buffer = io.BytesIO()
    _flat(ImageOps.exif_transpose(image)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _is_turned(image: Image.Image) -> bool:
    """True for a photo that its camera took sideways; only JPEG says so without being unpacked."""
    return image.format == "JPEG" and image.getexif().get(_ORIENTATION, 1) != 1


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        size = str(error).partition(",")[0]
        raise RefusedError("TOO_LARGE", f"The picture is too large: {size}.", "Upload it with fewer pixels.") from error
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise RefusedError("UNREADABLE", "The picture is damaged.", "Save it again and upload it.") from error


def _flat(image: Image.Image) -> Image.Image:
    """In grey or in red, green and blue, on white where it is transparent."""
    if image.mode in {"1", "L"}:
        return image.convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
