"""One run from its beginning to its end: the agents at once, then the plan and the end in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC

from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import Failure
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.specialist_service_pb2 import ProposeRequest
from services.contract.names import parse, session_name
from services.contract.times import set_time
from services.contract.usage import total
from services.coordinator.documents.context import context_digest
from services.coordinator.plans.kept_edits import catch_up
from services.coordinator.runs import failures
from services.coordinator.runs.agent_run import AgentRun, Surroundings
from services.coordinator.runs.assignment import Assignment, Earlier, House
from services.coordinator.runs.cost_limit import check_cost
from services.coordinator.runs.ending import Ending, Material, conclude
from services.coordinator.runs.failures import AgentFailed, cancelled, defect
from services.coordinator.runs.patience import patiently
from services.coordinator.runs.readiness import check_ready
from services.coordinator.runs.run_log import RunLog
from services.coordinator.runs.states import agent_event, day_of, failed, idle, run_event
from services.coordinator.store import plans as plan_rows
from services.coordinator.store import sessions as session_rows
from services.runtime import tracing
from services.runtime.errors import DomainError
from services.runtime.logs import bind

_LARGE_CONTEXT = 500


class RunExecution:
    """One run that is carried out here under `fence`. `run` is its state as last told."""

    def __init__(self, house: House, run: Run, fence: int, assignment: Assignment, earlier: Earlier) -> None:
        self._house = house
        self.run = run
        self.fence = fence
        self._assignment = assignment
        self._ids = parse(run.name, "runs")
        self._log = RunLog(
            house.store,
            house.feed,
            name=run.name,
            fence=fence,
            last=run.last_sequence,
            gather=house.policy.gather,
            lost=self.abandon,
        )
        self._context = ContextPack()
        self._agents: dict[str, AgentRun] = {}
        self._patches = dict(earlier.patches)
        self._costs = dict(earlier.costs)
        self._may_reuse = earlier.agents - assignment.forced
        self._newest = earlier.newest
        self._cancelled = False
        self._ending = False
        self._task: asyncio.Task[None] | None = None

    @property
    def ended(self) -> bool:
        """True when the run's end is stored, which is before anybody hears of it."""
        return self._log.ended

    def start(self) -> asyncio.Task[None]:
        """Begins; the task ends with the run, or is cancelled when the run is abandoned."""
        self._task = asyncio.create_task(self._execute(), name=self.run.name)
        return self._task

    def cancel(self) -> None:
        """A user stops the run; without effect once it is ending."""
        if self._ending or self._cancelled or self._task is None:
            return
        self._cancelled = True
        self._task.cancel()

    def abandon(self) -> None:
        """Stops the work and writes nothing more; whoever claims the run next continues it."""
        self._cancelled = False
        if self._task is not None:
            self._task.cancel()

    async def _execute(self) -> None:
        try:
            bind(session=session_name(self._ids[0]), run=self.run.name)
            with tracing.span("run", self._assignment.trace, run=self.run.name):
                stopped = await self._work()
                self._ending = True
                await self._end(stopped)
                _tell_trace(self.run)
        finally:
            await self._log.close()

    async def _work(self) -> Ending | None:
        """Everything up to the last agent's end; returns how the run ends when it was stopped before."""
        try:
            await self._prepare()
            self.run.state = Run.STATE_RUNNING
            self._put(run_event(self.run, self._house.clock()))
            await self._together(list(self._agents.values()))
            await self._one_after_another()
        except asyncio.CancelledError:
            if not self._cancelled:
                raise
            return self._stop_agents()
        except DomainError as error:
            return self._not_begun(Failure(reason=error.reason, message=error.message))
        except Exception as error:  # noqa: BLE001 - whatever it is, the run must end in words
            return self._not_begun(defect("the run could not be prepared", self.run.name, error))
        return None

    async def _prepare(self) -> None:
        house = self._house
        packed = await patiently(lambda: house.packed(self._ids[0], day_of(self.run)))
        if packed.input_digest != self.run.input_digest:
            await self._begin_anew(packed.input_digest)
        request = ProposeRequest(run=self.run.name, context=packed.context)
        self._context = request.context
        large = len(self._context.passages) > _LARGE_CONTEXT
        digest = await asyncio.to_thread(context_digest, self._context) if large else context_digest(self._context)
        around = Surroundings(
            self._ids,
            request,
            digest,
            self._log,
            house.store,
            house.policy,
            house.clock,
            house.sleep,
            self._newest,
        )
        wanted = [status for status in self.run.agents if status.agent in self._assignment.agents]
        self._agents = {
            status.agent: AgentRun(house.specialists[status.agent], around, status.usage) for status in wanted
        }

    async def _begin_anew(self, input_digest: str) -> None:
        """The session has changed since the run was accepted: a plan never mixes two inputs."""
        validation = await patiently(lambda: self._house.preflight(session_name(self._ids[0]), ()))
        everybody = frozenset(status.agent for status in self.run.agents)
        check_ready(validation)
        check_cost(validation, everybody, self._house.policy.max_cost_usd)
        self.run.input_digest = input_digest
        self._assignment = Assignment(everybody, self._assignment.reason)
        self._may_reuse = everybody
        self._patches.clear()
        self._costs.clear()
        for status in self.run.agents:
            status.CopyFrom(idle(status.agent, self._house.policy.attempts, spent=status.usage))
            status.message = "the papers have changed since this run began; runs again on the present ones"
            self._put(agent_event(status, self._house.clock()))

    async def _together(self, agents: Sequence[AgentRun], *, alone: bool = False) -> None:
        """Runs agents at once; the failure of one, whatever it is, leaves its siblings alone."""
        work = [agent.run(look_up=not alone and agent.name in self._may_reuse, alone=alone) for agent in agents]
        for agent, outcome in zip(agents, await asyncio.gather(*work, return_exceptions=True), strict=True):
            if isinstance(outcome, Exception):
                failure = defect(f"{agent.name} could not be run", self.run.name, outcome)
                agent.fail(AgentFailed(failure.reason, failure.message))

    async def _one_after_another(self) -> None:
        """The customer's sequential fallback: agents whose provider failed for now get one more turn, each alone."""
        for agent in [agent for agent in self._agents.values() if agent.deserves_another_turn]:
            await self._together([agent], alone=True)

    def _not_begun(self, failure: Failure) -> Ending:
        self._fail_waiting(lambda _: failure)
        return Ending(Run.STATE_FAILED, failure)

    def _fail_waiting(self, failure: Callable[[str], Failure]) -> None:
        """ERROR for each agent that was to run and was not begun; `failure` is asked with its name."""
        for status in self.run.agents:
            if status.agent in self._assignment.agents and status.agent not in self._agents:
                status.CopyFrom(failed(status, failure(status.agent)))
                self._put(agent_event(status, self._house.clock()))

    def _stop_agents(self) -> Ending:
        self._fail_waiting(lambda agent: cancelled(agent).failure)
        for agent in self._agents.values():
            if not agent.ended:
                agent.fail(cancelled(agent.name))
        message = "the run was cancelled; finished agents keep their results and resume runs the others"
        return Ending(Run.STATE_CANCELLED, Failure(reason=failures.CANCELLED, message=message, retryable=True))

    async def _end(self, stopped: Ending | None) -> None:
        """The plan and the run's end, in one transaction with the run's last event."""
        for place, status in enumerate(self.run.agents):
            if agent := self._agents.get(status.agent):
                self.run.agents[place].CopyFrom(agent.status)
                if agent.patch is not None:
                    self._patches[agent.name] = agent.patch
                    self._costs[agent.name] = agent.cost
        ending = stopped or await self._conclude()
        self.run.state = ending.state
        self.run.ClearField("failure")
        if ending.failure is not None:
            self.run.failure.CopyFrom(ending.failure)
        now = self._house.clock()
        set_time(self.run.end_time, max(now, self.run.create_time.ToDatetime(UTC)))

        def unit(tx: Connection) -> Sequence[RunEvent]:
            if ending.plan is not None:
                session_rows.lock(tx, self._ids[0])
                catch_up(ending.plan, plan_rows.edits(tx, self._ids[0]))
                self.run.revision = plan_rows.insert(tx, self._ids[0], ending.plan).revision
            return (run_event(self.run, now),)

        self._log.put(unit)
        await self._log.settled()

    async def _conclude(self) -> Ending:
        house = self._house
        material = Material(
            self._patches,
            total(self._costs.values()),
            self._assignment.reason,
            house.clock(),
            house.policy.inline_bytes,
        )
        try:
            return await patiently(lambda: conclude(house.store, self.run, self._context, material))
        except Exception as error:  # noqa: BLE001 - the agents' results are kept, and the run must end in words
            return Ending(Run.STATE_FAILED, defect("the plan could not be put together", self.run.name, error))

    def _put(self, event: RunEvent) -> None:
        self._log.put(lambda _: (event,))


def _tell_trace(run: Run) -> None:
    """How the run ended; one that is PARTIAL has made a plan, and the agents that failed are marked themselves."""
    tracing.add(state=Run.State.Name(run.state).removeprefix("STATE_"))
    if run.HasField("failure"):
        tracing.add(reason=run.failure.reason)
    if run.state == Run.STATE_FAILED:
        tracing.fail(run.failure.reason)
