"""Runs of all sessions: what RunService and the coordinator's life ask for."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.run_service_pb2 import StartRunRequest
from buildplan.v1.session_pb2 import ValidationResult
from services.contract.digests import text_digest
from services.contract.names import parse, parse_session, run_name, session_name
from services.contract.run_states import is_ended
from services.contract.times import set_time
from services.coordinator.documents.context import Packed
from services.coordinator.metadata import check_request_id
from services.coordinator.runs import metrics
from services.coordinator.runs.acceptance import Acceptance, started_by
from services.coordinator.runs.active import ActiveRuns
from services.coordinator.runs.assignment import Assignment, House
from services.coordinator.runs.attempts import Sleep
from services.coordinator.runs.cancelling import Cancelling
from services.coordinator.runs.cost_limit import check_cost, limit_of
from services.coordinator.runs.elsewhere import Elsewhere
from services.coordinator.runs.feed import Feed
from services.coordinator.runs.heart import Heart
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.readiness import check_ready
from services.coordinator.runs.records import RunRecords
from services.coordinator.runs.specialists import Specialists
from services.coordinator.runs.states import idle
from services.coordinator.store import Store, changes, leases
from services.coordinator.store.leases import Lease
from services.runtime.errors import FailedPrecondition, InvalidArgument, Unavailable
from services.runtime.logs import get_logger

_log = get_logger()


@dataclass(frozen=True)
class SessionInputs:
    """What runs ask of sessions.

    `preflight` validates a session, given by its resource name, and stores the result with what a run would cost;
    agents that are named are paid even where they have results. `packed` is what a session, given by its id, holds now,
    and the context pack of it as of a day.
    """

    preflight: Callable[[str, Collection[str]], Awaitable[ValidationResult]]
    packed: Callable[[str, date], Awaitable[Packed]]


@dataclass(frozen=True)
class Effects:
    """What runs take from the world."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Sleep = asyncio.sleep
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex[:12]


