"""Runs as resources, and the customer's `/agents` to start and steer them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from buildplan.v1 import run_service_pb2 as pb
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2 import GetDraftRequest
from buildplan.v1.run_pb2 import Run
from gateway.api import wire
from gateway.api.names import IDEMPOTENCY_KEY, Id
from gateway.coordinator import LONG_CALL_SECONDS, Caller
from gateway.openapi import answers, body
from services.contract.names import run_name, session_name
from services.runtime.logs import bind

router = APIRouter(tags=["runs"], default_response_class=Response)
_ACCEPTED = {"Location": "URL of the run."}


@router.post(
    "/agents/run",
    status_code=202,
    responses=answers(pb.StartRunResponse, 404, 409, 413, 415, status=202, headers=_ACCEPTED),
    openapi_extra=body(pb.StartRunRequest),
)
async def start_run(
    request: Request,
    coordinator: Caller,
    idempotency_key: Annotated[str, Header(max_length=200, description=IDEMPOTENCY_KEY)] = "",
) -> Response:
    """Accepts a run; refused with the findings while preflight finds an error."""
    question = wire.parse(await wire.read_json(request), pb.StartRunRequest())
    question.request_id = idempotency_key or question.request_id
    answer = await coordinator.ask(coordinator.runs.StartRun, question, LONG_CALL_SECONDS)
    bind(run=answer.run.name)
    return wire.answer(answer, 202, {"Location": f"/{answer.run.name}"})


@router.post(
    "/agents/resume",
    status_code=202,
    responses=answers(Run, 404, 409, 413, 415, status=202, headers=_ACCEPTED),
    openapi_extra=body(pb.ResumeRunRequest),
)
async def resume_run(request: Request, coordinator: Caller) -> Response:
    """Runs again those agents of an ended run that have no result for the session's present input."""
    question = wire.parse(await wire.read_json(request), pb.ResumeRunRequest())
    return _accepted((await coordinator.ask(coordinator.runs.ResumeRun, question, LONG_CALL_SECONDS)).run)


@router.post(
    "/agents/cancel",
    responses=answers(Run, 404, 413, 415),
    openapi_extra=body(pb.CancelRunRequest),
)
async def cancel_run(request: Request, coordinator: Caller) -> Response:
    """Stops a run and the specialists' work on it; without effect on an ended one."""
    question = wire.parse(await wire.read_json(request), pb.CancelRunRequest())
    run = (await coordinator.ask(coordinator.runs.CancelRun, question)).run
    bind(run=run.name)
    return wire.answer(run)


@router.post(
    "/agents/{agent}/retry",
    status_code=202,
    responses=answers(Run, 404, 409, 413, 415, status=202, headers=_ACCEPTED),
    openapi_extra=body(pb.RetryAgentRequest, without=("agent",)),
)
async def retry_agent(agent: Id, request: Request, coordinator: Caller) -> Response:
    """Runs one agent of an ended run again."""
    question = wire.parse(await wire.read_json(request), pb.RetryAgentRequest())
    question.agent = agent
    return _accepted((await coordinator.ask(coordinator.runs.RetryAgent, question, LONG_CALL_SECONDS)).run)


@router.get("/sessions/{session}/runs", responses=answers(pb.ListRunsResponse, 404))
async def list_runs(session: Id, coordinator: Caller) -> Response:
    """Lists the runs of a session, the newest first."""
    question = pb.ListRunsRequest(parent=session_name(session))
    return wire.answer(await coordinator.ask(coordinator.runs.ListRuns, question))


@router.get("/sessions/{session}/runs/{run}", responses=answers(Run, 404))
async def get_run(session: Id, run: Id, coordinator: Caller) -> Response:
    """Reads a run with its agents' statuses."""
    question = pb.GetRunRequest(name=run_name(session, run))
    return wire.answer((await coordinator.ask(coordinator.runs.GetRun, question)).run)


@router.get("/sessions/{session}/runs/{run}/checkpoints", responses=answers(pb.ListCheckpointsResponse, 404))
async def list_checkpoints(session: Id, run: Id, coordinator: Caller) -> Response:
    """Lists the finished agents' kept results."""
    question = pb.ListCheckpointsRequest(parent=run_name(session, run))
    return wire.answer(await coordinator.ask(coordinator.runs.ListCheckpoints, question))


@router.get("/sessions/{session}/runs/{run}/attempts", responses=answers(pb.ListAttemptsResponse, 404))
async def list_attempts(session: Id, run: Id, coordinator: Caller) -> Response:
    """Lists the calls of models that the run has made, with what each used and how it ended."""
    question = pb.ListAttemptsRequest(parent=run_name(session, run))
    return wire.answer(await coordinator.ask(coordinator.runs.ListAttempts, question))


@router.get("/sessions/{session}/runs/{run}/draft", responses=answers(Plan, 404))
async def get_draft(session: Id, run: Id, coordinator: Caller) -> Response:
    """Reads what the run's finished agents have written so far."""
    question = GetDraftRequest(run=run_name(session, run))
    return await wire.large_answer((await coordinator.ask(coordinator.plans.GetDraft, question)).plan)


def _accepted(run: Run) -> Response:
    bind(run=run.name)
    return wire.answer(run, 202, {"Location": f"/{run.name}"})
