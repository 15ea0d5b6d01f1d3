"""Says where a quote stands among the pieces of a page, by the citation check's own rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.contract.citations import nearest, normalise
from services.reader.lines import CELL_SEPARATOR
from services.reader.pictures import PlacedBox
from services.reader.pictures.places import Pieces, boxes

_SEPARATOR = CELL_SEPARATOR.strip()
_BEGINNINGS = 5
_REACH = 500
"""How much further than the quote is long the cells of its row may reach, in characters."""
_SHORTEST_RUN = 6
"""Characters that a part of a cell has on average at least."""

Span = tuple[int, int]


def comparable(text: str) -> str:
    """As the citation check compares it, without the separators that the reader puts between cells."""
    return normalise(text).replace(_SEPARATOR, "")


def locate(quote: str, pieces: Pieces, *, ocr: bool) -> list[PlacedBox]:
    """Where a quote of the page stands; empty when it cannot be found.

    Of several places the first that begins and ends with a word; without any, the cells of a row whose lines the
    reader has put in order. With `ocr` the most similar place counts.
    """
    wanted, page = comparable(quote), "".join(pieces.texts)
    if not wanted:
        return []
    owners = [index for index, text in enumerate(pieces.texts) for _ in text]
    indices = dict.fromkeys(owner for span in _spans(wanted, page, owners, ocr=ocr) for owner in owners[slice(*span)])
    places = (place for index in indices if (place := pieces.place(index)) is not None)
    return boxes(places, pieces.size)


def _spans(wanted: str, page: str, owners: Sequence[int], *, ocr: bool) -> Sequence[Span]:
    whole = _exact(wanted, page, owners) or (nearest(wanted, page) if ocr else None)
    if whole:
        return [whole]
    return [] if ocr else _woven(wanted, page)


def _exact(wanted: str, page: str, owners: Sequence[int]) -> Span | None:
    first: Span | None = None
    for start in _starts(wanted, page):
        end = start + len(wanted)
        if _parts_words(start, page, owners) and _parts_words(end, page, owners):
            return start, end
        first = first or (start, end)
    return first


def _starts(wanted: str, page: str) -> Iterator[int]:
    start = page.find(wanted)
    while start >= 0:
        yield start
        start = page.find(wanted, start + 1)


def _parts_words(at: int, page: str, owners: Sequence[int]) -> bool:
    """True when a word ends or begins at this offset."""
    if at in {0, len(page)} or not (page[at - 1].isalnum() and page[at].isalnum()):
        return True
    return owners[at] - owners[at - 1] > 1


def _woven(wanted: str, page: str) -> Sequence[Span]:
    """The fewest runs of the page, near each other, that say `wanted` one after another; empty when they are many."""
    begins = sorted(_starts(wanted[0], page), key=lambda at: -_common(wanted, page, at))[:_BEGINNINGS]
    runs = min(filter(None, (_runs(wanted, page, begin) for begin in begins)), key=len, default=[])
    return runs if len(runs) <= 2 + len(wanted) // _SHORTEST_RUN else []


def _runs(wanted: str, page: str, begin: int) -> list[Span]:
    low, high = max(0, begin - len(wanted) - _REACH), begin + 2 * len(wanted) + _REACH
    runs, at = list[Span](), begin
    while wanted:
        size = _common(wanted, page, at)
        runs.append((at, at + size))
        wanted = wanted[size:]
        if not wanted:
            break
        places = (low + found for found in _starts(wanted[0], page[low:high]))
        here = at + size
        at = max(places, key=lambda place: (_common(wanted, page, place), -abs(place - here)), default=-1)
        if at < 0:
            return []
    return runs


def _common(wanted: str, page: str, at: int) -> int:
    """How many characters of `wanted` stand at this offset of the page."""
    near = page[at : at + len(wanted)]
    return next((place for place, (a, b) in enumerate(zip(wanted, near, strict=False)) if a != b), len(near))