class Runs:
    """Starts, watches and ends runs; `records` is what is stored of them."""

    def __init__(
        self,
        store: Store,
        specialists: Specialists,
        policy: RunPolicy,
        sessions: SessionInputs,
        effects: Effects | None = None,
    ) -> None:
        effects = effects or Effects()
        self._store = store
        self._specialists = specialists
        self._policy = policy
        self._sessions = sessions
        self._effects = effects
        owner = effects.new_id()
        self.records = RunRecords(store, lambda: Lease(owner, policy.lease, effects.clock()), policy.log_page)
        self._elsewhere = Elsewhere(self.records.log, policy.foreign_poll)
        self._feed = Feed(self.records.log, self._elsewhere)
        house = House(
            store,
            specialists,
            self._feed,
            policy,
            sessions.preflight,
            sessions.packed,
            effects.clock,
            effects.sleep,
        )
        self._active = ActiveRuns(house, owner)
        self._heart = Heart(house, self._active)
        self._acceptance = Acceptance(house, self._active, self._heart)
        self._cancelling = Cancelling(house, self._active, self._heart, self.records.get)
        self._listener = store.listener(self._hear, self._turn)
        self._accepting = True
        self._watchers = 0
        metrics.WATCHERS.follow(lambda: self._watchers)
        metrics.expect(specialist.agent for specialist in specialists)

    async def recover(self) -> None:
        """Call once at the start: continues the runs that were in flight when their coordinator died."""
        if self._listener is not None:
            self._listener.start()
        else:
            self._turn()
        await self._heart.beat()
        self._heart.start()

    async def drain(self) -> None:
        """Call once at the end: watchers are sent away, runs are left to whoever has room, or to the next start.

        May be cancelled where the database hangs: then leases end by themselves.
        """
        self._accepting = False
        self._feed.stop()
        runs = sorted(self._active.fences)
        try:
            await self._leave()
        except Unavailable as error:
            _log.warning("leases end by themselves", runs=runs, cause=error.message)
        except asyncio.CancelledError:
            _log.warning("leases end by themselves", runs=runs, cause="the database does not answer in time")
            raise

    async def _leave(self) -> None:
        await self._acceptance.settled()
        await self._heart.stop()
        await self._active.drain()
        if self._listener is not None:
            await self._listener.stop()
        await self._store.write(lambda tx: leases.release(tx, self._active.owner))

    async def start(self, request: StartRunRequest) -> tuple[Run, ValidationResult]:
        """A new run, or the one that the same request started before."""
        self._check_accepting()
        session = parse_session(request.parent)
        check_request_id(request.request_id)
        agents = self._specialists.chosen(request.agents)
        digest = text_digest([*agents, str(request.ignore_checkpoints)])
        earlier = await self._earlier(session, request.request_id, digest)
        limit = limit_of(self._policy.max_cost_usd, request.max_cost_usd)
        forced = frozenset(agents) if request.ignore_checkpoints else frozenset()
        validation = await self._sessions.preflight(request.parent, forced)
        self._check_accepting()
        if earlier is not None:
            return earlier, validation
        check_ready(validation)
        check_cost(validation, agents, limit)
        run = self._new_run(session, agents, request.request_id, validation.input_digest)
        return await self._acceptance.accept(run, digest, Assignment(frozenset(agents), "run", forced)), validation

    async def watch(self, name: str, after_sequence: int) -> AsyncIterator[RunEvent]:
        """The events after a sequence number, then those that come, until the run's last."""
        if after_sequence < 0:
            raise InvalidArgument("after_sequence", "is a sequence number, or 0 for all events")
        self._watchers += 1
        try:
            async for event in self._feed.watch(name, after_sequence):
                yield event
        finally:
            self._watchers -= 1

    async def resume(self, name: str) -> Run:
        """Runs what has no result for the session's present input."""
        run = await self._ended_run(name)
        validation = await self._sessions.preflight(_session_of(name), ())
        check_ready(validation)
        self._check_accepting()
        same = run.input_digest == validation.input_digest
        kept = {status.agent for status in run.agents if same and status.state == AgentStatus.STATE_COMPLETE}
        missing = {status.agent for status in run.agents} - kept
        if not missing and run.state == Run.STATE_SUCCEEDED:
            raise FailedPrecondition("NOTHING_MISSING", f'every agent of "{name}" has a result for the present input')
        check_cost(validation, missing, self._policy.max_cost_usd)
        run.input_digest = validation.input_digest
        return await self._acceptance.reopen(run, Assignment(frozenset(missing), "resume", kept=frozenset(kept)))

    async def retry_agent(self, name: str, agent: str) -> Run:
        """Runs one agent again, whether or not it has a result; an earlier result stands until there is a new one."""
        self._specialists.known("agent", agent)
        run = await self._ended_run(name)
        finished = frozenset(s.agent for s in run.agents if s.state == AgentStatus.STATE_COMPLETE)
        if agent not in {status.agent for status in run.agents}:
            raise InvalidArgument("agent", f'"{agent}" is not part of "{name}"')
        chosen = frozenset((agent,))
        validation = await self._sessions.preflight(_session_of(name), chosen)
        if run.input_digest != validation.input_digest:
            message = f'the papers of "{name}" have changed since; resume it, so that every agent is given the same'
            raise FailedPrecondition("INPUT_CHANGED", message)
        check_cost(validation, chosen, self._policy.max_cost_usd)
        return await self._acceptance.reopen(run, Assignment(chosen, f"retry {agent}", forced=chosen, kept=finished))

    async def cancel(self, name: str) -> Run:
        """Stops a run, whoever carries it out; an ended one stays as it is.

        Raises Unavailable when its owner neither acts nor loses its lease in time; the request stands.
        """
        return await self._cancelling.cancel(name)

    async def _earlier(self, session: str, request_id: str, digest: str) -> Run | None:
        if not request_id:
            return None
        return await self._store.read(lambda tx: started_by(tx, session, request_id, digest))

    def _check_accepting(self) -> None:
        if not self._accepting:
            raise Unavailable("DRAINING", "this coordinator is stopping; call again")

    def _new_run(self, session: str, agents: Collection[str], request_id: str, input_digest: str) -> Run:
        run = Run(
            name=run_name(session, self._effects.new_id()),
            state=Run.STATE_PENDING,
            agents=[idle(agent, self._policy.attempts) for agent in agents],
            request_id=request_id,
            input_digest=input_digest,
        )
        set_time(run.create_time, self._effects.clock())
        return run

    def _hear(self, kind: str, run: str) -> None:
        """Another coordinator, or we ourselves, changed something."""
        if kind == changes.EVENTS:
            self._elsewhere.hear(run)
        elif kind == changes.CANCEL:
            self._active.cancel(run)
        elif kind == changes.FREE:
            self._heart.wake()

    def _turn(self) -> None:
        """We hear of changes from now on, or no more; some may have been missed. A sole coordinator makes them all."""
        self._elsewhere.turn(live=self._listener is None or self._listener.live)
        self._heart.wake()

    async def _ended_run(self, name: str) -> Run:
        self._check_accepting()
        run = await self.records.get(name)
        if not is_ended(run.state) or name in self._active:
            raise FailedPrecondition("RUN_IN_FLIGHT", f'"{name}" is in flight; wait for its end or cancel it')
        return run


def _session_of(run: str) -> str:
    return session_name(parse(run, "runs")[0])
