"""How soon watchers learn of a status change: `python -m benchmarks.watchers`.

A RunService on a socket with an SQLite file at synchronous=FULL, four fake specialists in processes of their own, and
the watchers in another process. The time is from the event's own to its arrival, for events that happened after every
watcher had come; beside it stands the same for one watcher.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import grpc

from benchmarks.coordinator import coordinator
from buildplan.v1.run_service_pb2 import StartRunRequest, WatchRunRequest
from buildplan.v1.run_service_pb2_grpc import RunServiceStub, add_RunServiceServicer_to_server
from cli.output import buffer_stdout
from services.coordinator.servicers.runs import RunServicer
from services.runtime import event_loop
from services.runtime.channels import open_channel
from services.runtime.logs import configure_logs
from tests.fakes.process import AGENTS, SpecialistProcess
from tests.fakes.sessions import add_session

AGENT_SECONDS = (5.3, 5.7, 6.1, 6.5)
STEPS = 15


async def watch(address: str, run: str, watchers: int) -> list[float]:
    """Milliseconds of every event at every watcher, over one channel."""
    channel = open_channel(address)
    stub = RunServiceStub(channel)
    arrivals: list[tuple[float, float]] = []
    come: list[float] = []

    async def one() -> None:
        first = True
        async for response in stub.WatchRun(WatchRunRequest(name=run)):
            now = time.time()
            arrivals.append((response.event.create_time.ToNanoseconds() / 1e9, now))
            if first:
                come.append(now)
                first = False

    await asyncio.gather(*(one() for _ in range(watchers)))
    await channel.close()
    return [1000 * (arrived - happened) for happened, arrived in arrivals if happened > max(come)]


async def in_another_process(module: str, *arguments: object) -> list[float]:
    """The list that a module prints."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    ended = await asyncio.to_thread(subprocess.run, command, stdout=subprocess.PIPE, check=True)
    delays: list[float] = json.loads(ended.stdout)
    return delays


async def measure(addresses: dict[str, str], folder: Path, watchers: int) -> list[float]:
    """One run with watchers in a process of their own."""
    async with coordinator(addresses, folder, 32) as (runs, store):
        server = grpc.aio.server()
        add_RunServiceServicer_to_server(RunServicer(runs), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        run, _ = await runs.start(StartRunRequest(parent=await add_session(store, f"s{watchers}")))
        delays = await in_another_process("benchmarks.watchers", "--watch", f"127.0.0.1:{port}", run.name, watchers)
        await server.stop(None)
    return delays


def report(watchers: int, delays: list[float]) -> None:
    p99 = sorted(delays)[int(0.99 * len(delays))]
    print(
        f"{watchers:4} watchers: {len(delays)} arrivals, median {statistics.median(delays):6.1f} ms, p99 {p99:6.1f} ms"
    )


async def main_async(watchers: int) -> None:
    pairs = zip(AGENTS, AGENT_SECONDS, strict=True)
    processes = [SpecialistProcess(agent, delay=seconds, steps=STEPS) for agent, seconds in pairs]
    try:
        addresses = {process.agent: process.address for process in processes}
        for count in (1, watchers):
            with tempfile.TemporaryDirectory() as folder:
                report(count, await measure(addresses, Path(folder), count))
    finally:
        for process in processes:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--watch", nargs=3, metavar=("ADDRESS", "RUN", "COUNT"))
    arguments = parser.parse_args()
    configure_logs("benchmark", "warning", "text")
    buffer_stdout()
    if arguments.watch:
        address, run, count = arguments.watch
        print(json.dumps(event_loop.run(watch(address, run, int(count)))))
        return
    event_loop.run(main_async(arguments.watchers))
    print("from a status change to a watcher with 200 watchers: p99 under 30 ms is wanted")


if __name__ == "__main__":
    main()
