"""Writes until it is killed, and prints the number of each write that was acknowledged: `URL` is its argument."""

from __future__ import annotations

import asyncio
import itertools
import sys

import structlog

from services.coordinator.store import Store
from tests.integration.store.examples import add_session

WRITERS = 16


async def write(store: Store, numbers: itertools.count[int]) -> None:
    for number in numbers:
        await add_session(store, f"sessions/s{number}")
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


async def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    store = await Store.open(sys.argv[1])
    numbers = itertools.count()
    await asyncio.gather(*(write(store, numbers) for _ in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(main())
