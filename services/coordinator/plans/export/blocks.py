"""What an exported plan is made of, whatever the file: headings, paragraphs, items, fields and tables.

Texts are as the papers and agents wrote them; whoever renders blocks makes them inert in the format of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Style(Enum):
    """How a piece of text stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    CITATION = "citation"


@dataclass(frozen=True)
class Span:
    """A piece of text in one style; neighbours are parted by a space."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the document's title."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    spans: Sequence[Span]


@dataclass(frozen=True)
class Item:
    """An entry of a list; `details` stand below it."""

    spans: Sequence[Span]
    details: Sequence[Sequence[Span]] = ()


@dataclass(frozen=True)
class Fields:
    """Labels and values."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A table with a header row."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Heading | Paragraph | Item | Fields | Table


def plain(text: str) -> Paragraph:
    """A paragraph in one style."""
    return Paragraph([Span(text)])


def strong(label: str, text: str) -> list[Span]:
    """A label that stands out, and what it says."""
    return [Span(label, Style.STRONG), Span(text)]
