"""The runs that are carried out here: their leases, the adoption of runs that nobody carries on, and the drain."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from services.contract.names import parse
from services.coordinator.runs import metrics
from services.coordinator.runs.assignment import Assignment, Earlier, House
from services.coordinator.runs.run import RunExecution
from services.coordinator.store import leases
from services.coordinator.store import runs as rows

_log = structlog.get_logger()


class ActiveRuns:
    """Executions by run name, under the leases of `owner`, which names this process and no other before or after."""

    def __init__(self, house: House, owner: str) -> None:
        self._house = house
        self.owner = owner
        self._executions: dict[str, RunExecution] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._heart: asyncio.Task[None] | None = None
        metrics.RUNS_IN_FLIGHT.follow(lambda: len(self._tasks))

    def __contains__(self, name: str) -> bool:
        return name in self._tasks

    def launch(self, run: Run, fence: int, assignment: Assignment, earlier: Earlier) -> None:
        """Carries out a run that this coordinator owns; its tail is open already."""
        execution = RunExecution(self._house, run, fence, assignment, earlier)
        task = execution.start()
        self._executions[run.name] = execution
        self._tasks[run.name] = task
        task.add_done_callback(lambda done: self._ended(run.name, done))

    async def cancel(self, name: str) -> None:
        """Cancels a run and returns when its end is stored; without effect on a run that is not carried out here."""
        task = self._tasks.get(name)
        if task is not None:
            self._executions[name].cancel()
            await asyncio.wait([task])

    def start_heart(self) -> None:
        """From now on leases are renewed every third of their life, and runs without an owner adopted."""
        self._heart = asyncio.create_task(self._beat(), name="run leases")

    async def adopt(self) -> None:
        """Claims the runs in flight whose lease nobody keeps, and continues them from their checkpoints."""
        now, lease = self._house.clock(), self._house.policy.lease

        def work(tx: Connection) -> list[tuple[Run, int, Assignment, Earlier]]:
            found = [(run, fence, continued(run)) for run, fence in rows.claim(tx, self.owner, lease, now)]
            return [(*claimed, Earlier.read(tx, parse(claimed[0].name, "runs"), claimed[2])) for claimed in found]

        for run, fence, assignment, earlier in await self._house.store.write(work):
            if run.name not in self:
                _log.info("run is continued", run=run.name)
                metrics.LEASE_TAKEOVERS.add(1)
                self._house.feed.open(run.name, run.last_sequence)
                self.launch(run, fence, assignment, earlier)

    async def drain(self) -> None:
        """Stops every run without a word in its log and lets the leases go, so that the next owner continues them."""
        if self._heart is not None:
            self._heart.cancel()
            await asyncio.wait([self._heart])
        tasks = list(self._tasks.values())
        for execution in list(self._executions.values()):
            execution.abandon()
        if tasks:
            await asyncio.wait(tasks)
        await self._house.store.write(lambda tx: leases.release(tx, self.owner))

    async def renew(self) -> None:
        """Keeps the leases; a run whose lease is lost is abandoned."""
        fences = {name: execution.fence for name, execution in self._executions.items()}
        now, lease = self._house.clock(), self._house.policy.lease
        for name in await self._house.store.write(lambda tx: leases.renew(tx, fences, lease, now)):
            if execution := self._executions.get(name):
                metrics.LEASES_LOST.add(1)
                execution.abandon()

    async def _beat(self) -> None:
        while True:
            await self._house.sleep(self._house.policy.lease / 3)
            try:
                await self.renew()
                await self.adopt()
            except Exception as error:  # noqa: BLE001 - the heart must beat on; a lease outlives two missed beats
                _log.error("leases could not be renewed", exc_info=error)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        del self._executions[name], self._tasks[name]
        self._house.feed.close(name)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("run was left", run=name, exc_info=error)


def continued(run: Run) -> Assignment:
    """What is left of a run whose owner is gone: finished agents stand, called ones are called again."""
    left = frozenset(status.agent for status in run.agents if _is_open(status))
    called = frozenset(status.agent for status in run.agents if _is_open(status) and status.attempt)
    kept = frozenset(status.agent for status in run.agents if status.state == AgentStatus.STATE_COMPLETE)
    return Assignment(left, "resume" if run.revision else "run", forced=called, kept=kept, adopted=True)


def _is_open(status: AgentStatus) -> bool:
    return status.state in (AgentStatus.STATE_IDLE, AgentStatus.STATE_RUNNING)
