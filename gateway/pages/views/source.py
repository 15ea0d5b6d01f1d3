"""A page of a paper with the words that a plan cites marked in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from buildplan.v1.document_pb2 import Passage
from services.contract.citations import normalise

_Place = tuple[int, int]


@dataclass(frozen=True)
class Run:
    """A stretch of text; `marked` when it is cited."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Reading:
    """A passage as stretches of text; `cited` when any of it is."""

    passage: Passage
    runs: tuple[Run, ...]
    cited: bool


def readings(passages: Sequence[Passage], quote: str, passage_id: str) -> list[Reading]:
    """The passages in order with the quote marked, also where it runs over several.

    Compared as the citation check does; where the quote is not found word for word, the cited passage alone is named.
    """
    places = _find(passages, quote, passage_id)
    marked: dict[int, set[int]] = {}
    for passage, character in places:
        marked.setdefault(passage, set()).add(character)
    return [
        _reading(passage, marked.get(index, set()), named=not places and passage.id == passage_id)
        for index, passage in enumerate(passages)
    ]


def _reading(passage: Passage, marked: set[int], *, named: bool) -> Reading:
    if not marked:
        return Reading(passage, (Run(passage.text, marked=False),), named)
    first, last = min(marked), max(marked) + 1
    cut = ((passage.text[:first], False), (passage.text[first:last], True), (passage.text[last:], False))
    return Reading(passage, tuple(Run(text, marked=hit) for text, hit in cut if text), cited=True)


def _find(passages: Sequence[Passage], quote: str, passage_id: str) -> list[_Place]:
    """Where each character of the quote stands; nothing where it does not."""
    wanted = normalise(quote)
    letters = list(_letters(passages))
    page = "".join(letter for letter, _ in letters)
    starts = list(_occurrences(wanted, page)) if wanted else []
    if not starts:
        return []
    inside = (start for start in starts if passages[letters[start][1][0]].id == passage_id)
    start = next(inside, starts[0])
    return [place for _, place in letters[start : start + len(wanted)]]


def _letters(passages: Iterable[Passage]) -> Iterator[tuple[str, _Place]]:
    """Every compared character of the page with its place."""
    for index, passage in enumerate(passages):
        for at, character in enumerate(passage.text):
            for letter in normalise(character):
                yield letter, (index, at)


def _occurrences(wanted: str, page: str) -> Iterator[int]:
    at = page.find(wanted)
    while at >= 0:
        yield at
        at = page.find(wanted, at + 1)
