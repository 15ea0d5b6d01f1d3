"""A watcher whose network swallows everything: it cannot say that it has gone."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import grpc
import pytest

from buildplan.v1.run_service_pb2 import StartRunRequest, WatchRunRequest
from buildplan.v1.run_service_pb2_grpc import RunServiceStub
from services.coordinator.runs.policy import RunPolicy
from services.runtime.remote import read_error
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.faults.figures import Figures
from tests.faults.proxy import Proxy
from tests.integration.coordinator.house import House, open_house
from tests.integration.coordinator.papers import DRAWING


async def test_a_vanished_watcher_counts_no_more(tmp_path: Path, figures: Figures) -> None:
    if not figures.full:
        pytest.skip("a server looks for silent clients every 30 s")
    async with (
        FakeSpecialist("qma", Behaviour(hang=True)) as fake,
        open_house(tmp_path, {"qma": fake.address}, RunPolicy(), streams_per_caller=1) as house,
        Proxy(house.address) as proxy,
        grpc.aio.insecure_channel(proxy.address) as channel,
    ):
        session = await house.session()
        await house.upload(session, "drawing.md", DRAWING)
        run = (await house.runs.StartRun(StartRunRequest(parent=session))).run.name
        await RunServiceStub(channel).WatchRun(WatchRunRequest(name=run)).read()
        proxy.blackhole()
        figures.at_most("until a vanished watcher's stream counts no more", await until_open(house, run), 45, "s")


async def until_open(house: House, run: str) -> float:
    """Seconds until the caller's only stream can be opened again."""
    begun = time.monotonic()
    async with asyncio.timeout(100):
        while True:
            call = house.runs.WatchRun(WatchRunRequest(name=run))
            try:
                await call.read()
            except grpc.aio.AioRpcError as error:
                if read_error(error).reason != "TOO_MANY_STREAMS":
                    raise
                await asyncio.sleep(0.2)
            else:
                call.cancel()
                return time.monotonic() - begun
