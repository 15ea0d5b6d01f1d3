"""Runs with more coordinators on one PostgreSQL, and with more replicas of the agents: `python -m benchmarks.scaling`.

Coordinators and fake specialists are processes of their own. After a moment to warm up, finished runs are counted for
some seconds, so that no measurement takes longer than that and its start. With agents that wait, a coordinator is
bounded by how many runs it may carry; with agents of no time all share the machine's processors and the disk.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, fields

from benchmarks.coordinator import one_run
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from services.coordinator.runs.specialists import Specialists
from services.coordinator.store import Store
from services.runtime import event_loop
from services.runtime.collector import settle
from services.runtime.logs import configure_logs
from tests.fakes.process import AGENTS, SpecialistProcess
from tests.fakes.sessions import FakeSessions, add_session
from tests.integration.postgres import Postgres, running_postgres

WARM_UP_SECONDS = 2.5
MOST_RUNS = 1_000
START_SECONDS, END_SECONDS = 60.0, 30.0


@dataclass(frozen=True)
class Load:
    """What one coordinator does."""

    url: str
    specialists: str
    name: str
    seconds: float
    carried: int

    def words(self) -> list[str]:
        """For the command line."""
        return [str(getattr(self, field.name)) for field in fields(self)]

    @staticmethod
    def of(words: list[str]) -> Load:
        """From the command line."""
        url, specialists, name, seconds, carried = words
        return Load(url, specialists, name, float(seconds), int(carried))


@dataclass(frozen=True)
class Found:
    """Finished runs a second of all coordinators, and their processor time for each run in milliseconds."""

    rate: float
    processor: float


async def work(load: Load) -> None:
    """One coordinator: says when it is ready, carries out runs when told to, says how many and its processor time."""
    store = await Store.open(load.url)
    specialists = Specialists.connect(dict(pair.split("=") for pair in load.specialists.split(",")))
    runs = Runs(store, specialists, RunPolicy(runs_in_flight=load.carried), FakeSessions().inputs())
    await runs.recover()
    sessions = await asyncio.gather(*(add_session(store, f"{load.name}-{number}") for number in range(MOST_RUNS)))
    finished = 0

    async def carry_on(number: int) -> None:
        """Runs one after another; carriers begin one after another too, so that runs do not end in waves."""
        nonlocal finished
        await asyncio.sleep(number / load.carried)
        while True:
            await one_run(runs, sessions.pop())
            finished += 1

    settle()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    async with asyncio.TaskGroup() as group:
        carriers = [group.create_task(carry_on(number)) for number in range(load.carried)]
        await asyncio.sleep(WARM_UP_SECONDS)
        before, used = finished, time.process_time()
        await asyncio.sleep(load.seconds)
        print(finished - before, time.process_time() - used, flush=True)
        for carrier in carriers:
            carrier.cancel()
    await runs.drain()
    await specialists.close()
    await store.close()


@asynccontextmanager
async def coordinator(load: Load) -> AsyncIterator[Process]:
    """A process with this load, ended with the block whatever happens in it."""
    command = [sys.executable, "-m", "benchmarks.scaling", "--work", *load.words()]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        yield process
        async with asyncio.timeout(END_SECONDS):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def said(process: Process, seconds: float) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(seconds):
        line = await process.stdout.readline()
    assert line, "a coordinator ended before its time"
    return line.decode().strip()


async def measure(loads: list[Load]) -> Found:
    async with AsyncExitStack() as stack:
        made = [await stack.enter_async_context(coordinator(load)) for load in loads]
        for process in made:
            assert await said(process, START_SECONDS) == "ready"
        for process in made:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        patience = WARM_UP_SECONDS + loads[0].seconds + END_SECONDS
        told = [(await said(process, patience)).split() for process in made]
    finished = sum(int(count) for count, _ in told)
    used = sum(float(seconds) for _, seconds in told)
    return Found(finished / loads[0].seconds, 1000 * used / max(finished, 1))


@contextmanager
def specialists(delay: float, replicas: int) -> Iterator[str]:
    """Each agent's replicas, as a coordinator is told of them."""
    with ExitStack() as stack:
        groups = {agent: [SpecialistProcess(agent, delay=delay) for _ in range(replicas)] for agent in AGENTS}
        for process in (process for group in groups.values() for process in group):
            stack.callback(process.kill)
        yield ",".join(f"{agent}={'+'.join(one.address for one in group)}" for agent, group in groups.items())


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    title: str
    coordinators: int = 1
    delay: float = 0.0
    carried: int = 32
    replicas: int = 1

    def found(self, server: Postgres, seconds: float) -> Found:
        """Measures it on a database of its own."""
        url = server.create_database(f"d{time.time_ns()}")
        with specialists(self.delay, self.replicas) as at:
            names = (f"c{number}" for number in range(self.coordinators))
            return asyncio.run(measure([Load(url, at, name, seconds, self.carried) for name in names]))


CASES = (
    *(Case(f"{count} coordinators, agents of 1 s, 8 runs each", count, 1.0, 8) for count in (1, 2, 4)),
    *(Case(f"{count} coordinators, agents of no time", count) for count in (1, 2, 4)),
    *(Case(f"{count} replicas of each agent of 0.2 s, 8 runs", 1, 0.2, 8, count) for count in (1, 2, 3)),
)


def spread(numbers: list[float]) -> str:
    return f"{statistics.median(numbers):7.1f} ({min(numbers):.1f} to {max(numbers):.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="that runs are counted for")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="cases with this in their title")
    parser.add_argument("--work", nargs=len(fields(Load)), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    configure_logs("benchmark", "error", "text")
    if arguments.work:
        event_loop.run(work(Load.of(arguments.work)))
        return
    cases = [case for case in CASES if arguments.only in case.title]
    founds: Mapping[Case, list[Found]] = {case: [] for case in cases}
    with running_postgres() as server:
        for _ in range(arguments.rounds):
            for case in cases:
                founds[case].append(case.found(server, arguments.seconds))
    print(f"median of {arguments.rounds} rounds (least to most): runs a second; coordinators' processor for a run, ms")
    for case, found in founds.items():
        print(f"{case.title:<53}{spread([it.rate for it in found]):>25}{spread([it.processor for it in found]):>25}")


if __name__ == "__main__":
    main()
