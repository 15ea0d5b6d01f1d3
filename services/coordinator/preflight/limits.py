"""What an engine can take in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ContextLimits:
    """`max_characters` is the text of all documents together that a specialist is given."""

    max_characters: int = 20_000_000

    def __post_init__(self) -> None:
        if self.max_characters < 1:
            raise ValueError(f"max_characters is {self.max_characters}; it must be at least 1")
