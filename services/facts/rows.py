"""Rows of tables: which column holds what, and what a row is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from buildplan.v1 import fact_pb2 as pb
from buildplan.v1.document_pb2 import Passage
from services.facts import subjects
from services.facts.revisions import part_numbers

_SEPARATOR = re.compile(r"\s*\|\s*")
_COLUMNS = {
    pb.TOPIC_QUANTITY: r"(?:order\s*)?(?:qty|quantity)\b.*|pcs",
    pb.TOPIC_MATERIAL_GRADE: r"(?:mat(?:eria)?l|grade)\b.*",
    pb.TOPIC_DUE_DATE: r"(?:due|deliver(?:y|ies|ed)?|need|required|ship|promise\w*|dock)\b.*",
    pb.TOPIC_LEAD_TIME: r"lead[ -]?time.*",
    pb.TOPIC_THICKNESS: r"(?:thk|thickness|gauge|wall)\b.*",
    pb.TOPIC_FINISH: r"(?:finish|coating)\b.*",
    pb.TOPIC_REVISION: r"rev(?:ision|\.)?(?:\s*(?:no|level)\.?)?",
    pb.TOPIC_TOLERANCE: r"tol(?:erance|\.)?\b.*",
}
_COLUMN_PATTERNS = {topic: re.compile(pattern, re.IGNORECASE) for topic, pattern in _COLUMNS.items()}
_NUMBER_COLUMN = re.compile(r"(?:part|drawing|dwg|document|doc)\b.*|p/?n|number", re.IGNORECASE)
_TEXT_COLUMN = re.compile(
    r"(?:description|name|title|item description|part name|component|feature|characteristic|deliverable|"
    r"milestone|event)\b.*",
    re.IGNORECASE,
)
_EVENT_COLUMN = re.compile(r"(?:deliverable|milestone|event|action)s?\b.*", re.IGNORECASE)
_DATE_COLUMN = re.compile(r"(?:target |planned )?date", re.IGNORECASE)
_OTHER_COLUMN = re.compile(
    r"(?:item|line|pos|no\.?|#|find|unit|uom|price|total|amount|supplier|notes?|remarks?|ea|currency|extended)\b.*|#",
    re.IGNORECASE,
)
_UNIT_IN_HEADER = re.compile(
    r"[(\[]\s*(?P<unit>mm|in(?:ch(?:es)?)?|weeks?|wks?|days?|working days)\.?\s*[)\]]", re.IGNORECASE
)


@dataclass(frozen=True)
class Row:
    """A row with the columns that its header names; `columns` is empty when there is no header."""

    passage: Passage
    cells: tuple[str, ...]
    columns: dict[pb.Topic.ValueType, str]
    number: str
    description: str

    @property
    def heading(self) -> str:
        """The heading that the table stands under; empty where the reader gave its header row instead."""
        return "" if is_table_header(self.passage.heading) else self.passage.heading

    @property
    def in_parts_list(self) -> bool:
        """True when a quantity counts pieces in one assembly; a row with a due date is a line of an order."""
        return pb.TOPIC_DUE_DATE not in self.columns

    def subject(self) -> str:
        """The feature, the part number or the description; empty for the product as a whole without a number."""
        if subjects.is_whole(self.description):
            return self.number
        named = subjects.features(self.description)
        return named[-1][1] if named else self.number or _spelled(self.description)


def rows(passages: Iterable[Passage]) -> Iterator[Row]:
    """All rows of one page under their headers; header rows themselves are left out.

    The header is the heading that the reader gave the row, else the last row that reads like one.
    """
    tracked: tuple[str, ...] = ()
    for passage in passages:
        if passage.role != Passage.ROLE_TABLE_ROW:
            continue
        cells = _cells(passage.text)
        if _is_header(cells):
            tracked = cells
            continue
        header = _cells(passage.heading) if is_table_header(passage.heading) else tracked
        yield _row(passage, cells, header if len(header) == len(cells) else ())


def is_table_header(heading: str) -> bool:
    """True when a heading is the header row of a table."""
    return " | " in heading


def _cells(text: str) -> tuple[str, ...]:
    return tuple(_SEPARATOR.split(text.strip()))


def _is_header(cells: tuple[str, ...]) -> bool:
    if len(cells) < 2 or any(re.search(r"\d{2,}", cell) for cell in cells):
        return False
    patterns = (*_COLUMN_PATTERNS.values(), _NUMBER_COLUMN, _TEXT_COLUMN, _DATE_COLUMN, _OTHER_COLUMN)
    named = sum(any(pattern.fullmatch(cell) for pattern in patterns) for cell in cells)
    return named >= 2 and named * 2 >= len(cells)


def _row(passage: Passage, cells: tuple[str, ...], header: tuple[str, ...]) -> Row:
    columns: dict[pb.Topic.ValueType, str] = {}
    number = description = ""
    dated = any(_EVENT_COLUMN.fullmatch(title) for title in header)
    for title, cell in zip(header, cells, strict=False):
        if dated and _DATE_COLUMN.fullmatch(title):
            columns.setdefault(pb.TOPIC_DUE_DATE, cell)
        for topic, pattern in _COLUMN_PATTERNS.items():
            if pattern.fullmatch(title):
                columns.setdefault(topic, _with_unit(title, cell))
        if _NUMBER_COLUMN.fullmatch(title) and not number:
            number = (part_numbers(cell) or [""])[0]
        if _TEXT_COLUMN.fullmatch(title) and not description:
            description = cell
    return Row(passage, cells, columns, number or _first_number(cells), description or _longest_words(cells))


def _with_unit(title: str, cell: str) -> str:
    unit = _UNIT_IN_HEADER.search(title)
    return f"{cell} {unit['unit']}" if unit and re.fullmatch(r"[\d.,/ -]+", cell) else cell


def _first_number(cells: tuple[str, ...]) -> str:
    return next((number for cell in cells for number in part_numbers(cell)), "")


def _longest_words(cells: tuple[str, ...]) -> str:
    wordy = [cell for cell in cells if re.search(r"[A-Za-z]{3}", cell)]
    return max(wordy, key=len, default="")


def _spelled(description: str) -> str:
    """A short description as a subject; a long one is running text and names nothing."""
    words = re.findall(r"[a-z0-9-]+", description.lower())
    return " ".join(words) if len(words) <= 4 else ""
