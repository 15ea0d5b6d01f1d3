"""Files on their way from a form to the coordinator, piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc

from buildplan.v1.document_pb2 import Document, DocumentKind
from buildplan.v1.document_service_pb2 import UploadDocumentRequest, UploadHeader
from buildplan.v1.session_service_pb2 import GetSessionRequest
from gateway.api.multipart import Part
from gateway.coordinator import UPLOAD_SECONDS, Coordinator
from gateway.problems import Problem, describe
from services.runtime.remote import is_status_lost

MAX_CHUNK_BYTES = 1024 * 1024


async def store(
    parts: AsyncIterator[Part], session: str, coordinator: Coordinator, max_files: int
) -> AsyncIterator[Document]:
    """The documents that the form's files become, each as soon as it is stored.

    The fields `kind` and `sha256` are about the next file. Raises Problem or the call's error.
    """
    header, files = UploadHeader(parent=session), 0
    async for part in parts:
        if part.file_name is None:
            _apply(header, part.name, await part.text())
            continue
        files += 1
        if files > max_files:
            raise Problem(413, f"a form takes at most {max_files} files", "TOO_MANY_FILES")
        header.file_name = part.file_name
        for document in await _send(header, part, coordinator):
            yield document
        header = UploadHeader(parent=session)
    if not files:
        raise Problem(400, "the form holds no file; a file is a part with a filename", "NO_FILE")


def refuse_rest(error: Exception, stored: list[Document]) -> Problem:
    """The problem of a form of which some files were stored before one was not."""
    problem = describe(error)
    problem.extra = {**problem.extra, "stored": [document.name for document in stored]}
    return problem


async def _send(header: UploadHeader, part: Part, coordinator: Coordinator) -> list[Document]:
    try:
        return await _sent(header, part, coordinator)
    except grpc.aio.AioRpcError as error:
        if is_status_lost(error):
            await coordinator.ask(coordinator.sessions.GetSession, GetSessionRequest(name=header.parent))
        raise


async def _sent(header: UploadHeader, part: Part, coordinator: Coordinator) -> list[Document]:
    call = coordinator.documents.UploadDocument(timeout=UPLOAD_SECONDS, metadata=coordinator.metadata)
    try:
        await call.write(UploadDocumentRequest(header=header))
        async for chunk in part.content():
            for start in range(0, len(chunk), MAX_CHUNK_BYTES):
                await call.write(UploadDocumentRequest(chunk=chunk[start : start + MAX_CHUNK_BYTES]))
        await call.done_writing()
    except asyncio.InvalidStateError:
        pass  # The coordinator has answered before the end; why, is in its answer.
    except BaseException:
        call.cancel()
        raise
    answer = await call
    return [answer.document, *answer.attachments]


def _apply(header: UploadHeader, field: str, value: str) -> None:
    if field == "sha256":
        header.sha256 = value
    elif field == "kind":
        try:
            header.kind = DocumentKind.Value(value)
        except ValueError as error:
            raise Problem(
                400, f'kind: "{value[:60]}" is none of {", ".join(DocumentKind.keys())}', "BAD_FIELD"
            ) from error
    else:
        raise Problem(
            400, f'no field is called "{field[:60]}"; files have a filename, fields are kind and sha256', "BAD_FIELD"
        )
