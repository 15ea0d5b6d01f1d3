"""Counted things: quantities, PPAP levels, extents of tests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.facts import subjects
from services.facts.numbers import NUMBER_PATTERN, whole_number
from services.facts.values import Value, parse_decimal, plain, without_overlaps

_FIGURE = r"\d{1,3}(?:,\d{3})+|\d{1,6}"
_LABELLED = re.compile(
    rf"\b(?:qty|quantity|order quantity|quantities)\b\.?\s*(?:of|is|to|:|=|\||ordered|"
    rf"required)?\s*(?P<number>{_FIGURE})(?![\d.,/]*\d|\s*%)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"(?<![\w.,/-])(?P<number>{_FIGURE})(?:\.0+)?\s*(?:pcs?|pieces?|ea(?:ch)?|units|off|sets|assemblies|"
    rf"weldments)\b\.?",
    re.IGNORECASE,
)
_NOT_ORDERED = re.compile(
    r"\b(?:per|sampl\w+|spares?|coupons?|minimum|moq|lots? of|each (?:box|pallet|crate))\b", re.IGNORECASE
)
_CELL = re.compile(
    rf"\s*(?P<number>{_FIGURE})(?:\.0+)?\s*(?:pcs?|pieces?|ea(?:ch)?|units|off|sets)?\.?\s*", re.IGNORECASE
)
_PPAP = re.compile(
    rf"\bPPAP\b[^.;|]{{0,40}}?\blevel\s*[:=#-]?\s*(?P<after>{NUMBER_PATTERN})\b|"
    rf"\blevel\s*(?P<before>{NUMBER_PATTERN})\s+PPAP\b",
    re.IGNORECASE,
)

_METHODS = {
    "penetrant testing": r"(?i:\b(?:liquid |dye )?penetrant\b)|\b(?:PT|LPI|FPI|DPI)\b",
    "radiographic testing": r"(?i:\bradiograph\w*|\bx-ray\b)|\bRT\b",
    "ultrasonic testing": r"(?i:\bultrasonic\b)|\bUT\b",
    "magnetic particle testing": r"(?i:\bmagnetic[- ]particle\b)|\b(?:MT|MPI)\b",
    "visual inspection": r"(?i:\bvisual(?:ly)?\b)|\bVT\b",
    "leak testing": r"(?i:\bleak[- ]?(?:test\w*|check\w*))|\bLT\b",
    "pressure testing": r"(?i:\b(?:hydro(?:static)?|pressure)[- ]test\w*)",
    "positive material identification": r"(?i:\bpositive material identification\b)|\bPMI\b",
    "dimensional inspection": r"(?i:\bdimensional(?:ly)?\b)|\bCMM\b",
    "hardness testing": r"(?i:\bhardness\b)",
}
_METHOD = re.compile("|".join(rf"(?P<m{number}>{pattern})" for number, pattern in enumerate(_METHODS.values())))
_METHOD_NAMES = tuple(_METHODS)
_PERCENT = re.compile(r"(?<![\w.,±+-])(?P<number>\d{1,3}(?:\.\d+)?)\s*(?:%|percent\b|per cent\b)", re.IGNORECASE)
_WELD_KIND = re.compile(
    r"\b(butt|fillet|pressure|structural|load[- ]bearing|critical|groove)\b(?:[ -](?:joint |seam )?welds?\b|\s*\|)",
    re.IGNORECASE,
)


def find_quantities(text: str) -> list[Value]:
    """Ordered pieces; "per", samples, spares and minimum lots are no order."""
    if _NOT_ORDERED.search(text):
        return []
    matches = [match for pattern in (_LABELLED, _COUNTED) for match in pattern.finditer(text)]
    return without_overlaps(_pieces(match) for match in matches)


def quantity_cell(text: str) -> list[Value]:
    """The figure that fills a cell of a quantity column."""
    match = _CELL.fullmatch(text)
    return [_pieces(match)] if match else []


def find_ppap_levels(text: str) -> list[Value]:
    """PPAP levels 1 to 5 in figures or words, "level 3"."""
    return [value for match in _PPAP.finditer(text) if (value := _level(match)) is not None]


def find_test_extents(text: str) -> list[Value]:
    """Percentages of a named test; `about` is the method, with the kind of weld where it is told."""
    return without_overlaps(_extents(text))


def _pieces(match: re.Match[str]) -> Value:
    number = int(match["number"].replace(",", ""))
    return Value(match.start(), match.end(), str(number), float(number))


def _level(match: re.Match[str]) -> Value | None:
    level = whole_number(match["after"] or match["before"])
    return Value(match.start(), match.end(), f"level {level}", float(level)) if 1 <= level <= 5 else None


def _extents(text: str) -> Iterator[Value]:
    percents = list(_PERCENT.finditer(text))
    methods = list(_METHOD.finditer(text))
    if not methods or len(percents) not in {1, len(methods)}:
        return
    for position, percent in enumerate(percents):
        method = min(methods, key=lambda found: abs(found.start() - percent.start()))
        number = parse_decimal(percent["number"])
        own_words = (
            text[percent.end() : percents[position + 1].start()]
            if position + 1 < len(percents)
            else text[percent.end() :]
        )
        if number <= 100:
            about = _method_name(method, text if len(percents) == 1 else own_words)
            yield Value(percent.start(), percent.end(), f"{plain(number)} %", number, about=about)


def _method_name(match: re.Match[str], text: str) -> str:
    name = _METHOD_NAMES[int((match.lastgroup or "m0")[1:])]
    if weld := _WELD_KIND.search(text):
        return f"{name} of {weld[1].lower()} welds"
    named = subjects.features(text)
    return f"{name} of {named[0][1]}" if named else name
