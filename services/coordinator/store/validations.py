"""Rows of preflight's results."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy import insert as insert_into

from buildplan.v1.session_pb2 import ValidationResult
from services.contract.names import last_id
from services.coordinator.store.codec import from_json, to_json
from services.coordinator.store.prepared import Prepared
from services.coordinator.store.tables import VALIDATIONS

_INSERT = Prepared(insert_into(VALIDATIONS))


def insert(tx: Connection, session_id: str, result: ValidationResult) -> None:
    """Stores a result under its name's id."""
    _INSERT.run(
        tx,
        session_id=session_id,
        id=last_id(result.name),
        input_digest=result.input_digest,
        create_us=result.create_time.ToMicroseconds(),
        ready=result.ready,
        completeness=result.completeness,
        message=to_json(result),
    )


def latest(tx: Connection, session_id: str, input_digest: str) -> ValidationResult | None:
    """The newest result for the input, or None."""
    query = (
        select(VALIDATIONS.c.message)
        .where(VALIDATIONS.c.session_id == session_id, VALIDATIONS.c.input_digest == input_digest)
        .order_by(VALIDATIONS.c.create_us.desc())
        .limit(1)
    )
    message = tx.scalars(query).one_or_none()
    return from_json(message, ValidationResult()) if message is not None else None
