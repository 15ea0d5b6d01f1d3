"""A house with real parts: an SQLite file, four specialists on sockets, and runs between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.run_service_pb2 import StartRunRequest
from services.contract.names import parse
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Effects, Runs
from services.coordinator.runs.specialists import Specialists
from services.coordinator.store import Store
from services.coordinator.store import plans as plan_rows
from tests.fakes.process import AGENTS
from tests.fakes.sessions import FakeSessions, add_session
from tests.fakes.specialist import Behaviour, FakeSpecialist

POLICY = RunPolicy(
    deadline=5.0,
    first_wait=0.05,
    longest_wait=0.2,
    jitter=0.01,
    patience=0.3,
    longest_unreachable_wait=0.1,
    foreign_poll=0.02,
)


@dataclass
class House:
    """Everything a test of runs needs; `session` is a resource name."""

    store: Store
    fakes: dict[str, FakeSpecialist]
    sessions: FakeSessions
    specialists: Specialists
    runs: Runs
    session: str = "sessions/s1"

    async def start(self, **fields: object) -> Run:
        run, _ = await self.runs.start(StartRunRequest(parent=self.session, **fields))  # type: ignore[arg-type]
        return run

    async def finished(self, **fields: object) -> Run:
        """Starts a run and waits for its end."""
        run = await self.start(**fields)
        await self.events(run.name)
        return await self.runs.records.get(run.name)

    async def events(self, name: str, after: int = 0) -> list[RunEvent]:
        """All events until the run's last."""
        async with asyncio.timeout(20):
            return [event async for event in self.runs.watch(name, after)]

    async def until(self, name: str, agent: str, state: AgentStatus.State.ValueType) -> AgentStatus:
        """The first status of an agent in a state."""
        async with asyncio.timeout(10):
            async for event in self.runs.watch(name, 0):
                if event.agent_status.agent == agent and event.agent_status.state == state:
                    return event.agent_status
        raise AssertionError(f"{agent} never came to {state}")

    async def taken_over_from(self, agent: str, run: Run) -> None:
        """Another coordinator's life carries the run on to its end: ours drains while a hanging agent is at work."""
        await self.fakes[agent].seen.called_event.wait()
        await self.runs.drain()
        self.fakes[agent].behaviour = Behaviour()
        self.runs = Runs(self.store, self.specialists, POLICY, self.sessions.inputs())
        await self.runs.recover()
        await self.events(run.name)

    async def plan(self, run: Run) -> Plan:
        session, _ = parse(run.name, "runs")
        return await self.store.read(lambda tx: plan_rows.get(tx, session, run.revision))

    def now(self) -> datetime:
        return datetime.now(UTC)

    def calls(self) -> dict[str, int]:
        return {agent: fake.seen.proposes for agent, fake in self.fakes.items()}


def status_of(run: Run, agent: str) -> AgentStatus:
    return next(status for status in run.agents if status.agent == agent)


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY)


@pytest.fixture
async def fakes() -> AsyncIterator[dict[str, FakeSpecialist]]:
    made = {agent: await FakeSpecialist(agent).start() for agent in AGENTS}
    yield made
    for fake in made.values():
        await fake.stop()


@asynccontextmanager
async def open_house(
    url: str,
    fakes: dict[str, FakeSpecialist],
    policy: RunPolicy,
    elsewhere: Mapping[str, str] | None = None,
    effects: Effects | None = None,
) -> AsyncIterator[House]:
    """A coordinator's runs on a database; its session is still to be added. Agents `elsewhere` are no fakes of ours."""
    store = await Store.open(url)
    sessions = FakeSessions()
    specialists = Specialists.connect({agent: fake.address for agent, fake in fakes.items()} | dict(elsewhere or {}))
    runs = Runs(store, specialists, policy, sessions.inputs(), effects)
    house = House(store, fakes, sessions, specialists, runs)
    yield house
    await house.runs.drain()
    await specialists.close()
    await store.close()


@pytest.fixture
async def house(tmp_path: Path, fakes: dict[str, FakeSpecialist], policy: RunPolicy) -> AsyncIterator[House]:
    async with open_house(f"sqlite:///{tmp_path / 'store.db'}", fakes, policy) as opened:
        await add_session(opened.store)
        yield opened
