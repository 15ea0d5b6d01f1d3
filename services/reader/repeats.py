"""Headers and footers: what repeats at one place, page numbers, and phrases that are never content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

EDGE = 0.16
"""Part of the height, at top and bottom, in which headers and footers stand."""

_NUMBERS = re.compile(
    r"^(?:\d{1,4}|[ivxl]{1,6})(?=\s)|(?<=\s)(?:\d{1,4}|[ivxl]{1,6})$|(?<=page )\d+|(?<= of )\d+", re.IGNORECASE
)
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–—|\[]?\s*(?:[A-Z]-)?(?:\d{1,4}|[ivxl]{1,6})\s*[-–—|\]]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE
)


class Place(NamedTuple):
    """Where a line stands: `height` from the bottom of the page as a part of it, and whether that is an edge."""

    height: float
    edge: bool


def place(y: float, height: float, extent: tuple[float, float]) -> Place:
    """The place of a baseline.

    Args:
        y: The baseline in points.
        height: Height of the page in points.
        extent: Lowest and highest baseline on the page; text that fills only a part of the page has edges too.
    """
    low, high = extent
    part = y / height if height else 0.5
    within = (y - low) / (high - low) if high > low else 0.5
    return Place(part, edge=not EDGE <= part <= 1 - EDGE or not EDGE <= within <= 1 - EDGE)


def is_phrase(text: str) -> bool:
    """True for the phrases that papers carry on every page; on a single page nothing else gives them away."""
    if len(text) > 160:
        return False
    lower = text.lower()
    return (
        "uncontrolled" in lower
        or "version before use" in lower
        or "downloaded from http" in lower
        or "check the master list" in lower
        or "provided by ihs" in lower
        or lower.startswith("approved for public release")
    )


def is_page_number(text: str) -> bool:
    """True for "3", "- ii -", "Page 3 of 20" and nothing else."""
    return len(text) < 24 and _PAGE_NUMBER.fullmatch(text) is not None


def repeated(pages: Iterable[Sequence[tuple[str, Place]]]) -> frozenset[str]:
    """Texts that are headers or footers; those at the edges in lower case and without their page numbers.

    At the same place of an edge on three pages (two, of two or three), at any edge on a third of the pages, or
    a longer text anywhere on half of the pages.

    Args:
        pages: For each page its lines with their places.
    """
    places: Counter[tuple[str, int]] = Counter()
    edges: Counter[str] = Counter()
    anywhere: Counter[str] = Counter()
    count = 0
    for lines in pages:
        count += 1
        at_edge = {(_key(text), round(where.height * 50)) for text, where in lines if where.edge}
        places.update(at_edge)
        edges.update({text for text, _ in at_edge})
        anywhere.update({text for text, _ in lines if len(text) >= 20})
    needed = 2 if count <= 3 else 3
    found = {text for (text, _), times in places.items() if times >= needed and len(text) > 3}
    found |= {text for text, times in edges.items() if times >= max(needed, count / 3)}
    found |= {text for text, times in anywhere.items() if times >= max(3, count / 2)}
    return frozenset(found)


def is_repeat(text: str, where: Place, texts: frozenset[str], *, numbered: bool) -> bool:
    """True when a line is a header or footer.

    Args:
        text: The line.
        where: Its place.
        texts: What `repeated` returned.
        numbered: True when a bare number at an edge is the page's number; on a drawing it is a dimension.
    """
    if is_phrase(text):
        return True
    if where.edge and numbered and is_page_number(text):
        return True
    return text in texts or (where.edge and _key(text) in texts)


def _key(text: str) -> str:
    return _NUMBERS.sub("#", text).casefold()
