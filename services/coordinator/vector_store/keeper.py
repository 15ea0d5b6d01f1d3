"""Keeps sessions' vector stores: indexed before a run, in step with uploads and deletions, gone with the session.

Trouble stops no run: it is logged, and preflight says it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from weakref import WeakValueDictionary

from sqlalchemy import Connection

from buildplan.v1.session_pb2 import Finding, Session
from services.contract.names import session_name
from services.coordinator.store import Store
from services.coordinator.store import documents as document_rows
from services.coordinator.store import sessions as session_rows
from services.coordinator.vector_store.index import VectorStoreIndex, VectorStores
from services.runtime.errors import DomainError, NotFound, Unavailable
from services.runtime.logs import get_logger

_log = get_logger()
_LONGEST_SECONDS = 900.0


class OwnedStores(VectorStores, Protocol):
    """The provider's side, with whom a store was made for."""

    async def owner(self, store: str) -> str:
        """Session id that the store was made for by us; empty for a store of somebody else's. Raises NotFound."""

    async def close(self) -> None:
        """Closes the connections."""


class VectorStoreKeeper:
    """One for a coordinator. A store that was not made by it is searched, and otherwise left alone.

    A run waits for its store for at most `patience` seconds; the work on it goes on.
    """

    def __init__(self, store: Store, stores: OwnedStores, clock: Callable[[], datetime], patience: float) -> None:
        self._store = store
        self._stores = stores
        self._index = VectorStoreIndex(stores)
        self._clock = clock
        self._patience = patience
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()
        self._trouble: dict[str, str] = {}

    async def prepare(self, session: str) -> None:
        """Brings the session's store in step before a run, and makes one where there is none."""
        task = self._begin(session, make=True)
        await asyncio.wait((task,), timeout=self._patience)
        if not task.done():
            self._note(session, f"its provider has not finished within {self._patience:g} s")

    def changed(self, session: str) -> None:
        """Its documents changed: a store that it has is brought in step meanwhile."""
        self._begin(session, make=False)

    async def forget(self, session: Session) -> None:
        """Deletes the store of a session that is about to go; raises Unavailable while it cannot be deleted."""
        store = session.vector_store_id
        try:
            async with self._turn(_id(session)):
                if store and await self._is_ours(_id(session), store):
                    await self._index.delete(store)
                    _log.info("vector store deleted", session=session.name, store=store)
        except DomainError as error:
            message = (
                f"the session's vector store {store} could not be deleted ({error.message}); delete the session again, "
                "or empty its vector_store_id first to leave the store at the provider"
            )
            raise Unavailable("VECTOR_STORE_NOT_DELETED", message) from error

    def findings(self, session: Session) -> list[Finding]:
        """What preflight says of it."""
        trouble = self._trouble.get(_id(session), "")
        if trouble:
            return [
                Finding(
                    code="VECTOR_STORE_FAILED",
                    severity=Finding.SEVERITY_WARNING,
                    field="vector_store_id",
                    message=f"The vector store is not in step with the papers: {trouble}",
                    action="Runs go on with the search of our own; the next run tries again.",
                )
            ]
        store = session.vector_store_id
        what = f"The papers are kept in vector store {store}" if store else "A run puts the papers into a vector store"
        return [
            Finding(
                code="VECTOR_STORE",
                severity=Finding.SEVERITY_INFO,
                field="vector_store_id",
                message=f"{what} at the model's provider",
                action="Nothing to do; BUILDPLAN_VECTOR_STORE=off keeps them here.",
            )
        ]

    async def close(self) -> None:
        """Ends what is under way; the next synchronisation mends it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stores.close()

    def _begin(self, session: str, *, make: bool) -> asyncio.Task[None]:
        task = asyncio.create_task(self._attempt(session, make=make))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _attempt(self, session: str, *, make: bool) -> None:
        """One at a time for each session; ends in words, whatever the provider does."""
        try:
            async with self._turn(session), asyncio.timeout(_LONGEST_SECONDS):
                await self._sync(session, make=make)
        except DomainError as error:
            self._note(session, error.message)
        except TimeoutError:
            self._note(session, f"its provider did not finish within {_LONGEST_SECONDS:g} s; it was given up")
        except Exception as error:  # noqa: BLE001 - whatever it is, runs must go on without the store
            self._note(session, "it could not be kept, for a defect of ours that the log describes", error)
        else:
            self._trouble.pop(session, None)

    def _turn(self, session: str) -> asyncio.Lock:
        return self._turns.setdefault(session, asyncio.Lock())

    def _note(self, session: str, trouble: str, defect: Exception | None = None) -> None:
        self._trouble[session] = trouble
        _log.error("vector store is not in step", session=session_name(session), cause=trouble, exc_info=defect)

    async def _sync(self, session: str, *, make: bool) -> None:
        def load(tx: Connection) -> Any:
            found = session_rows.get(tx, session)
            return found, document_rows.list_(tx, session), document_rows.pages(tx, session)

        found, documents, pages = await self._store.read(load)
        known = found.vector_store_id
        if (not known and not make) or (known and not await self._is_ours(session, known)):
            return
        if not known:
            known = await self._make(session)
        step = await self._index.sync(known, found.name, documents, pages)
        if step.store != known:
            await self._store.write(lambda tx: self._record(tx, session, step.store))
        counts = {"added": step.added, "removed": step.removed}
        _log.info("vector store in step", session=found.name, store=step.store, **counts)

    async def _make(self, session: str) -> str:
        """A new store, on record before anything is put into it, so that none is ever lost sight of."""
        made = await self._stores.create(f"build plan {session}", session)
        try:
            await self._store.write(lambda tx: self._record(tx, session, made))
        except DomainError:
            await self._stores.delete(made)
            raise
        return made

    async def _is_ours(self, session: str, store: str) -> bool:
        """True for a store that we made for this session, and for one that is gone."""
        try:
            return await self._stores.owner(store) == session
        except NotFound:
            return True

    def _record(self, tx: Connection, session: str, store: str) -> None:
        session_rows.lock(tx, session)
        current = session_rows.get(tx, session)
        current.vector_store_id = store
        session_rows.update(tx, current, self._clock())


def _id(session: Session) -> str:
    return session.name.removeprefix(session_name(""))
