"""Joins wrapped lines and undoes hyphenation at their ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

HYPHENS = "-\u00ad\u2010\u2011"
_WORD = re.compile(r"[^\W\d_]+")
_LAST_WORD = re.compile(r"([^\W\d_]+)[-\u00ad\u2010\u2011]$")


class LineJoiner:
    """Joins two lines. Which hyphens are part of a word is read off the document's own words, once needed."""

    def __init__(self, texts: Callable[[], Iterable[str]]) -> None:
        self._texts = texts
        self._words: set[str] | None = None

    def __call__(self, first: str, second: str) -> str:
        """`first` and `second` as one text."""
        if not first or first[-1] not in HYPHENS:
            return f"{first} {second}"
        before, after = _LAST_WORD.search(first), _WORD.match(second)
        if first.endswith((" -", " ‐")):
            return f"{first} {second}"
        if not before or not after or not second[0].islower():
            return first + second
        return first[:-1] + second if self._is_split(before[1].lower(), after[0].lower()) else first + second

    def _is_split(self, before: str, after: str) -> bool:
        words = self._vocabulary()
        return before + after in words or not (before in words and after in words)

    def _vocabulary(self) -> set[str]:
        if self._words is None:
            whole = re.sub(r"\w+[-\u00ad\u2010\u2011]\n\w+", " ", "".join(self._texts()))
            self._words = {word.lower() for word in _WORD.findall(whole)}
        return self._words
