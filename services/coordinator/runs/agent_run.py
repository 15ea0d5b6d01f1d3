"""The life of one agent in a run: IDLE, RUNNING, COMPLETE or ERROR, every change an event in the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import AgentStatus, Usage
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.run_pb2 import Checkpoint, RunEvent
from buildplan.v1.specialist_service_pb2 import DescribeResponse, Progress, ProposeRequest
from services.contract.names import checkpoint_name, last_id
from services.contract.times import micros, set_time
from services.contract.usage import total
from services.coordinator.runs.attempts import Sleep, when_begun, with_attempts
from services.coordinator.runs.dispatch import Proposal, propose
from services.coordinator.runs.failures import UNREACHABLE, AgentFailed
from services.coordinator.runs.model_calls import ModelCalls
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.progress import ProgressGate
from services.coordinator.runs.reuse import engine_title, find_result, input_digest, make_checkpoint
from services.coordinator.runs.run_log import RunLog
from services.coordinator.runs.specialists import Specialist
from services.coordinator.runs.states import agent_event
from services.coordinator.store import Store
from services.coordinator.store import checkpoints as checkpoint_rows
from services.runtime.logs import bind, get_logger

_log = get_logger()


@dataclass(frozen=True)
class Surroundings:
    """What the agents of one run have in common; `ids` are the session's and the run's.

    `newest` is when the last result before theirs was stored, in microseconds.
    """

    ids: tuple[str, str]
    request: ProposeRequest
    context_digest: str
    log: RunLog
    store: Store
    policy: RunPolicy
    clock: Callable[[], datetime]
    sleep: Sleep
    newest: int


class AgentRun:
    """One agent at work. `status` is its latest, `patch` its result once there is one, `cost` what that used.

    `spent` is what the agent used in the run before it was taken in hand here.
    """

    def __init__(self, specialist: Specialist, around: Surroundings, spent: Usage) -> None:
        self.name = specialist.agent
        self._specialist = specialist
        self._around = around
        self._gate = ProgressGate(around.policy.progress_interval, self._tell)
        self._started = around.clock()
        self.status = AgentStatus(agent=self.name)
        self.patch: Patch | None = None
        self.cost = Usage()
        self._spent_before = spent
        self._finished_calls = Usage()
        self._call = Usage()
        self._call_number = 0
        self._model_calls = ModelCalls(self.name, around.ids, around.log, around.clock)
        self._failed: AgentFailed | None = None
        self._failed_at = self._started

    @property
    def ended(self) -> bool:
        """True in COMPLETE and ERROR."""
        return self.status.state in (AgentStatus.STATE_COMPLETE, AgentStatus.STATE_ERROR)

    @property
    def deserves_another_turn(self) -> bool:
        """True when the model's provider failed for now and does not ask for a longer wait than a run may make."""
        failed = self._failed
        if failed is None or not failed.transient_at_provider:
            return False
        return (failed.retry_after or 0.0) <= self._around.policy.sequential_wait

    async def run(self, *, look_up: bool, alone: bool) -> None:
        """Ends in COMPLETE or ERROR and raises nothing but defects and cancellation.

        With `look_up` a stored result of the same input stands for the call. `alone` is the second time of an
        agent whose provider failed for now: the wait that it was asked for is kept first.
        """
        bind(agent=self.name)
        wait = self._asked_wait() if alone else 0.0
        self._begin("its model's provider failed for now; runs again alone" if alone else "starting", wait)
        try:
            if wait:
                await self._around.sleep(wait)
            if not (look_up and await self._reused()):
                proposal = await with_attempts(self._attempt, self._around.policy, self._waits, self._around.sleep)
                self._complete(proposal)
        except AgentFailed as error:
            self.fail(error)
        finally:
            self._gate.close()

    def fail(self, error: AgentFailed) -> None:
        """ERROR with the failure's reason and what to do."""
        self._failed = error
        self._failed_at = self._around.clock()
        self._gate.close()
        self._set(AgentStatus.STATE_ERROR, error.failure.message)
        self.status.failure.CopyFrom(error.failure)
        self._tell()
        _log.warning("agent failed", agent=self.name, reason=error.reason, attempt=self.status.attempt)

    def _asked_wait(self) -> float:
        """What is left of the wait that the provider asked for, in seconds."""
        asked = self._failed.retry_after or 0.0 if self._failed else 0.0
        passed = (self._around.clock() - self._failed_at).total_seconds()
        return max(0.0, min(asked, self._around.policy.sequential_wait) - passed)

    def _begin(self, message: str, wait: float) -> None:
        self._started = self._around.clock()
        self._failed = None
        self.status = AgentStatus(agent=self.name, attempt=1, max_attempts=self._around.policy.attempts)
        set_time(self.status.start_time, self._started)
        self._account()
        self._set(AgentStatus.STATE_RUNNING, message)
        if wait:
            set_time(self.status.next_attempt_time, self._started + timedelta(seconds=wait))
        self._gate.pass_now()

    async def _reused(self) -> bool:
        around = self._around
        found = await find_result(
            around.store, around.ids[0], self._specialist, around.context_digest, around.policy.describe_deadline
        )
        if found is None:
            return False
        checkpoint, patch = found
        run = last_id(checkpoint.name.rpartition("/checkpoints/")[0])
        copy = Checkpoint()
        copy.CopyFrom(checkpoint)
        copy.name = checkpoint_name(*around.ids, last_id(checkpoint.name))
        self.status.engine = checkpoint.engine
        self.status.from_checkpoint = True
        paid = "; nothing was paid for it again" if copy.HasField("usage") else ""
        self._keep(copy, patch, f"reused the result of run {run}: its input is the same{paid}")
        return True

    async def _attempt(self, number: int) -> Proposal:
        self._finished_calls = total((self._finished_calls, self._call))
        self._call = Usage()
        self._call_number = number
        if number > 1:
            self._set(AgentStatus.STATE_RUNNING, "starting again")
            self.status.attempt = number
            self._gate.pass_now()
        return await when_begun(self._call_once, self._around.policy, self._waits_to_begin, self._around.sleep)

    async def _call_once(self) -> Proposal:
        deadline = self._around.policy.deadline_of(self.name)
        try:
            return await propose(self._specialist, self._around.request, deadline, self._hear)
        finally:
            if self._model_calls.cut_off():
                self._call.cost_unknown = True
                self._account()

    def _waits_to_begin(self, failed: AgentFailed, seconds: float) -> None:
        if failed.reason == UNREACHABLE:
            patience = self._around.policy.patience
            self._wait_for(f"{self.name} cannot be reached; it is tried again for {patience:g} s", seconds)
        else:
            self._set(AgentStatus.STATE_RUNNING, f"{self.name} is busy with other runs; waits for a place")
            self._gate.offer()

    def _waits(self, attempt: int, seconds: float) -> None:
        attempts = self._around.policy.attempts
        what = f"the connection to {self.name} was lost; attempt {attempt} of {attempts} in {seconds:.1f} s"
        self._wait_for(what, seconds)

    def _wait_for(self, what: str, seconds: float) -> None:
        self._set(AgentStatus.STATE_RUNNING, what)
        set_time(self.status.next_attempt_time, self._around.clock() + timedelta(seconds=seconds))
        self._gate.pass_now()

    def _hear(self, message: DescribeResponse | Progress) -> None:
        if isinstance(message, DescribeResponse):
            self.status.engine = engine_title(message)
            self._gate.offer()
            return
        new_attempt = bool(message.max_attempts) and (
            message.attempt != self.status.attempt or message.HasField("next_attempt_time")
        )
        self._model_calls.hear(message, self._call_number)
        if message.HasField("usage"):
            self._call.CopyFrom(message.usage)
            self._account()
        self._set(AgentStatus.STATE_RUNNING, message.message)
        self.status.percent = message.percent
        if message.max_attempts:
            self.status.attempt, self.status.max_attempts = message.attempt, message.max_attempts
        if message.HasField("next_attempt_time"):
            self.status.next_attempt_time.CopyFrom(message.next_attempt_time)
        self._gate.pass_now() if new_attempt else self._gate.offer()

    def _complete(self, proposal: Proposal) -> None:
        digest = input_digest(self._around.context_digest, proposal.description)
        checkpoint = make_checkpoint(self._around.ids, digest, proposal.description, proposal.statement_count)
        if (used := total((self._finished_calls, self._call))) != Usage():
            checkpoint.usage.CopyFrom(used)
        found = proposal.statement_count
        self._keep(checkpoint, proposal.patch, f"{found} {'line' if found == 1 else 'lines'} found")

    def _keep(self, checkpoint: Checkpoint, patch: Patch, message: str) -> None:
        """COMPLETE and the checkpoint, in one transaction.

        The result is later than all before it, also where the clock is behind the one that those were dated by.
        """
        self._gate.close()
        self.patch = patch
        self.cost = checkpoint.usage
        self._set(AgentStatus.STATE_COMPLETE, message)
        self.status.percent = 100
        now = self._around.clock()
        checkpoint.create_time.FromMicroseconds(max(micros(now), self._around.newest + 1))
        event = agent_event(self.status, now)
        ids = self._around.ids

        def unit(tx: Connection) -> Sequence[RunEvent]:
            checkpoint_rows.put(tx, *ids, checkpoint, patch)
            return (event,)

        self._around.log.put(unit)

    def _account(self) -> None:
        """What the agent used in this run, all calls and attempts together; unset while that is nothing."""
        used = total((self._spent_before, self._finished_calls, self._call))
        if used != Usage():
            self.status.usage.CopyFrom(used)

    def _set(self, state: AgentStatus.State.ValueType, message: str) -> None:
        self.status.state = state
        self.status.message = message
        self.status.elapsed.FromTimedelta(self._around.clock() - self._started)
        self.status.ClearField("next_attempt_time")

    def _tell(self) -> None:
        event = agent_event(self.status, self._around.clock())
        self._around.log.put(lambda _: (event,))
