"""The one writer: units of work queue to a thread that commits many of them at a time."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Transaction
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from services.coordinator.store import changes, metrics
from services.coordinator.store.causes import cause
from services.coordinator.store.driver import execute, is_read_only
from services.coordinator.store.errors import CommitUnknown, StoreUnavailable
from services.coordinator.store.prepared import drop_waiting, put_waiting
from services.runtime.logs import get_logger

_log = get_logger()
_LARGEST_BATCH = 256
_PATIENCE_SECONDS = 5.0
_RECONNECTS = 3
_REFUSALS = ("SQLITE_FULL", "SQLITE_BUSY")
_BROKEN = (OperationalError, InterfaceError)


class _Undone(Exception):
    """A unit failed; the transaction that it shared is rolled back, and its error is the unit's."""


class _CommitLost(Exception):
    """Whether the batch is stored is not known; it must not be written again."""

    def __init__(self, error: DBAPIError) -> None:
        super().__init__(str(error))
        self.error = error


class _Unreachable(Exception):
    """The server did not come back in time; nothing of the batch is stored."""

    def __init__(self, error: DBAPIError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass
class _Unit:
    """One unit of work, and where its outcome goes."""

    work: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    repeated: bool = False


class Writer:
    """Group commit. A unit that fails is undone alone; a result is delivered only after its commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        metrics.QUEUE.follow(self._queue.qsize)
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], Any]) -> asyncio.Future[Any]:
        """Queues the unit; the future of the running loop gets its outcome. Raises StoreUnavailable when closed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        with self._door:
            if self._closed:
                raise StoreUnavailable("it is closed")
            self._queue.put(_Unit(work, loop, future))
        return future

    @property
    def queued(self) -> int:
        """How many units wait for their transaction."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finishes what is queued, then stops the thread. Blocks, for as long as the database hangs."""
        with self._door:
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._engine.dispose()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, last = self._gather(first)
            started = time.perf_counter()
            self._commit(batch)
            metrics.BATCH_SECONDS.observe(time.perf_counter() - started)
            _deliver(batch)
            if last:
                return

    def _gather(self, first: _Unit) -> tuple[list[_Unit], bool]:
        batch = [first]
        while len(batch) < _LARGEST_BATCH:
            try:
                unit = self._queue.get_nowait()
            except queue.Empty:
                break
            if unit is None:
                return batch, True
            batch.append(unit)
        return batch, False

    def _commit(self, batch: Sequence[_Unit]) -> None:
        """One transaction for the batch; what the database will not take together gets one each."""
        for _ in range(_RECONNECTS):
            try:
                self._transact(batch)
            except _CommitLost as lost:
                _fail(batch, CommitUnknown(cause(lost.error)))
            except _Unreachable as away:
                _fail(batch, StoreUnavailable(cause(away.error)))
            except DBAPIError as error:
                if error.connection_invalidated:
                    continue
                self._separate(batch, error)
            else:
                self._separate_conflicts(batch)
            return
        _fail(batch, StoreUnavailable("it goes away again and again"))

    def _separate(self, batch: Sequence[_Unit], error: DBAPIError) -> None:
        if len(batch) == 1:
            batch[0].error = StoreUnavailable(cause(error)) if _is_broken(error) else error
            return
        for unit in batch:
            unit.error = None
            self._commit([unit])

    def _separate_conflicts(self, batch: Sequence[_Unit]) -> None:
        """A unit that another coordinator came before sees its rows in a transaction of its own."""
        for unit in batch:
            if not unit.repeated and _comes_from_others(unit.error):
                unit.error, unit.repeated = None, True
                self._commit([unit])

    def _transact(self, batch: Sequence[_Unit]) -> None:
        """Without savepoints while no unit fails: after each statement this thread waits for the interpreter's lock."""
        try:
            self._together(batch, _work)
        except _Undone:
            if len(batch) > 1:
                self._together(batch, _work_apart)

    def _together(self, batch: Sequence[_Unit], work: Callable[[Connection, Sequence[_Unit]], None]) -> None:
        with self._connect() as connection:
            drop_waiting(connection)
            with connection.begin() as transaction:
                work(connection, batch)
                changes.announce(connection)
                _commit(transaction)

    def _connect(self) -> Connection:
        """A connection; a server that is away is given some seconds to come back."""
        patience = time.monotonic() + _PATIENCE_SECONDS
        for wait in itertools.chain((0.05, 0.1, 0.2, 0.4), itertools.repeat(0.8)):
            try:
                return self._engine.connect()
            except DBAPIError as error:
                if time.monotonic() + wait > patience:
                    raise _Unreachable(error) from error
                time.sleep(wait)
        raise AssertionError("the waits never end")


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        if _wrote_nothing(error):
            raise
        raise _CommitLost(error) from error


def _work(connection: Connection, units: Sequence[_Unit]) -> None:
    """Runs the units; a broken database is raised, and _Undone after any other error, which the last one begun gets."""
    for unit in units:
        unit.error = None
        with _blamed(unit):
            unit.result = unit.work(connection)
    with _blamed(units[-1]):
        put_waiting(connection)


def _work_apart(connection: Connection, units: Sequence[_Unit]) -> None:
    """Runs each unit in a savepoint of its own, so that it is undone alone."""
    for unit in units:
        execute(connection, "SAVEPOINT unit")
        try:
            _work(connection, [unit])
        except _Undone:
            drop_waiting(connection)
            execute(connection, "ROLLBACK TO SAVEPOINT unit")
        execute(connection, "RELEASE SAVEPOINT unit")


@contextmanager
def _blamed(unit: _Unit) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if _is_broken(error):
            raise
        unit.error = error
        raise _Undone from error


def _deliver(batch: Sequence[_Unit]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Unit]] = {}
    for unit in batch:
        by_loop.setdefault(unit.loop, []).append(unit)
    for loop, units in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, units)
        except RuntimeError:
            _log.warning("nobody waits for what was stored any more", units=len(units))


def _settle(units: Sequence[_Unit]) -> None:
    for unit in units:
        if unit.future.done():
            continue
        if unit.error is not None:
            unit.future.set_exception(unit.error)
        else:
            unit.future.set_result(unit.result)


def _fail(batch: Sequence[_Unit], error: Exception) -> None:
    """Nothing of the batch is known to be stored."""
    for unit in batch:
        unit.error = unit.error or error


def _is_broken(error: Exception) -> bool:
    """True when the database failed, not the unit; psycopg has other classes for some ends of a connection."""
    return isinstance(error, _BROKEN) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _wrote_nothing(error: DBAPIError) -> bool:
    """True when the database itself refused to commit: SQLite for want of room, PostgreSQL with a reason."""
    if getattr(error.orig, "sqlite_errorname", "") in _REFUSALS or is_read_only(error.orig):
        return True
    return not error.connection_invalidated and bool(getattr(error.orig, "sqlstate", None))


def _comes_from_others(error: BaseException | None) -> bool:
    """SQLite's file has one writer, so that there a repeat would end the same way."""
    return isinstance(error, IntegrityError) and bool(getattr(error.orig, "sqlstate", None))
