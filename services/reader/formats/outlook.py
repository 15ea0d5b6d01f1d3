"""MSG: Outlook's message file."""

from __future__ import annotations

import io
from typing import Any

from services.reader.content import Attachment, Content, Source
from services.reader.findings import RefusedError, finding
from services.reader.formats.email_message import message_pages


def read(source: Source) -> Content:
    """Reads a message. Raises RefusedError when it is damaged."""
    from oxmsg import Message

    try:
        return _content(Message.load(io.BytesIO(source.data)))
    except (ValueError, KeyError, OSError, AttributeError, TypeError, IndexError, LookupError, AssertionError) as error:
        raise RefusedError(
            "UNREADABLE", "The Outlook message is damaged: it cannot be read.", "Save it again as EML or PDF."
        ) from error


def _content(message: Any) -> Content:
    sent = message.sent_date
    fields = [
        ("From", message.sender or ""),
        ("To", ", ".join(f"{person.name} <{person.email_address}>" for person in message.recipients)),
        ("Date", sent.isoformat(" ", "minutes") if sent else ""),
        ("Subject", " ".join((message.subject or "").split())),
    ]
    content = Content(pages=message_pages(fields, message.body or "", message.html_body or ""))
    content.issue_date = sent.date().isoformat() if sent else ""
    for number, part in enumerate(message.attachments, 1):
        if part.file_bytes:
            content.attachments.append(Attachment(part.file_name or f"attachment {number}", part.file_bytes))
        else:
            content.findings.append(
                finding(
                    "ATTACHMENT_REFUSED",
                    f"Attachment {part.file_name or number} is linked or a message of its own and was not read.",
                    "Save it from Outlook and upload it by itself.",
                )
            )
    return content
