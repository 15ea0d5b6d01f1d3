"""A coordinator's runs in a process that may be killed: continues what it finds, and starts a run when told to."""

from __future__ import annotations

import argparse
import asyncio
import sys

import structlog

from buildplan.v1.run_service_pb2 import StartRunRequest
from services.coordinator.runs.policy import RunPolicy
from services.coordinator.runs.runs import Runs
from services.coordinator.runs.specialists import Specialists
from services.coordinator.store import Store
from tests.fakes.sessions import FakeSessions, add_session


async def carry_on(database: str, addresses: dict[str, str], session: str, run: str) -> None:
    """With `session` starts a run and prints its name; with `run` prints that run's end state when it has ended."""
    store = await Store.open(database)
    specialists = Specialists.connect(addresses)
    runs = Runs(store, specialists, RunPolicy(), FakeSessions().inputs())
    await runs.recover()
    if session:
        started, _ = await runs.start(StartRunRequest(parent=await add_session(store, session)))
        print(started.name, flush=True)
        await asyncio.Event().wait()
    async for _ in runs.watch(run, 0):
        pass
    print((await runs.get(run)).state, flush=True)
    await runs.drain()
    await specialists.close()
    await store.close()


def main() -> None:
    """Reads the command line."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    parser.add_argument("specialists", help="agent=host:port, joined by commas")
    parser.add_argument("--session", default="")
    parser.add_argument("--run", default="")
    arguments = parser.parse_args()
    addresses = dict(pair.split("=") for pair in arguments.specialists.split(","))
    asyncio.run(carry_on(arguments.database, addresses, arguments.session, arguments.run))


if __name__ == "__main__":
    main()
