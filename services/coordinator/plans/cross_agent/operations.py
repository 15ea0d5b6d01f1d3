"""Operations of the trade by their many names, so that "PT" and "dye penetrant" are found to be one thing."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORDS = {
    "penetrant testing": r"penetrant|dye[ -]check",
    "radiography": r"radiograph|x-ray",
    "ultrasonic testing": r"ultrasonic (?:test|inspect|exam)",
    "magnetic particle testing": r"magnetic[ -]particle",
    "visual weld inspection": r"visual(?:ly)?[^.;]{0,40}weld|weld[^.;]{0,40}visual",
    "pressure test": r"hydro-?(?:static)?[ -]?test|hydrostatic|pressure[ -]test|proof[ -]test",
    "leak test": r"leak(?:age)?[ -](?:check|rate)|\bleak[^.;]{0,40}\btest|helium|bubble test|vacuum test",
    "hardness test": r"hardness (?:test|survey|check|measure)|rockwell|vickers|brinell",
    "positive material identification": r"positive material identification",
    "water-break, ferroxyl or copper sulfate test": r"ferroxyl|copper sul(?:f|ph)ate|water[ -]?break|salt[ -]spray",
    "load test": r"\bload[ -]test|\bload\b[^.;]{0,20}\btests\b",
    "tensile or bend test": r"tensile test|bend test|macro[ -]?(?:etch|section)",
    "first article inspection": r"first[ -]article|as ?9102",
    "passivation": r"passivat|pickl",
    "coating thickness check": r"(?:coating|paint|film) thickness",
    "fit-up inspection": r"fit[ -]?up",
    "dimensional inspection": r"dimension(?:al)? (?:inspect|check|report|survey|verif)",
    "final inspection": r"final (?:visual |dimensional )?inspect|pre-?ship(?:ment)? inspect",
}
_ABBREVIATIONS = {  # only as written in capitals
    "penetrant testing": r"L?PT|FPI",
    "radiography": r"RT",
    "ultrasonic testing": r"PA?UT|UT",
    "magnetic particle testing": r"MP?T|MPI",
    "visual weld inspection": r"VT",
    "positive material identification": r"PMI",
    "first article inspection": r"FAI",
    "coating thickness check": r"DFT",
    "dimensional inspection": r"CMM",
}
_NONE = "(?!)"
_PATTERNS = [
    (name, re.compile(words), re.compile(rf"\b(?:{_ABBREVIATIONS.get(name, _NONE)})\b"))
    for name, words in _WORDS.items()
]


def operations_in(text: str) -> frozenset[str]:
    """Names of the operations that `text` speaks of."""
    lower = text.lower()
    return frozenset(name for name, words, short in _PATTERNS if words.search(lower) or short.search(text))


def operations_of(texts: Iterable[str]) -> frozenset[str]:
    """Names of the operations that any of `texts` speaks of."""
    return frozenset().union(*map(operations_in, texts))
