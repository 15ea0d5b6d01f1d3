"""Deletes sessions that nobody has touched for as long as the settings say; off unless they say so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import grpc

from services.contract.names import session_name
from services.coordinator.access.audit import AuditLog
from services.coordinator.sessions import Sessions
from services.coordinator.store import Store
from services.coordinator.store import sessions as rows
from services.runtime.errors import DomainError
from services.runtime.identity import Principal
from services.runtime.logs import get_logger

SUBJECT = "retention"
_METHOD = "buildplan.v1.SessionService/DeleteSession"
_PAUSE_SECONDS = 3600.0
_log = get_logger()


class Retention:
    """Each deletion is on record as the subject "retention"; one that fails is tried again at the next sweep."""

    def __init__(
        self, store: Store, sessions: Sessions, audit: AuditLog, kept: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._audit = audit
        self._kept = kept
        self._clock = clock

    async def sweep(self) -> None:
        """Deletes what is too old now. Coordinators that share a database may sweep at once."""
        untouched = await self._store.read(lambda tx: rows.untouched(tx, self._kept, self._clock()))
        for session, tenant in untouched.items():
            await self._delete(session_name(session), tenant)

    async def keep_sweeping(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.sweep()
            except DomainError as error:
                _log.error("retention could not sweep", reason=error.reason, cause=error.message)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _delete(self, name: str, tenant: str) -> None:
        try:
            await self._sessions.delete(name, self._kept)
        except DomainError as error:
            _log.warning("retention left a session", session=name, reason=error.reason, cause=error.message)
            return
        _log.info("retention deleted a session", session=name)
        await self._audit.record(Principal(SUBJECT, tenant), _METHOD, name, grpc.StatusCode.OK)
