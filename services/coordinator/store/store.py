"""`Store.write(work)` and `Store.read(work)`: the whole interface between the coordinator and its database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from services.coordinator.store.causes import cause
from services.coordinator.store.engines import READERS, open_readers, open_writer, parse_url, sqlite_path
from services.coordinator.store.errors import StoreUnavailable
from services.coordinator.store.file_lock import FileLock
from services.coordinator.store.listener import Listener
from services.coordinator.store.migrate import migrate
from services.coordinator.store.writer import Writer
from services.runtime.logs import get_logger

T = TypeVar("T")
CLOSING_SECONDS = 3.0
_log = get_logger()


class Store:
    """A database. `work` is a function of one connection; what it does is one unit: all of it or nothing.

    The modules beside this one are such functions and compose. Raises StoreUnavailable when the database breaks.
    """

    def __init__(self, url: str) -> None:
        """Opens and migrates; blocks. Use `open`."""
        parsed = parse_url(url)
        path = sqlite_path(parsed)
        self._lock = FileLock(path) if path is not None else None
        hollow = path is not None and path.exists() and not path.stat().st_size
        engine = open_writer(parsed)
        try:
            if migrate(engine):
                _tell_new(str(parsed.database), hollow=hollow)
        except BaseException as error:
            engine.dispose()
            self._unlock()
            if isinstance(error, DBAPIError):
                raise StoreUnavailable(cause(error)) from error
            raise
        self._url = parsed
        self._readers = open_readers(parsed)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._writer = Writer(engine)

    @classmethod
    async def open(cls, url: str) -> Self:
        """A store at "sqlite:///path" or "postgresql://…", at the newest schema.

        Raises StoreInUse when another coordinator has the SQLite file, StoreUnavailable when nothing answers.
        """
        return await asyncio.to_thread(cls, url)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in the writer; returns after its commit. A caller that is cancelled does not undo it."""
        result: T = await self._writer.submit(work)
        return result

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on a snapshot of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, work)

    def listener(self, hear: Callable[[str, str], None], turned: Callable[[], None]) -> Listener | None:
        """Who hears what other coordinators change (see `changes`); None where there can be no others."""
        return None if self._lock is not None else Listener(self._url, hear, turned)

    async def close(self) -> None:
        """Stores what is queued and lets everything go; what a database that hangs still has is left after a time."""
        closed: Future[None] = Future()
        threading.Thread(target=_settle, args=(closed, self._close), name="store-closer", daemon=True).start()
        try:
            await asyncio.wait_for(asyncio.wrap_future(closed), CLOSING_SECONDS)
        except TimeoutError:
            _log.error("the database does not answer: what waits for it is not stored", waiting=self._writer.queued)

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._readers.connect() as connection:
                connection.begin()  # a statement that goes to the driver itself would not
                return work(connection)
        except DBAPIError as error:
            raise StoreUnavailable(cause(error)) from error

    def _close(self) -> None:
        self._writer.close()
        self._threads.shutdown()
        self._readers.dispose()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()


def _tell_new(database: str, *, hollow: bool) -> None:
    """Where there should have been one, a wrong setting or a restore that failed is seen by this."""
    tell = _log.warning if hollow else _log.info
    tell("a new database was made", database=database, **({"instead_of": "a file of 0 bytes"} if hollow else {}))


def _settle(future: Future[None], work: Callable[[], None]) -> None:
    """Not by an executor, whose threads Python waits for at its end."""
    future.set_running_or_notify_cancel()
    try:
        work()
    except Exception as error:  # noqa: BLE001 - whoever waits gets it
        future.set_exception(error)
    else:
        future.set_result(None)
