"""Rows that the store's tests begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from buildplan.v1.agent_pb2 import AgentStatus, Failure
from buildplan.v1.document_pb2 import Document, Page, Passage
from buildplan.v1.fact_pb2 import Fact, Topic
from buildplan.v1.plan_pb2 import Plan, Task
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.session_pb2 import Session, SessionMetadata
from services.coordinator.store import Store, documents, runs, sessions
from services.coordinator.store.leases import Lease
from tests.integration.store.conftest import NOW

AGENTS = ("qma", "pma", "sca", "ema")
LEASE = 10.0


async def add_session(
    store: Store,
    name: str = "sessions/s1",
    request_id: str = "",
    age: int = 0,
    tenant: str = "local",
    **metadata: str,
) -> Session:
    given = SessionMetadata(**{"project_name": "Skid", "customer": "Acme", **metadata})  # type: ignore[arg-type]
    session = Session(name=name, metadata=given)
    return await store.write(lambda tx: sessions.insert(tx, session, tenant, request_id, NOW - timedelta(seconds=age)))


def paper(identifier: str, session: str = "s1", parent: str = "") -> Document:
    name = f"sessions/{session}/documents/{identifier}"
    return Document(name=name, file_name=f"{identifier}.pdf", sha256="ab" * 32, parent=parent)


def page(document: Document, number: int) -> Page:
    passage = Passage(id=f"p{number}-1", text="Passivate per ASTM A967")
    return Page(document=document.name, number=number, label=f"page {number}", text="x", passages=[passage])


def fact(identifier: str) -> Fact:
    return Fact(id=identifier, topic=Topic.TOPIC_QUANTITY, subject="frame", value="12", number=12)


async def add_document(store: Store, document: Document, pages: int = 2, facts: Sequence[Fact] = ()) -> None:
    read = [page(document, number) for number in range(1, pages + 1)]
    await store.write(lambda tx: documents.insert(tx, document, read, facts, b"original"))


def run(identifier: str = "r1", session: str = "s1", state: Run.State.ValueType = Run.STATE_PENDING) -> Run:
    statuses = [AgentStatus(agent=agent, state=AgentStatus.STATE_IDLE) for agent in AGENTS]
    made = Run(name=f"sessions/{session}/runs/{identifier}", state=state, agents=statuses)
    made.create_time.FromDatetime(NOW)
    made.input_digest = "digest"
    return made


async def add_run(store: Store, made: Run, request_id: str = "", owner: str = "me") -> int:
    made.request_id = request_id
    return await store.write(lambda tx: runs.insert(tx, made, "parameters", lease_of(owner)))


def lease_of(owner: str) -> Lease:
    return Lease(owner, LEASE, NOW)


def agent_event(agent: str, state: AgentStatus.State.ValueType, **fields: object) -> RunEvent:
    event = RunEvent(agent_status=AgentStatus(agent=agent, state=state, **fields))  # type: ignore[arg-type]
    event.create_time.FromDatetime(NOW)
    return event


def run_event(made: Run, state: Run.State.ValueType, failure: Failure | None = None, now: datetime = NOW) -> RunEvent:
    event = RunEvent(run_state=Run(name=made.name, state=state, failure=failure, input_digest=made.input_digest))
    event.create_time.FromDatetime(now)
    return event


def plan(score: float = 90.0, task: str = "order plate") -> Plan:
    made = Plan(reason="run", run="sessions/s1/runs/r1")
    made.quality_gate.score = score
    made.create_time.FromDatetime(NOW)
    made.tasks.append(Task(fingerprint=f"f-{task}", owner_hint="purchasing"))
    made.tasks[0].statement.text = task
    return made
