"""What passes between the formats and the reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from buildplan.v1.document_pb2 import Page, ReadingFinding
from services.reader.limits import Limits


@dataclass(frozen=True)
class Source:
    """A file to read.

    Attributes:
        file_name: Its name without folders. Never a path.
        data: Its bytes.
        limits: What it may cost.
        allow_ocr: Called with the number of pages before OCR begins, so that the parent waits longer.
    """

    file_name: str
    data: bytes
    limits: Limits
    allow_ocr: Callable[[int], None]


@dataclass(frozen=True)
class Attachment:
    """A file that came inside another one."""

    file_name: str
    data: bytes


@dataclass
class Content:
    """What a format found in a file.

    Attributes:
        pages: Pages with their passages.
        findings: What could not be read and other things to know.
        attachments: Files inside it.
        issue_date: ISO 8601 date that the format itself states (an email's), else empty.
        drawing_pages: Numbers of the pages that are laid out as a drawing.
    """

    pages: list[Page] = field(default_factory=list)
    findings: list[ReadingFinding] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    issue_date: str = ""
    drawing_pages: list[int] = field(default_factory=list)
