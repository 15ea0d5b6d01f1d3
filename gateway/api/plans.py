"""Plans: revisions, edits, comparison and exports."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from buildplan.v1 import plan_service_pb2 as pb
from buildplan.v1.plan_pb2 import Plan
from gateway.api import wire
from gateway.api.names import Id, Revision
from gateway.coordinator import LONG_CALL_SECONDS, Caller
from gateway.openapi import answers, body, files
from gateway.problems import Problem
from services.contract.names import session_name

router = APIRouter(tags=["plans"], default_response_class=Response)
_ETAG = {"ETag": "Changes with the revision; goes into If-Match and If-None-Match."}


class ExportForm(StrEnum):
    """Forms of an export."""

    MARKDOWN = "markdown"
    JSON = "json"
    DOCX = "docx"
    XLSX = "xlsx"


_MEDIA_TYPES = (
    "text/markdown",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


@router.get("/sessions/{session}/plans", responses=answers(pb.ListPlanRevisionsResponse, 404))
async def list_revisions(session: Id, coordinator: Caller) -> Response:
    """Lists the revisions, the newest first."""
    question = pb.ListPlanRevisionsRequest(parent=session_name(session))
    return wire.answer(await coordinator.ask(coordinator.plans.ListPlanRevisions, question))


@router.get(
    "/sessions/{session}/plans/{revision}",
    responses=answers(Plan, 404, headers=_ETAG) | {304: {"description": "The plan is as If-None-Match says."}},
)
async def get_plan(
    session: Id, revision: Revision, coordinator: Caller, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """Reads a revision."""
    question = pb.GetPlanRequest(name=f"{session_name(session)}/plans/{revision}")
    plan = (await coordinator.ask(coordinator.plans.GetPlan, question)).plan
    if plan.etag in wire.etags(if_none_match):
        return Response(status_code=304, headers=wire.validators(plan.etag))
    return await wire.large_answer(plan, headers=wire.validators(plan.etag))


@router.post(
    "/sessions/{session}/plans/{revision}/edits",
    status_code=201,
    responses=answers(
        Plan, 404, 412, 413, 415, 428, status=201, headers={"Location": "URL of the new revision.", **_ETAG}
    ),
    openapi_extra=body(pb.EditPlanRequest, without=("name", "etag")),
)
async def edit_plan(
    session: Id, revision: Revision, request: Request, coordinator: Caller, if_match: Annotated[str, Header()] = ""
) -> Response:
    """Makes a new revision with all the edits, or none. If-Match names the revision that the user saw."""
    if not if_match:
        raise Problem(428, "If-Match must name the ETag of the plan that was read", "ETAG_MISSING")
    question = wire.parse(await wire.read_json(request), pb.EditPlanRequest())
    question.name = f"{session_name(session)}/plans/{revision}"
    question.etag = "".join(wire.etags(if_match)[:1])
    plan = (await coordinator.ask(coordinator.plans.EditPlan, question, LONG_CALL_SECONDS)).plan
    return await wire.large_answer(plan, 201, {"Location": f"/{plan.name}", **wire.validators(plan.etag)})


@router.get("/sessions/{session}/plans/{revision}/comparison", responses=answers(pb.ComparePlansResponse, 404))
async def compare_plans(
    session: Id,
    revision: Revision,
    coordinator: Caller,
    base: Annotated[int, Query(ge=1, le=999_999_999, description="Number of the revision to hold it against.")],
) -> Response:
    """Says what differs from an earlier revision."""
    parent = session_name(session)
    question = pb.ComparePlansRequest(name=f"{parent}/plans/{revision}", base=f"{parent}/plans/{base}")
    return await wire.large_answer(await coordinator.ask(coordinator.plans.ComparePlans, question, LONG_CALL_SECONDS))


@router.get("/sessions/{session}/plans/{revision}/export", responses=files(*_MEDIA_TYPES, json=Plan))
async def export_plan(
    session: Id,
    revision: Revision,
    coordinator: Caller,
    form: Annotated[ExportForm, Query(alias="format")] = ExportForm.MARKDOWN,
) -> Response:
    """The revision as a file to take away."""
    form_number = pb.ExportFormat.Value(f"EXPORT_FORMAT_{form.name}")
    question = pb.ExportPlanRequest(name=f"{session_name(session)}/plans/{revision}", format=form_number)
    answer = await coordinator.ask(coordinator.plans.ExportPlan, question, LONG_CALL_SECONDS)
    return Response(answer.content, headers=wire.attachment(answer.file_name), media_type=answer.media_type)
