"""Text from uploaded papers becomes inert: printable everywhere, and in Markdown without format, link or HTML."""

from __future__ import annotations

import re
import unicodedata

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_INLINE = re.compile(r"[\\`*\[\]|~$@]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|://|(?<=\bwww)\.", re.IGNORECASE)
_LINE_START = re.compile(r"\A(\d*)(?=(?:#{1,6}|[+-]|(?<=\d)[.)])(?:\s|\Z)|--|=)")
_NO_CHARACTERS = "\ufffe\uffff"
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escape(text: str) -> str:
    """`text` on one line, with everything that Markdown or HTML would act on made literal."""
    literal = "".join(_ENTITIES.get(character, character) for character in printable(text))
    literal = _INLINE.sub(lambda match: f"\\{match[0]}", literal)
    return _LINE_START.sub(r"\1\\", literal)


def printable(text: str) -> str:
    """`text` on one line: controls become spaces, marks that turn the direction of reading are dropped."""
    return " ".join("".join(map(_printable, text)).split())


def _printable(character: str) -> str:
    if character in _BIDI:
        return ""
    controls = unicodedata.category(character) in ("Cc", "Zl", "Zp") or character in _NO_CHARACTERS
    return " " if controls else character
