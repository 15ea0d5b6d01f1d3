"""Finds a quote among the pieces of a page, by the citation check's own rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.contract.citations import nearest, normalise
from services.reader.lines import CELL_SEPARATOR
from services.reader.pictures import PlacedBox
from services.reader.pictures.places import Pieces, boxes

_SEPARATOR = CELL_SEPARATOR.strip()


def comparable(text: str) -> str:
    """As the citation check compares it, without the separators that the reader puts between cells."""
    return normalise(text).replace(_SEPARATOR, "")


def locate(quote: str, pieces: Pieces, *, ocr: bool) -> list[PlacedBox]:
    """Where the quote stands; empty when it does not.

    Of several places the first that begins and ends with a word. With `ocr`, the most similar place counts when
    there is no exact one.
    """
    wanted = comparable(quote)
    owners = [index for index, text in enumerate(pieces.texts) for _ in text]
    page = "".join(pieces.texts)
    span = _exact(wanted, page, owners) or (nearest(wanted, page) if ocr else None)
    if not wanted or span is None:
        return []
    indices = dict.fromkeys(owners[slice(*span)])
    places = (place for index in indices if (place := pieces.place(index)) is not None)
    return boxes(places, pieces.size)


def _exact(wanted: str, page: str, owners: Sequence[int]) -> tuple[int, int] | None:
    first: tuple[int, int] | None = None
    for start in _starts(wanted, page):
        end = start + len(wanted)
        if _parts_words(start, page, owners) and _parts_words(end, page, owners):
            return start, end
        first = first or (start, end)
    return first


def _starts(wanted: str, page: str) -> Iterator[int]:
    start = page.find(wanted) if wanted else -1
    while start >= 0:
        yield start
        start = page.find(wanted, start + 1)


def _parts_words(at: int, page: str, owners: Sequence[int]) -> bool:
    """True when a word ends or begins at this offset."""
    if at in {0, len(page)} or not (page[at - 1].isalnum() and page[at].isalnum()):
        return True
    return owners[at] - owners[at - 1] > 1
