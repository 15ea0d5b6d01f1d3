"""What group commit is worth: `python -m benchmarks.store [--database URL]`.

The unit is an event of a run with the state that it reports, as `runs.record` writes it. Many tasks commit it at once
through `Store.write`; against that, one connection with a commit each, on the same disk. SQLite syncs every commit.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.session_pb2 import Session
from services.coordinator.store import Store, runs, sessions
from services.coordinator.store.engines import open_writer, parse_url
from services.coordinator.store.leases import Lease
from services.runtime.logs import configure_logs

SESSION, FENCE, LEASE = "benchmark", 1, 3600.0
ROUNDS = 3


def event(now: datetime) -> RunEvent:
    """An agent's progress, as a run stores it."""
    status = AgentStatus(agent="qma", state=AgentStatus.STATE_RUNNING, attempt=1, max_attempts=3, engine="offline 1")
    status.message = "reading passages 120 of 400"
    status.start_time.FromDatetime(now)
    made = RunEvent(agent_status=status)
    made.create_time.FromDatetime(now)
    return made


def unit(tx: Connection, run: str) -> None:
    """What is measured."""
    runs.record(tx, SESSION, run, FENCE, [event(datetime.now(UTC))])


async def prepare(store: Store, writers: int) -> list[str]:
    """A session with a run for each writer; their ids."""
    now = datetime.now(UTC)
    await store.write(lambda tx: sessions.insert(tx, Session(name=f"sessions/{SESSION}"), "local", SESSION, now))
    ids = [f"r{now:%H%M%S%f}-{number}" for number in range(writers)]
    for identifier in ids:
        run = Run(name=f"sessions/{SESSION}/runs/{identifier}", agents=[AgentStatus(agent="qma")])
        await add_run(store, run, now)
    return ids


async def add_run(store: Store, run: Run, now: datetime) -> None:
    """A run that the benchmark owns under FENCE."""
    await store.write(lambda tx: runs.insert(tx, run, "", Lease("benchmark", LEASE, now)))


async def group_commit(url: str, writers: int, units: int) -> tuple[float, Sequence[float]]:
    """Units a second, and the seconds that each took."""
    store = await Store.open(url)
    ids = await prepare(store, writers)
    taken: list[float] = []

    async def write(run: str) -> None:
        for _ in range(units // writers):
            begun = time.perf_counter()
            await store.write(lambda tx: unit(tx, run))
            taken.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*map(write, ids))
    seconds = time.perf_counter() - begun
    await store.close()
    return len(taken) / seconds, taken


async def one_commit_each(url: str, units: int) -> float:
    """Units a second on one connection."""
    store = await Store.open(url)
    [run] = await prepare(store, 1)
    await store.close()
    return await asyncio.to_thread(_one_after_another, url, run, units)


def _one_after_another(url: str, run: str, units: int) -> float:
    engine = open_writer(parse_url(url))
    begun = time.perf_counter()
    for _ in range(units):
        with engine.begin() as connection:
            unit(connection, run)
    seconds = time.perf_counter() - begun
    engine.dispose()
    return units / seconds


async def measure(url: str, units: int) -> None:
    """Prints one line for each number of writers."""
    single = statistics.median([await one_commit_each(url, units // 10) for _ in range(ROUNDS)])
    print(f"one commit each, one connection : {single:8.0f} units/s")
    for writers in (1, 8, 64, 256):
        rounds = [await group_commit(url, writers, units if writers > 1 else units // 10) for _ in range(ROUNDS)]
        rate = statistics.median(rate for rate, _ in rounds)
        waits = sorted(wait for _, taken in rounds for wait in taken)
        p99 = waits[int(len(waits) * 0.99)] * 1000
        print(
            f"group commit, {writers:3} at once       : {rate:8.0f} units/s  x{rate / single:5.1f}  p99 {p99:6.1f} ms"
        )


def main() -> None:
    """Reads the arguments; a fresh SQLite file unless a database is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="an empty database, postgresql://… or sqlite:///…")
    parser.add_argument("--folder", type=Path, help="where the SQLite file is made; its disk is what is measured")
    parser.add_argument("--units", type=int, default=5000)
    arguments = parser.parse_args()
    configure_logs("benchmark", "warning", "text")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        asyncio.run(measure(arguments.database or f"sqlite:///{folder}/benchmark.db", arguments.units))


if __name__ == "__main__":
    main()
