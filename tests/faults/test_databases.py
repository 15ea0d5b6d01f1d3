"""The database goes away under load, or has no room left."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import grpc
import pytest
from sqlalchemy.exc import IntegrityError

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import StartRunRequest
from services.runtime.channels import open_channel
from services.runtime.errors import Unavailable
from tests.fakes.sessions import add_session
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.faults.figures import Figures
from tests.integration.coordinator.house import House as Services
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.processes import ServerProcess
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import POLICY, House, open_house
from tests.integration.runs.test_database_outage import patient_events

T = TypeVar("T")
WORKERS, DISK_MIB = 8, 12


@pytest.mark.timeout(300)
async def test_postgresql_restarted_under_load(
    own_postgres: Postgres, fakes: dict[str, FakeSpecialist], figures: Figures
) -> None:
    restarts, ended, stopped = figures.sized(10, short=2), list[Run](), asyncio.Event()
    policy = replace(POLICY, lease=1.0, deadline=30.0)
    for fake in fakes.values():
        fake.behaviour = Behaviour(delay=0.1, steps=2)

    async def load(house: House, worker: int) -> None:
        number = 0
        while not stopped.is_set():
            number += 1
            ended.append(await carry_out(house, f"{worker}-{number}"))

    async with AsyncExitStack() as stack:
        pair = [await stack.enter_async_context(open_house(own_postgres.url(), fakes, policy)) for _ in range(2)]
        for house in pair:
            await house.runs.recover()
        workers = [asyncio.create_task(load(pair[worker % 2], worker)) for worker in range(WORKERS)]
        for _ in range(restarts):
            before = len(ended)
            await asyncio.to_thread(own_postgres.stop)
            await asyncio.to_thread(own_postgres.start)
            async with asyncio.timeout(30):
                while len(ended) < before + WORKERS // 2:
                    await asyncio.sleep(0.02)
        stopped.set()
        async with asyncio.timeout(30):
            await asyncio.gather(*workers)
    figures.note(f"{restarts} restarts, two coordinators", f"{len(ended)} runs")
    figures.exactly("runs that did not succeed", sum(run.state != Run.STATE_SUCCEEDED for run in ended), 0)


async def carry_out(house: House, session: str) -> Run:
    """One run from its session to its end, as a caller that repeats what is UNAVAILABLE."""
    name = f"sessions/{session}"
    await insist(lambda: add_once(house, session))
    request = StartRunRequest(parent=name, request_id="once")
    run, _ = await insist(lambda: house.runs.start(request))
    events = await patient_events(house, run.name)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return await insist(lambda: house.runs.records.get(run.name))


async def add_once(house: House, session: str) -> None:
    """A session; one that an unheard commit has stored is there already."""
    try:
        await add_session(house.store, session)
    except IntegrityError:
        return


async def insist(work: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await work()
        except Unavailable:
            await asyncio.sleep(0.05)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(folder)]
    if not mount or os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run([str(shutil.which("umount")), str(folder)], check=True)


async def test_a_full_disk(small_disk: Path, fakes: dict[str, FakeSpecialist], figures: Figures) -> None:
    """The disk fills with other things in the middle of the work, and is cleared again."""
    addresses = {agent: fake.address for agent, fake in fakes.items()}
    with ServerProcess.coordinator(small_disk, addresses) as coordinator:
        async with open_channel(coordinator.address) as channel:
            house = Services(coordinator.address, channel, small_disk)
            session = await house.session()
            await house.upload(session, "drawing.md", DRAWING)
            ballast = fill(small_disk)
            refusals = [await refusal(house, session, number) for number in range(figures.sized(50, short=5))]
            runs = [await refusal_of_a_run(house, session)]
            ballast.unlink()
            run = await house.run(session)
        coordinator.end()
        coordinator.start()
    with closing(sqlite3.connect(small_disk / "buildplan.db")) as database:
        whole = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    clear = [error for error in refusals + runs if error is not None and is_clear(error)]
    figures.note("calls that the full disk refused", f"{len(refusals + runs)}")
    figures.exactly("refusals that do not say why in words", len(refusals + runs) - len(clear), 0)
    figures.exactly("database whole afterwards", int(whole), 1)
    figures.exactly("runs that succeed once there is room", int(run.state == Run.STATE_SUCCEEDED), 1)


def fill(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return ballast


async def refusal(house: Services, session: str, number: int) -> grpc.aio.AioRpcError | None:
    try:
        await house.upload(session, f"large{number}.md", DRAWING * 2000)
    except grpc.aio.AioRpcError as error:
        return error
    return None


async def refusal_of_a_run(house: Services, session: str) -> grpc.aio.AioRpcError | None:
    try:
        await house.run(session)
    except grpc.aio.AioRpcError as error:
        return error
    return None


def is_clear(error: grpc.aio.AioRpcError) -> bool:
    details = (error.details() or "").lower()
    return error.code() is grpc.StatusCode.UNAVAILABLE and ("full" in details or "space" in details)
