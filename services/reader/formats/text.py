"""Plain text and Markdown, in parts of a readable size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from buildplan.v1.document_pb2 import Passage
from services.reader import signs
from services.reader.blocks import TextBlock, parts
from services.reader.content import Content, Source
from services.reader.findings import RefusedError
from services.reader.hyphenation import LineJoiner
from services.reader.lines import CELL_SEPARATOR, Block, Line, group
from services.reader.ocr_text import plain_lines
from services.reader.passages import block_role

_ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MD_HEADING = re.compile(r"#{1,6}\s+(?P<title>[^\s#].*)")
_MD_RULE = re.compile(r"(?=.*---)[\s:|-]+")
_MD_MARKS = re.compile(r"\*\*|(?<!_)__(?!_)|`")
_BULLET_WITHIN = re.compile(r"(?<!\s)\s+(?=[•●▪\uf0b7\uf0a7\uf0d8]\s*\S)")


def decode(data: bytes) -> str:
    """Text of `data`: UTF-16 with its mark, else UTF-8, else Windows-1252. Raises RefusedError for binary data."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data[:4096]:
        raise RefusedError(
            "UNSUPPORTED", "The file is not text, and its format is not known.", "Upload it as PDF, DOCX, XLSX or text."
        )
    for encoding in _ENCODINGS[:-1]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(_ENCODINGS[-1])


def read_text(source: Source) -> Content:
    """Reads plain text. Raises RefusedError for binary data."""
    return Content(pages=parts(text_blocks(decode(source.data))))


def read_markdown(source: Source) -> Content:
    """Reads Markdown: headings, lists and tables; emphasis is dropped. Raises RefusedError for binary data."""
    return Content(pages=parts(_markdown_blocks(decode(source.data))))


def text_blocks(text: str) -> Iterator[TextBlock]:
    """Paragraphs, list items, headings and fields of a plain text."""
    yield from _blocks(plain_lines(_prepared(text)))


def _prepared(text: str) -> Iterable[str]:
    for line in _CONTROL.sub(" ", text).replace("\x0c", "\n\n").splitlines():
        yield from _BULLET_WITHIN.split(line) if len(line) > 80 else (line,)


def _markdown_blocks(text: str) -> Iterator[TextBlock]:
    lines: list[Line] = []
    for line in plain_lines(_prepared(text)):
        heading = _MD_HEADING.match(line.text)
        if _MD_RULE.fullmatch(line.text):
            continue
        if heading:
            line.text, line.role, line.breaks = heading["title"].rstrip("#").rstrip(), Passage.ROLE_HEADING, True
        elif line.text.startswith("|") and line.text.endswith("|"):
            cells = (cell.strip() for cell in line.text.strip("|").split("|"))
            line.text, line.row = CELL_SEPARATOR.join(cell for cell in cells if cell), True
        line.text = _MD_MARKS.sub("", line.text).strip()
        if line.text:
            lines.append(line)
    yield from _blocks(lines)


def _blocks(lines: list[Line]) -> Iterator[TextBlock]:
    join = LineJoiner(lambda: (line.text + "\n" for line in lines))
    blocks = list(group(lines, join, drawing=False))
    for index, block in enumerate(blocks):
        before = blocks[index - 1].text if index else ""
        after = blocks[index + 1].text if index + 1 < len(blocks) else ""
        role = block.role or _role(block, before, after)
        yield TextBlock(block.text, role, f"paragraph {index + 1}")


def _role(block: Block, before: str, after: str) -> Passage.Role.ValueType:
    if signs.is_contents(block.text) or signs.is_contents_title(block.text):
        return Passage.ROLE_CONTENTS
    return block_role(block, before, after, drawing=False)
