"""What goes away and comes back: network, gateway, coordinator. The page recovers by itself and shows the truth."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import ListRunsRequest
from services.runtime.channels import open_channel
from tests.acceptance.browser.planner import Planner, planner_at
from tests.acceptance.browser.test_run import behave, ready_job, start
from tests.fakes.specialist import Behaviour
from tests.integration.coordinator.house import House
from tests.integration.coordinator.papers import DRAWING
from tests.integration.gateway.processes import ServerProcess
from tests.integration.gateway.web import Told

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.xdist_group("browser"), pytest.mark.timeout(180)]
LONG = Behaviour(delay=4, steps=40)
STEP = re.compile(r"step \d+ of 40", re.IGNORECASE)
LOST = re.compile("The connection is lost")


async def latest_run(house: House, session: str) -> Run:
    return (await house.runs.ListRuns(ListRunsRequest(parent=session))).runs[0]


async def has_every_event(planner: Planner, house: House, session: str) -> None:
    """No event is lost, doubled or out of order."""
    last = (await latest_run(house, session)).last_sequence
    assert await planner.sequences() == list(range(last, 0, -1))


async def test_a_lost_network_and_a_reload_cost_no_event(watcher: Planner, told: Told) -> None:
    behave(told, sca=LONG)
    job = await ready_job(told.web)
    await start(watcher, job)
    await expect(watcher.agent("sca")).to_contain_text(STEP)
    await watcher.page.context.set_offline(True)
    await asyncio.sleep(0.3)
    await watcher.page.context.set_offline(False)
    await expect(watcher.agent("sca")).to_contain_text(STEP)
    await watcher.page.reload()
    await watcher.has_ended("succeeded")
    await has_every_event(watcher, told.house, f"sessions/{job}")


async def test_a_killed_gateway_and_a_killed_coordinator_cost_no_event(
    browser: Browser, told: Told, tmp_path: Path
) -> None:
    behave(told, qma=LONG, sca=LONG)
    addresses = {agent: fake.address for agent, fake in told.fakes.items()}
    with (
        ServerProcess.coordinator(tmp_path, addresses) as coordinator,
        ServerProcess.gateway(coordinator.address) as gateway,
    ):
        async with open_channel(coordinator.address) as channel, planner_at(browser, gateway.address) as planner:
            house = House(coordinator.address, channel, tmp_path)
            session = await house.session()
            await house.upload(session, "drawing.md", DRAWING)
            await start(planner, session.removeprefix("sessions/"))
            await expect(planner.agent("qma")).to_contain_text(STEP)
            gateway.kill()
            await planner.sees(LOST)
            coordinator.kill()
            async with planner.page.expect_response(lambda answer: answer.status == 503):
                gateway.start()
            await planner.sees(LOST)
            coordinator.start()
            await planner.has_ended("succeeded")
            await expect(planner.page.locator("#lost")).to_be_hidden()
            await has_every_event(planner, house, session)
