"""Reads one upload: the file itself and, flattened behind it, what is attached to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib import import_module
from typing import Any

from buildplan.v1.document_pb2 import Document, Page, ReadingFinding
from services.reader.classify import guess
from services.reader.content import Attachment, Content, Source
from services.reader.detect import MEDIA_TYPES, detect
from services.reader.document import ReadDocument, refused, safe_name
from services.reader.findings import RefusedError, finding
from services.reader.limits import MIB, Limits
from services.reader.title_block import identify

_READERS = {
    "pdf": ("pdf", "read"),
    "docx": ("docx", "read"),
    "xlsx": ("xlsx", "read"),
    "msg": ("outlook", "read"),
    "doc": ("word97", "read"),
    "png": ("image", "read"),
    "jpeg": ("image", "read"),
    "tiff": ("image", "read"),
    "eml": ("email_message", "read"),
    "html": ("html", "read"),
    "markdown": ("text", "read_markdown"),
    "csv": ("csv_table", "read"),
    "text": ("text", "read_text"),
}
_OPENING_PAGES = 3


def read_upload(data: bytes, file_name: str, limits: Limits, allow_ocr: Callable[[int], None]) -> list[ReadDocument]:
    """The file first, then its attachments in order, each directly behind the message that holds it.

    A file that cannot be used gives a document with a fatal finding; the others are read all the same.
    """
    documents: list[ReadDocument] = []
    waiting = [(Attachment(file_name, data), 0)]
    while waiting:
        part, depth = waiting.pop()
        source = Source(safe_name(part.file_name), part.data, limits, allow_ocr)
        document, attachments = _read_one(source, attached=depth > 0)
        room = limits.max_attachments - len(documents) - len(waiting)
        taken, left = (
            (attachments[: max(0, room)], attachments[max(0, room) :])
            if depth < limits.max_nesting
            else ([], attachments)
        )
        document.document.findings.extend(_left_out(left, depth, limits))
        documents.append(document)
        waiting.extend((attachment, depth + 1) for attachment in reversed(taken))
    return documents


def _read_one(source: Source, *, attached: bool) -> tuple[ReadDocument, list[Attachment]]:
    try:
        return _document(source, attached=attached)
    except RefusedError as error:
        fatal = error.as_finding()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  a file must never end the reading of the others, whatever a library raises
        fatal = RefusedError(
            "UNREADABLE",
            f"The file is damaged or uses something that cannot be read ({type(error).__name__}).",
            "Export it again, or upload it as PDF.",
        ).as_finding()
    bad = refused(source.file_name, source.data, fatal)
    found = detect(source.file_name, source.data)
    bad.document.media_type = MEDIA_TYPES.get(found.format, MEDIA_TYPES["unknown"])
    if fatal.code != "EMPTY":
        bad.document.findings.extend(found.findings)
    kind = guess(source.file_name, found.format, "", [])
    bad.document.kind, bad.document.kind_reason = kind.kind, kind.reason
    return ReadDocument(bad.document, (), source.data if attached else b""), []


def _document(source: Source, *, attached: bool) -> tuple[ReadDocument, list[Attachment]]:
    _check_size(source)
    found = detect(source.file_name, source.data)
    content = _reader(found.format)(source)
    content.findings[:0] = found.findings
    _check_text(content, source.limits)
    return ReadDocument(
        _record(source, found.format, content), tuple(content.pages), source.data if attached else b""
    ), (content.attachments)


def _check_size(source: Source) -> None:
    if not source.data.strip(b"\x00 \t\r\n"):
        raise RefusedError("EMPTY", "The file is empty.", "Upload it again; the transfer may have failed.")
    if len(source.data) > source.limits.max_bytes:
        raise too_large(len(source.data), source.limits)


def too_large(size: int, limits: Limits) -> RefusedError:
    """The refusal of a file above `max_bytes`."""
    return RefusedError(
        "TOO_LARGE",
        f"The file has {size / MIB:,.1f} MB; at most {limits.max_bytes / MIB:,.0f} MB are read.",
        "Split it, or upload only the parts that concern this job.",
    )


def _reader(document_format: str) -> Callable[[Source], Content]:
    if document_format == "encrypted":
        raise RefusedError("ENCRYPTED", "The file is protected with a password.", "Upload it without the password.")
    if document_format not in _READERS:
        raise RefusedError(
            "UNSUPPORTED",
            "The format of the file is not known.",
            "Upload it as PDF, DOCX, XLSX, EML, HTML, CSV or text.",
        )
    module, name = _READERS[document_format]
    reader: Any = getattr(import_module(f"services.reader.formats.{module}"), name)
    return reader  # type: ignore[no-any-return]  # each format's read has this shape


def _check_text(content: Content, limits: Limits) -> None:
    if len(content.pages) > limits.max_pages:
        raise RefusedError(
            "TOO_MANY_PAGES",
            f"The file has {len(content.pages):,} pages.",
            f"At most {limits.max_pages:,} are read; split it.",
        )
    characters = sum(len(page.text) for page in content.pages)
    if characters > limits.max_characters:
        raise RefusedError(
            "TOO_LARGE",
            f"The file holds {characters:,} characters of text.",
            "Upload only the parts that concern this job.",
        )
    unread = any(page.origin == Page.ORIGIN_UNREAD for page in content.pages)
    if not characters and not unread:
        content.findings.append(
            ReadingFinding(
                code="EMPTY", message="The file holds no text.", action="Check it and upload it again.", fatal=True
            )
        )
    elif not characters:
        for entry in content.findings:
            entry.fatal = entry.fatal or entry.code == "SCANNED_PAGES"


def _record(source: Source, document_format: str, content: Content) -> Document:
    opening = "\n".join(page.text for page in content.pages[:_OPENING_PAGES])
    kind = guess(source.file_name, document_format, opening, content.drawing_pages)
    identity = identify(kind.kind, opening)
    return Document(
        file_name=source.file_name,
        kind=kind.kind,
        kind_reason=kind.reason,
        revision=identity.revision,
        number=identity.number,
        issue_date=content.issue_date or identity.issue_date,
        media_type=MEDIA_TYPES[document_format],
        size_bytes=len(source.data),
        sha256=hashlib.sha256(source.data).hexdigest(),
        page_count=len(content.pages),
        character_count=sum(len(page.text) for page in content.pages),
        ocr_page_count=sum(page.origin == Page.ORIGIN_OCR for page in content.pages),
        findings=content.findings,
    )


def _left_out(left: list[Attachment], depth: int, limits: Limits) -> list[ReadingFinding]:
    if not left:
        return []
    names = ", ".join(safe_name(attachment.file_name) for attachment in left[:5])
    if depth >= limits.max_nesting:
        return [
            finding(
                "NESTED_TOO_DEEP",
                f"Attachments {depth + 1} messages deep were not read: {names}.",
                "Upload them by themselves.",
            )
        ]
    return [
        finding(
            "ATTACHMENT_REFUSED",
            f"{len(left)} attachments above the limit of {limits.max_attachments} were not read: {names}.",
            "Upload them by themselves.",
        )
    ]
