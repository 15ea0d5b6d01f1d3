"""Dates in every usual spelling, as ISO 8601.

"12/11/2026" can be read two ways. The paper's own unambiguous dates decide; without one it is read as
month/day (US). `is_ambiguous` tells the question to the customer to mention it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.facts.values import Value, without_overlaps

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_NUMBER = {name[:3]: number for number, name in enumerate(_MONTHS, start=1)}
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_ISO = re.compile(r"(?<![\d-])(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d-])")
_DAY_FIRST = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+(?:of\s+)?|[-/.])\s*{_MONTH}(?:,?\s+|"
    rf"[-/.])(?P<year>20\d\d|\d\d)(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b{_MONTH}(?:\s+|[-/.])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|\s+|[-/.])(?P<year>20\d\d)(?!\d)",
    re.IGNORECASE,
)
_FIGURES = re.compile(
    r"(?<![\d./-])(?P<first>\d{1,2})(?P<sep>[/.-])(?P<second>\d{1,2})(?P=sep)(?P<year>20\d\d|\d\d)(?![\d/-]|\.\d)"
)
_NO_YEAR = re.compile(
    rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d,]*\d)|(?<![\d.])(?P<day2>\d{{1,2}})(?:st|nd|rd|"
    rf"th)?\s+(?:of\s+)?{_MONTH.replace('month', 'month2')}(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DateReading:
    """How one paper's dates are read: day first or month first, and the day it was issued on."""

    day_first: bool = False
    issued: date | None = None


def date_reading(text: str, issue_date: str = "") -> DateReading:
    """The reading that the paper's own unambiguous dates ask for; US month/day when there are none."""
    day_first = month_first = 0
    for match in _FIGURES.finditer(text):
        day_first += int(match["first"]) > 12 >= int(match["second"]) or match["sep"] == "."
        month_first += int(match["second"]) > 12 >= int(match["first"])
    issued = date.fromisoformat(issue_date) if _is_iso(issue_date) else None
    return DateReading(day_first > month_first, issued)


def find_dates(text: str, reading: DateReading = DateReading()) -> list[Value]:
    """All dates in `text`; "18 Dec" without a year takes the first such day after the paper's issue."""
    found = without_overlaps(_all(text, reading))
    return [value for value in found if value.value]


def is_ambiguous(text: str) -> bool:
    """True when `text` holds a date that can be read as day/month and as month/day."""
    return any(
        int(match["first"]) <= 12
        and int(match["second"]) <= 12
        and match["first"] != match["second"]
        and match["sep"] != "."
        for match in _FIGURES.finditer(text)
    )


def _all(text: str, reading: DateReading) -> Iterator[Value]:
    for match in _ISO.finditer(text):
        yield _value(match, _iso(match["year"], int(match["month"]), int(match["day"])))
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            yield _value(match, _iso(match["year"], _month(match["month"]), int(match["day"])))
    for match in _FIGURES.finditer(text):
        yield _value(match, _from_figures(match, reading))
    if reading.issued:
        for match in _NO_YEAR.finditer(text):
            yield _value(match, _next_such_day(match, reading.issued))


def _value(match: re.Match[str], iso: str) -> Value:
    return Value(match.start(), match.end(), iso)


def _from_figures(match: re.Match[str], reading: DateReading) -> str:
    first, second = int(match["first"]), int(match["second"])
    day_first = first > 12 or (second <= 12 and (reading.day_first or match["sep"] == "."))
    month, day = (second, first) if day_first else (first, second)
    return _iso(match["year"], month, day)


def _next_such_day(match: re.Match[str], issued: date) -> str:
    month, day = _month(match["month"] or match["month2"]), int(match["day"] or match["day2"])
    this_year = _iso(str(issued.year), month, day)
    if not this_year or date.fromisoformat(this_year) >= issued - timedelta(days=60):
        return this_year
    return _iso(str(issued.year + 1), month, day)


def _month(name: str) -> int:
    return _MONTH_NUMBER[name[:3].lower()]


def _iso(year: str, month: int, day: int) -> str:
    """The ISO date, or empty where there is no such day."""
    try:
        return date(int(year) if len(year) == 4 else 2000 + int(year), month, day).isoformat()
    except ValueError:
        return ""


def _is_iso(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text))
