"""Whether two papers speak of one bought item."""

from __future__ import annotations


def item_key(name: str) -> frozenset[str]:
    """The words that name an item; its part number, which not every paper gives, left out."""
    words = name.casefold().split()
    plain = frozenset(word for word in words if not any(map(str.isdigit, word)))
    return plain if len(plain) > 1 else frozenset(words)
