"""A process that is asked to end does so in time, whatever hangs."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import grpc
import pytest

from buildplan.v1.run_service_pb2 import GetRunRequest, StartRunRequest
from services.runtime.ending import longest_end
from services.runtime.settings import ServerSettings
from tests.fakes.process import specialist_processes
from tests.integration.coordinator.house import House
from tests.integration.gateway.processes import ServerProcess
from tests.integration.postgres import Postgres

A_MOMENT = 3.0
HANGING = """
import asyncio, threading
from services.runtime.server import serve_until_signal
from services.runtime.settings import ServerSettings

async def main():
    serving = asyncio.create_task(serve_until_signal([], ServerSettings(drain_seconds=0)), name="server")
    hanging = asyncio.create_task(asyncio.to_thread(threading.Event().wait), name="waits")
    await asyncio.sleep(0.5)
    print("ready", flush=True)
    await serving

asyncio.run(main())
"""


def events(log: str) -> dict[str, dict[str, object]]:
    """The last line of each kind."""
    return {line["event"]: line for line in map(json.loads, log.splitlines())}


async def test_a_coordinator_whose_database_hangs_leaves_its_runs(own_postgres: Postgres, tmp_path: Path) -> None:
    settings = ServerSettings(drain_seconds=1.0)
    with specialist_processes(delay=30) as addresses:
        coordinator = ServerProcess.coordinator(
            tmp_path, addresses, BUILDPLAN_DATABASE=own_postgres.url(), BUILDPLAN_DRAIN_SECONDS="1"
        )
        coordinator.log = tmp_path / "log"
        with coordinator:
            async with grpc.aio.insecure_channel(coordinator.address) as channel:
                house = House(coordinator.address, channel, tmp_path)
                parent = await house.session_with_papers()
                run = (await house.runs.StartRun(StartRunRequest(parent=parent))).run
                with own_postgres.hung():
                    reading = asyncio.ensure_future(house.runs.GetRun(GetRunRequest(name=run.name)))
                    await asyncio.sleep(0.5)
                    begun = time.monotonic()
                    code = await asyncio.to_thread(coordinator.end)
                    taken = time.monotonic() - begun
                with pytest.raises(grpc.aio.AioRpcError):
                    await reading
    told = events((tmp_path / "log").read_text())
    assert code == 1
    assert taken < longest_end(settings) + A_MOMENT
    assert told["leases end by themselves"]["runs"] == [run.name]
    assert "store-writer" in str(told["ended before everything was finished"]["threads"])


def test_a_server_with_a_thread_that_hangs_says_so_and_ends() -> None:
    command = [sys.executable, "-c", HANGING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "ready\n":
            pass
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(20) == 1
    assert time.monotonic() - begun < longest_end(ServerSettings(drain_seconds=0)) + A_MOMENT
    assert "ended before everything was finished" in rest
    assert "asyncio_0" in rest
