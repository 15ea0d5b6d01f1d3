"""Plan revisions: reading, editing and exporting them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from buildplan.v1.document_pb2 import Page
from buildplan.v1.plan_pb2 import Plan, StatementEdit
from buildplan.v1.plan_service_pb2 import ComparePlansResponse, ExportFormat, PlanRevision
from services.contract.names import LATEST, last_id, parse, parse_session
from services.contract.times import set_time
from services.coordinator.drafts import draft_of
from services.coordinator.plans import apply_edits, compare, edited_pages
from services.coordinator.plans.export.files import FORMATS, Export, export
from services.coordinator.store import Store
from services.coordinator.store import documents as document_rows
from services.coordinator.store import plans as rows
from services.coordinator.store import sessions as session_rows
from services.runtime.errors import Aborted, InvalidArgument, NotFound

_LONGEST_NUMBER = 9


class Revisions:
    """The revisions of all sessions' plans."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def get(self, name: str) -> Plan:
        """A revision by its number, or the latest."""
        session, revision = _parse_plan(name)
        return await self._store.read(lambda tx: rows.get(tx, session, revision))

    async def compare(self, name: str, base: str) -> ComparePlansResponse:
        """What differs from `base` to `name`; raises InvalidArgument when they belong to different sessions."""
        (session, second), (other, first) = _parse_plan(name), _parse_plan(base)
        if session != other:
            raise InvalidArgument("base", "belongs to another session; plans of one session can be compared")
        before, after = await self._store.read(lambda tx: (rows.get(tx, session, first), rows.get(tx, session, second)))
        found = await asyncio.to_thread(compare, before, after)
        return ComparePlansResponse(
            changes=found.changes,
            revision=after.revision,
            base_revision=before.revision,
            unchanged=found.unchanged,
        )

    async def draft(self, run: str) -> Plan:
        """What the finished agents of a run, given by its resource name, have written."""
        return await draft_of(self._store, run, self._clock())

    async def list_(self, parent: str) -> list[PlanRevision]:
        """The newest first."""
        session = parse_session(parent)

        def work(tx: Connection) -> list[PlanRevision]:
            session_rows.get(tx, session)
            return rows.list_(tx, session)

        return await self._store.read(work)

    async def edit(self, name: str, etag: str, edits: Sequence[StatementEdit]) -> Plan:
        """A new revision with all the edits; raises Aborted when `etag` is not the latest revision's."""
        session, revision = _parse_plan(name)
        if not edits:
            raise InvalidArgument("edits", "there is nothing to change")
        latest = await self._store.read(lambda tx: rows.get(tx, session, None))
        if revision is not None and not 1 <= revision <= latest.revision:
            raise NotFound(name)
        _check_etag(latest, etag)
        wanted = edited_pages(latest, edits)
        pages = await self._store.read(lambda tx: _load(tx, session, wanted))
        edited = await asyncio.to_thread(apply_edits, latest, edits, pages)
        set_time(edited.create_time, self._clock())

        def work(tx: Connection) -> Plan:
            session_rows.lock(tx, session)
            _check_etag(rows.get(tx, session, None), etag)
            return rows.insert(tx, session, edited)

        return await self._store.write(work)

    async def export(self, name: str, form: ExportFormat.ValueType) -> Export:
        """The plan as a file; raises InvalidArgument for a format that is not known."""
        if form not in FORMATS:
            raise InvalidArgument("format", f"choose {', '.join(map(ExportFormat.Name, FORMATS))}")
        return await asyncio.to_thread(export, await self.get(name), form)


def _parse_plan(name: str) -> tuple[str, int | None]:
    session, revision = parse(name, "plans")
    if revision == LATEST:
        return session, None
    if not (revision.isascii() and revision.isdigit() and len(revision) <= _LONGEST_NUMBER):
        raise NotFound(name)
    return session, int(revision)


def _check_etag(latest: Plan, etag: str) -> None:
    if latest.etag != etag:
        message = f"the plan is at revision {latest.revision} by now; read it again and repeat the edit"
        raise Aborted("STALE_ETAG", message)


def _load(tx: Connection, session: str, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Page]:
    """The wanted pages, as far as they are still there."""
    found = {(name, number): document_rows.find_page(tx, session, last_id(name), number) for name, number in wanted}
    return {key: page for key, page in found.items() if page is not None}
