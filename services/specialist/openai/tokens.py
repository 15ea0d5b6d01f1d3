"""How many tokens a text takes, without the model's own tokeniser."""

from __future__ import annotations

# Measured on papers of this trade, where numbers and part numbers take more tokens than prose: a little high on
# purpose, because a budget and an estimate may be kept but not passed.
_ASCII_CHARACTERS_PER_TOKEN = 3.5


def estimate(text: str) -> int:
    """Tokens of `text`; every sign beyond ASCII counts as one."""
    size = len(text)
    if text.isascii():
        return round(size / _ASCII_CHARACTERS_PER_TOKEN) + 1
    plain = len(text.encode("ascii", "ignore"))
    return round(plain / _ASCII_CHARACTERS_PER_TOKEN) + (size - plain) + 1
