"""A picture (PNG, JPEG, TIFF) as OCR gets it."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from services.reader.findings import RefusedError

_FORMATS = ("PNG", "JPEG", "TIFF")
_ORIENTATION = 0x0112


def upright(data: bytes) -> bytes:
    """The file as it is, or turned as its camera says; raises RefusedError. OCR programs do not look at that."""
    image = opened(data)
    if not _is_turned(image):
        return data
    buffer = io.BytesIO()
    upright_image(image).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    """The picture, not unpacked yet; raises RefusedError."""
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        size = str(error).partition(",")[0]
        raise RefusedError("TOO_LARGE", f"The picture is too large: {size}.", "Upload it with fewer pixels.") from error
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise RefusedError("UNREADABLE", "The picture is damaged.", "Save it again and upload it.") from error


def upright_image(image: Image.Image) -> Image.Image:
    """Turned as its camera says, in grey or in red, green and blue, on white where it is transparent."""
    return _flat(ImageOps.exif_transpose(image) if _is_turned(image) else image)


def _is_turned(image: Image.Image) -> bool:
    """True for a photo that its camera took sideways; only JPEG says so without being unpacked."""
    return image.format == "JPEG" and image.getexif().get(_ORIENTATION, 1) != 1


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in {"1", "L"}:
        return image.convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
