"""How far a text layer can be trusted: OCR that ran words together, CAD exports that lost their signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

POOR_SHARE = 0.10
_COMMON = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "be",
        "for",
        "or",
        "as",
        "by",
        "with",
        "on",
        "shall",
        "this",
        "that",
        "are",
        "at",
        "from",
        "not",
        "any",
        "an",
        "it",
        "which",
        "all",
        "may",
    ]
)
_DIMENSION = re.compile(r"^\W*(?:[R∅Ø⌀]\s*)?\d+(?:[.,]\d+)\W*$")
_SPLIT_TOLERANCE = re.compile(r"\d\s*-\s*$")
_DIAMETER = re.compile(r"[Øø∅⌀Φ]|\bdia\b", re.IGNORECASE)


def bad_word_share(text: str) -> float:
    """Part of the words that no writer would write: run together, capitals inside, signs inside. 0 to 1."""
    words = [word.strip(".,;:()[]\"'“”‘’-–—") for word in text.split()]
    words = [word for word in words if len(word) >= 3 and any(character.isalpha() for character in word)]
    if not words:
        return 0.0
    return sum(map(_is_bad, words)) / len(words)


def is_poor_ocr(texts: Sequence[str]) -> bool:
    """True when the text layer of a scan is too poor to be trusted; needs at least 100 words."""
    whole = "\n".join(texts)
    words = whole.split()
    if len(words) < 100:
        return False
    common = sum(word.lower() in _COMMON for word in words) / len(words)
    share = bad_word_share(whole)
    return share >= POOR_SHARE or (common < 0.08 and share >= POOR_SHARE / 2)


def lost_signs(lines: Iterable[str]) -> list[str]:
    """Names of the signs that a drawing's text layer lacks; empty when it has few dimensions or lacks none."""
    texts = list(lines)
    whole = "\n".join(texts)
    if sum(bool(_DIMENSION.match(text)) for text in texts) < 4 or _DIAMETER.search(whole):
        return []
    split = any(_SPLIT_TOLERANCE.search(text) for text in texts)
    missing = ["diameter"]
    if "±" not in whole or split:
        missing.append("plus-minus")
    if "°" not in whole:
        missing.append("degree")
    return missing if len(missing) > 1 else []


def _is_bad(word: str) -> bool:
    letters = [character for character in word if character.isalpha()]
    if len(word) > 16 and word.isalpha():
        return True
    if re.search(r"[a-z][A-Z]", word) or re.search(r"[~^{}|\\=<>]", word):
        return True
    return len(letters) >= 4 and word.isalpha() and word.islower() and not re.search(r"[aeiouy]", word)
