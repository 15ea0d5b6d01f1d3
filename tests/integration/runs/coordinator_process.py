"""A coordinator's runs in a process that may be killed: continues what it finds, and starts runs when told to."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

import structlog

from buildplan.v1.run_service_pb2 import StartRunRequest
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from services.coordinator.runs.specialists import Specialists
from services.coordinator.store import Store
from tests.fakes.sessions import FakeSessions, add_session


async def carry_on(database: str, addresses: dict[str, str], lease: float, run: str) -> None:
    """Starts a run in each new session that is named on stdin and prints its name, until SIGTERM.

    With `run` prints that run's end state when it has ended.
    """
    store = await Store.open(database)
    specialists = Specialists.connect(addresses)
    runs = Runs(store, specialists, RunPolicy(lease=lease), FakeSessions().inputs())
    await runs.recover()
    if not run:
        await start_what_is_asked(runs, store)
        await runs.drain()
        await specialists.close()
        await store.close()
        return
    async for _ in runs.watch(run, 0):
        pass
    print((await runs.records.get(run)).state, flush=True)
    await runs.drain()
    await specialists.close()
    await store.close()


async def start_what_is_asked(runs: Runs, store: Store) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def serve() -> None:
        while session := (await reader.readline()).decode().strip():
            started, _ = await runs.start(StartRunRequest(parent=await add_session(store, session)))
            print(started.name, flush=True)

    serving = asyncio.create_task(serve())
    await stop.wait()
    serving.cancel()


def main() -> None:
    """Reads the command line."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    parser.add_argument("specialists", help="agent=host:port, joined by commas")
    parser.add_argument("--lease", type=float, default=15.0)
    parser.add_argument("--run", default="")
    arguments = parser.parse_args()
    addresses = dict(pair.split("=") for pair in arguments.specialists.split(","))
    asyncio.run(carry_on(arguments.database, addresses, arguments.lease, arguments.run))


if __name__ == "__main__":
    main()
