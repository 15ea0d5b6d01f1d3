"""Rows of a run's log."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select
from sqlalchemy import insert as insert_into

from buildplan.v1.run_pb2 import RunEvent
from services.contract.names import run_name
from services.coordinator.store.codec import from_json
from services.coordinator.store.models import EventRow
from services.coordinator.store.prepared import Prepared

_INSERT = Prepared(insert_into(EventRow))
_AFTER = Prepared(
    select(EventRow.sequence, EventRow.create_us, EventRow.agent, EventRow.message)
    .where(
        EventRow.session_id == bindparam("session"),
        EventRow.run_id == bindparam("run"),
        EventRow.sequence > bindparam("after"),
    )
    .order_by(EventRow.sequence)
    .limit(bindparam("most"))
)


def insert(tx: Connection, session_id: str, run_id: str, events: Sequence[RunEvent], payloads: Sequence[str]) -> None:
    """Appends numbered events; `payloads` are the JSON of what happened."""
    rows = [
        {
            "session_id": session_id,
            "run_id": run_id,
            "sequence": event.sequence,
            "create_us": event.create_time.ToMicroseconds(),
            "agent": event.agent_status.agent or None,
            "message": payload,
        }
        for event, payload in zip(events, payloads, strict=True)
    ]
    _INSERT.many(tx, rows)


def after(tx: Connection, session_id: str, run_id: str, sequence: int, limit: int) -> list[RunEvent]:
    """At most `limit` events after a sequence number, in order."""
    found = []
    for row in _AFTER(tx, session=session_id, run=run_id, after=sequence, most=limit):
        event = RunEvent(run=run_name(session_id, run_id), sequence=row.sequence)
        event.create_time.FromMicroseconds(row.create_us)
        from_json(row.message, event.agent_status if row.agent is not None else event.run_state)
        found.append(event)
    return found
