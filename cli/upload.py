"""Files and folders from the command line, sent to a session."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from buildplan.v1.document_pb2 import Document
from buildplan.v1.document_service_pb2 import UploadDocumentRequest, UploadDocumentResponse, UploadHeader
from cli.client import UPLOAD_SECONDS, Client
from cli.errors import CommandError, UsageError, describe_rpc_error
from services.runtime.remote import is_status_lost

CHUNK_BYTES = 1024 * 1024
AT_ONCE = 4
_ATTEMPTS = 5


@dataclass(frozen=True)
class Uploaded:
    """One file: the documents that it became, or why it was not stored."""

    path: Path
    documents: tuple[Document, ...] = ()
    error: CommandError | None = None


@dataclass
class Uploads:
    """What became of all files, in their order."""

    results: list[Uploaded] = field(default_factory=list)

    @property
    def documents(self) -> list[Document]:
        """All documents, attachments behind the mail that they came in."""
        return [document for result in self.results for document in result.documents]

    @property
    def failed(self) -> list[Uploaded]:
        """The files that were not stored."""
        return [result for result in self.results if result.error is not None]


def collect(paths: Sequence[Path]) -> list[Path]:
    """The files meant by `paths`: each once, folders sorted and with all below, hidden files left out.

    Raises UsageError for a path that is missing or cannot be read, and when there is no file at all.
    """
    found = {file.resolve(): file for path in paths for file in _files(path)}
    if not found:
        raise UsageError(f"there are no files in {', '.join(map(str, paths))}")
    return list(found.values())


async def upload_all(client: Client, session: str, files: Sequence[Path], tell: Callable[[Uploaded], None]) -> Uploads:
    """Sends the files, some at once; `tell` hears of each as it is done. One that fails leaves the others alone."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> Uploaded:
        async with gate:
            result = await upload(client, session, path)
        tell(result)
        return result

    return Uploads(list(await asyncio.gather(*map(one, files))))


async def upload(client: Client, session: str, path: Path) -> Uploaded:
    """Sends one file; raises only when the coordinator cannot be reached."""
    header = UploadHeader(parent=session, file_name=path.name)
    try:
        await asyncio.to_thread(_check_readable, path)
        answer = await _send(client, header, path)
    except OSError as error:
        return Uploaded(path, error=CommandError(f"{path}: {error.strerror or error}", reason="UNREADABLE_FILE"))
    except grpc.aio.AioRpcError as error:
        if error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.NOT_FOUND}:
            raise
        described = describe_rpc_error(error, client.target)
        return Uploaded(path, error=CommandError(f"{path}: {described.message}", reason=described.reason))
    return Uploaded(path, (answer.document, *answer.attachments))


async def _send(client: Client, header: UploadHeader, path: Path) -> UploadDocumentResponse:
    """Sends the file again when the reason of its refusal was lost: nothing of it was stored."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await client.documents.UploadDocument(_requests(header, path), timeout=UPLOAD_SECONDS)
        except grpc.aio.AioRpcError as error:
            if not is_status_lost(error):
                raise
    return await client.documents.UploadDocument(_requests(header, path), timeout=UPLOAD_SECONDS)


async def _requests(header: UploadHeader, path: Path) -> AsyncIterator[UploadDocumentRequest]:
    yield UploadDocumentRequest(header=header)
    with path.open("rb") as stream:
        while chunk := await asyncio.to_thread(stream.read, CHUNK_BYTES):
            yield UploadDocumentRequest(chunk=chunk)


def _check_readable(path: Path) -> None:
    with path.open("rb") as stream:
        stream.read(1)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from _below(path)
    elif path.exists():
        raise UsageError(f"{path} is neither a file nor a folder")
    else:
        raise UsageError(f"there is no file or folder {path}")


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(here, name)
            if not name.startswith(".") and file.is_file():
                yield file


def _refuse(error: OSError) -> None:
    raise UsageError(f"cannot read the folder {error.filename}: {error.strerror}")
