"""A run while it goes, and after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.plan_service_pb2 import GetDraftRequest
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.run_service_pb2 import ListCheckpointsRequest, WatchRunRequest
from gateway.api.names import Id
from gateway.coordinator import Caller, Coordinator
from gateway.events import sse
from gateway.pages import dress
from gateway.pages.changes import Changes
from gateway.pages.routes.asking import plan_named, run_named, session_of
from gateway.pages.views.board import Board
from gateway.pages.views.plan import citing, sections
from services.contract.names import run_name
from services.contract.run_states import is_ended
from services.runtime.logs import bind

router = APIRouter(prefix="/jobs/{session}/run")
RunId = Annotated[str, Query(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


@router.get("")
async def page(session: Id, coordinator: Caller) -> HTMLResponse:
    """The page of the job's latest run."""
    job = await session_of(coordinator, session)
    if not job.latest_run:
        return dress.page("run.html", session=job, board=None)
    run = await run_named(coordinator, job.latest_run)
    events = [event async for event in _history(coordinator, run)]
    written = await _written(coordinator, session, run)
    return dress.page("run.html", id=session, session=job, board=Board(run), events=events, **written)


@router.get("/results")
async def results(session: Id, run: RunId, coordinator: Caller) -> HTMLResponse:
    """What the finished agents wrote, alone."""
    found = await run_named(coordinator, run_name(session, run))
    return dress.page("parts/results.html", id=session, **await _written(coordinator, session, found))


@router.get("/checkpoints")
async def checkpoints(session: Id, run: RunId, coordinator: Caller) -> HTMLResponse:
    """What a resumed run begins with."""
    name = run_name(session, run)
    kept = (await coordinator.ask(coordinator.runs.ListCheckpoints, ListCheckpointsRequest(parent=name))).checkpoints
    agents = (await run_named(coordinator, name)).agents
    missing = [status.agent for status in agents if status.state != AgentStatus.STATE_COMPLETE]
    latest = {each.agent: each for each in kept if each.agent not in missing}
    return dress.page("parts/checkpoints.html", checkpoints=latest.values(), missing=missing)


@router.get("/events")
async def events(
    request: Request,
    session: Id,
    run: RunId,
    coordinator: Caller,
    last_event_id: Annotated[int, Query(ge=0, le=2**53)] = 0,
    reconnected: Annotated[int | None, Header(alias="Last-Event-ID", ge=0, le=2**53)] = None,
) -> StreamingResponse:
    """What each event after a sequence number changes on the page, as HTML; `/agents/status` has the same as JSON.

    Ends with `rest` where nothing more is to be expected for now, or with `newer` when the job has a later run.
    """
    name = run_name(session, run)
    found = await run_named(coordinator, name)
    bind(run=name)
    latest = (await session_of(coordinator, session)).latest_run
    changes = Changes(Board(Run(name=name)), last_event_id if reconnected is None else reconnected, session)
    if is_ended(found.state) and changes.cursor >= found.last_sequence:
        stream = changes.rest(superseded=latest not in ("", name))
    else:
        stream = changes.follow(request.app.state.feeds, coordinator, request.app.state.settings.heartbeat_seconds)
    return await sse.answer(stream)


async def _history(coordinator: Coordinator, run: Run) -> AsyncIterator[RunEvent]:
    """The events up to the state that `run` is in."""
    if not run.last_sequence:
        return
    watching = coordinator.runs.WatchRun(WatchRunRequest(name=run.name), metadata=coordinator.metadata)
    try:
        async for answer in watching:
            yield answer.event
            if answer.event.sequence >= run.last_sequence:
                return
    finally:
        watching.cancel()


async def _written(coordinator: Coordinator, session: str, run: Run) -> dict[str, Any]:
    """The sections of the plan that the run has made, or of its draft while it goes."""
    if is_ended(run.state) and run.revision:
        plan = await plan_named(coordinator, session, str(run.revision))
    else:
        plan = (await coordinator.ask(coordinator.plans.GetDraft, GetDraftRequest(run=run.name))).plan
    return {"sections": sections(plan), "run_name": run.name if is_ended(run.state) else "", **citing(plan.sources)}
