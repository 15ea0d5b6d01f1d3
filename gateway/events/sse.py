"""The wire form of Server-Sent Events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping

from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from buildplan.v1.run_pb2 import RunEvent
from gateway.api.wire import resumed, to_json

_MEDIA_TYPE = "text/event-stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
HEARTBEAT = format_sse_event(comment="still here")
_RETRY_MILLISECONDS = 1_000
OPENING = format_sse_event(retry=_RETRY_MILLISECONDS)


async def answer(events: AsyncIterator[bytes]) -> StreamingResponse:
    """The events as they come; what is raised before the first of them is raised here."""
    return StreamingResponse(resumed(await anext(events), events), headers=_HEADERS, media_type=_MEDIA_TYPE)


def of_event(event: RunEvent) -> bytes:
    """A run's event: its kind, its JSON, its sequence number as the id."""
    return format_sse_event(event=event.WhichOneof("event"), data_str=to_json(event), id=str(event.sequence))


def of_fields(kind: str | None, fields: Mapping[str, object]) -> bytes:
    """An event that is no part of a run's log, and so leaves the client's last event id alone."""
    return format_sse_event(event=kind, data_str=json.dumps(fields, ensure_ascii=False))
