"""A specialist is killed, cut off without a word, or too slow; alone, and beside a replica."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from services.coordinator.runs.policy import RunPolicy
from tests.fakes.process import SpecialistProcess
from tests.fakes.sessions import add_session
from tests.fakes.specialist import FakeSpecialist
from tests.faults.figures import Figures, slowest
from tests.faults.proxy import Proxy
from tests.integration.runs.conftest import House, open_house

AGENT, SECONDS, STEPS = "pma", 0.5, 5


class Replica:
    """A specialist's process, and the proxy that leads to it."""

    def __init__(self, process: SpecialistProcess, proxy: Proxy) -> None:
        self.proxy = proxy
        self._process = process

    def kill(self) -> None:
        self._process.kill()

    def blackhole(self) -> None:
        self.proxy.blackhole()

    def restore(self) -> None:
        """Serves when it returns, whatever was done to it."""
        self.proxy.heal()
        self.proxy.passed = 0
        self._process.kill()
        self._process = SpecialistProcess(AGENT, delay=SECONDS, steps=STEPS, port=self._process.port)
        assert self._process.address

    @staticmethod
    @asynccontextmanager
    async def running(seconds: float) -> AsyncIterator[Replica]:
        process = SpecialistProcess(AGENT, delay=seconds, steps=STEPS)
        async with Proxy(await asyncio.to_thread(lambda: process.address)) as proxy:
            replica = Replica(process, proxy)
            try:
                yield replica
            finally:
                replica.kill()

    async def connected(self) -> None:
        """The coordinator has found it again."""
        async with asyncio.timeout(10):
            while not self.proxy.passed:
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)


@dataclass
class Toll:
    """What the faults have cost, over all rounds. Seconds."""

    states: list[Run.State.ValueType] = field(default_factory=list)
    detected: list[float] = field(default_factory=list)
    healed: list[float] = field(default_factory=list)


@asynccontextmanager
async def stand(
    folder: Path, fakes: dict[str, FakeSpecialist], replicas: int, seconds: float = SECONDS, deadline: float = 30.0
) -> AsyncIterator[tuple[House, list[Replica]]]:
    """A coordinator whose `AGENT` has so many replicas, which take so long and may take `deadline`."""
    async with AsyncExitStack() as stack:
        made = [await stack.enter_async_context(Replica.running(seconds)) for _ in range(replicas)]
        policy = RunPolicy(deadline=deadline)
        addresses = {AGENT: "+".join(replica.proxy.address for replica in made)}
        house = await stack.enter_async_context(
            open_house(f"sqlite:///{folder / 'store.db'}", fakes, policy, addresses)
        )
        await house.runs.recover()
        yield house, made


async def round_of(house: House, replicas: list[Replica], number: int, fault: Callable[[Replica], None]) -> Toll:
    """One run in whose middle its replica fails, and the time until a run succeeds after it was restored."""
    house.session = await add_session(house.store, f"s{number}")
    for replica in replicas:
        replica.proxy.passed = 0
    run = await house.start()
    await at_work(house, run.name)
    victim = max(replicas, key=lambda replica: replica.proxy.passed)
    begun = time.time()
    fault(victim)
    noticed = await first_sign(house, run.name, begun)
    toll = Toll([(await ended(house, run.name)).state], [noticed - begun])
    await asyncio.to_thread(victim.restore)
    toll.healed.append(await healing(house, number))
    await victim.connected()
    return toll


async def at_work(house: House, run: str) -> None:
    async with asyncio.timeout(20):
        async for event in house.runs.watch(run, 0):
            if event.agent_status.agent == AGENT and event.agent_status.percent:
                return


async def first_sign(house: House, run: str, since: float) -> float:
    """When the agent's status first said that something is wrong."""
    async with asyncio.timeout(30):
        async for event in house.runs.watch(run, 0):
            status, moment = event.agent_status, event.create_time.ToNanoseconds() / 1e9
            wrong = status.state == AgentStatus.STATE_ERROR or status.HasField("next_attempt_time")
            if status.agent == AGENT and wrong and moment > since:
                return moment
    raise AssertionError("nobody noticed")


async def ended(house: House, run: str) -> Run:
    async with asyncio.timeout(60):
        async for _ in house.runs.watch(run, 0):
            pass
    return await house.runs.records.get(run)


async def healing(house: House, number: int) -> float:
    """Seconds over the agent's own until a run succeeds."""
    begun = time.monotonic()
    for attempt in range(20):
        house.session = await add_session(house.store, f"s{number}-{attempt}")
        if (await ended(house, (await house.start()).name)).state == Run.STATE_SUCCEEDED:
            return time.monotonic() - begun - SECONDS
    raise AssertionError("it did not heal")


def report(figures: Figures, tolls: list[Toll], wanted: Run.State.ValueType) -> None:
    states = [state for toll in tolls for state in toll.states]
    name = Run.State.Name(wanted).removeprefix("STATE_")
    figures.exactly(f"runs that ended {name}", states.count(wanted), len(states))
    figures.at_most("noticed after the fault, slowest", slowest([s for t in tolls for s in t.detected]), 3.0, "s")
    figures.at_most("healed after it was restored, slowest", slowest([s for t in tolls for s in t.healed]), 3.0, "s")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", [Replica.kill, Replica.blackhole], ids=["killed", "blackholed"])
@pytest.mark.parametrize(
    ("replicas", "end"), [(1, Run.STATE_PARTIAL), (2, Run.STATE_SUCCEEDED)], ids=["alone", "of two"]
)
async def test_specialist(
    tmp_path: Path,
    fakes: dict[str, FakeSpecialist],
    figures: Figures,
    fault: Callable[[Replica], None],
    replicas: int,
    end: Run.State.ValueType,
) -> None:
    async with stand(tmp_path, fakes, replicas) as (house, made):
        rounds = range(figures.sized(5, short=1))
        report(figures, [await round_of(house, made, number, fault) for number in rounds], end)


async def test_specialist_too_slow(tmp_path: Path, fakes: dict[str, FakeSpecialist], figures: Figures) -> None:
    async with stand(tmp_path, fakes, 1, seconds=30.0, deadline=1.0) as (house, [slow]):
        house.session = await add_session(house.store, "s")
        run, begun = await house.start(), time.time()
        noticed = await first_sign(house, run.name, begun)
        toll = Toll([(await ended(house, run.name)).state], [noticed - begun])
        await asyncio.to_thread(slow.restore)
        toll.healed.append(await healing(house, 0))
    report(figures, [toll], Run.STATE_PARTIAL)
