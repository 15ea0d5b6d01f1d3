"""Two wordings of a line, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|[^\s]+")


def differences(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Stretches of text: ("same" | "gone" | "new", text)."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for kind, one, two, three, four in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(old[one:two])
            continue
        if one < two:
            yield "gone", "".join(old[one:two])
        if three < four:
            yield "new", "".join(new[three:four])
