"""Passages of pages: roles, headings and identifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from buildplan.v1.document_pb2 import Page, Passage
from services.reader import signs
from services.reader.lines import CELL_SEPARATOR, Block, Line, group, page_text

BODY, HEADING = Passage.ROLE_BODY, Passage.ROLE_HEADING
LONGEST_PASSAGE = 8_000
_CONTENTS_PAGES = 0.6
_CONTENTS_LINES = 4
"""Lines that end with leader dots from which they list contents whose page numbers were lost; fewer are blanks."""


@dataclass
class Outline:
    """The heading that is in force; carried from page to page."""

    heading: str = ""
    in_contents: bool = False


def add_passage(page: Page, text: str, role: Passage.Role.ValueType, *, heading: str = "", locator: str = "") -> None:
    """Appends a passage to `page`; its identifier is "p{page}-{ordinal}".

    One without end is cut: whoever compares words with all others of their passage would never be done with it.
    """
    for piece in _pieces(text):
        ordinal = len(page.passages) + 1
        page.passages.add(
            id=f"p{page.number}-{ordinal}", page=page.number, text=piece, role=role, locator=locator, heading=heading
        )


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces of at most `LONGEST_PASSAGE`, cut behind a sentence, else behind a word, else anywhere."""
    start = 0
    while len(text) - start > LONGEST_PASSAGE:
        most = start + LONGEST_PASSAGE
        ends = (text.rfind(end, start, most) + len(end) for end in (". ", " "))
        cut = next((end for end in ends if end > start + LONGEST_PASSAGE // 2), most)
        if piece := text[start:cut].strip():
            yield piece
        start = cut
    yield text[start:].lstrip() if start else text


def fill_page(
    page: Page, lines: Sequence[Line], outline: Outline, join: Callable[[str, str], str], *, drawing: bool = False
) -> None:
    """Sets the text of `page` and its passages from its lines."""
    _mark_contents(lines, outline, drawing=drawing)
    blocks = list(group(lines, join, drawing=drawing))
    page.text = page_text(blocks)
    for index, block in enumerate(blocks):
        before = blocks[index - 1].text if index else ""
        after = blocks[index + 1].text if index + 1 < len(blocks) else ""
        role = block.role or block_role(block, before, after, drawing=drawing)
        if role == HEADING:
            outline.heading = block.text
        elif role == BODY and (run_in := signs.run_in_heading(block.text)):
            outline.heading = run_in
        add_passage(page, block.text, role, heading="" if block.role else outline.heading)


def _mark_contents(lines: Sequence[Line], outline: Outline, *, drawing: bool) -> None:
    """Marks the lines of tables of contents; such a table may go on over several pages."""
    if drawing:
        return
    open_lines = [line for line in lines if not line.role]
    listed = [signs.is_contents(line.text) or signs.ends_with_page(line.text) for line in open_lines]
    titled = any(signs.is_contents_title(line.text) for line in open_lines)
    if titled or (outline.in_contents and sum(listed) >= _CONTENTS_PAGES * len(listed)):
        _mark_listed(open_lines, listed, begun=not titled)
        outline.in_contents = bool(listed) and sum(listed) >= _CONTENTS_PAGES * len(listed)
        return
    outline.in_contents = False
    led = [signs.ends_with_leader(line.text) for line in open_lines]
    several = sum(led) >= _CONTENTS_LINES
    for line, leads in zip(open_lines, led, strict=True):
        if (leads and several) or (signs.is_contents(line.text) and signs.ends_with_page(line.text)):
            line.role = Passage.ROLE_CONTENTS


def _mark_listed(lines: Sequence[Line], listed: Sequence[bool], *, begun: bool) -> None:
    """Marks from the title on; a run of three lines without a page number ends the table."""
    missing = 0
    for index, line in enumerate(lines):
        begun = begun or signs.is_contents_title(line.text)
        if not begun:
            continue
        missing = 0 if listed[index] or signs.is_contents_title(line.text) else missing + 1
        rest = listed[index : index + 4]
        if missing and not any(rest):
            return
        line.role = Passage.ROLE_CONTENTS


def block_role(block: Block, before: str, after: str, *, drawing: bool) -> Passage.Role.ValueType:
    """The role of a block between the texts of its neighbours; unmarked contents and headers are not looked for."""
    text = block.text
    if len(block.cells) > 1 or any(line.row for line in block.lines):
        if all(signs.is_field(cell) for cell in text.split(CELL_SEPARATOR)):
            return Passage.ROLE_FIELD
        return Passage.ROLE_TABLE_ROW
    if signs.is_caption(text):
        return HEADING
    if len(block.lines) <= 2 and signs.is_field(text):
        return Passage.ROLE_FIELD
    if drawing:
        return HEADING if text.upper().strip(" :.") in {"NOTES", "NOTE", "GENERAL NOTES"} else BODY
    return HEADING if _is_heading(block, before, after) else BODY


def _is_heading(block: Block, before: str, after: str) -> bool:
    text = block.text
    if len(text) > 160 or len(block.lines) > 3 or not any(character.isalpha() for character in text):
        return False
    if signs.is_clause_heading(text):
        return block.lines[0].emphasis or not _among_siblings(text, before, after)
    if text.rstrip("\"'”’").endswith((".", ";", ",")) or signs.is_item(text) or signs.is_duty(text):
        return False
    if block.lines[0].emphasis:
        return len(text) > 2
    if signs.is_capitals(text):
        return 2 < len(text) <= 80 and signs.is_title(text) and not any(character.isdigit() for character in text)
    return text.endswith(":") and len(text.split()) <= 6 and signs.is_title(text)


def _among_siblings(text: str, before: str, after: str) -> bool:
    """True for one of several numbered notes that follow each other without text of their own."""
    number = signs.single_level_number(text)
    if number is None:
        return False
    return signs.single_level_number(before) == number - 1 or signs.single_level_number(after) == number + 1
