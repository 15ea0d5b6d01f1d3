"""The audit log: one record for each call that could have changed something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import grpc

from buildplan.v1.audit_service_pb2 import AuditRecord
from services.contract.times import set_time
from services.coordinator.paging import page_size
from services.coordinator.store import Store
from services.coordinator.store import audit as rows
from services.runtime.errors import Unavailable
from services.runtime.identity import Principal
from services.runtime.logs import get_logger

_log = get_logger()
_LONGEST_NAME = 200


class AuditLog:
    """Records are added and read, never changed."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def record(self, who: Principal, method: str, resource: str, outcome: grpc.StatusCode) -> None:
        """Stores the record; where the database is away, the log line is what remains of it."""
        record = AuditRecord(
            tenant=who.tenant,
            subject=who.subject,
            method=method.removeprefix("/"),
            resource=resource[:_LONGEST_NAME],
            outcome=outcome.name,
        )
        set_time(record.create_time, self._clock())
        try:
            await self._store.write(lambda tx: rows.insert(tx, record))
        except Unavailable as error:
            _log.error("audit record not stored", record=str(record), cause=error.message)

    async def page(self, tenant: str, size: int, token: str) -> tuple[list[AuditRecord], str]:
        """The tenant's records, the newest first, and the token of the next page or an empty one."""
        return await self._store.read(lambda tx: rows.page(tx, tenant, page_size(size), token))
