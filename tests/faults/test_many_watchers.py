"""A thousand watchers of one run, one of whom stops reading."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from buildplan.v1.run_service_pb2 import StartRunRequest
from services.runtime.channels import open_channel
from tests.fakes.process import AGENTS, SpecialistProcess
from tests.faults.figures import Figures, percentile
from tests.faults.processes import megabytes
from tests.integration.coordinator.house import House
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.processes import ServerProcess

STEPS = 12


@pytest.mark.timeout(180)
async def test_many_watchers_one_stalled(tmp_path: Path, figures: Figures) -> None:
    count, seconds = figures.sized(1000, short=40), figures.sized(20, short=6)
    with ExitStack() as running:
        agents = [
            SpecialistProcess(agent, delay=seconds + 0.3 * place, steps=STEPS) for place, agent in enumerate(AGENTS)
        ]
        for agent in agents:
            running.callback(agent.kill)
        addresses = {agent.agent: agent.address for agent in agents}
        coordinator = running.enter_context(ServerProcess.coordinator(tmp_path, addresses))
        measured = psutil.Process(coordinator.pid)
        run = await started(coordinator.address, tmp_path)
        stalled = await watchers(coordinator.address, run, 1)
        others = await watchers(coordinator.address, run, count - 1)
        await asyncio.sleep(seconds / 2)
        stalled.send_signal(signal.SIGSTOP)
        before = megabytes(measured)
        output, _ = await others.communicate()
        growth = 100 * (megabytes(measured) - before) / before
        stalled.kill()
        await stalled.communicate()
    delays: list[float] = json.loads(output)
    figures.note(f"arrivals of events at {count - 1} watchers, one beside them stalled", f"{len(delays)}")
    figures.at_most("from an event to a watcher, median", percentile(delays, 0.5), 150, "ms")
    figures.at_most("from an event to a watcher, p99", percentile(delays, 0.99), 150, "ms")
    figures.at_most(f"growth of the coordinator's {before:.0f} MB", growth, 5, "%")


async def started(address: str, folder: Path) -> str:
    async with open_channel(address) as channel:
        house = House(address, channel, folder)
        session = await house.session()
        await house.upload(session, "drawing.md", DRAWING)
        return (await house.runs.StartRun(StartRunRequest(parent=session))).run.name


async def watchers(address: str, run: str, count: int) -> Process:
    """So many in one process, which says at the end how many milliseconds each event took."""
    command = [sys.executable, "-m", "benchmarks.watchers", "--watch", address, run, str(count)]
    return await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
