"""Tolerances of features, in millimetres or degrees, and general tolerance standards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from services.facts.lengths import INCH, length
from services.facts.values import Value, parse_decimal, plain, without_overlaps

GENERAL = "general tolerance"
_PLUS_MINUS = re.compile(
    r"(?:±|\+\s?/\s?-|\+-)\s*(?P<number>\d*[.,]?\d+)\s*(?P<unit>mm\b|millimet\w+|inch(?:es)?\b|in\b\.?|[\"”″]|"
    r"°|deg(?:rees?)?\b)?",
    re.IGNORECASE,
)
_GEOMETRIC = re.compile(
    r"\b(?P<kind>flatness|parallelism|perpendicularity|straightness|concentricity|circularity|roundness|"
    r"cylindricity|runout|run-out|true position|position tolerance|squareness)\b"
    r"[^.;|]{0,40}?(?<![\w.,])(?P<number>\d*[.,]?\d+)\s*(?P<unit>mm\b|inch(?:es)?\b|in\b\.?|[\"”″])",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"\bgeneral toleranc(?:e|es)\W*(?:±\s*)?(?P<number>\d*[.,]?\d+)\s*(?P<unit>mm\b|inch(?:es)?\b|in\b\.?|[\"”″])",
    re.IGNORECASE,
)
_ISO_2768 = re.compile(r"\bISO\s*2768(?:-1)?\s*[-–:]?\s*(?P<grade>[fmcv][HKL]?)\b")


def find_tolerances(text: str) -> list[Value]:
    """Plus-minus and geometric tolerances with a unit, "±0.1 mm", "0.2 mm", "±0.5 deg", and "ISO 2768-mK"."""
    return without_overlaps(_all(text))


def _all(text: str) -> Iterator[Value]:
    for match in _GEOMETRIC.finditer(text):
        yield replace(_length(match), about=match["kind"].lower().replace("-", ""))
    for match in _PLUS_MINUS.finditer(text):
        if match["unit"]:
            yield _plus_minus(match)
    for match in _GENERAL.finditer(text):
        found = _length(match)
        yield replace(found, value=f"±{found.value}", about=GENERAL)
    for match in _ISO_2768.finditer(text):
        yield Value(match.start(), match.end(), f"ISO 2768-{match['grade']}", about=GENERAL)


def _plus_minus(match: re.Match[str]) -> Value:
    if match["unit"].lower().startswith(("°", "deg")):
        degrees = parse_decimal(match["number"])
        return Value(match.start(), match.end(), f"±{plain(degrees)} deg", degrees, 0.01)
    found = _length(match)
    return replace(found, value=f"±{found.value}")


def _length(match: re.Match[str]) -> Value:
    """A tolerance is compared to within 2 % of itself: ±.005 in is ±0.13 mm."""
    factor = 1.0 if match["unit"].lower().startswith("m") else INCH
    millimetres = parse_decimal(match["number"]) * factor
    return length(match.start(), match.end(), millimetres, max(0.04 * millimetres, 0.001))
