"""Pages as pictures, and where words stand on them. PDF pages and pictures have them; other formats have no pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.reader.detect import MEDIA_TYPES

PICTURED = frozenset(MEDIA_TYPES[name] for name in ("pdf", "png", "jpeg", "tiff"))
"""Media types whose pages can be drawn."""


@dataclass(frozen=True)
class PageAt:
    """One page of a file: its bytes, its name for the user and the page's number from 1."""

    data: bytes = field(repr=False)
    file_name: str
    number: int


@dataclass(frozen=True)
class Picture:
    """A page as a PNG; sizes in pixels."""

    png: bytes = field(repr=False)
    width: int
    height: int


@dataclass(frozen=True)
class PlacedBox:
    """A rectangle on a page's picture in fractions of its width and height, from its top left corner."""

    left: float
    top: float
    width: float
    height: float
