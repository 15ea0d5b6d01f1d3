"""`POST /agents/ag-ui`: an AG-UI client starts a run and follows it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from fastapi import APIRouter, Request, Response

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import StartRunRequest
from gateway.api import wire
from gateway.coordinator import LONG_CALL_SECONDS, Caller, Coordinator
from gateway.events import sse
from gateway.events.ag_ui_events import Event, Translator
from gateway.events.feed import Feeds
from gateway.openapi import problems, stream
from gateway.problems import Problem, describe
from services.runtime.logs import bind

router = APIRouter(tags=["runs"], default_response_class=Response)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: stream(data={"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}}),
    **problems(404, 409, 413, 415),
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "description": "AG-UI's RunAgentInput; what is not listed here is not looked at.",
                    "required": ["threadId", "runId"],
                    "properties": {
                        "threadId": {"type": "string", "description": 'Session, "sessions/{session}".'},
                        "runId": {
                            "type": "string",
                            "minLength": 1,
                            "maxLength": 200,
                            "description": "Chosen by the client; the same one follows the same run again.",
                        },
                    },
                }
            }
        },
    }
}


@router.post("/agents/ag-ui", responses=_ANSWERS, openapi_extra=_BODY)
async def ag_ui(request: Request, coordinator: Caller) -> Response:
    """Starts a run of the session `threadId`, once for each `runId`, and streams it as AG-UI events."""
    given = await wire.read_json(request)
    thread_id, run_id = (_text(given, name) for name in ("threadId", "runId"))
    question = StartRunRequest(parent=thread_id, request_id=run_id)
    run = (await coordinator.ask(coordinator.runs.StartRun, question, LONG_CALL_SECONDS)).run
    bind(run=run.name)
    state = request.app.state
    translator = Translator(run, thread_id, run_id)
    events = _events(state.feeds, coordinator, run, translator, state.settings.heartbeat_seconds)
    return await sse.answer(events)


async def _events(
    feeds: Feeds, coordinator: Coordinator, run: Run, translator: Translator, beat: float
) -> AsyncIterator[bytes]:
    with feeds.open(coordinator, run.name) as feed:
        await feed.begun()
        yield _written(translator.begin())
        async for entries in feed.after(0, beat):
            told = [event for entry in entries for event in translator.translate(entry.event)]
            yield _written(told) or sse.HEARTBEAT
        if feed.failure is not None:
            problem = describe(feed.failure)
            yield _written([{"type": "RUN_ERROR", "message": problem.detail, "code": problem.reason}])
        elif feed.ended:
            yield _written(translator.end())


def _written(events: Iterable[Event]) -> bytes:
    return b"".join(sse.of_fields(None, event) for event in events)


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise Problem(400, f"body: {name} must be a text", "INVALID_ARGUMENT")
    return value
