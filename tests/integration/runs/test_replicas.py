"""A specialist of several replicas: killing one and draining another under load costs no run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import StartRunRequest
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from services.coordinator.runs.specialists import Specialists
from services.coordinator.store import Store
from services.runtime.errors import ResourceExhausted
from tests.fakes.process import SpecialistProcess
from tests.fakes.sessions import FakeSessions, add_session
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.runs.conftest import POLICY, House, status_of
from tests.ports import free_port

RUNS, AT_ONCE = 60, 12


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, runs_in_flight=AT_ONCE)


@pytest.fixture
def replicas() -> Iterator[list[SpecialistProcess]]:
    made = [SpecialistProcess("qma", delay=0.1, places=AT_ONCE) for _ in range(3)]
    yield made
    for replica in made:
        replica.kill()


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not reached():
            await asyncio.sleep(0.01)


@dataclass
class Load:
    """Runs that are carried out one after another, `AT_ONCE` at once."""

    store: Store
    runs: Runs
    ended: list[Run] = field(default_factory=list)

    async def carry_out(self, number: int) -> None:
        run, _ = await self.runs.start(StartRunRequest(parent=await add_session(self.store, f"s{number}")))
        async for _ in self.runs.watch(run.name, 0):
            pass
        self.ended.append(await self.runs.records.get(run.name))

    async def reached(self, count: int) -> None:
        """So many runs have ended."""
        await until(lambda: len(self.ended) >= count)


@asynccontextmanager
async def load(folder: Path, addresses: dict[str, str], policy: RunPolicy) -> AsyncIterator[Load]:
    """`RUNS` runs under way; at its end they have ended."""
    store = await Store.open(f"sqlite:///{folder / 'store.db'}")
    specialists = Specialists.connect(addresses)
    runs = Runs(store, specialists, policy, FakeSessions().inputs())
    await runs.recover()
    made = Load(store, runs)
    tasks = [asyncio.create_task(made.carry_out(number)) for number in range(RUNS)]
    try:
        yield made
        async with asyncio.timeout(30):
            await asyncio.gather(*tasks)
    finally:
        await runs.drain()
        await specialists.close()
        await store.close()


async def test_a_killed_and_a_drained_replica_cost_no_run(
    tmp_path: Path, fakes: dict[str, FakeSpecialist], replicas: list[SpecialistProcess], policy: RunPolicy
) -> None:
    addresses = {agent: fake.address for agent, fake in fakes.items()}
    addresses["qma"] = "+".join(replica.address for replica in replicas)
    async with load(tmp_path, addresses, policy) as under_way:
        await under_way.reached(RUNS // 6)
        replicas[0].kill()
        await under_way.reached(RUNS // 3)
        replicas[1].drain()
    assert [run.state for run in under_way.ended] == [Run.STATE_SUCCEEDED] * RUNS
    assert await asyncio.to_thread(replicas[1].wait) == 0


async def test_the_only_replica_can_be_restarted_under_load(
    tmp_path: Path, fakes: dict[str, FakeSpecialist], policy: RunPolicy
) -> None:
    started = [SpecialistProcess("qma", delay=0.1, port=free_port())]
    (only,) = started
    addresses = {agent: fake.address for agent, fake in fakes.items()} | {"qma": only.address}
    try:
        async with load(tmp_path, addresses, replace(policy, patience=RunPolicy().patience)) as under_way:
            await under_way.reached(RUNS // 3)
            only.drain()
            assert await asyncio.to_thread(only.wait) == 0
            await asyncio.sleep(1)
            started.append(SpecialistProcess("qma", delay=0.1, port=only.port))
        assert [run.state for run in under_way.ended] == [Run.STATE_SUCCEEDED] * RUNS
        assert {status_of(run, "qma").attempt for run in under_way.ended} == {1}
    finally:
        for process in started:
            process.kill()


async def test_an_agent_without_a_free_place_is_asked_until_it_has_one_and_that_is_no_attempt(house: House) -> None:
    busy = ResourceExhausted("BUSY", "all places are taken", retry_after=0.02)
    house.fakes["pma"].behaviour = Behaviour(error=busy, failing_calls=2 * POLICY.attempts)
    run = await house.finished()
    assert run.state == Run.STATE_SUCCEEDED
    assert house.calls()["pma"] == 2 * POLICY.attempts + 1
    assert status_of(run, "pma").attempt == 1
