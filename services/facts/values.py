"""A value found in a text, and how two values are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOLERATED_ROUNDING = 1e-9


@dataclass(frozen=True)
class Value:
    """One value as found: `text[start:end]` is its spelling, `value` the topic's one spelling.

    `number` is in the topic's unit; `margin` is how far another number may be and still say the same.
    `about` names what the value itself says it is about ("penetrant testing"); empty when it says nothing.
    """

    start: int
    end: int
    value: str
    number: float | None = None
    margin: float = 0.0
    about: str = ""


def plain(number: float, digits: int = 3) -> str:
    """`number` without trailing zeros: 6.35, 3, 0.8."""
    return f"{round(number, digits):.{digits}f}".rstrip("0").rstrip(".")


def parse_decimal(text: str) -> float:
    """A figure with a decimal point or a decimal comma; "1,200" with three digits is read as thousands."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))


def same_number(first: float, second: float, margin: float) -> bool:
    """True when the numbers are no further apart than the margin."""
    return abs(first - second) <= margin + _TOLERATED_ROUNDING


def without_overlaps(values: Iterator[Value]) -> list[Value]:
    """The values by position; of two that overlap the one that starts first, or is longer, stays."""
    kept: list[Value] = []
    for value in sorted(values, key=lambda found: (found.start, -found.end)):
        if not kept or value.start >= kept[-1].end:
            kept.append(value)
    return kept
