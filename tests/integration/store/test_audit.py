"""The audit table takes new rows, and the database itself refuses everything else."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from buildplan.v1.audit_service_pb2 import AuditRecord
from services.coordinator.store import Store, audit
from services.coordinator.store.engines import open_writer, parse_url
from services.coordinator.store.errors import StoreUnavailable
from services.coordinator.store.migrate import upgrade


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_records SET subject = 'nobody'", "DELETE FROM audit_records", "TRUNCATE audit_records"]
)
@pytest.mark.parametrize("migrated", [False, True], ids=["new", "migrated"])
async def test_a_record_stays_as_it_is(url: str, statement: str, migrated: bool) -> None:
    if migrated:
        engine = open_writer(parse_url(url))
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()
    store = await Store.open(url)
    record = AuditRecord(tenant="acme", subject="ada", method="S/M", resource="sessions/s1", outcome="OK")
    record.create_time.FromMicroseconds(1)
    await store.write(lambda tx: audit.insert(tx, record))
    with pytest.raises((DBAPIError, StoreUnavailable)):
        await store.write(lambda tx: tx.execute(text(statement)))
    found, token = await store.read(lambda tx: audit.page(tx, "acme", 10, ""))
    assert (found, token) == ([record], "")
    assert await store.read(lambda tx: audit.page(tx, "globex", 10, "")) == ([], "")
    await store.close()
