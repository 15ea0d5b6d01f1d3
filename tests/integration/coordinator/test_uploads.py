"""DocumentService: files on their way in."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from buildplan.v1.document_pb2 import Document, DocumentKind
from buildplan.v1.document_service_pb2 import (
    DeleteDocumentRequest,
    ListDocumentsRequest,
    UploadDocumentRequest,
    UploadHeader,
)
from buildplan.v1.session_pb2 import Finding
from buildplan.v1.session_service_pb2 import DeleteSessionRequest, GetSessionRequest, ValidateSessionRequest
from tests.integration.coordinator.house import CHUNK, MAX_UPLOAD_BYTES, House, refused, requests
from tests.integration.coordinator.papers import DRAWING, ORDER, OTHER, email

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def send(house: House, *messages: UploadDocumentRequest) -> Document:
    async def stream() -> AsyncIterator[UploadDocumentRequest]:
        for message in messages:
            yield message

    return (await house.documents.UploadDocument(stream(), timeout=20)).document


def header(session: str, **fields: object) -> UploadDocumentRequest:
    given = UploadHeader(**{"parent": session, "file_name": "a.md", **fields})  # type: ignore[arg-type]
    return UploadDocumentRequest(header=given)


def chunk(content: bytes) -> UploadDocumentRequest:
    return UploadDocumentRequest(chunk=content)


async def documents(house: House, session: str) -> list[Document]:
    return list((await house.documents.ListDocuments(ListDocumentsRequest(parent=session))).documents)


async def nothing_left(house: House, session: str) -> None:
    """Waits until the server has let go of what it had of an upload."""
    async with asyncio.timeout(5):
        while house.temporary_files():
            await asyncio.sleep(0.01)
    rows = house.rows(session)
    assert not any(count for table, count in rows.items() if table != "sessions"), rows


async def test_a_file_is_stored_with_what_was_recognised(house: House) -> None:
    session = await house.session()
    stored = (await house.upload(session, "drawing.md", DRAWING)).document
    assert stored.name.startswith(f"{session}/documents/")
    assert (stored.file_name, stored.size_bytes) == ("drawing.md", len(DRAWING))
    assert stored.sha256 == hashlib.sha256(DRAWING).hexdigest()
    assert stored.page_count == 1
    assert stored.character_count > 100
    assert stored.HasField("create_time")
    assert not stored.findings
    assert await documents(house, session) == [stored]
    told = (await house.sessions.GetSession(GetSessionRequest(name=session))).session
    assert told.document_count == 1
    assert told.update_time.ToNanoseconds() > told.create_time.ToNanoseconds()


async def test_a_digest_is_checked_when_it_is_given(house: House) -> None:
    session = await house.session()
    await house.upload(session, "a.md", OTHER, sha256=hashlib.sha256(OTHER).hexdigest().upper())
    with refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT", "header.sha256"):
        await house.upload(session, "b.md", OTHER, sha256=hashlib.sha256(b"else").hexdigest())
    assert len(await documents(house, session)) == 1


async def test_the_first_message_is_a_header_and_the_others_are_chunks(house: House) -> None:
    session = await house.session()
    for messages in ([], [UploadDocumentRequest()], [chunk(b"x")]):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, field="header"):
            await send(house, *messages)
    for last in (header(session), UploadDocumentRequest()):
        with refused(grpc.StatusCode.INVALID_ARGUMENT, field="chunk"):
            await send(house, header(session), chunk(b"x"), last)
    await nothing_left(house, session)


async def test_bytes_that_are_no_message_are_refused(house: House) -> None:
    session = await house.session()

    async def stream() -> AsyncIterator[bytes]:
        yield header(session).SerializeToString()
        yield b"\x12\xff"

    call: Any = house.channel.stream_unary("/buildplan.v1.DocumentService/UploadDocument")
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="request"):
        await call(stream(), timeout=5)
    await nothing_left(house, session)


async def test_chunks_and_files_have_their_limits(house: House) -> None:
    session = await house.session()
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field="chunk"):
        await send(house, header(session), chunk(b"x" * (CHUNK + 1)))
    with refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "FILE_TOO_LARGE"):
        await house.upload(session, "a.txt", b"x" * (MAX_UPLOAD_BYTES + 1))
    await nothing_left(house, session)
    assert (await house.upload(session, "a.txt", b"word " * (CHUNK // 5 + 9))).document.size_bytes > CHUNK


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"file_name": ""}, "header.file_name"),
        ({"file_name": "  "}, "header.file_name"),
        ({"kind": 99}, "header.kind"),
        ({"parent": "sessions"}, "name"),
    ],
)
async def test_a_bad_header_stores_nothing(house: House, fields: dict[str, object], field: str) -> None:
    session = await house.session()
    with refused(grpc.StatusCode.INVALID_ARGUMENT, field=field):
        await send(house, header(session, **fields), chunk(OTHER))
    await nothing_left(house, session)


async def test_an_unknown_session_is_not_found(house: House) -> None:
    with refused(grpc.StatusCode.NOT_FOUND):
        await send(house, header("sessions/gone"), chunk(OTHER))
    assert not house.temporary_files()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\papers\\a.md", "a.md"),
        ("/tmp/x\x00y.md", "xy.md"),
        ("..", "unnamed"),
    ],
)
async def test_a_path_in_the_name_is_dropped(house: House, given: str, shown: str) -> None:
    assert (await house.upload(await house.session(), given, OTHER)).document.file_name == shown


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 broken", b"PK\x03\x04" + b"\x00" * 50])
async def test_a_file_that_cannot_be_read_is_stored_with_findings(house: House, content: bytes) -> None:
    session = await house.session()
    stored = (await house.upload(session, "paper.pdf", content)).document
    assert stored.findings, stored
    assert any(finding.fatal for finding in stored.findings)
    assert all(finding.message and finding.action for finding in stored.findings)
    assert (await documents(house, session)) == [stored]
    await house.upload(session, "drawing.md", DRAWING)
    result = (await house.sessions.ValidateSession(ValidateSessionRequest(name=session))).result
    assert stored.findings[0].code in {found.code for found in result.findings if found.field == stored.name}
    assert result.ready


async def test_attachments_become_documents_of_their_own(house: House) -> None:
    session = await house.session()
    answer = await house.upload(session, "mail.eml", email())
    (attachment,) = answer.attachments
    assert answer.document.kind == DocumentKind.DOCUMENT_KIND_EMAIL
    assert (attachment.file_name, attachment.parent) == ("po.md", answer.document.name)
    assert attachment.sha256 == hashlib.sha256(ORDER).hexdigest()
    assert await documents(house, session) == [answer.document, attachment]


async def test_a_message_that_holds_the_same_paper_twice_gives_two_documents(house: House) -> None:
    session = await house.session()
    await house.upload(session, "po.md", ORDER)
    first, second = await house.upload(session, "mail.eml", email()), await house.upload(session, "mail.eml", email())
    names = [document.name for document in await documents(house, session)]
    assert len(set(names)) == 5
    assert second.attachments[0].parent == second.document.name != first.document.name


async def test_the_users_kind_counts_from_the_start(house: House) -> None:
    session = await house.session()
    kind = DocumentKind.DOCUMENT_KIND_LESSONS_LEARNED
    stored = (await house.upload(session, "drawing.md", DRAWING, kind=kind)).document
    assert (stored.kind, stored.kind_corrected, stored.precedence) == (kind, True, 6)
    assert house.rows(session)["facts"] <= 1
    other = await house.session()
    await house.upload(other, "drawing.md", DRAWING, kind=DocumentKind.DOCUMENT_KIND_DRAWING)
    assert house.rows(other)["facts"] > 1


async def test_a_second_copy_is_a_second_document_that_preflight_reports(house: House) -> None:
    session = await house.session()
    first = (await house.upload(session, "a.md", ORDER)).document
    second = (await house.upload(session, "b.md", ORDER)).document
    assert first.name != second.name
    result = (await house.sessions.ValidateSession(ValidateSessionRequest(name=session))).result
    (found,) = [found for found in result.findings if found.code == "DUPLICATE_DOCUMENT"]
    assert (found.field, found.severity) == (second.name, Finding.SEVERITY_WARNING)
    await house.documents.DeleteDocument(DeleteDocumentRequest(name=first.name))
    third = (await house.upload(session, "c.md", ORDER)).document
    assert third.name == first.name


async def test_identical_uploads_at_once_are_all_stored(house: House) -> None:
    session = await house.session()
    answers = await asyncio.gather(*(house.upload(session, f"{n}.eml", email()) for n in range(12)))
    stored = await documents(house, session)
    assert len({document.name for document in stored}) == 24
    for answer in answers:
        assert answer.attachments[0].parent == answer.document.name
    assert not house.temporary_files()


@pytest.mark.parametrize("delay", [0.0, 0.001, 0.02])
@pytest.mark.parametrize("sent", [0, 1, 2])
async def test_a_client_that_disconnects_leaves_nothing_behind(house: House, sent: int, delay: float) -> None:
    session = await house.session()
    never = asyncio.Event()

    async def broken() -> AsyncIterator[UploadDocumentRequest]:
        yield header(session)
        for _ in range(sent):
            yield chunk(OTHER)
        await never.wait()

    call = house.documents.UploadDocument(broken())
    await asyncio.sleep(delay)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.sleep(0.05)
    await nothing_left(house, session)


async def test_a_connection_that_breaks_off_leaves_nothing_behind(house: House) -> None:
    session = await house.session()
    started = asyncio.Event()

    async def broken() -> AsyncIterator[UploadDocumentRequest]:
        yield header(session)
        yield chunk(OTHER)
        started.set()
        await asyncio.Event().wait()

    async with grpc.aio.insecure_channel(house.address) as channel:
        call = type(house)(house.address, channel, house.folder).documents.UploadDocument(broken())
        await started.wait()
        await asyncio.sleep(0.02)
    with pytest.raises((asyncio.CancelledError, grpc.aio.AioRpcError)):
        await call
    await asyncio.sleep(0.05)
    await nothing_left(house, session)


async def test_a_session_that_is_deleted_during_an_upload_is_not_found(house: House) -> None:
    session = await house.session()
    deleted = asyncio.Event()

    async def slow() -> AsyncIterator[UploadDocumentRequest]:
        yield header(session)
        yield chunk(OTHER)
        await deleted.wait()

    call = house.documents.UploadDocument(slow(), timeout=20)
    await asyncio.sleep(0.05)
    await house.sessions.DeleteSession(DeleteSessionRequest(name=session))
    deleted.set()
    with refused(grpc.StatusCode.NOT_FOUND):
        await call
    await nothing_left(house, session)


async def test_uploads_of_several_files_at_once_keep_apart(house: House) -> None:
    session = await house.session()
    contents = [f"# Notes {n}\n\nThe part number is {n}.\n".encode() for n in range(8)]
    names = [f"{n}.md" for n in range(8)]
    answers = await asyncio.gather(
        *(
            house.documents.UploadDocument(requests(UploadHeader(parent=session, file_name=name), content))
            for name, content in zip(names, contents, strict=True)
        )
    )
    for name, content, answer in zip(names, contents, answers, strict=True):
        assert (answer.document.file_name, answer.document.size_bytes) == (name, len(content))
