"""Durations: lead times in calendar days, notice periods in working days."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from services.facts.numbers import NUMBER_PATTERN, whole_number
from services.facts.values import Value

_DURATION = re.compile(
    rf"(?<![\w.,])(?P<low>{NUMBER_PATTERN})(?:\s*\(\s*\d+\s*\))?(?:\s*(?:-|–|to)\s*(?P<high>{NUMBER_PATTERN}))?[\s-]*"
    r"(?P<kind>calendar|working|business|work)?[\s-]*(?P<unit>hours?|hrs?|days?|weeks?|wks?|months?)(?!\w)",
    re.IGNORECASE,
)
_WORKING_WEEK = 5
_WEEKS_A_MONTH = 365 / 12 / 7


def find_durations(text: str) -> list[Value]:
    """All durations in calendar days, "56 days". Of a range the longer end counts, its width is the margin."""
    return list(_find(text, _calendar_days, "days"))


def find_working_durations(text: str) -> list[Value]:
    """All durations in working days, "5 working days"; 24 hours are one, a week is five.

    Bare "10 days" may mean either: it counts as 10 working days with the difference to 10 calendar days as margin.
    """
    return list(_find(text, _working_days, "working days"))


def _find(text: str, convert: Callable[[int, str, str], tuple[int, int]], unit: str) -> Iterator[Value]:
    for match in _DURATION.finditer(text):
        kind, written_unit = (match["kind"] or "").lower(), match["unit"][0].lower()
        least, _ = convert(whole_number(match["low"]), kind, written_unit)
        low, high = convert(whole_number(match["high"] or match["low"]), kind, written_unit)
        yield Value(match.start(), match.end(), f"{high} {unit}", float(high), float(high - min(least, low)))


def _calendar_days(amount: int, kind: str, unit: str) -> tuple[int, int]:
    working = unit == "d" and kind not in {"", "calendar"}
    days = amount * {"h": 1 / 24, "d": 7 / _WORKING_WEEK if working else 1, "w": 7, "m": 7 * _WEEKS_A_MONTH}[unit]
    return math.ceil(days), math.ceil(days)


def _working_days(amount: int, kind: str, unit: str) -> tuple[int, int]:
    if unit == "d" and kind != "calendar":
        return (amount if kind else math.ceil(amount * _WORKING_WEEK / 7)), amount
    factor = {"h": 1 / 24, "d": _WORKING_WEEK / 7, "w": _WORKING_WEEK, "m": _WORKING_WEEK * _WEEKS_A_MONTH}[unit]
    return math.ceil(amount * factor), math.ceil(amount * factor)
