"""Dates as the papers write them, brought to ISO 8601."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,7}\.?"
DATE = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b"
    r"|\d{1,2}(?:st|nd|rd|th)?[ -](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,7}\.?,?[ -]\d{2,4}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,7}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
_NUMERIC = re.compile(r"(?P<a>\d{1,2})(?P<separator>[/.-])(?P<b>\d{1,2})[/.-](?P<y>\d{4}|\d{2})")
_DAY_FIRST = re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH},?[ -](?P<y>\d{{2,4}})", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"{_MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})", re.IGNORECASE)


def iso_date(written: str) -> str:
    """ISO 8601 date of `written`; empty when it is none.

    Dots mean day first (11.8.2020), slashes and hyphens mean month first as in the United States, unless
    that gives no date.
    """
    if match := _ISO.search(written):
        return _build(match["y"], match["m"], match["d"])
    if match := _NUMERIC.search(written):
        day_first = match["separator"] == "."
        first, second = (match["b"], match["a"]) if day_first else (match["a"], match["b"])
        return _build(match["y"], first, second) or _build(match["y"], second, first)
    if match := _DAY_FIRST.search(written) or _MONTH_FIRST.search(written):
        return _build(match["y"], str(_MONTHS.index(match["month"].lower()) + 1), match["d"])
    return ""


def _build(year: str, month: str, day: str) -> str:
    number = int(year)
    if number < 100:
        number += 2000 if number < 70 else 1900
    try:
        return date(number, int(month), int(day)).isoformat()
    except ValueError:
        return ""
