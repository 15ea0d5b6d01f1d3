"""Number words, as contracts write them: "thirty (30) days", "level three"."""

from __future__ import annotations

_WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
NUMBER_WORDS = {word: number for number, word in enumerate(_WORDS, start=1)} | _TENS
NUMBER_PATTERN = rf"(?:\d{{1,4}}|{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})"


def whole_number(text: str) -> int:
    """The value of digits or of a number word; raises KeyError for anything else."""
    return int(text) if text.isdigit() else NUMBER_WORDS[text.lower()]
