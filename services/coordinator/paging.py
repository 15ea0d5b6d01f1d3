"""Lists in pages."""

from __future__ import annotations

from services.runtime.errors import InvalidArgument

_DEFAULT, _LARGEST = 100, 1000


def page_size(wanted: int) -> int:
    """How many entries a page has; raises InvalidArgument."""
    if not 0 <= wanted <= _LARGEST:
        raise InvalidArgument("page_size", f"takes a number from 1 to {_LARGEST}; 0 means {_DEFAULT}")
    return wanted or _DEFAULT
