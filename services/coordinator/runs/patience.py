"""A run waits while the database is away, and then goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.coordinator.store.errors import CommitUnknown, StoreUnavailable
from services.runtime.logs import get_logger

T = TypeVar("T")
AGAIN_SECONDS = 0.2
_log = get_logger()


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """`work()`, which may be done twice, again and again until the database carries it out."""
    waited = 0
    while True:
        try:
            return await work()
        except (StoreUnavailable, CommitUnknown) as error:
            if not waited:
                _log.warning("a run waits for the database", cause=error.message)
            waited += 1
        await asyncio.sleep(AGAIN_SECONDS)
