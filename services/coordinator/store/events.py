"""Rows of a run's log."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent
from services.coordinator.store.prepared import Prepared, PreparedRows
from services.coordinator.store.tables import EVENTS

_INSERT = PreparedRows(EVENTS)
_AFTER = Prepared(
    select(EVENTS.c.message)
    .where(
        EVENTS.c.session_id == bindparam("session"),
        EVENTS.c.run_id == bindparam("run"),
        EVENTS.c.sequence > bindparam("after"),
    )
    .order_by(EVENTS.c.sequence)
    .limit(bindparam("most"))
)


def insert(tx: Connection, session_id: str, run_id: str, events: Sequence[RunEvent]) -> None:
    """Appends numbered events."""
    _INSERT.put(tx, [{"session_id": session_id, "run_id": run_id, **_columns(event)} for event in events])


def after(tx: Connection, session_id: str, run_id: str, sequence: int, limit: int) -> list[RunEvent]:
    """At most `limit` events after a sequence number, in order."""
    messages = _AFTER.values(tx, session=session_id, run=run_id, after=sequence, most=limit)
    return [RunEvent.FromString(message) for message in messages]


def _columns(event: RunEvent) -> dict[str, object]:
    status, run = event.agent_status, event.run_state
    state = AgentStatus.State.Name(status.state) if status.agent else Run.State.Name(run.state)
    return {
        "sequence": event.sequence,
        "create_us": event.create_time.ToMicroseconds(),
        "agent": status.agent or None,
        "state": state,
        "message": event.SerializeToString(),
    }
