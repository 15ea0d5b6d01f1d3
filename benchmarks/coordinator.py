"""What runs cost over their specialists: `python -m benchmarks.coordinator`.

Four fake specialists in processes of their own; runs go through `Runs` with an SQLite file at synchronous=FULL.
Each figure stands beside the bare fan-out measured in the same run, because machines differ.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks import fan_out
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import StartRunRequest
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from services.coordinator.runs.specialists import Specialists
from services.coordinator.store import Store
from services.runtime import event_loop
from services.runtime.collector import settle
from services.runtime.logs import configure_logs
from tests.fakes.process import specialist_processes
from tests.fakes.sessions import FakeSessions, add_session

AGENT_SECONDS = 0.2


@asynccontextmanager
async def coordinator(addresses: Mapping[str, str], folder: Path, at_once: int) -> AsyncIterator[tuple[Runs, Store]]:
    store = await Store.open(f"sqlite:///{folder / 'runs.db'}")
    specialists = Specialists.connect(addresses)
    runs = Runs(store, specialists, RunPolicy(runs_in_flight=at_once), FakeSessions().inputs())
    await runs.recover()
    settle()
    try:
        yield runs, store
    finally:
        await runs.drain()
        await specialists.close()
        await store.close()


async def one_run(runs: Runs, session: str) -> float:
    """Seconds from the call of start to the last event at a watcher."""
    begun = time.perf_counter()
    run, _ = await runs.start(StartRunRequest(parent=session))
    last = Run()
    async for event in runs.watch(run.name, 0):
        last = event.run_state
    seconds = time.perf_counter() - begun
    assert last.state == Run.STATE_SUCCEEDED, last
    return seconds


async def latency(folder: Path, rounds: int) -> None:
    """Agents of 0.2 s: faster than one after another, and the coordinator's own time."""
    with specialist_processes(delay=AGENT_SECONDS) as addresses:
        bare = Specialists.connect(addresses)
        await fan_out.fan_out(bare)
        sequential = statistics.median([await fan_out.one_after_another(bare) for _ in range(3)])
        async with coordinator(addresses, folder, 32) as (runs, store):
            sessions = [await add_session(store, f"slow{number}") for number in range(rounds + 1)]
            await one_run(runs, sessions.pop())
            pairs = [(await fan_out.fan_out(bare), await one_run(runs, session)) for session in sessions]
        await bare.close()
    plain, stored = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"four agents of {AGENT_SECONDS} s: one after another {sequential:.3f} s, a run {stored:.3f} s")
    print(f"  times faster           {sequential / stored:8.2f}   (at least 3.8)")
    print(f"  own time, median       {1000 * (stored - AGENT_SECONDS):8.1f} ms (under 12)")
    print(f"  bare fan-out, median   {1000 * (plain - AGENT_SECONDS):8.1f} ms")


async def throughput(folder: Path, total: int, at_once: int) -> None:
    """Agents of no time, many runs at once."""
    with specialist_processes() as addresses:
        before = await fan_out.rate(addresses, total, at_once)
        async with coordinator(addresses, folder, at_once) as (runs, store):
            sessions = await asyncio.gather(*(add_session(store, f"quick{number}") for number in range(total + 1)))
            await one_run(runs, sessions.pop())
            turns = asyncio.Semaphore(at_once)

            async def one(session: str) -> None:
                async with turns:
                    await one_run(runs, session)

            begun = time.perf_counter()
            await asyncio.gather(*map(one, sessions))
            rate = total / (time.perf_counter() - begun)
        after = await fan_out.rate(addresses, total, at_once)
    bare = (before + after) / 2
    print(f"agents of no time, {at_once} runs at once: {total} runs")
    print(f"  runs a second          {rate:8.0f}   (at least 200)")
    print(f"  bare fan-outs a second {bare:8.0f}")
    print(f"  ratio                  {rate / bare:8.2f}   (at least 0.35)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--total", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--only", choices=("latency", "throughput"))
    arguments = parser.parse_args()
    configure_logs("benchmark", "warning", "text")
    with tempfile.TemporaryDirectory() as folder:
        if arguments.only != "throughput":
            event_loop.run(latency(Path(folder), arguments.rounds))
        if arguments.only != "latency":
            event_loop.run(throughput(Path(folder), arguments.total, arguments.at_once))


if __name__ == "__main__":
    main()
