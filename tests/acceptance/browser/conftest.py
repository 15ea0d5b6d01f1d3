"""One browser for all tests here, and gateways for it: before the real specialists, and before obedient ones."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from services.coordinator.runs.policy import RunPolicy
from tests.acceptance.browser.planner import Planner, planner_at
from tests.fakes.process import AGENTS
from tests.fakes.specialist import FakeSpecialist
from tests.integration.coordinator.house import offline_specialists, open_house
from tests.integration.gateway.web import Told, Web, open_web

expect.set_options(timeout=20_000)  # A busy machine is no reason to fail.
_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-proxy-server"]


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def web(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Web]:
    async with (
        offline_specialists() as specialists,
        open_house(tmp_path_factory.mktemp("house"), specialists) as house,
        open_web(house) as opened,
    ):
        yield opened


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def told(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    fakes = {agent: await FakeSpecialist(agent).start() for agent in AGENTS}
    addresses = {agent: fake.address for agent, fake in fakes.items()}
    async with open_house(tmp_path_factory.mktemp("told"), addresses, RunPolicy()) as house, open_web(house) as opened:
        yield Told(opened, fakes)
    for fake in fakes.values():
        await fake.stop()


@pytest_asyncio.fixture(loop_scope="package")
async def planner(browser: Browser, web: Web) -> AsyncIterator[Planner]:
    async with planner_at(browser, web.address) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="package")
async def watcher(browser: Browser, told: Told) -> AsyncIterator[Planner]:
    async with planner_at(browser, told.web.address) as found:
        yield found
