"""Protos on the wire: JSON as they map to it, fields named as in the protos."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import Request, Response
from google.protobuf.descriptor import Descriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import MessageToJson, ParseDict, ParseError
from google.protobuf.message import Message

from gateway.problems import Problem
from gateway.settings import GatewaySettings
from services.runtime.errors import Violation
from services.runtime.request_limits import HEARD_BYTES

MAX_BODY_BYTES = HEARD_BYTES
_Message = TypeVar("_Message", bound=Message)
_NOT_IN_A_PLAIN_NAME = re.compile(r"^\.|[^\w .()+-]", re.ASCII)


def to_json(message: Message) -> str:
    """The message on one line; empty fields are left out."""
    return MessageToJson(message, preserving_proto_field_name=True, ensure_ascii=False, indent=None)


def answer(message: Message, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The message as the whole answer."""
    return Response(to_json(message), status, headers, "application/json")


async def large_answer(message: Message, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The same for a message that may be long, such as a plan: written in a thread, while live streams go on."""
    return Response(await asyncio.to_thread(to_json, message), status, headers, "application/json")


async def resumed(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A stream whose first part was awaited, so that what can be refused is refused before the answer begins."""
    yield first
    async for part in rest:
        yield part


def attachment(file_name: str) -> dict[str, str]:
    """Headers of a file to keep under `file_name`, never to show or run, and of which no cache keeps another copy.

    RFC 6266, appendix D: clients that do not know `filename*`, such as `curl -OJ`, take the ASCII name before it.
    """
    plain = _NOT_IN_A_PLAIN_NAME.sub("_", file_name)
    exact = quote(file_name, safe="")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"
    return {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}


def validators(etag: str) -> dict[str, str]:
    """Headers of what a browser may keep, and asks for again before each use, so that a sign-out holds."""
    return {"ETag": f'"{etag}"', "Cache-Control": "private, no-cache"}


def etags(header: str) -> list[str]:
    """The entity tags of If-Match or If-None-Match; weak ones count as strong, one form of each thing being served."""
    return [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",") if tag.strip()]


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object; an empty body is an empty one. Raises Problem."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = await read_body(request)
    if not content:
        return {}
    if kind not in {"application/json", "application/merge-patch+json"}:
        raise Problem(415, "the body must be application/json")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _bad_body(f"is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise _bad_body("must be a JSON object")
    return found


async def read_body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body, up to a limit in bytes. Raises Problem."""
    content = bytearray()
    async for chunk in stream(request):
        content += chunk
        if len(content) > limit:
            raise Problem(413, f"the body is larger than {limit} bytes", "BODY_TOO_LARGE")
    return bytes(content)


async def stream(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes.

    Raises Problem when it stops coming or comes too slowly, ClientDisconnect when nobody sends any more. Only the time
    counts that is waited for the client: a coordinator that is slow is not its fault.
    """
    chunks = request.stream()
    settings: GatewaySettings = request.app.state.settings
    seconds, slowest = settings.body_idle_seconds, settings.body_bytes_per_second
    waited, received = 0.0, 0
    while True:
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                chunk = await anext(chunks, None)
        except TimeoutError as error:
            raise _too_slow(f"nothing of the body came for {seconds:g} s") from error
        if chunk is None:
            return
        waited += time.monotonic() - began
        received += len(chunk)
        if received < (waited - seconds) * slowest:
            raise _too_slow(f"the body came at less than {slowest} bytes a second")
        yield chunk


def parse(fields: dict[str, Any], message: _Message) -> _Message:
    """`message` filled from `fields`. Raises Problem for what the proto does not have."""
    try:
        return ParseDict(fields, message)
    except (ParseError, ValueError, TypeError, RecursionError) as error:
        raise _bad_body(str(error)) from error


def mask(fields: dict[str, Any], message: Descriptor) -> FieldMask:
    """The paths that a merge patch names, by the protos' field names; messages inside are gone into."""
    return FieldMask(paths=_paths(fields, message))


def _paths(fields: dict[str, Any], message: Descriptor) -> list[str]:
    found = []
    for key, value in fields.items():
        field = message.fields_by_name.get(key) or message.fields_by_camelcase_name[key]
        inner = field.message_type
        if inner is not None and isinstance(value, dict):
            found += [f"{field.name}.{path}" for path in _paths(value, inner)]
        else:
            found.append(field.name)
    return found


def _too_slow(detail: str) -> Problem:
    return Problem(408, detail, headers={"Connection": "close"})


def _bad_body(what: str) -> Problem:
    return Problem(400, f"body: {what}", "INVALID_ARGUMENT", (Violation("INVALID_ARGUMENT", "body", what),))
