"""Rows of the audit log; they are added and read, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy import insert as insert_into

from buildplan.v1.audit_service_pb2 import AuditRecord
from services.coordinator.store.prepared import Prepared
from services.coordinator.store.tables import AUDIT
from services.runtime.errors import InvalidArgument

_COLUMNS = ("create_us", "tenant", "subject", "method", "resource", "outcome")
_INSERT = Prepared(insert_into(AUDIT).values(dict.fromkeys(_COLUMNS)))
_LONGEST_ID = 18


def insert(tx: Connection, record: AuditRecord) -> None:
    """Adds a record."""
    _INSERT.run(
        tx,
        create_us=record.create_time.ToMicroseconds(),
        tenant=record.tenant,
        subject=record.subject,
        method=record.method,
        resource=record.resource,
        outcome=record.outcome,
    )


def page(tx: Connection, tenant: str, limit: int, token: str) -> tuple[list[AuditRecord], str]:
    """At most `limit` of the tenant's records, the newest first, after the page before; the next token or ""."""
    query = select(*AUDIT.c).where(AUDIT.c.tenant == tenant).order_by(AUDIT.c.id.desc()).limit(limit + 1)
    if token:
        query = query.where(AUDIT.c.id < _parse_token(token))
    rows = tx.execute(query).all()
    next_token = str(rows[limit - 1].id) if len(rows) > limit else ""
    return [_record(row) for row in rows[:limit]], next_token


def _record(row: Row[Any]) -> AuditRecord:
    record = AuditRecord(**{name: getattr(row, name) for name in _COLUMNS if name != "create_us"})
    record.create_time.FromMicroseconds(row.create_us)
    return record


def _parse_token(token: str) -> int:
    if not (token.isascii() and token.isdigit() and len(token) <= _LONGEST_ID):
        raise InvalidArgument("page_token", "is not from an earlier answer")
    return int(token)
