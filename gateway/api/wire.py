"""Protos on the wire: JSON as they map to it, fields named as in the protos."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from fastapi import Request, Response
from google.protobuf.json_format import MessageToJson, ParseDict, ParseError
from google.protobuf.message import Message

from gateway.problems import Problem, Violation

MAX_BODY_BYTES = 8 * 1024 * 1024
_Message = TypeVar("_Message", bound=Message)


def answer(message: Message, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The message as JSON; empty fields are left out."""
    body = MessageToJson(message, preserving_proto_field_name=True, ensure_ascii=False, indent=None)
    return Response(body, status, headers, "application/json")


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
    except ValueError as error:
        raise _bad_body(f"is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise _bad_body("must be a JSON object")
    return found


async def read_body(request: Request) -> bytes:
    """The whole body, up to a limit. Raises Problem."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY_BYTES:
            raise Problem(413, f"the body is larger than {MAX_BODY_BYTES} bytes", "BODY_TOO_LARGE")
    return bytes(content)


def parse(fields: dict[str, Any], message: _Message) -> _Message:
    """`message` filled from `fields`. Raises Problem for what the proto does not have."""
    try:
        return ParseDict(fields, message)
    except (ParseError, ValueError, TypeError, RecursionError) as error:
        raise _bad_body(str(error)) from error


def _bad_body(what: str) -> Problem:
    return Problem(400, f"body: {what}", "INVALID_ARGUMENT", (Violation("INVALID_ARGUMENT", "body", what),))
