"""Keeps the leases of the runs that are carried out here, and takes up those that nobody carries on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from services.contract.names import parse
from services.coordinator.runs import metrics
from services.coordinator.runs.active import ActiveRuns
from services.coordinator.runs.assignment import Assignment, Earlier, House
from services.coordinator.store import attempts, leases, queue
from services.coordinator.store.leases import Kept
from services.coordinator.store.queue import Claimed
from services.runtime import tracing
from services.runtime.errors import DomainError
from services.runtime.logs import get_logger

_log = get_logger()
_A_MOMENT = 0.02
_REST, _LONGEST_REST = 3.0, 0.2


@dataclass(frozen=True)
class Beat:
    """What one beat found: leases, runs that are ours now with what there is of them, the next lease that may end.

    `waiting` is how many runs still have no owner, of all coordinators.
    """

    waiting: int
    kept: Kept
    claimed: list[tuple[Claimed, Assignment, Earlier]]
    next_expiry: float | None


@dataclass(frozen=True)
class _Scope:
    """What a beat may claim: how many, expired ones too, `own` ones too, but none of those in hand `since` then."""

    room: int
    expired: bool
    own: bool
    since: float | None

    @property
    def own_late(self) -> float | None:
        """For how many seconds the lease of one of ours must be over; None when none may be claimed."""
        if not self.own:
            return None
        return 0.0 if self.since is None else time.monotonic() - self.since


class Heart:
    """Beats every third of a lease, as soon as it is woken, and when a lease of somebody else ends."""

    def __init__(self, house: House, active: ActiveRuns) -> None:
        self._house = house
        self._active = active
        self._woken = asyncio.Event()
        self._beating = asyncio.Lock()
        self._taken_in_hand: list[float] = []
        self._task: asyncio.Task[None] | None = None
        self._next_renewal = 0.0
        self._trust_expiry_from = 0.0
        self._waiting = 0
        active.freed = self.wake
        metrics.RUNS_WAITING.follow(lambda: self._waiting)

    def start(self) -> None:
        """Beats from now on."""
        self._task = asyncio.create_task(self._run(), name="run leases")

    def wake(self) -> None:
        """There may be a run to take up."""
        self._woken.set()

    async def stop(self) -> None:
        """No more beats."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    @asynccontextmanager
    async def taking(self) -> AsyncIterator[None]:
        """Entered between two beats: then it is known how much room there is. A run is stored and launched inside.

        However long that takes, no beat meanwhile holds the run for one that was ours and was left.
        """
        async with self._beating:
            begun = time.monotonic()
            self._taken_in_hand.append(begun)
        try:
            yield
        finally:
            self._taken_in_hand.remove(begun)

    async def beat(self) -> float:
        """Keeps and claims, in one transaction, as much as there is room for; seconds until the next beat."""
        async with self._beating:
            return await self._beat()

    async def _beat(self) -> float:
        loop, third = asyncio.get_running_loop(), self._house.policy.lease / 3
        due = loop.time() >= self._next_renewal
        if not due and not self._active.room:
            return self._next_renewal - loop.time()
        fences = self._active.fences if due else {}
        with self._active.hold(self._active.room) as room:
            scope = _Scope(room, loop.time() >= self._trust_expiry_from, due, min(self._taken_in_hand, default=None))
            beat = await self._house.store.write(lambda tx: self._keep_and_claim(tx, fences, scope))
            self._next_renewal = loop.time() + third if due else self._next_renewal
            self._waiting = beat.waiting
            self._obey(beat.kept)
            for claimed, assignment, earlier in beat.claimed:
                self._take_up(claimed, assignment, earlier)
        if room:
            self._active.queued = len(beat.claimed) == room
        wait = max(0.0, self._next_renewal - loop.time())
        return wait if beat.next_expiry is None else min(wait, beat.next_expiry + _A_MOMENT)

    async def seize(self, name: str) -> bool:
        """Takes one run up out of turn, if nobody carries it on."""

        def work(tx: Connection) -> list[tuple[Claimed, Assignment, Earlier]]:
            found = queue.seize(tx, *parse(name, "runs"), self._active.lease())
            return [_with_earlier(tx, found, self._house.clock())] if found else []

        async with self.taking():
            seized = await self._house.store.write(work)
            for claimed, assignment, earlier in seized:
                self._take_up(claimed, assignment, earlier)
        return bool(seized)

    def _keep_and_claim(self, tx: Connection, fences: Mapping[str, int], scope: _Scope) -> Beat:
        lease = self._active.lease()
        kept = leases.renew(tx, fences, lease)
        if not scope.room:
            claimed, expiry = [], None
        else:
            claimed = queue.claim(tx, lease, scope.room, expired=scope.expired, own_late=scope.own_late)
            expiry = leases.next_expiry(tx, lease)
        waiting = queue.count(tx) if metrics.RUNS_WAITING.counts else 0
        return Beat(waiting, kept, [_with_earlier(tx, found, lease.now) for found in claimed], expiry)

    def _obey(self, kept: Kept) -> None:
        for name in kept.lost:
            self._active.abandon(name)
        for name in kept.cancelled:
            self._active.cancel(name)

    def _take_up(self, claimed: Claimed, assignment: Assignment, earlier: Earlier) -> None:
        name = claimed.run.name
        with tracing.span("take up", assignment.trace, run=name):
            _log.info("run is taken up", run=name, state=Run.State.Name(claimed.run.state))
        if claimed.abandoned:
            metrics.LEASE_TAKEOVERS.add(1)
        self._house.feed.open(name, claimed.run.last_sequence)
        self._active.launch(claimed.run, claimed.fence, assignment, earlier)
        if claimed.cancelled:
            asyncio.get_running_loop().call_soon(self._active.cancel, name)

    async def _run(self) -> None:
        wait = self._house.policy.lease / 3
        while True:
            await self._sleep(wait)
            begun = asyncio.get_running_loop().time()
            try:
                wait = await self.beat()
            except Exception as error:  # noqa: BLE001 - the heart must beat on; a lease outlives two missed beats
                known = isinstance(error, DomainError)
                _log.error("leases could not be renewed", cause=str(error), exc_info=None if known else error)
                self._trust_expiry_from = asyncio.get_running_loop().time() + self._house.policy.lease
                wait = self._house.policy.lease / 10
            await self._rest(asyncio.get_running_loop().time() - begun)

    async def _rest(self, beaten: float) -> None:
        """A claim looks at all that wait: the longer the line, the more ended runs make room for one claim."""
        await asyncio.sleep(min(_REST * beaten, _LONGEST_REST))

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()


def _with_earlier(tx: Connection, claimed: Claimed, now: datetime) -> tuple[Claimed, Assignment, Earlier]:
    ids = parse(claimed.run.name, "runs")
    if claimed.run.state == Run.STATE_RUNNING:
        cut_off = attempts.cut_off(tx, *ids, now)
        for status in claimed.run.agents:
            if status.agent in cut_off:
                status.usage.cost_unknown = True
    assignment = _left_of(claimed)
    return claimed, assignment, Earlier.read(tx, ids, assignment)


def _left_of(claimed: Claimed) -> Assignment:
    """What is left to do in a run: finished agents stand, called ones are called again."""
    open_ = [status for status in claimed.run.agents if _is_open(status)]
    left = frozenset(status.agent for status in open_)
    called = frozenset(status.agent for status in open_ if status.attempt)
    kept = frozenset(s.agent for s in claimed.run.agents if s.state == AgentStatus.STATE_COMPLETE)
    forced = left.intersection(claimed.errand.forced) | called
    return Assignment(left, claimed.errand.reason, forced, kept, trace=claimed.errand.trace)


def _is_open(status: AgentStatus) -> bool:
    return status.state in (AgentStatus.STATE_IDLE, AgentStatus.STATE_RUNNING)
