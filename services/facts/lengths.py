"""Lengths in millimetres: decimals, decimal commas, fractions of an inch, sheet gauges.

A margin is half of the last written digit, never more than 0.05 mm, so that 1/4 in = 6.35 mm = 6.4 mm
while 6 mm, or 3.0 mm against 11 gauge stainless (3.175 mm), is another stock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from services.facts.values import Value, parse_decimal, plain, without_overlaps

INCH = 25.4
LARGEST_MARGIN = 0.05
_METRIC = re.compile(
    r"(?<![\w.,/])(?P<number>\d+(?:[.,]\d+)?)\s*-?\s*(?P<unit>mm|millimet(?:er|re)s?|µm|μm)\b", re.IGNORECASE
)
_INCH_MARK = (
    r"(?:\s*-?\s*(?:inch(?:es)?|in(?!\s+(?:the|an?|each|all|any|this|accordance|order|total|one)\b))\b\.?|\s*[\"”″])"
)
_FRACTION = re.compile(
    rf"(?<![\w.,/])(?:(?P<whole>\d+)[\s-]+)?(?P<over>\d{{1,2}})\s*[/⁄]\s*(?P<under>2|4|8|16|32|64){_INCH_MARK}",
    re.IGNORECASE,
)
_INCHES = re.compile(rf"(?<![\w,/.])(?P<number>\d*\.\d+|\d+){_INCH_MARK}", re.IGNORECASE)
_GAUGE = re.compile(r"(?<![\w.])(?:#\s*)?(?P<gauge>\d{1,2})\s*-?\s*(?:ga(?:uge)?|gage)\b\.?", re.IGNORECASE)

# Manufacturers' standard gauge for carbon steel and the stainless sheet gauge, both in inches.
_CARBON = (
    {7: 0.1793, 8: 0.1644, 9: 0.1495, 10: 0.1345, 11: 0.1196, 12: 0.1046, 13: 0.0897, 14: 0.0747, 15: 0.0673}
    | {16: 0.0598, 17: 0.0538, 18: 0.0478, 19: 0.0418, 20: 0.0359, 22: 0.0299, 24: 0.0239, 26: 0.0179}
)  # fmt: skip
_STAINLESS = (
    {7: 0.1875, 8: 0.1719, 9: 0.1563, 10: 0.1406, 11: 0.1250, 12: 0.1094, 13: 0.0938, 14: 0.0781, 15: 0.0703}
    | {16: 0.0625, 17: 0.0563, 18: 0.0500, 19: 0.0438, 20: 0.0375, 22: 0.0313, 24: 0.0250, 26: 0.0188}
)  # fmt: skip


def gauge_mm(gauge: int, *, stainless: bool) -> float | None:
    """Nominal thickness in millimetres of a sheet gauge; None for a gauge that is not tabulated."""
    inches = (_STAINLESS if stainless else _CARBON).get(gauge)
    return None if inches is None else inches * INCH


def find_lengths(text: str, *, stainless: bool = False) -> list[Value]:
    """All lengths with a unit in `text`. `stainless` chooses the gauge table."""
    return without_overlaps(_all(text, stainless))


def length(start: int, end: int, millimetres: float, margin: float) -> Value:
    """A length as a value, "6.35 mm"."""
    return Value(start, end, f"{plain(millimetres)} mm", millimetres, min(margin, LARGEST_MARGIN))


def _all(text: str, stainless: bool) -> Iterator[Value]:
    for match in _FRACTION.finditer(text):
        inches = int(match["whole"] or 0) + int(match["over"]) / int(match["under"])
        yield length(match.start(), match.end(), inches * INCH, LARGEST_MARGIN)
    for match in _METRIC.finditer(text):
        micro = match["unit"][0] in "µμ"
        yield _scaled(match, 0.001 if micro else 1.0)
    for match in _INCHES.finditer(text):
        yield _scaled(match, INCH)
    for match in _GAUGE.finditer(text):
        millimetres = gauge_mm(int(match["gauge"]), stainless=stainless)
        if millimetres is not None:
            yield length(match.start(), match.end(), millimetres, LARGEST_MARGIN)


def _scaled(match: re.Match[str], factor: float) -> Value:
    number = match["number"]
    decimals = len(re.split(r"[.,]", number)[1]) if re.search(r"[.,]", number) else 0
    found = length(match.start(), match.end(), parse_decimal(number) * factor, 0.5 * factor * 10.0**-decimals)
    return replace(found, start=match.start("number"))
