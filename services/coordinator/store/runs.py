"""Rows of runs and their agents; the hot statements are built once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_in

from buildplan.v1.agent_pb2 import AgentStatus, Failure
from buildplan.v1.run_pb2 import Run, RunEvent
from services.contract.names import parse, run_name
from services.coordinator.store import changes, leases
from services.coordinator.store import events as event_rows
from services.coordinator.store.codec import from_json, or_none, to_json
from services.coordinator.store.errand import Errand
from services.coordinator.store.errors import FenceLost
from services.coordinator.store.leases import Lease
from services.coordinator.store.prepared import Prepared, PreparedRows
from services.coordinator.store.tables import AGENT_RUNS, IN_FLIGHT, RUNS
from services.runtime.errors import NotFound

_THIS = (RUNS.c.session_id == bindparam("session"), RUNS.c.id == bindparam("run"))
_OF_SESSION = RUNS.c.session_id == bindparam("session")
_STATE = ("state", "end_us", "revision", "failure", "input_digest")

_GET = Prepared(select(RUNS).where(*_THIS))
_LOCK = Prepared(select(RUNS.c.fence).where(*_THIS).with_for_update())
_BY_REQUEST = Prepared(select(RUNS).where(_OF_SESSION, RUNS.c.request_id == bindparam("request")))
_NEWEST = Prepared(select(RUNS).where(_OF_SESSION).order_by(RUNS.c.create_us.desc(), RUNS.c.id))
_BUSY = Prepared(select(RUNS.c.id).where(_OF_SESSION, or_(*(RUNS.c.state == state for state in IN_FLIGHT))).limit(1))
_AGENTS = Prepared(
    select(AGENT_RUNS.c.message)
    .where(AGENT_RUNS.c.session_id == bindparam("session"), AGENT_RUNS.c.run_id == bindparam("run"))
    .order_by(AGENT_RUNS.c.position)
)
_INSERT = Prepared(insert_into(RUNS))
_PUT_AGENTS = PreparedRows(AGENT_RUNS, replaced=("state", "attempt", "next_attempt_us", "message"))
_ADVANCED = (
    update_in(RUNS)
    .where(*_THIS, RUNS.c.fence == bindparam("held"))
    .values(last_sequence=RUNS.c.last_sequence + bindparam("count"))
    .returning(RUNS.c.last_sequence)
)
_ADVANCE = Prepared(_ADVANCED)
_ADVANCE_IN_STATE = Prepared(_ADVANCED.values({name: bindparam(f"new_{name}") for name in _STATE}))


def insert(tx: Connection, run: Run, parameters_digest: str, lease: Lease, errand: Errand | None = None) -> int:
    """Stores an accepted run with its agents under a lease; returns its fence."""
    session_id, run_id = parse(run.name, "runs")
    fence = 1
    _INSERT.run(
        tx,
        session_id=session_id,
        id=run_id,
        create_us=run.create_time.ToMicroseconds(),
        last_sequence=0,
        request_id=run.request_id or None,
        parameters_digest=parameters_digest,
        fence=fence,
        **(errand or Errand()).columns,
        **leases.begin(tx, lease),
        **_state_columns(run),
    )
    _put_agents(tx, session_id, run_id, run.agents)
    return fence


def reopen(tx: Connection, session_id: str, run_id: str, lease: Lease, errand: Errand | None = None) -> int:
    """Owns a run again, whoever had it; returns the new fence. The row is locked for the rest of the transaction."""
    fence = int(_LOCK.values(tx, session=session_id, run=run_id)[0]) + 1
    query = update_in(RUNS).where(RUNS.c.session_id == session_id, RUNS.c.id == run_id)
    columns = (errand or Errand("resume")).columns
    tx.execute(query.values(fence=fence, cancel_us=None, **columns, **leases.begin(tx, lease)))
    return fence


def get(tx: Connection, session_id: str, run_id: str) -> Run:
    """One run with its agents' statuses; raises NotFound."""
    row = _GET(tx, session=session_id, run=run_id).one_or_none()
    if row is None:
        raise NotFound(run_name(session_id, run_id))
    return read_run(tx, row)


