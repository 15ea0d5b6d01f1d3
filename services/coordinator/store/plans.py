"""Rows of plan revisions and their tasks."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy import insert as insert_into

from buildplan.v1.plan_pb2 import Plan, PlanEdit
from buildplan.v1.plan_service_pb2 import PlanRevision
from services.contract.digests import message_digest
from services.contract.names import LATEST, plan_name
from services.coordinator.store.prepared import Prepared, PreparedRows
from services.coordinator.store.tables import PLANS, TASKS
from services.runtime.errors import NotFound

EDIT = "edit"
_NEWEST = Prepared(select(func.max(PLANS.c.revision)).where(PLANS.c.session_id == bindparam("session")))
_EDITED = Prepared(
    select(PLANS.c.revision).where(PLANS.c.session_id == bindparam("session"), PLANS.c.reason == EDIT).limit(1)
)
_INSERT = Prepared(insert_into(PLANS))
_INSERT_TASKS = PreparedRows(TASKS)


def insert(tx: Connection, session_id: str, plan: Plan) -> Plan:
    """Stores the plan as the session's next revision; returns it with its number, name and etag."""
    newest = _NEWEST.values(tx, session=session_id)[0]
    stored = Plan()
    stored.CopyFrom(plan)
    stored.revision = (newest or 0) + 1
    stored.name = plan_name(session_id, stored.revision)
    stored.etag = ""
    stored.etag = message_digest(stored)[:16]
    ids: dict[str, object] = {"session_id": session_id, "revision": stored.revision}
    _INSERT.run(
        tx,
        create_us=stored.create_time.ToMicroseconds(),
        reason=stored.reason,
        run=stored.run,
        score=stored.quality_gate.score,
        blocked=stored.quality_gate.blocked,
        message=stored.SerializeToString(),
        **ids,
    )
    tasks = [
        {
            **ids,
            "fingerprint": task.fingerprint,
            "text": task.statement.text,
            "owner_hint": task.owner_hint,
            "due": task.due,
        }
        for task in stored.tasks
    ]
    _INSERT_TASKS.put(tx, tasks)
    return stored


def get(tx: Connection, session_id: str, revision: int | None) -> Plan:
    """One revision, the newest for None; raises NotFound."""
    query = select(PLANS.c.message).where(PLANS.c.session_id == session_id).order_by(PLANS.c.revision.desc()).limit(1)
    if revision is not None:
        query = query.where(PLANS.c.revision == revision)
    message = tx.scalars(query).one_or_none()
    if message is None:
        raise NotFound(f"sessions/{session_id}/plans/{LATEST if revision is None else revision}")
    return Plan.FromString(message)


def edits(tx: Connection, session_id: str) -> list[PlanEdit]:
    """The users' edits that the newest revision holds."""
    if not _EDITED.values(tx, session=session_id):
        return []
    return list(get(tx, session_id, None).edits)


def list_(tx: Connection, session_id: str) -> list[PlanRevision]:
    """The newest first."""
    columns = (PLANS.c.revision, PLANS.c.create_us, PLANS.c.reason, PLANS.c.run, PLANS.c.score, PLANS.c.blocked)
    query = select(*columns).where(PLANS.c.session_id == session_id).order_by(PLANS.c.revision.desc())
    revisions = []
    for row in tx.execute(query):
        revision = PlanRevision(
            name=plan_name(session_id, row.revision),
            revision=row.revision,
            reason=row.reason,
            run=row.run,
            score=row.score,
            blocked=row.blocked,
        )
        revision.create_time.FromMicroseconds(row.create_us)
        revisions.append(revision)
    return revisions
