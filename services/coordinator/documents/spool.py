"""Receives an upload into a temporary file: bytes are counted and hashed as they come."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.runtime.errors import InvalidArgument, ResourceExhausted, Unavailable

MAX_CHUNK_BYTES = 1024 * 1024
_PREFIX = "upload-"
_ABANDONED_SECONDS = 3600.0
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Spooled:
    """A received file: where it lies until the upload ends, its size in bytes and its SHA-256."""

    path: Path
    size: int
    sha256: str


@asynccontextmanager
async def spool(folder: Path, chunks: AsyncIterator[bytes], max_bytes: int) -> AsyncIterator[Spooled]:
    """Writes the chunks below `folder` and removes the file afterwards.

    Raises InvalidArgument for a chunk that is too large, ResourceExhausted above `max_bytes`, Unavailable where the
    disk has no room.
    """
    with _room_on_the_disk():
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        handle = await asyncio.to_thread(_create, folder)
        try:
            size, digest = 0, hashlib.sha256()
            async for chunk in chunks:
                size += len(chunk)
                _check(len(chunk), size, max_bytes)
                digest.update(chunk)
                await asyncio.to_thread(_append, handle, chunk)
            await asyncio.to_thread(handle.flush)
            yield Spooled(Path(handle.name), size, digest.hexdigest())
        finally:
            await asyncio.to_thread(handle.close)


def discard_abandoned(folder: Path) -> None:
    """Removes what uploads left that a process died in; call it at the start. Blocks.

    Young files may be another coordinator's, whose upload goes on.
    """
    for path in folder.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                path.unlink()


@contextmanager
def _room_on_the_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        message = "the disk that takes uploads is full: nothing was stored; upload again once there is room"
        raise Unavailable("DISK_FULL", message) from error


def _check(chunk: int, size: int, max_bytes: int) -> None:
    if chunk > MAX_CHUNK_BYTES:
        raise InvalidArgument("chunk", f"{chunk} bytes in one chunk; at most {MAX_CHUNK_BYTES} are taken")
    if size > max_bytes:
        message = f"the file is larger than {max_bytes // (1024 * 1024)} MiB, the limit for one upload"
        raise ResourceExhausted("FILE_TOO_LARGE", message)


def _create(folder: Path) -> IO[bytes]:
    return tempfile.NamedTemporaryFile(dir=folder, prefix=_PREFIX)


def _append(handle: IO[bytes], chunk: bytes) -> None:
    handle.write(chunk)
