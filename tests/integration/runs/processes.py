"""Coordinators' runs in processes of their own, which may be killed, stopped and drained."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.fakes.specialist import FakeSpecialist


@asynccontextmanager
async def coordinator(
    url: str, specialists: Mapping[str, FakeSpecialist | str], *options: str
) -> AsyncIterator[Process]:
    """A process that carries out runs in the database at `url`, killed at the end; see `coordinator_process`.

    Specialists are fakes, or the addresses of others.
    """
    places = {agent: it if isinstance(it, str) else it.address for agent, it in specialists.items()}
    addresses = ",".join(f"{agent}={address}" for agent, address in places.items())
    command = [sys.executable, "-m", "tests.integration.runs.coordinator_process", url, addresses, *options]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def start(process: Process, session: str) -> str:
    """Starts a run in a new session; its name."""
    assert process.stdin is not None
    process.stdin.write(f"{session}\n".encode())
    return await line(process)


async def line(process: Process) -> str:
    """What the process prints next."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
