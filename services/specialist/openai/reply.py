"""A provider's reply, read from its raw JSON: nothing of it is lost when the answer is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from buildplan.v1.agent_pb2 import Usage

_MOST_TOKENS = 2**53


@dataclass(frozen=True)
class Reply:
    """What one call brought.

    `status` is the Responses API's ("completed", "incomplete", "failed"), or "malformed" when the body was none of its
    replies. `incomplete` is the reason of an incomplete one, `error` the code and message of a failed one.
    """

    status: str
    text: str = ""
    refusal: str = ""
    incomplete: str = ""
    error: tuple[str, str] = ("", "")
    usage: Usage = field(default_factory=Usage)


def read_reply(body: str) -> Reply:
    """The reply in an HTTP body; whatever the body is, there is a Reply."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return Reply("malformed", text=body)
    if not isinstance(data, dict) or not isinstance(data.get("output"), list):
        failed = isinstance(data, dict) and data.get("status") == "failed"
        return Reply("failed", error=_error(data)) if failed else Reply("malformed", text=body)
    parts = list(_content(data["output"]))
    return Reply(
        status=str(data.get("status") or "completed"),
        text="".join(_texts(parts, "text")),
        refusal=" ".join(_texts(parts, "refusal")),
        incomplete=_text_in(data.get("incomplete_details"), "reason"),
        error=_error(data),
        usage=_usage(data.get("usage")),
    )


def _content(output: list[object]) -> Iterator[dict[str, object]]:
    """The parts of the assistant's messages; reasoning and calls of tools are not the answer."""
    for item in output:
        if isinstance(item, dict) and item.get("type") == "message":
            parts = item.get("content")
            yield from (part for part in (parts if isinstance(parts, list) else ()) if isinstance(part, dict))


def _texts(parts: list[dict[str, object]], key: str) -> Iterator[str]:
    yield from (text for part in parts if isinstance(text := part.get(key), str))


def _error(data: dict[str, object]) -> tuple[str, str]:
    return _text_in(data.get("error"), "code"), _text_in(data.get("error"), "message")


def _text_in(data: object, key: str) -> str:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""


def _usage(data: object) -> Usage:
    if not isinstance(data, dict):
        return Usage()
    sent = _tokens(data, "input_tokens")
    details = data.get("input_tokens_details")
    cached = min(sent, _tokens(details, "cached_tokens"))
    return Usage(
        input_tokens=sent,
        cached_input_tokens=cached,
        cache_write_input_tokens=min(sent - cached, _tokens(details, "cache_write_tokens")),
        output_tokens=_tokens(data, "output_tokens"),
    )


def _tokens(data: object, key: str) -> int:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, int) and 0 <= found <= _MOST_TOKENS else 0
