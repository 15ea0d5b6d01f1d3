"""EML: the message with its header fields, and its attachments as files of their own."""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

from buildplan.v1.document_pb2 import Page, Passage
from services.reader.blocks import TextBlock, single_page
from services.reader.content import Attachment, Content, Source
from services.reader.findings import RefusedError
from services.reader.formats.html import html_blocks
from services.reader.formats.text import text_blocks

_FIELDS = ("From", "To", "Cc", "Date", "Subject")
_DECORATION_BYTES = 32 * 1024
_PARSE_ERRORS = (MessageError, ValueError, LookupError, AttributeError, TypeError, IndexError)


def read(source: Source) -> Content:
    """Reads a message. Raises RefusedError when it is nested too deep or no message."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(source.data)
        return _content(message)
    except RecursionError as error:
        raise too_deep() from error
    except _PARSE_ERRORS as error:
        raise RefusedError(
            "UNREADABLE", "The email is damaged: it cannot be read.", "Export it again, or upload its text as PDF."
        ) from error


def too_deep() -> RefusedError:
    """The refusal of an email inside an email inside an email ..."""
    return RefusedError(
        "NESTED_TOO_DEEP",
        "The email holds emails within emails, too deep to read.",
        "Upload the inner files one by one.",
    )


def message_pages(fields: list[tuple[str, str]], plain: str, html: str) -> list[Page]:
    """Pages of a message: its fields with the plain text, and the HTML text when it says something else."""
    head = [TextBlock(f"{name}: {value}", Passage.ROLE_FIELD, f"header {name}") for name, value in fields if value]
    plain_blocks = list(text_blocks(plain))
    rich_blocks = list(html_blocks(html)) if html.strip() else []
    body = plain_blocks or rich_blocks
    pages = [single_page(1, "message body", [*head, *body])]
    if plain_blocks and _says_more(rich_blocks, plain_blocks):
        pages.append(single_page(2, "message body, HTML part", rich_blocks))
    return pages


def _says_more(rich: list[TextBlock], plain: list[TextBlock]) -> bool:
    known = {word.strip(".,:;!?*<>()[]") for block in plain for word in block.text.lower().split()}
    words = {word.strip(".,:;!?*<>()[]") for block in rich for word in block.text.lower().split()}
    return len(words - known) > max(2, 0.03 * len(words))


def _content(message: EmailMessage) -> Content:
    fields = [(name, " ".join(str(message.get(name, "")).split())) for name in _FIELDS]
    plain = message.get_body(("plain",))
    rich = message.get_body(("html",))
    content = Content(pages=message_pages(fields, _text(plain), _text(rich)), issue_date=_date(message))
    content.attachments = list(_attachments(message))
    return content


def _text(part: object) -> str:
    if not isinstance(part, EmailMessage):
        return ""
    text = part.get_content()
    return text if isinstance(text, str) else ""


def _date(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    """Attached files and messages; small pictures of a signature are left out."""
    if not message.is_multipart():
        return
    for number, part in enumerate(message.iter_attachments(), 1):
        content_type = part.get_content_type()
        if content_type == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else None
            if isinstance(inner, EmailMessage):
                name = part.get_filename() or f"{inner.get('Subject', '') or 'attached message'}.eml"
                yield Attachment(str(name), inner.as_bytes(policy=policy.default.clone(refold_source="none")))
            continue
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes) or _is_decoration(part, data):
            continue
        yield Attachment(part.get_filename() or f"attachment {number}", data)


def _is_decoration(part: EmailMessage, data: bytes) -> bool:
    image = part.get_content_maintype() == "image"
    return image and part.get("Content-ID") is not None and len(data) <= _DECORATION_BYTES
