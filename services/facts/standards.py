"""Weld codes, weld processes and passivation in one spelling each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.facts.values import Value, without_overlaps

QUALIFICATION = "procedure qualification"
_AWS = re.compile(
    r"(?<![\w.-])(?:(?:ANSI\s*/\s*)?AWS[\s-]*)?(?P<code>D(?:1\.[1-9]|9\.1|14\.[1-8]|17\.[1-3]|"
    r"18\.[1-3]))(?:\s*/\s*D[\d.]+M)?(?:[:\-]\s*(?:19|20)\d\d)?(?![\w.]*\d)",
    re.IGNORECASE,
)
_ISO_LEVEL = re.compile(
    r"\b(?:EN\s*)?ISO\s*(?P<code>5817|10042|"
    r"13919)(?:[:\-]\d{4})?(?:\s*[,-]?\s*(?:quality\s*)?level\s*(?P<level>[BCD]))?\b",
    re.IGNORECASE,
)
_QUALIFYING = re.compile(
    r"\bASME\s*(?:BPVC\s*)?(?:Section|Sec\.?)?\s*IX\b|\bISO\s*(?:15614|9606|3834)(?:-\d)?\b", re.IGNORECASE
)
_PROCESSES = {
    "GTAW": r"GTAW|TIG|gas[- ]tungsten[- ]arc",
    "GMAW": r"GMAW|MIG|gas[- ]metal[- ]arc",
    "FCAW": r"FCAW|flux[- ]cored",
    "SMAW": r"SMAW|shielded[- ]metal[- ]arc",
    "SAW": r"submerged[- ]arc",
    "PAW": r"PAW|plasma[- ]arc weld\w*",
    "LBW": r"LBW|laser(?:[- ]beam)?[- ]weld\w*",
    "EBW": r"EBW|electron[- ]beam weld\w*",
    "RSW": r"RSW|resistance[- ]spot|spot[- ]weld\w*",
}
_PROCESS = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in _PROCESSES.items()), re.IGNORECASE)
_PASSIVATION = re.compile(
    r"\b(?P<code>A\s?967(?:M)?|AMS[\s-]*2700|AMS[\s-]*QQ-P-35|QQ-P-35|ISO\s*16048|"
    r"EN\s*2516)[A-Z]?\b(?:/A967M)?(?:[-:]\d\d(?:\d\d)?\b)?",
    re.IGNORECASE,
)
_METHOD = re.compile(r"\b(?P<acid>nitric|citric)\b(?:\s+acid)?\s*-?\s*#?(?P<number>[1-5])?(?!\w)", re.IGNORECASE)
_NO_PASSIVATION = re.compile(
    r"\bno passivation\b|\bpassivation (?:is )?not required\b|\bdo not passivate\b", re.IGNORECASE
)


def find_weld_codes(text: str) -> list[Value]:
    """Codes that workmanship is judged by; those that only qualify procedures and welders say so in `about`."""
    return without_overlaps(_weld_codes(text))


def find_weld_processes(text: str) -> list[Value]:
    """Weld processes by their AWS letters: TIG is GTAW, MIG is GMAW."""
    found = (Value(match.start(), match.end(), (match.lastgroup or "").upper()) for match in _PROCESS.finditer(text))
    return without_overlaps(found)


def find_passivation(text: str) -> list[Value]:
    """Passivation as "ASTM A967 nitric 2", "AMS 2700", "citric" or "not required"."""
    if match := _NO_PASSIVATION.search(text):
        return [Value(match.start(), match.end(), "not required")]
    codes = [
        Value(match.start(), match.end(), _passivation_code(match["code"])) for match in _PASSIVATION.finditer(text)
    ]
    methods = [Value(match.start(), match.end(), _method(match)) for match in _METHOD.finditer(text)]
    if len(codes) == 1 and len(methods) == 1:
        start, end = min(codes[0].start, methods[0].start), max(codes[0].end, methods[0].end)
        return [Value(start, end, f"{codes[0].value} {methods[0].value}")]
    return codes or methods


def refines(first: str, second: str) -> bool:
    """True when one says the same as the other, perhaps more exactly: "ASTM A967" and "ASTM A967 citric 4"."""
    left, right = first.split(), second.split()
    shorter, longer = (left, right) if len(left) <= len(right) else (right, left)
    return longer[: len(shorter)] == shorter or longer[-len(shorter) :] == shorter


def _weld_codes(text: str) -> Iterator[Value]:
    for match in _AWS.finditer(text):
        yield Value(match.start(), match.end(), f"AWS {match['code'].upper()}")
    for match in _ISO_LEVEL.finditer(text):
        level = f" level {match['level'].upper()}" if match["level"] else ""
        yield Value(match.start(), match.end(), f"ISO {match['code']}{level}", about="weld quality level")
    for match in _QUALIFYING.finditer(text):
        yield Value(match.start(), match.end(), re.sub(r"\s+", " ", match[0]).upper(), about=QUALIFICATION)


def _passivation_code(code: str) -> str:
    letters = re.sub(r"[\s-]", "", code).upper()
    spelled = {
        "A967": "ASTM A967",
        "A967M": "ASTM A967",
        "AMS2700": "AMS 2700",
        "ISO16048": "ISO 16048",
        "EN2516": "EN 2516",
    }
    return spelled.get(letters, "QQ-P-35")


def _method(match: re.Match[str]) -> str:
    return match["acid"].lower() + (f" {match['number']}" if match["number"] else "")