def by_request_id(tx: Connection, session_id: str, request_id: str) -> tuple[Run, str] | None:
    """The run that the request started, with the digest of its parameters, or None."""
    row = _BY_REQUEST(tx, session=session_id, request=request_id).one_or_none()
    return (read_run(tx, row), row.parameters_digest) if row is not None else None


def list_(tx: Connection, session_id: str) -> list[Run]:
    """The runs of a session, the newest first."""
    return [read_run(tx, row) for row in _NEWEST(tx, session=session_id).all()]


def in_flight(tx: Connection, session_id: str) -> str | None:
    """The name of the session's run that has not ended, or None."""
    found = _BUSY.values(tx, session=session_id)
    return run_name(session_id, found[0]) if found else None


def append(tx: Connection, session_id: str, run_id: str, fence: int, events: Sequence[RunEvent]) -> list[RunEvent]:
    """Numbers and stores events whose state is stored already; raises FenceLost.

    The same check is made when there are no events.
    """
    advanced = _ADVANCE.values(tx, session=session_id, run=run_id, held=fence, count=len(events))
    return _numbered(tx, session_id, run_id, advanced, events)


def record(tx: Connection, session_id: str, run_id: str, fence: int, events: Sequence[RunEvent]) -> list[RunEvent]:
    """Numbers and stores the events together with the state that they report; raises FenceLost."""
    states = [event.run_state for event in events if event.HasField("run_state")]
    if not states:
        recorded = append(tx, session_id, run_id, fence, events)
    else:
        this = {"session": session_id, "run": run_id, "held": fence, "count": len(events)}
        new = {f"new_{name}": value for name, value in _state_columns(states[-1]).items()}
        recorded = _numbered(tx, session_id, run_id, _ADVANCE_IN_STATE.values(tx, **this, **new), events)
    latest = {event.agent_status.agent: event.agent_status for event in events if event.HasField("agent_status")}
    _put_agents(tx, session_id, run_id, latest.values())
    return recorded


def read_run(tx: Connection, row: Row[Any]) -> Run:
    """The run of a row, with its agents."""
    run = Run(
        name=run_name(row.session_id, row.id),
        state=Run.State.Value(row.state),
        revision=row.revision,
        last_sequence=row.last_sequence,
        request_id=row.request_id or "",
        input_digest=row.input_digest,
    )
    run.create_time.FromMicroseconds(row.create_us)
    if row.end_us is not None:
        run.end_time.FromMicroseconds(row.end_us)
    if row.failure is not None:
        from_json(row.failure, run.failure)
    messages = _AGENTS.values(tx, session=row.session_id, run=row.id)
    run.agents.extend(map(AgentStatus.FromString, messages))
    return run


def _state_columns(run: Run) -> dict[str, object]:
    return {
        "state": Run.State.Name(run.state),
        "end_us": or_none(run.end_time),
        "revision": run.revision,
        "failure": to_json(run.failure) if run.failure != Failure() else None,
        "input_digest": run.input_digest,
    }


def _agent_columns(status: AgentStatus) -> dict[str, object]:
    return {
        "state": AgentStatus.State.Name(status.state),
        "attempt": status.attempt,
        "next_attempt_us": or_none(status.next_attempt_time),
        "message": status.SerializeToString(),
    }


def _numbered(
    tx: Connection, session_id: str, run_id: str, advanced: Sequence[int], events: Sequence[RunEvent]
) -> list[RunEvent]:
    """Stores the events that come last in a log of `advanced[0]`; without it the fence has moved on."""
    name = run_name(session_id, run_id)
    if not advanced:
        raise FenceLost(name)
    changes.note(tx, changes.EVENTS, name)
    for sequence, event in enumerate(events, advanced[0] - len(events) + 1):
        event.run = name
        event.sequence = sequence
    event_rows.insert(tx, session_id, run_id, events)
    return list(events)


def _put_agents(tx: Connection, session_id: str, run_id: str, statuses: Iterable[AgentStatus]) -> None:
    """Stores statuses; an agent keeps the place that it was first stored at."""
    ids = {"session_id": session_id, "run_id": run_id}
    rows = [
        {**ids, "agent": status.agent, "position": place, **_agent_columns(status)}
        for place, status in enumerate(statuses)
    ]
    _PUT_AGENTS.put(tx, rows)
