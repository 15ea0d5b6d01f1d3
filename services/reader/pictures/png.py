"""Pictures within bounds, as PNG files."""

from __future__ import annotations

import io

from PIL import Image, ImageChops

from services.reader.pictures import Picture

MAX_PIXELS = 12_000_000
"""A picture that would have more is made smaller in both directions."""
_COMPRESSION = 4


def fit(width: int, aspect: float) -> tuple[int, int]:
    """Width and height in pixels, at least 1 each, of a picture whose height is `aspect` times its width."""
    width = min(width, max(1, int((MAX_PIXELS / aspect) ** 0.5)))
    return width, max(1, min(round(width * aspect), MAX_PIXELS // width))


def encode(image: Image.Image) -> Picture:
    """The image as a PNG, in grey when it has no colours."""
    plain = image.convert("L") if image.mode == "RGB" and _is_grey(image) else image
    buffer = io.BytesIO()
    plain.save(buffer, "PNG", compress_level=_COMPRESSION)
    return Picture(buffer.getvalue(), *image.size)


def _is_grey(image: Image.Image) -> bool:
    red, green, blue = image.split()
    return not any(ImageChops.difference(red, other).getbbox() for other in (green, blue))
