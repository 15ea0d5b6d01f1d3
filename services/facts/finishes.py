"""Finishes and coatings, surface roughness."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.facts.values import Value, parse_decimal, plain, without_overlaps

_FINISHES = {
    "2B": r"(?<![\w.-])(?-i:2B)(?:\s+(?:mill\s+)?finish)?\b",
    "BA": r"\bBA finish\b|\bbright annealed\b",
    "No. {0}": r"(?:#|\bno\.?)\s?(?P<number>[3-8])\s*(?:brushed\s+|polish(?:ed)?\s+)?finish\b|"
    r"\bfinish:?\s*(?:#|no\.?)\s?(?P<number_>[3-8])\b",
    "bead blast": r"\b(?:glass[- ])?bead[- ]blast(?:ed)?\b",
    "mill finish": r"\bmill[- ]finish\b",
    "electropolish": r"\belectro-?polish(?:ed|ing)?\b",
    "powder coat": r"\bpowder[- ]?coat(?:ed|ing)?\b",
    "paint": r"\bpaint(?:ed)?\b",
    "anodize": r"\b(?:hard[- ])?anodi[sz](?:ed?|ing)\b",
    "zinc plate": r"\bzinc[- ]plat(?:ed?|ing)\b",
    "galvanize": r"\b(?:hot[- ]dip(?:ped)?[- ])?galvani[sz](?:ed?|ing)\b",
    "chemical film": r"\bchem(?:ical)?[- ]film\b|\balodine\b",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _FINISHES.items()}
_RAL = re.compile(r"\bRAL\s?-?(\d{4})\b", re.IGNORECASE)
_TYPE = re.compile(r"\btype\s+(III|II|I|IIB|IC)\b(?:\s*,?\s*class\s+(\d))?", re.IGNORECASE)
_CLASSES = {
    "2B": "mill",
    "BA": "mill",
    "No.": "mill",
    "bead": "mill",
    "mill": "mill",
    "powder": "colour",
    "paint": "colour",
}

_NUMBER = r"(?P<number{0}>\d+(?:[.,]\d+)?|\.\d+)"
_UNIT = (
    r"\s*(?P<unit{0}>µm|μm|um\b|micro\s?-?met(?:er|re)s?|microns?|µ-?in\w*\.?|μ-?in\w*\.?|"
    r"micro-?\s?inch(?:es)?|rms\b|mm\b)"
)
_RA_FIRST = re.compile(
    rf"(?<!\w)Ra\s*(?:[:=≤<]|max\.?|of)?\s*{_NUMBER.format('')}(?:{_UNIT.format('')})?(?![\w.]*\d)", re.IGNORECASE
)
_RA_LAST = re.compile(rf"(?<![\w.]){_NUMBER.format('')}(?:{_UNIT.format('')})?\s*Ra\b", re.IGNORECASE)
_MICROINCH = 0.0254
# Preferred microinch figures; a bare "63 Ra" above 12.5 is never meant in micrometres.
_SMALLEST_BARE_MICROINCH = 12.5


def find_finishes(text: str) -> list[Value]:
    """Finishes and coatings with what makes them exact: "powder coat RAL 7035", "anodize type II", "No. 4"."""
    return without_overlaps(_finishes(text))


def finish_class(value: str) -> str:
    """Finishes of one class exclude each other, those of different classes add to each other."""
    first = value.split(maxsplit=1)[0]
    return _CLASSES.get(first, first)


def find_roughness(text: str) -> list[Value]:
    """Ra in micrometres, "Ra 1.6 µm"; 63 microinches are 1.6 µm within the rounding of the preferred series."""
    matches = [match for pattern in (_RA_FIRST, _RA_LAST) for match in pattern.finditer(text)]
    return without_overlaps(_roughness(match) for match in matches)


def _finishes(text: str) -> Iterator[Value]:
    for name, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            yield _exact_finish(name, match, text)


def _exact_finish(name: str, match: re.Match[str], text: str) -> Value:
    if "{0}" in name:
        return Value(match.start(), match.end(), name.format(match["number"] or match["number_"]))
    following = text[match.end() : match.end() + 60]
    colour, kind = _RAL.search(following), _TYPE.search(following)
    if name in {"powder coat", "paint"} and colour:
        return Value(match.start(), match.end() + colour.end(), f"{name} RAL {colour[1]}")
    if name == "anodize" and kind:
        return Value(match.start(), match.end() + kind.end(), f"anodize type {kind[1].upper()}")
    return Value(match.start(), match.end(), name)


def _roughness(match: re.Match[str]) -> Value:
    number, unit = parse_decimal(match["number"]), (match["unit"] or "").lower()
    microinches = "in" in unit or unit == "rms" or (not unit and number > _SMALLEST_BARE_MICROINCH)
    micrometres = number * (_MICROINCH if microinches else 1000 if unit == "mm" else 1)
    return Value(
        match.start(), match.end(), f"Ra {plain(micrometres, 1)} µm", round(micrometres, 4), 0.03 * micrometres
    )
