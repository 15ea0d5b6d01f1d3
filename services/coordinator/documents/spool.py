"""Receives an upload into a temporary file: bytes are counted and hashed as they come."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from services.runtime.errors import InvalidArgument, ResourceExhausted

MAX_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Spooled:
    """A received file: where it lies until the upload ends, its size in bytes and its SHA-256."""

    path: Path
    size: int
    sha256: str


@asynccontextmanager
async def spool(folder: Path, chunks: AsyncIterator[bytes], max_bytes: int) -> AsyncIterator[Spooled]:
    """Writes the chunks below `folder` and removes the file afterwards.

    Raises InvalidArgument for a chunk that is too large, ResourceExhausted above `max_bytes`.
    """
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


def _check(chunk: int, size: int, max_bytes: int) -> None:
    if chunk > MAX_CHUNK_BYTES:
        raise InvalidArgument("chunk", f"{chunk} bytes in one chunk; at most {MAX_CHUNK_BYTES} are taken")
    if size > max_bytes:
        message = f"the file is larger than {max_bytes // (1024 * 1024)} MiB, the limit for one upload"
        raise ResourceExhausted("FILE_TOO_LARGE", message)


def _create(folder: Path) -> IO[bytes]:
    return tempfile.NamedTemporaryFile(dir=folder, prefix="upload-")


def _append(handle: IO[bytes], chunk: bytes) -> None:
    handle.write(chunk)
