"""A coordinator is killed at seeded points of a run, and starts again or is followed by another."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.run_service_pb2 import ListCheckpointsRequest, StartRunRequest, WatchRunRequest
from services.contract.run_states import is_ended
from services.runtime.channels import open_channel
from tests.fakes.process import AGENTS
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.faults.figures import Figures, slowest
from tests.integration.coordinator.house import House
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.processes import ServerProcess
from tests.integration.postgres import Postgres

SEED, LEASE, PATIENCE = 2041, 1.0, 30
SECONDS = dict(zip(AGENTS, (0.1, 0.2, 0.3, 0.4), strict=True))


@dataclass
class Toll:
    """What the kills have cost, over all rounds."""

    lost: int = 0
    repeated: int = 0
    most_repeats: int = 0
    unfinished: int = 0
    acknowledged: int = 0
    taken_up: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)


@asynccontextmanager
async def at(coordinator: ServerProcess, folder: Path) -> AsyncIterator[House]:
    async with open_channel(coordinator.address) as channel:
        yield House(coordinator.address, channel, folder)


async def start(house: House) -> Run:
    session = await house.session()
    await house.upload(session, "drawing.md", DRAWING)
    return (await house.runs.StartRun(StartRunRequest(parent=session), timeout=PATIENCE)).run


async def acknowledge(house: House, run: str, seen: list[str]) -> None:
    """Notes the agents whose results a watcher has heard of, until the coordinator is gone."""
    with suppress(grpc.aio.AioRpcError):
        async for answer in house.runs.WatchRun(WatchRunRequest(name=run)):
            status = answer.event.agent_status
            seen += [status.agent] if status.state == AgentStatus.STATE_COMPLETE else []


async def all_events(house: House, run: str) -> list[RunEvent]:
    """As a watcher that comes back: gRPC may give it the connection to the process that was just killed."""
    seen: list[RunEvent] = []
    async with asyncio.timeout(PATIENCE):
        while not (seen and is_ended(seen[-1].run_state.state)):
            request = WatchRunRequest(name=run, after_sequence=len(seen))
            try:
                async for answer in house.runs.WatchRun(request, wait_for_ready=True):
                    seen.append(answer.event)  # noqa: PERF401 - what was seen before a break counts
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
    return seen


def moment(event: RunEvent) -> float:
    return event.create_time.ToNanoseconds() / 1e9


async def kill_once(
    victim: ServerProcess, heir: ServerProcess, fakes: dict[str, FakeSpecialist], after: float, toll: Toll, folder: Path
) -> None:
    """One run whose coordinator is killed `after` seconds; `heir`, which may be the victim itself, carries on."""
    before = {agent: fake.seen.proposes for agent, fake in fakes.items()}
    seen: list[str] = []
    async with at(victim, folder) as house:
        run = await start(house)
        watching = asyncio.create_task(acknowledge(house, run.name, seen))
        await asyncio.sleep(after)
        victim.kill()
        killed = time.time()
        await watching
    victim.start()
    async with at(heir, folder) as house:
        events = await all_events(house, run.name)
        checkpoints = (
            await house.runs.ListCheckpoints(ListCheckpointsRequest(parent=run.name), timeout=PATIENCE)
        ).checkpoints
    calls = {agent: fake.seen.proposes - before[agent] for agent, fake in fakes.items()}
    kept = {found.agent for found in checkpoints if found.create_time.ToNanoseconds() / 1e9 <= killed}
    later = [moment(event) for event in events if moment(event) > killed]
    toll.acknowledged += len(seen)
    toll.lost += len(set(seen) - kept)
    toll.repeated += sum(calls[agent] > 1 for agent in seen)
    toll.most_repeats = max(toll.most_repeats, *(count - 1 for count in calls.values()))
    toll.unfinished += events[-1].run_state.state != Run.STATE_SUCCEEDED
    if later:
        toll.taken_up.append(later[0] - killed)
        toll.finished.append(later[-1] - later[0] if heir is not victim else later[-1] - killed)


def report(figures: Figures, toll: Toll, kills: int) -> None:
    figures.note(f"{kills} kills", f"{toll.acknowledged} checkpoints")
    figures.exactly("acknowledged checkpoints lost", toll.lost, 0)
    figures.exactly("finished agents called again", toll.repeated, 0)
    figures.exactly("agents in flight called again more than once", int(toll.most_repeats > 1), 0)
    figures.exactly("runs that did not succeed", toll.unfinished, 0)


@pytest.fixture
def quick(fakes: dict[str, FakeSpecialist]) -> dict[str, FakeSpecialist]:
    for agent, fake in fakes.items():
        fake.behaviour = Behaviour(delay=SECONDS[agent], steps=4)
    return fakes


def points(kills: int) -> list[float]:
    """Seconds after a run's acceptance, from its first moments to just behind its end."""
    drawn = random.Random(SEED)
    return [drawn.uniform(0, max(SECONDS.values()) + 0.1) for _ in range(kills)]


@pytest.mark.timeout(600)
async def test_killed_on_sqlite(tmp_path: Path, quick: dict[str, FakeSpecialist], figures: Figures) -> None:
    toll, kills = Toll(), figures.sized(50, short=3)
    addresses = {agent: fake.address for agent, fake in quick.items()}
    with ServerProcess.coordinator(tmp_path, addresses) as coordinator:
        for after in points(kills):
            await kill_once(coordinator, coordinator, quick, after, toll, tmp_path)
    report(figures, toll, kills)
    figures.note("heard of again after the kill and restart, slowest", f"{slowest(toll.taken_up):.3g} s")
    figures.at_most("run finished after the kill and restart, slowest", slowest(toll.finished), 3.0, "s")


@pytest.mark.timeout(600)
async def test_killed_on_postgresql_beside_another(
    tmp_path: Path, quick: dict[str, FakeSpecialist], figures: Figures, postgres: Postgres
) -> None:
    toll, kills = Toll(), figures.sized(50, short=2)
    addresses = {agent: fake.address for agent, fake in quick.items()}
    database = {"BUILDPLAN_DATABASE": postgres.create_database(uuid.uuid4().hex)}
    with (
        ServerProcess.coordinator(tmp_path / "a", addresses, **database) as victim,
        ServerProcess.coordinator(tmp_path / "b", addresses, **database) as heir,
    ):
        for after in points(kills):
            await kill_once(victim, heir, quick, after, toll, tmp_path)
            async with at(victim, tmp_path) as house:
                await house.channel.channel_ready()
    report(figures, toll, kills)
    figures.at_most("taken over after the kill, slowest", slowest(toll.taken_up), LEASE + 0.2, "s")
    figures.at_most("run finished after the takeover, slowest", slowest(toll.finished), LEASE, "s")
