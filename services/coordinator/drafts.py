"""What a run has written while it is not yet a plan."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.plan_pb2 import Plan
from services.contract.names import last_id, parse, session_name
from services.coordinator.plans.build import build_draft
from services.coordinator.plans.citation_check import cited_pages
from services.coordinator.plans.inputs import PlanInputs
from services.coordinator.runs.states import day_of
from services.coordinator.store import Store, checkpoints, documents, runs, sessions


async def draft_of(store: Store, name: str, now: datetime) -> Plan:
    """The sections of the agents of a run, given by its resource name, that have finished."""
    inputs = await store.read(lambda tx: _inputs(tx, name, now))
    return await asyncio.to_thread(build_draft, inputs)


def _inputs(tx: Connection, name: str, now: datetime) -> PlanInputs:
    session, run_id = parse(name, "runs")
    run = runs.get(tx, session, run_id)
    finished = {status.agent for status in run.agents if status.state == AgentStatus.STATE_COMPLETE}
    results = checkpoints.results(tx, session, run_id)
    patches = {agent: patch for agent, (_, patch) in results.items() if agent in finished}
    wanted = sorted(cited_pages(patches.values(), ()))
    found = {(document, page): documents.find_page(tx, session, last_id(document), page) for document, page in wanted}
    return PlanInputs(
        session=session_name(session),
        metadata=sessions.get(tx, session).metadata,
        sources=documents.list_(tx, session),
        facts=(),
        conflicts=(),
        patches=patches,
        statuses=run.agents,
        pages={key: page for key, page in found.items() if page is not None},
        run=name,
        reason="draft",
        engine=", ".join(dict.fromkeys(status.engine for status in run.agents if status.engine)),
        now=now,
        as_of=day_of(run),
    )
