"""The log of one run that is carried out here: what happens is stored in order and then shown to watchers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from buildplan.v1.run_pb2 import Run, RunEvent
from services.contract.names import parse
from services.contract.run_states import is_ended
from services.coordinator.runs import metrics
from services.coordinator.runs.feed import Feed
from services.coordinator.runs.patience import AGAIN_SECONDS
from services.coordinator.store import Store
from services.coordinator.store import events as event_rows
from services.coordinator.store import runs as rows
from services.coordinator.store.errors import CommitUnknown, StoreUnavailable
from services.runtime.errors import DomainError
from services.runtime.logs import get_logger, unbind

_log = get_logger()
_MANY = 1_000_000
Unit = Callable[[Connection], Sequence[RunEvent]]
"""Writes what belongs to some events, and returns the events."""


class RunLog:
    """Writes units in the order in which they were put.

    Units gather for a moment, and while a transaction is under way, so that a burst costs one commit and a slow disk
    never holds up an agent. Each transaction names the fence. While the database is away units wait. When the run can
    no longer be written here (another coordinator owns it), `lost` is called once and everything after is ignored.
    `last` is the sequence number that the log ends with so far; `ended` is True when the run's end is stored.
    """

    def __init__(
        self,
        store: Store,
        feed: Feed,
        *,
        name: str,
        fence: int,
        last: int,
        gather: float,
        lost: Callable[[], None],
    ) -> None:
        self._store = store
        self._feed = feed
        self._session, self._run = parse(name, "runs")
        self._name = name
        self._gather = gather
        self._fence = fence
        self._last = last
        self._lost = lost
        self._pending: list[Unit] = []
        self._timer: asyncio.TimerHandle | None = None
        self._writer: asyncio.Task[None] | None = None
        self._closed = False
        self.ended = False

    def put(self, unit: Unit) -> None:
        """Queues a unit; it is stored soon, and never after a unit that is put later."""
        if self._closed:
            return
        self._pending.append(unit)
        if self._writer is None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._gather, self._start)

    async def settled(self) -> None:
        """Returns when everything that was put is stored and shown; nothing more is waited for."""
        if self._timer is not None:
            self._start()
        while self._writer is not None:
            await asyncio.shield(self._writer)

    async def close(self) -> None:
        """Takes nothing more, and waits for the transaction under way."""
        self._closed = True
        self._pending.clear()
        self._stop_timer()
        if self._writer is not None:
            await self._writer

    def _start(self) -> None:
        self._stop_timer()
        self._writer = asyncio.create_task(self._write())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _write(self) -> None:
        """Began when one agent said something, but writes for all."""
        unbind("agent")
        try:
            while self._pending:
                units, self._pending = self._pending, []
                events = await self._persist(units)
                self._last += len(events)
                ends = [event.run_state for event in events if is_ended(event.run_state.state)]
                self.ended = bool(ends)
                self._feed.publish(self._name, events)
                metrics.observe(events)
                for run in ends:
                    _tell(run)
        except Exception as error:  # noqa: BLE001 - FenceLost or a defect: nobody may write on
            self._lose(error)
        finally:
            self._writer = None

    async def _persist(self, units: Sequence[Unit]) -> list[RunEvent]:
        """Stores the units once, however long the database is away; nothing when the log was closed meanwhile."""
        unknown = False
        while not self._closed:
            try:
                if unknown and (stored := await self._stored_already()):
                    return stored
                return await self._commit(units)
            except StoreUnavailable as error:
                _log.warning("a run's log waits for the database", run=self._name, cause=error.message)
            except CommitUnknown:
                unknown = True
            await asyncio.sleep(AGAIN_SECONDS)
        return []

    async def _stored_already(self) -> list[RunEvent]:
        """What a commit that was not heard of has stored: with our fence nobody else writes here."""

        def work(tx: Connection) -> list[RunEvent]:
            rows.append(tx, self._session, self._run, self._fence, ())
            return event_rows.after(tx, self._session, self._run, self._last, _MANY)

        return await self._store.write(work)

    async def _commit(self, units: Sequence[Unit]) -> list[RunEvent]:
        def work(tx: Connection) -> list[RunEvent]:
            events = [event for unit in units for event in unit(tx)]
            return rows.record(tx, self._session, self._run, self._fence, events)

        return await self._store.write(work)

    def _lose(self, error: Exception) -> None:
        self._closed = True
        self._pending.clear()
        known = isinstance(error, DomainError)
        _log.error("run is dropped here", run=self._name, cause=str(error), exc_info=None if known else error)
        self._lost()


def _tell(run: Run) -> None:
    """One line for a run's end: what whoever looks for runs to resume searches the log for."""
    tell = _log.warning if run.state in (Run.STATE_PARTIAL, Run.STATE_FAILED) else _log.info
    state = Run.State.Name(run.state).removeprefix("STATE_")
    tell("run ended", run=run.name, state=state, why=run.failure.message)
