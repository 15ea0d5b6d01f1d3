"""The plan of a job, and what differs between two revisions of it."""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2 import ComparePlansRequest, ListPlanRevisionsRequest
from gateway.api.names import Id
from gateway.coordinator import LONG_CALL_SECONDS, Caller
from gateway.pages import dress
from gateway.pages.routes.asking import plan_named, session_of
from gateway.pages.views.comparing import differences
from gateway.pages.views.plan import citing, group, path_title, sections
from services.contract.names import session_name

router = APIRouter(prefix="/jobs/{session}/plan")


@router.get("")
async def plan(
    session: Id, coordinator: Caller, revision: Annotated[str, Query(pattern=r"^(latest|[1-9]\d{0,8})$")] = "latest"
) -> HTMLResponse:
    """The page of one revision."""
    question = ListPlanRevisionsRequest(parent=session_name(session))
    job, listed = await asyncio.gather(
        session_of(coordinator, session), coordinator.ask(coordinator.plans.ListPlanRevisions, question)
    )
    if not listed.revisions:
        return dress.page("plan.html", session=job, plan=None)
    found = await plan_named(coordinator, session, revision)
    editable = found.revision == listed.revisions[0].revision
    values = _values(session, found, editable=editable)
    html = await asyncio.to_thread(
        dress.text, "plan.html", session=job, revisions=listed.revisions, editable=editable, **values
    )
    return dress.answer(html)


@router.get("/compare")
async def compare(
    session: Id, coordinator: Caller, revision: Annotated[int, Query(ge=1)], base: Annotated[int, Query(ge=1)]
) -> HTMLResponse:
    """The page that holds one revision against an earlier one."""
    parent = session_name(session)
    question = ComparePlansRequest(name=f"{parent}/plans/{revision}", base=f"{parent}/plans/{base}")
    job, answer = await asyncio.gather(
        session_of(coordinator, session), coordinator.ask(coordinator.plans.ComparePlans, question, LONG_CALL_SECONDS)
    )
    groups = [(title, list(changes)) for title, changes in groupby(answer.changes, lambda each: path_title(each.path))]
    return dress.page("compare.html", session=job, comparison=answer, groups=groups, differences=differences)


def _values(session: str, found: Plan, *, editable: bool) -> dict[str, Any]:
    return {
        "id": session,
        "plan": found,
        "run_name": found.run if editable else "",
        "sections": sections(found),
        "keys": group("keys_to_project", found.keys_to_project),
        "questions": group("open_questions", found.open_questions),
        "tasks": group("tasks", found.tasks),
        "blocking": sum(question.blocking for question in found.open_questions),
        **citing(found.sources),
    }
