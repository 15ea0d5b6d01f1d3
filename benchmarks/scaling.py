"""How runs grow with coordinators on one PostgreSQL, and what one more replica costs: `python -m benchmarks.scaling`.

Coordinators and fake specialists are processes of their own. With agents that wait a coordinator is bounded by how many
runs it may carry; with agents of no time all of them share the machine's processors, and the database's disk.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import StartRunRequest
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from services.coordinator.runs.specialists import Specialists
from services.coordinator.store import Store
from services.runtime import event_loop
from services.runtime.logs import configure_logs
from tests.fakes.process import AGENTS, SpecialistProcess
from tests.fakes.sessions import FakeSessions, add_session
from tests.integration.postgres import Postgres, running_postgres

CARRIED, AGENT_SECONDS = 8, 0.2


async def work(url: str, addresses: Mapping[str, str], name: str, total: int, carried: int) -> None:
    """One coordinator: says when it is ready, carries out its runs when told to, says its processor time."""
    store = await Store.open(url)
    specialists = Specialists.connect(addresses)
    runs = Runs(store, specialists, RunPolicy(runs_in_flight=carried), FakeSessions().inputs())
    await runs.recover()
    sessions = await asyncio.gather(*(add_session(store, f"{name}-{number}") for number in range(total)))
    turns = asyncio.Semaphore(carried)

    async def one(session: str) -> None:
        async with turns:
            run, _ = await runs.start(StartRunRequest(parent=session))
            async for event in runs.watch(run.name, 0):
                last = event.run_state
            assert last.state == Run.STATE_SUCCEEDED, last

    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    before = time.process_time()
    await asyncio.gather(*map(one, sessions))
    print(time.process_time() - before, flush=True)
    await runs.drain()
    await specialists.close()
    await store.close()


@asynccontextmanager
async def coordinator(url: str, addresses: Mapping[str, str], *options: object) -> AsyncIterator[Process]:
    at = ",".join(f"{agent}={address}" for agent, address in addresses.items())
    command = [sys.executable, "-m", "benchmarks.scaling", "--work", url, at, *map(str, options)]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        yield process
    finally:
        assert await process.wait() == 0


async def measure(url: str, addresses: Mapping[str, str], count: int, total: int, carried: int) -> tuple[float, float]:
    """Runs a second of `count` coordinators with `total` runs each, and their processor seconds for each run."""
    async with AsyncExitStack() as stack:
        made = [
            await stack.enter_async_context(coordinator(url, addresses, f"c{time.time_ns()}-{place}", total, carried))
            for place in range(count)
        ]
        for process in made:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        begun = time.perf_counter()
        for process in made:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        used = [float(await process.stdout.readline()) for process in made if process.stdout is not None]
        return count * total / (time.perf_counter() - begun), sum(used) / (count * total)


async def growth(server: Postgres, delay: float, carried: int, total: int) -> None:
    with ExitStack() as stack:
        processes = [SpecialistProcess(agent, delay=delay) for agent in AGENTS]
        for process in processes:
            stack.callback(process.kill)
        addresses = {process.agent: process.address for process in processes}
        print(f"agents of {delay:g} s, {carried} runs carried by each coordinator")
        first = 0.0
        for count in (1, 2, 4):
            rate, used = await measure(server.create_database(f"d{time.time_ns()}"), addresses, count, total, carried)
            first = first or rate
            processor = f"{1000 * used:5.2f} ms of processor for each run"
            print(f"  {count} coordinators: {rate:4.0f} runs/s, {rate / first:.2f} of one; {processor}")


async def replicas(server: Postgres, total: int) -> None:
    print(f"one coordinator, {CARRIED} runs at once, agents of {AGENT_SECONDS:g} s, replicas of each agent")
    for count in (1, 2, 3):
        with ExitStack() as stack:
            groups = {agent: [SpecialistProcess(agent, delay=AGENT_SECONDS) for _ in range(count)] for agent in AGENTS}
            for process in (process for group in groups.values() for process in group):
                stack.callback(process.kill)
            addresses = {agent: "+".join(process.address for process in group) for agent, group in groups.items()}
            url = server.create_database(f"d{time.time_ns()}")
            rate, seconds = await measure(url, addresses, 1, total, CARRIED)
        print(f"  {count}: {1000 * seconds:5.2f} ms of the coordinator's processor for each run, {rate:.0f} runs/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="of each coordinator")
    parser.add_argument("--work", nargs=5, metavar=("URL", "SPECIALISTS", "NAME", "TOTAL", "CARRIED"))
    arguments = parser.parse_args()
    if arguments.work:
        configure_logs("benchmark", "error", "text")
        url, at, name, total, carried = arguments.work
        event_loop.run(work(url, dict(pair.split("=") for pair in at.split(",")), name, int(total), int(carried)))
        return
    with running_postgres() as server:
        asyncio.run(growth(server, AGENT_SECONDS, CARRIED, arguments.runs))
        asyncio.run(growth(server, 0.0, 4 * CARRIED, arguments.runs))
        asyncio.run(replicas(server, arguments.runs))


if __name__ == "__main__":
    main()
