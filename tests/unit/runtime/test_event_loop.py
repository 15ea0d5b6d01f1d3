"""Servers run on uvloop, and on asyncio's own loop where it is not installed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from importlib import reload

import pytest

from services.runtime import event_loop


@pytest.fixture(autouse=True)
def _as_installed() -> Iterator[None]:
    yield
    reload(event_loop)


async def running_loop() -> str:
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


def test_uvloop_is_used() -> None:
    assert (event_loop.KIND, event_loop.run(running_loop())) == ("uvloop", "uvloop")


def test_without_uvloop_asyncio_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    reload(event_loop)
    assert (event_loop.KIND, event_loop.run(running_loop())) == ("asyncio", "asyncio")
