"""Taking a run in hand: its row, its first events and its lease in one transaction, then it is launched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from buildplan.v1.run_pb2 import Run, RunEvent
from services.contract.names import parse
from services.coordinator.runs.active import ActiveRuns
from services.coordinator.runs.assignment import Assignment, Earlier, House
from services.coordinator.runs.heart import Heart
from services.coordinator.runs.states import accepted_events, idle, say_place
from services.coordinator.store import changes, queue
from services.coordinator.store import runs as rows
from services.coordinator.store import sessions as session_rows
from services.coordinator.store.leases import NOBODY, Lease
from services.runtime.errors import AlreadyExists, FailedPrecondition


@dataclass(frozen=True)
class Taken:
    """A run with its fence, its first events and what there is of it; nothing of that when it was there before."""

    run: Run
    fence: int = 0
    events: Sequence[RunEvent] = ()
    earlier: Earlier | None = None


Work = Callable[[Connection, Lease], Taken]


class Acceptance:
    """Stores runs as accepted and hands them to `active`, or leaves them to whoever has room first."""

    def __init__(self, house: House, active: ActiveRuns, heart: Heart) -> None:
        self._house = house
        self._active = active
        self._heart = heart
        self._taking: set[asyncio.Task[Run]] = set()

    async def accept(self, run: Run, parameters_digest: str, assignment: Assignment) -> Run:
        """A new run, or the one that the same request has started meanwhile."""
        session, _ = parse(run.name, "runs")

        def work(tx: Connection, lease: Lease) -> Taken:
            session_rows.lock(tx, session)
            busy = rows.in_flight(tx, session)
            earlier = started_by(tx, session, run.request_id, parameters_digest)
            if earlier is not None:
                return Taken(earlier)
            _check_free(busy)
            fence = rows.insert(tx, run, parameters_digest, lease, assignment.errand)
            store = rows.append if lease.owner else rows.record
            return self._begun(tx, run, fence, assignment, lease, store)

        return await self._take(run, work, assignment)

    async def reopen(self, run: Run, assignment: Assignment) -> Run:
        """Puts an ended run in flight again."""
        ids = parse(run.name, "runs")
        run.state = Run.STATE_PENDING
        run.ClearField("failure")
        run.ClearField("end_time")
        for status in run.agents:
            if status.agent in assignment.agents:
                status.CopyFrom(idle(status.agent, self._house.policy.attempts, spent=status.usage))

        def work(tx: Connection, lease: Lease) -> Taken:
            session_rows.lock(tx, ids[0])
            fence = rows.reopen(tx, *ids, lease, assignment.errand)
            _check_free(rows.in_flight(tx, ids[0]))
            return self._begun(tx, run, fence, assignment, lease, rows.record)

        return await self._take(run, work, assignment)

    async def settled(self) -> None:
        """Returns when nothing is being taken in hand."""
        if self._taking:
            await asyncio.wait(self._taking)

    async def _take(self, run: Run, work: Work, assignment: Assignment) -> Run:
        """Stores and launches; both happen even when the caller has gone meanwhile."""
        taking = asyncio.create_task(self._store_and_launch(run, work, assignment))
        self._taking.add(taking)
        taking.add_done_callback(self._taking.discard)
        return await asyncio.shield(taking)

    async def _store_and_launch(self, run: Run, work: Work, assignment: Assignment) -> Run:
        """Where there is no room, or others wait already, the run waits in the store for its turn."""
        async with self._heart.taking():
            with self._active.hold(0 if self._active.queued else 1) as room:
                lease = self._active.lease(None if room else NOBODY)
                taken = await self._house.store.write(lambda tx: work(tx, lease))
                if taken.earlier is not None:
                    run.last_sequence = taken.events[-1].sequence
                    if room:
                        self._launch(taken, assignment, taken.earlier)
                    else:
                        self._heart.wake()
        return taken.run

    def _launch(self, taken: Taken, assignment: Assignment, earlier: Earlier) -> None:
        run = taken.run
        self._house.feed.open(run.name, taken.events[0].sequence - 1)
        self._house.feed.publish(run.name, taken.events)
        working_copy = Run()
        working_copy.CopyFrom(run)
        self._active.launch(working_copy, taken.fence, assignment, earlier)

    def _begun(
        self,
        tx: Connection,
        run: Run,
        fence: int,
        assignment: Assignment,
        lease: Lease,
        store: Callable[..., list[RunEvent]],
    ) -> Taken:
        """Stores what the log begins with; a run that waits says how many are before it."""
        session, run_id = parse(run.name, "runs")
        if lease.owner == NOBODY:
            changes.note(tx, changes.FREE)
            say_place(run, queue.position(tx, session, run_id, self._active.lease()))
        events = store(tx, session, run_id, fence, accepted_events(run, assignment.agents, lease.now))
        return Taken(run, fence, events, Earlier.read(tx, (session, run_id), assignment))


def started_by(tx: Connection, session: str, request_id: str, digest: str) -> Run | None:
    """The run that this request started before; AlreadyExists when it asked for something else."""
    found = rows.by_request_id(tx, session, request_id) if request_id else None
    if found is None:
        return None
    run, earlier_digest = found
    if earlier_digest != digest:
        message = f'request "{request_id}" started "{run.name}" with other parameters; choose another request id'
        raise AlreadyExists("REQUEST_ID_TAKEN", message)
    return run


def _check_free(busy: str | None) -> None:
    if busy is not None:
        raise FailedPrecondition("RUN_IN_FLIGHT", f'"{busy}" is in flight; wait for its end or cancel it')
