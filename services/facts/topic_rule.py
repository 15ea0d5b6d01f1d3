"""What a topic's rule is, and what it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.document_pb2 import Document
from services.facts.dates import DateReading
from services.facts.values import Value

_FIGURE = re.compile(r"\d")


@dataclass(frozen=True)
class Paper:
    """What a document says about the reading of its values."""

    document: Document
    dates: DateReading
    stainless: bool


@dataclass(frozen=True)
class Surroundings:
    """The words around one value, up to the neighbouring values; what the passage says before; the heading above."""

    before: str
    after: str
    earlier: str = ""
    heading: str = ""
    row: str | None = None
    in_parts_list: bool = False


@dataclass(frozen=True)
class TopicRule:
    """`announced_by` are lower-case words of which one must occur; `about` returns its subjects."""

    topic: pb.Topic.ValueType
    announced_by: tuple[str, ...]
    find: Callable[[str, Paper], list[Value]]
    about: Callable[[Value, Surroundings], Sequence[str]]
    needs_figure: bool = True

    def may_speak(self, lowered: str) -> bool:
        """True when a text in lower case can hold a value of the topic; most texts are dismissed here."""
        if self.needs_figure and not _FIGURE.search(lowered):
            return False
        return any(word in lowered for word in self.announced_by)
