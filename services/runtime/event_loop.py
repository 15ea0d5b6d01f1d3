"""The event loop of every server here: uvloop's, and asyncio's own where uvloop has no wheel for the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from services.runtime.metrics import Gauge

TASKS = Gauge("buildplan_tasks", "Tasks of the event loop that have not ended.")
T = TypeVar("T")
KIND = "uvloop" if find_spec("uvloop") else "asyncio"
"""The package whose loop it is; servers log it."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs `main` to its end, as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=import_module(KIND).new_event_loop) as runner:
        loop = runner.get_loop()
        TASKS.follow(lambda: len(asyncio.all_tasks(loop)))
        return runner.run(main)
