"""Rows of calls of models."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy import insert as insert_into

from buildplan.v1.agent_pb2 import Attempt
from services.contract import attempts
from services.coordinator.store.prepared import Prepared
from services.coordinator.store.tables import ATTEMPTS

_OF_RUN = (ATTEMPTS.c.session_id == bindparam("session"), ATTEMPTS.c.run_id == bindparam("run"))
_OF_AGENT = (*_OF_RUN, ATTEMPTS.c.agent == bindparam("of"))
_UNDER_WAY = ATTEMPTS.c.outcome == ""
_NEXT = select(func.coalesce(func.max(ATTEMPTS.c.number), 0) + 1).where(*_OF_AGENT)
_OWN = ("agent_attempt", "attempt", "outcome", "start_us", "end_us", "message")
_USED = ("input_tokens", "cached_input_tokens", "output_tokens", "cost_usd")
_REMOVE = Prepared(delete(ATTEMPTS).where(*_OF_AGENT, _UNDER_WAY))
_LEFT = Prepared(select(ATTEMPTS.c.message).where(*_OF_RUN, _UNDER_WAY))
_INSERT = Prepared(
    insert_into(ATTEMPTS).values(
        session_id=bindparam("session"),
        run_id=bindparam("run"),
        agent=bindparam("of"),
        number=_NEXT.scalar_subquery(),
        **{name: bindparam(f"new_{name}") for name in (*_OWN, *_USED)},
    )
)


def put(tx: Connection, session_id: str, run_id: str, attempt: Attempt) -> None:
    """Appends an attempt to those of its agent, in place of one that was under way; its number is given here."""
    known = attempt.HasField("usage")
    _REMOVE.run(tx, session=session_id, run=run_id, of=attempt.agent)
    _INSERT.run(
        tx,
        session=session_id,
        run=run_id,
        of=attempt.agent,
        new_agent_attempt=attempt.agent_attempt,
        new_attempt=attempt.attempt,
        new_outcome=attempt.outcome,
        new_start_us=attempt.start_time.ToMicroseconds(),
        new_end_us=attempt.end_time.ToMicroseconds(),
        new_message=attempt.SerializeToString(),
        **{f"new_{name}": getattr(attempt.usage, name) if known else None for name in _USED},
    )


def cut_off(tx: Connection, session_id: str, run_id: str, noticed: datetime) -> set[str]:
    """Ends the attempts that are under way as cancelled: for whoever takes up a run whose owner is gone. The agents."""
    left = [Attempt.FromString(message) for message in _LEFT.values(tx, session=session_id, run=run_id)]
    for attempt in left:
        attempts.cut_off(attempt, noticed)
        put(tx, session_id, run_id, attempt)
    return {attempt.agent for attempt in left}


def of_run(tx: Connection, session_id: str, run_id: str) -> list[Attempt]:
    """By their start, the oldest first."""
    query = (
        select(ATTEMPTS.c.number, ATTEMPTS.c.message)
        .where(ATTEMPTS.c.session_id == session_id, ATTEMPTS.c.run_id == run_id)
        .order_by(ATTEMPTS.c.start_us, ATTEMPTS.c.agent, ATTEMPTS.c.number)
    )
    return [_read(number, message) for number, message in tx.execute(query)]


def _read(number: int, message: bytes) -> Attempt:
    attempt = Attempt.FromString(message)
    attempt.number = number
    return attempt
