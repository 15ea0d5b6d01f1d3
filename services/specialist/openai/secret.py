"""A value that no log, error or event may show."""

from __future__ import annotations


class Secret:
    """Holds a key; its text forms are stars. Only the provider's client calls `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not serialised")

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def redact(self, text: str) -> str:
        """`text` without the value: providers quote a wrong key in their messages."""
        return text.replace(self._value, "***") if self._value else text
