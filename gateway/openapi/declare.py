"""What a route says of itself beside its parameters: the proto that it takes, what it answers, how it may fail."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message

from gateway.openapi.schemas import Schema, reference
from gateway.problems import MEDIA_TYPE

PROBLEM: Schema = {"$ref": "#/components/schemas/Problem"}
_NONE: Mapping[str, str] = MappingProxyType({})
_ANY_ROUTE = (400, 401, 403, 421, 422, 429, 503, 504)
_DESCRIPTIONS = {
    400: "A name, a field or the body is wrong.",
    401: "A token is needed.",
    403: "The request comes from another site.",
    404: "There is no such resource.",
    408: "The body came too slowly.",
    409: "The resource is in the wrong state; the violations say what to change first.",
    412: "The resource has changed since; read it again.",
    413: "The body or a file in it is too large.",
    415: "The body is of the wrong media type.",
    421: "The Host header names another host.",
    422: "A parameter is wrong.",
    428: "If-Match is needed.",
    429: "Too busy, or too many wrong tokens; try again after Retry-After.",
    503: "The coordinator does not answer; try again after Retry-After.",
    504: "The coordinator did not answer in time.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Problem answers: those of every route and `statuses`."""
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": PROBLEM}}}
        for status in sorted({*_ANY_ROUTE, *statuses})
    }


def answers(
    message: type[Message] | None, *statuses: int, status: int = 200, headers: Mapping[str, str] = _NONE
) -> dict[int | str, dict[str, Any]]:
    """The answer `status` with `message`, None for an empty one, and problem answers.

    `headers` maps a response header to its description.
    """
    found: dict[str, Any] = {"description": "Done."}
    if message is not None:
        found["content"] = {"application/json": {"schema": reference(message.DESCRIPTOR.full_name)}}
    if headers:
        found["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}
    return {status: found, **problems(*statuses)}


def files(*media_types: str, json: type[Message] | None = None) -> dict[int | str, dict[str, Any]]:
    """An answer that is a file of one of the types, or `json` as a file, and problem answers."""
    content: dict[str, Any] = {media: {} for media in media_types}
    if json is not None:
        content["application/json"] = {"schema": reference(json.DESCRIPTOR.full_name)}
    return {200: {"description": "The file.", "content": content}, **problems(404, 409)}


def body(message: type[Message], *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """`openapi_extra` of a route that takes `message` as JSON; fields `without` are said elsewhere in the request."""
    schema = reference(message.DESCRIPTOR.full_name, without)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def stream(*kinds: str, data: Schema) -> dict[str, Any]:
    """An answer of Server-Sent Events of the `kinds`, with `data` in them (OpenAPI 3.2, section 4.14.4)."""
    item: Schema = {
        "type": "object",
        "required": ["data"],
        "properties": {
            "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": data},
            "id": {"type": "string"},
            "retry": {"type": "integer"},
        },
    }
    if kinds:
        item["properties"]["event"] = {"type": "string", "enum": list(kinds)}
    return {"description": "Events as they happen.", "content": {"text/event-stream": {"itemSchema": item}}}
