"""The runs that are carried out here, and the room that there is for more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from buildplan.v1.run_pb2 import Run
from services.coordinator.runs import metrics
from services.coordinator.runs.assignment import Assignment, Earlier, House
from services.coordinator.runs.run import RunExecution
from services.coordinator.store.leases import Lease
from services.runtime.logs import get_logger

_log = get_logger()


class ActiveRuns:
    """Executions by run name, under the leases of `owner`, which names this process and no other before or after.

    While others wait for their turn (`queued`) a new run waits too. `freed` is called when one of them may begin.
    """

    def __init__(self, house: House, owner: str) -> None:
        self._house = house
        self.owner = owner
        self.queued = False
        self.freed: Callable[[], None] = lambda: None
        self._executions: dict[str, RunExecution] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._held = 0
        metrics.RUNS_IN_FLIGHT.follow(lambda: len(self._tasks))

    def __contains__(self, name: str) -> bool:
        return name in self._tasks

    @property
    def room(self) -> int:
        """How many more runs may be carried out here."""
        under_way = sum(not execution.ended for execution in self._executions.values())
        return max(0, self._house.policy.runs_in_flight - under_way - self._held)

    @property
    def fences(self) -> Mapping[str, int]:
        """The fence of each run."""
        return {name: execution.fence for name, execution in self._executions.items()}

    def lease(self, owner: str | None = None) -> Lease:
        """The lease of a run that becomes ours now; with NOBODY as `owner` that of a run that waits for its turn."""
        return Lease(self.owner if owner is None else owner, self._house.policy.lease, self._house.clock())

    @contextmanager
    def hold(self, wanted: int) -> Iterator[int]:
        """Keeps room for at most `wanted` runs until the end of the block; how many."""
        held = min(self.room, wanted)
        self._held += held
        try:
            yield held
        finally:
            self._held -= held

    def launch(self, run: Run, fence: int, assignment: Assignment, earlier: Earlier) -> None:
        """Carries out a run that this coordinator owns; its tail is open already."""
        execution = RunExecution(self._house, run, fence, assignment, earlier)
        task = execution.start()
        self._executions[run.name] = execution
        self._tasks[run.name] = task
        task.add_done_callback(lambda done: self._ended(run.name, done))

    def cancel(self, name: str) -> asyncio.Task[None] | None:
        """Cancels a run that is carried out here; the task that ends when its end is stored."""
        task = self._tasks.get(name)
        if task is not None:
            self._executions[name].cancel()
        return task

    def abandon(self, name: str) -> None:
        """Stops a run that is no longer ours, without a word in its log."""
        if execution := self._executions.get(name):
            metrics.LEASES_LOST.add(1)
            execution.abandon()

    async def drain(self) -> None:
        """Stops every run without a word in its log."""
        tasks = list(self._tasks.values())
        for execution in list(self._executions.values()):
            execution.abandon()
        if tasks:
            await asyncio.wait(tasks)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(name) is task:
            del self._executions[name], self._tasks[name]
            self._house.feed.close(name)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("run was left", run=name, exc_info=error)
        if self.queued:
            self.freed()
