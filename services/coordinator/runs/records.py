"""What is stored of runs, whoever carries them out."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import Attempt
from buildplan.v1.run_pb2 import Checkpoint, Run
from services.contract.names import parse, parse_session
from services.contract.run_states import is_ended
from services.coordinator.runs.states import say_place
from services.coordinator.runs.tail import LogPage
from services.coordinator.store import Store, queue
from services.coordinator.store import attempts as attempt_rows
from services.coordinator.store import checkpoints as checkpoint_rows
from services.coordinator.store import events as event_rows
from services.coordinator.store import runs as rows
from services.coordinator.store import sessions as session_rows
from services.coordinator.store.leases import Lease


class RunRecords:
    """Reads alone. `lease` is the one that a run of ours would get now, `page` how many events are read at once."""

    def __init__(self, store: Store, lease: Callable[[], Lease], page: int) -> None:
        self._store = store
        self._lease = lease
        self._page = page

    async def get(self, name: str) -> Run:
        """One run with its agents' statuses."""
        ids, lease = parse(name, "runs"), self._lease()

        def work(tx: Connection) -> Run:
            run = rows.get(tx, *ids)
            if run.state == Run.STATE_PENDING:
                say_place(run, queue.position(tx, *ids, lease))
            return run

        return await self._store.read(work)

    async def list_(self, parent: str) -> list[Run]:
        """The newest first."""
        session = parse_session(parent)

        def work(tx: Connection) -> list[Run]:
            session_rows.get(tx, session)
            return rows.list_(tx, session)

        return await self._store.read(work)

    async def checkpoints(self, parent: str) -> list[Checkpoint]:
        """The oldest first."""
        ids = parse(parent, "runs")

        def work(tx: Connection) -> list[Checkpoint]:
            rows.get(tx, *ids)
            return checkpoint_rows.of_run(tx, *ids)

        return await self._store.read(work)

    async def attempts(self, parent: str) -> list[Attempt]:
        """The calls of models that have ended, the oldest first."""
        ids = parse(parent, "runs")

        def work(tx: Connection) -> list[Attempt]:
            rows.get(tx, *ids)
            return attempt_rows.of_run(tx, *ids)

        return await self._store.read(work)

    async def log(self, name: str, after: int) -> LogPage:
        """The events after a sequence number, as many as one page holds."""
        ids = parse(name, "runs")

        def work(tx: Connection) -> LogPage:
            run = rows.get(tx, *ids)
            events = event_rows.after(tx, *ids, after, self._page)
            last = events[-1].sequence if events else after
            return LogPage(events, is_ended(run.state) and last >= run.last_sequence)

        return await self._store.read(work)
