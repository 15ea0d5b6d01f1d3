"""`GET /agents/status`: a run's events as they happen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from buildplan.v1.run_pb2 import RunEvent
from buildplan.v1.run_service_pb2 import GetRunRequest
from gateway.coordinator import Caller, Coordinator
from gateway.events import sse
from gateway.events.feed import Feeds
from gateway.openapi import problems, reference, stream
from gateway.problems import describe
from services.contract.run_states import is_ended
from services.runtime.logs import bind

router = APIRouter(tags=["runs"], default_response_class=Response)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: stream("agent_status", "run_state", "end", "problem", data=reference(RunEvent.DESCRIPTOR.full_name)),
    204: {"description": "The run has ended and the client has its last event: an EventSource then stays away."},
    **problems(404),
}


@router.get("/agents/status", responses=_ANSWERS)
async def agents_status(
    request: Request,
    coordinator: Caller,
    run: Annotated[str, Query(description='Run, "sessions/{session}/runs/{run}".')],
    last_event_id: Annotated[int, Query(ge=0, le=2**53, description="Sequence number of the last event seen.")] = 0,
    reconnected: Annotated[
        int | None, Header(alias="Last-Event-ID", ge=0, le=2**53, description="The same, from an EventSource.")
    ] = None,
) -> Response:
    """Streams a run's events after a sequence number (the event's `id`), then follows; ends after the last.

    A comment every 15 s keeps the connection open. `problem` ends a stream that was refused on its way.
    """
    cursor = last_event_id if reconnected is None else reconnected
    found = (await coordinator.ask(coordinator.runs.GetRun, GetRunRequest(name=run))).run
    bind(run=run)
    if is_ended(found.state) and cursor >= found.last_sequence:
        return Response(status_code=204)
    state = request.app.state
    return await sse.answer(_events(state.feeds, coordinator, run, cursor, state.settings.heartbeat_seconds))


async def _events(feeds: Feeds, coordinator: Coordinator, run: str, cursor: int, beat: float) -> AsyncIterator[bytes]:
    with feeds.open(coordinator, run) as feed:
        await feed.begun()
        yield sse.OPENING
        async for entries in feed.after(cursor, beat):
            yield b"".join([entry.written for entry in entries]) or sse.HEARTBEAT
        if feed.failure is not None:
            yield sse.of_fields("problem", describe(feed.failure).body(run))
        elif feed.ended:
            yield sse.of_fields("end", {})
