"""A thousand runs at once on one coordinator, all carried at once or in turn; agents take half a second."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import psutil
import pytest

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import StartRunRequest, WatchRunRequest
from services.coordinator.runs.policy import RunPolicy
from services.runtime.channels import open_channel
from tests.fakes.process import specialist_processes
from tests.faults.figures import Figures, percentile
from tests.faults.processes import Peak
from tests.integration.coordinator.house import House
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.processes import ServerProcess

AGENT_SECONDS, MAKING = 0.5, 16


@pytest.mark.timeout(300)
async def test_many_runs_at_once(tmp_path: Path, figures: Figures) -> None:
    count = figures.sized(1000, short=40)
    over = await many_runs(tmp_path, figures, count, in_flight=count)
    figures.at_most("over the agents' time, p99", percentile(over, 0.99), 2.0, "s")


@pytest.mark.timeout(300)
async def test_many_runs_in_turn(tmp_path: Path, figures: Figures) -> None:
    """As many at once as a coordinator carries unless it is told otherwise."""
    count, in_flight = figures.sized(1000, short=40), RunPolicy().runs_in_flight
    over = await many_runs(tmp_path, figures, count, in_flight)
    least = AGENT_SECONDS * count / in_flight
    figures.at_most(f"beyond the {least:.1f} s that the agents take in turn", over[-1] + AGENT_SECONDS - least, 15, "s")


async def many_runs(folder: Path, figures: Figures, count: int, in_flight: int) -> list[float]:
    """Each run's seconds over the agents' time, from the least to the most."""
    settings = {"BUILDPLAN_RUNS_IN_FLIGHT": str(in_flight), "BUILDPLAN_READER_CHILDREN": "1"}
    with (
        specialist_processes(delay=AGENT_SECONDS) as addresses,
        ServerProcess.coordinator(folder, addresses, **settings) as coordinator,
    ):
        async with open_channel(coordinator.address) as channel:
            house = House(coordinator.address, channel, folder)
            sessions = await ready_sessions(house, count)
            before = processor_shares(coordinator.pid)
            async with Peak(psutil.Process(coordinator.pid)) as peak:
                begun = time.monotonic()
                runs = await asyncio.gather(*(carry_out(house, session) for session in sessions))
                seconds = time.monotonic() - begun
            after = processor_shares(coordinator.pid)
    over = sorted(taken - AGENT_SECONDS for _, taken in runs)
    figures.exactly(f"of {count} runs at once failed", sum(state != Run.STATE_SUCCEEDED for state, _ in runs), 0)
    figures.note("runs a second", f"{count / seconds:.0f}")
    figures.note("over the agents' time, median", f"{percentile(over, 0.5):.2f} s")
    figures.at_most("memory of the coordinator, highest", peak.megabytes, 250.0, "MB")
    for name, spent in after.items():
        figures.note(f"processor, {name}", f"{spent - before[name]:.1f} s")
    return over


def processor_shares(coordinator: int) -> dict[str, float]:
    """Seconds so far, of everybody who has a part in it."""
    me = psutil.Process()
    return {
        "the coordinator": sum(psutil.Process(coordinator).cpu_times()[:2]),
        "the four specialists": sum(sum(c.cpu_times()[:2]) for c in me.children() if c.pid != coordinator),
        "the caller": sum(me.cpu_times()[:2]),
    }


async def ready_sessions(house: House, count: int) -> list[str]:
    """With a paper each."""
    turns = asyncio.Semaphore(MAKING)

    async def make() -> str:
        async with turns:
            session = await house.session()
            await house.upload(session, "drawing.md", DRAWING)
            return session

    return await asyncio.gather(*(make() for _ in range(count)))


async def carry_out(house: House, session: str) -> tuple[Run.State.ValueType, float]:
    """A run as its caller sees it: from the call to the last event, in seconds."""
    begun = time.monotonic()
    started = await house.runs.StartRun(StartRunRequest(parent=session), timeout=120)
    state = started.run.state
    async for answer in house.runs.WatchRun(WatchRunRequest(name=started.run.name), timeout=120):
        state = answer.event.run_state.state or state
    return state, time.monotonic() - begun
