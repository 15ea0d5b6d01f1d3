"""What the reader returns."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from buildplan.v1.document_pb2 import Document, Page, ReadingFinding


@dataclass(frozen=True)
class ReadDocument:
    """One document as read.

    Attributes:
        document: File name, kind guess with its reason, revision, number, issue date, media type, size, digest,
            counts and findings. Name, authority, precedence and parent are left to the caller.
        pages: The pages in order. `Page.document` and `Passage.document` are empty; `Passage.id` is
            "p{page}-{ordinal}", unique within the document.
        content: Bytes of an attachment; empty for the file itself.
    """

    document: Document
    pages: tuple[Page, ...]
    content: bytes


def safe_name(file_name: str) -> str:
    """`file_name` without folders, control characters and excess length; "unnamed" when nothing is left."""
    last = file_name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    printable = "".join(character for character in last if character.isprintable()).strip()
    if printable in {"", ".", ".."}:
        return "unnamed"
    return printable if len(printable) <= 200 else printable[:150] + "…" + printable[-40:]


def refused(file_name: str, content: bytes, fatal: ReadingFinding) -> ReadDocument:
    """A document of which nothing could be used; its content is kept out of the result."""
    document = Document(
        file_name=safe_name(file_name), size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
    )
    document.findings.append(fatal)
    return ReadDocument(document=document, pages=(), content=b"")
