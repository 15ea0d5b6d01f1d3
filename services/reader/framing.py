"""Frames between the pool and its child: two lengths, a JSON header and a body of protobuf bytes.

Nothing is unpickled: the child reads hostile files and may not be trusted with more than bytes.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from buildplan.v1.document_pb2 import Document, Page
from services.reader.document import ReadDocument

_LENGTHS = struct.Struct("!IQ")
OUT_OF_MEMORY_EXIT = 77
"""Exit status with which a child says that it ran out of memory."""
MAX_HEADER = 4 * 1024 * 1024
MAX_BODY = 512 * 1024 * 1024


class BrokenFrameError(Exception):
    """The other side wrote something that is no frame. Restart the child."""


@dataclass(frozen=True)
class Frame:
    """A message: `header` is JSON, `body` bytes."""

    header: dict[str, Any]
    body: bytes = field(default=b"", repr=False)


def encode(frame: Frame) -> bytes:
    """The frame as it goes over the pipe."""
    header = json.dumps(frame.header).encode()
    return _LENGTHS.pack(len(header), len(frame.body)) + header + frame.body


def read_blocking(pipe: BinaryIO) -> Frame | None:
    """The next frame; None at the end of the pipe."""
    start = pipe.read(_LENGTHS.size)
    if len(start) < _LENGTHS.size:
        return None
    header_size, body_size = _sizes(start)
    return Frame(json.loads(pipe.read(header_size)), pipe.read(body_size))


async def read_frame(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame; None at the end of the pipe. Raises BrokenFrameError."""
    try:
        header_size, body_size = _sizes(await reader.readexactly(_LENGTHS.size))
        header = json.loads(await reader.readexactly(header_size))
        body = await reader.readexactly(body_size)
    except asyncio.IncompleteReadError:
        return None
    except ValueError as error:
        raise BrokenFrameError(str(error)) from error
    if not isinstance(header, dict):
        raise BrokenFrameError("the header is no object")
    return Frame(header, body)


def _sizes(start: bytes) -> tuple[int, int]:
    header_size, body_size = _LENGTHS.unpack(start)
    if header_size > MAX_HEADER or body_size > MAX_BODY:
        raise BrokenFrameError("the frame is too large")
    return header_size, body_size


def frame_of(header: dict[str, Any], parts: Sequence[bytes]) -> Frame:
    """A frame whose body is these parts, one behind the other."""
    return Frame({**header, "parts": [len(part) for part in parts]}, b"".join(parts))


def parts_of(frame: Frame) -> list[bytes]:
    """The parts of a frame of `frame_of`. Raises BrokenFrameError when they do not add up."""
    sizes = frame.header.get("parts")
    if not isinstance(sizes, list) or sum(sizes) != len(frame.body):
        raise BrokenFrameError("the parts do not add up")
    parts, start = [], 0
    for size in sizes:
        parts.append(frame.body[start : start + size])
        start += size
    return parts


def document_frame(read: ReadDocument) -> Frame:
    """A document as one frame: its record, its pages and its content."""
    parts = [read.document.SerializeToString(), *(page.SerializeToString() for page in read.pages), read.content]
    return frame_of({"type": "document"}, parts)


def document_of(frame: Frame) -> ReadDocument:
    """The document in a frame of `document_frame`. Raises BrokenFrameError for anything else."""
    try:
        record, *pages, content = parts_of(frame)
        return ReadDocument(Document.FromString(record), tuple(map(Page.FromString, pages)), content)
    except Exception as error:
        raise BrokenFrameError("a part is no message") from error
