"""Rows of the conflicts between a session's documents."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select
from sqlalchemy import delete as delete_from
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_in

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.fact_pb2 import Topic
from services.contract.names import parse
from services.coordinator.store.codec import from_json, to_json
from services.coordinator.store.prepared import Prepared
from services.coordinator.store.tables import CONFLICTS
from services.runtime.errors import NotFound

_LIST = Prepared(
    select(CONFLICTS.c.message).where(CONFLICTS.c.session_id == bindparam("session")).order_by(CONFLICTS.c.position)
)


def replace(tx: Connection, session_id: str, conflicts: Sequence[DocumentConflict]) -> None:
    """These are the session's conflicts now."""
    tx.execute(delete_from(CONFLICTS).where(CONFLICTS.c.session_id == session_id))
    if conflicts:
        rows = [
            {"session_id": session_id, "position": place, **_columns(conflict)}
            for place, conflict in enumerate(conflicts)
        ]
        tx.execute(insert_into(CONFLICTS), rows)


def list_(tx: Connection, session_id: str) -> list[DocumentConflict]:
    """In the order in which they were stored."""
    return [from_json(message, DocumentConflict()) for message in _LIST.values(tx, session=session_id)]


def put(tx: Connection, session_id: str, conflict: DocumentConflict) -> None:
    """Replaces one conflict; raises NotFound."""
    columns = _columns(conflict)
    query = update_in(CONFLICTS).where(CONFLICTS.c.session_id == session_id, CONFLICTS.c.id == columns["id"])
    if tx.execute(query.values(**columns).returning(CONFLICTS.c.id)).one_or_none() is None:
        raise NotFound(conflict.name)


def _columns(conflict: DocumentConflict) -> dict[str, str]:
    return {
        "id": parse(conflict.name, "conflicts")[1],
        "topic": Topic.Name(conflict.topic),
        "subject": conflict.subject,
        "state": DocumentConflict.State.Name(conflict.state),
        "message": to_json(conflict),
    }
