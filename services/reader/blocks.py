"""Pages out of formats that have none: blocks of text are gathered into parts of a readable size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from buildplan.v1.document_pb2 import Page, Passage
from services.reader import signs
from services.reader.passages import add_passage

PART_CHARACTERS = 4000
"""Characters after which a part ends at the next block; a heading ends it from three quarters on."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, heading, list item or row of a table; `heading` overrules the heading that is in force."""

    text: str
    role: Passage.Role.ValueType = Passage.ROLE_BODY
    locator: str = ""
    heading: str = ""


def parts(blocks: Iterable[TextBlock]) -> list[Page]:
    """Pages named "part 1", "part 2" ... that hold the blocks in order."""
    pages: list[Page] = []
    size = 0
    heading = ""
    for block in blocks:
        at_heading = block.role == Passage.ROLE_HEADING and size >= 0.75 * PART_CHARACTERS
        if not pages or at_heading or size + len(block.text) > 1.25 * PART_CHARACTERS > len(block.text):
            pages.append(_page(len(pages) + 1, f"part {len(pages) + 1}"))
            size = 0
        heading = _heading(block) or heading
        _add(pages[-1], block, heading)
        size += len(block.text)
    return _with_text(pages)


def single_page(number: int, label: str, blocks: Iterable[TextBlock]) -> Page:
    """One page that holds all the blocks."""
    page = _page(number, label)
    heading = ""
    for block in blocks:
        heading = _heading(block) or heading
        _add(page, block, heading)
    return _with_text([page])[0]


def _heading(block: TextBlock) -> str:
    """The heading that a block brings with it; empty when it brings none."""
    if block.role == Passage.ROLE_HEADING:
        return block.text
    return signs.run_in_heading(block.text) if block.role == Passage.ROLE_BODY else ""


def _page(number: int, label: str) -> Page:
    return Page(number=number, label=label, origin=Page.ORIGIN_TEXT)


def _add(page: Page, block: TextBlock, heading: str) -> None:
    under = "" if block.role == Passage.ROLE_HEADER_FOOTER else block.heading or heading
    add_passage(page, block.text, block.role, heading=under, locator=block.locator)


def _with_text(pages: list[Page]) -> list[Page]:
    for page in pages:
        page.text = "\n".join(passage.text for passage in page.passages)
    return pages
