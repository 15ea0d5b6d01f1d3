"""How a run ends: its state, its failure in words, and the plan that it makes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import AgentStatus, Failure, Usage
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Page
from buildplan.v1.plan_pb2 import Patch, Plan, PlanEdit
from buildplan.v1.run_pb2 import Run
from services.contract.names import last_id
from services.coordinator.plans.build import build_plan
from services.coordinator.plans.citation_check import cited_pages
from services.coordinator.plans.inputs import PageKey, PlanInputs
from services.coordinator.runs.states import day_of
from services.coordinator.store import Store
from services.coordinator.store import documents as document_rows
from services.coordinator.store import plans as plan_rows


@dataclass(frozen=True)
class Material:
    """What a plan is made of beside the context; up to `inline_bytes` of patches it is built on the event loop.

    `usage` is what all of the patches cost.
    """

    patches: Mapping[str, Patch]
    usage: Usage
    reason: str
    now: datetime
    inline_bytes: int


@dataclass(frozen=True)
class Ending:
    """How a run ends."""

    state: Run.State.ValueType
    failure: Failure | None = None
    plan: Plan | None = None


async def conclude(store: Store, run: Run, context: ContextPack, material: Material) -> Ending:
    """SUCCEEDED when every agent finished, PARTIAL with a plan of what there is, FAILED without one."""
    state = _state(run.agents, material.patches)
    plan = await _make_plan(store, run, context, material) if material.patches else None
    failure = None if state == Run.STATE_SUCCEEDED else _failure(run.agents, plan=plan is not None)
    return Ending(state, failure, plan)


def _state(statuses: Iterable[AgentStatus], patches: Mapping[str, Patch]) -> Run.State.ValueType:
    if all(status.state == AgentStatus.STATE_COMPLETE for status in statuses):
        return Run.STATE_SUCCEEDED
    return Run.STATE_PARTIAL if patches else Run.STATE_FAILED


def _failure(statuses: Sequence[AgentStatus], *, plan: bool) -> Failure:
    """Which agents did not finish, and what to do."""
    failed = [status for status in statuses if status.state != AgentStatus.STATE_COMPLETE]
    names = ", ".join(f"{status.agent} ({status.failure.reason or 'NOT_RUN'})" for status in failed)
    rest = "the plan holds what there is of the others" if plan else "there is nothing to make a plan of"
    message = f"{len(failed)} of {len(statuses)} agents did not finish: {names}; {rest}. Resume runs what is missing"
    retryable = any(status.failure.retryable for status in failed)
    return Failure(reason="AGENTS_FAILED", message=message, retryable=retryable)


async def _make_plan(store: Store, run: Run, context: ContextPack, material: Material) -> Plan:
    """Small plans are built at once, large ones in a thread. Edits that come later are made when it is stored."""
    wanted = cited_pages(material.patches.values(), context.conflicts)
    pages, edits = await store.read(lambda tx: _load(tx, context.session, wanted)) if wanted else ({}, [])
    inputs = PlanInputs(
        session=context.session,
        metadata=context.metadata,
        sources=context.sources,
        facts=context.facts,
        conflicts=context.conflicts,
        patches=material.patches,
        statuses=run.agents,
        pages=pages,
        run=run.name,
        reason=material.reason,
        engine=", ".join(dict.fromkeys(status.engine for status in run.agents if status.engine)),
        now=material.now,
        as_of=day_of(run),
        edits=edits,
        usage=material.usage,
    )
    if sum(patch.ByteSize() for patch in material.patches.values()) <= material.inline_bytes:
        return build_plan(inputs)
    return await asyncio.to_thread(build_plan, inputs)


def _load(tx: Connection, session: str, wanted: Iterable[PageKey]) -> tuple[dict[PageKey, Page], list[PlanEdit]]:
    """The wanted pages, as far as they exist, and the users' edits so far."""
    pages: dict[PageKey, Page] = {}
    for document, number in sorted(wanted):
        page = document_rows.find_page(tx, document.split("/")[1], last_id(document), number)
        if page is not None:
            pages[document, number] = page
    return pages, plan_rows.edits(tx, last_id(session))
