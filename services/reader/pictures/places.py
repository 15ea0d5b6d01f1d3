"""Pieces of text and where they stand on a page's picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.reader.pictures import PlacedBox

_SAME_LINE = 0.5
"""Part of the lower piece's height that two pieces of a line share at least."""
_WIDEST_GAP = 2.5
"""Gap between two words of a line in heights; a wider one parts cells of a table."""


class Place(NamedTuple):
    """A piece's rectangle, y downwards; `turn` counts quarter turns against the clock: 0 reads right, 1 up."""

    left: float
    top: float
    right: float
    bottom: float
    turn: int = 0

    def along(self) -> tuple[float, float]:
        """Begin and end in the direction in which it is read."""
        if self.turn % 2:
            return (-self.bottom, -self.top) if self.turn == 1 else (self.top, self.bottom)
        return (self.left, self.right) if self.turn == 0 else (-self.right, -self.left)

    def across(self) -> tuple[float, float]:
        """Extent across that direction."""
        return (self.left, self.right) if self.turn % 2 else (self.top, self.bottom)


class Pieces(Protocol):
    """The text of a page in pieces. Neighbours with text belong to one word; an empty piece parts words.

    Attributes:
        texts: What each piece says after the citation check's normalisation; may be empty.
        size: Width and height of the page in the unit of the places.
    """

    texts: Sequence[str]
    size: tuple[float, float]

    def place(self, index: int) -> Place | None:
        """Where a piece stands; None when it is not visible."""


@dataclass(slots=True)
class _Line:
    """Pieces of one line so far."""

    whole: Place
    last: Place

    def takes(self, place: Place) -> bool:
        """True when `place` goes on with this line."""
        if place.turn != self.whole.turn:
            return False
        (low, high), (top, bottom) = self.whole.across(), place.across()
        smaller = min(high - low, bottom - top)
        gap = place.along()[0] - self.last.along()[1]
        return min(high, bottom) - max(low, top) >= _SAME_LINE * smaller and -smaller < gap < _WIDEST_GAP * (high - low)

    def add(self, place: Place) -> None:
        """Grows by `place`."""
        corners = zip(self.whole[:2], place[:2], strict=True), zip(self.whole[2:4], place[2:4], strict=True)
        (left, top), (right, bottom) = map(min, corners[0]), map(max, corners[1])
        self.whole, self.last = Place(left, top, right, bottom, place.turn), place


def boxes(places: Iterable[Place], size: tuple[float, float]) -> list[PlacedBox]:
    """One box for each line, and for each cell of a table's row, in reading order; what is outside is cut off."""
    return [box for line in _lines(places) if (box := _fraction(line, size)) is not None]


def _lines(places: Iterable[Place]) -> Iterator[Place]:
    line: _Line | None = None
    for place in places:
        if line is not None and line.takes(place):
            line.add(place)
            continue
        if line is not None:
            yield line.whole
        line = _Line(place, place)
    if line is not None:
        yield line.whole


def _fraction(place: Place, size: tuple[float, float]) -> PlacedBox | None:
    width, height = size
    left, right = (min(max(edge / width, 0.0), 1.0) for edge in (place.left, place.right))
    top, bottom = (min(max(edge / height, 0.0), 1.0) for edge in (place.top, place.bottom))
    return PlacedBox(left, top, right - left, bottom - top) if right > left and bottom > top else None
