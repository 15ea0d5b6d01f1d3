"""Text from uploaded papers becomes inert in Markdown: it formats nothing, links nowhere and holds no HTML."""

from __future__ import annotations

import re
import unicodedata

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_INLINE = re.compile(r"[\\`*\[\]|~$@]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|://|(?<=\bwww)\.", re.IGNORECASE)
_LINE_START = re.compile(r"\A(\d*)(?=(?:#{1,6}|[+-]|(?<=\d)[.)])(?:\s|\Z)|--|=)")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def escape(text: str) -> str:
    """`text` on one line, with everything that Markdown or HTML would act on made literal."""
    plain = " ".join("".join(map(_printable, text)).split())
    literal = "".join(_ENTITIES.get(character, character) for character in plain)
    literal = _INLINE.sub(lambda match: f"\\{match[0]}", literal)
    return _LINE_START.sub(r"\1\\", literal)


def _printable(character: str) -> str:
    """Control characters become spaces; marks that turn the direction of reading are dropped."""
    if character in _BIDI:
        return ""
    return " " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character
