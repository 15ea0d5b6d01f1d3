"""Comparing sentences: the words that carry a meaning, and how far two sentences share them."""

from __future__ import annotations

import re
from functools import lru_cache

from services.contract.digests import text_digest

_WORD = re.compile(r"[a-z0-9]+(?:[.\-/][a-z0-9]+)*")
_EMPTY_WORDS = re.compile(
    r"(?:a|all|and|any|are|as|at|be|been|before|but|by|each|every|for|from|has|have|if|in|into|is|it|its|may|must|of|on|"
    r"or|per|shall|should|so|such|than|that|the|their|then|there|these|this|those|to|was|were|which|will|with)\Z"
)
SAME = 0.6


@lru_cache(maxsize=8192)
def significant_words(text: str) -> frozenset[str]:
    """Lower-case words and numbers without articles, prepositions and auxiliary verbs; plural "s" removed."""
    words = _WORD.findall(text.lower())
    return frozenset(_singular(word) for word in words if not _EMPTY_WORDS.match(word))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared words over the words of the shorter sentence, 0 to 1."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0


def says_the_same(one: str, other: str) -> bool:
    """True when two sentences about the same place of a paper put the same requirement."""
    return overlap(significant_words(one), significant_words(other)) >= SAME


def fingerprint(text: str) -> str:
    """The same for texts that differ only in case, spacing and punctuation; 16 hex digits."""
    return text_digest(_WORD.findall(text.lower()))[:16]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
