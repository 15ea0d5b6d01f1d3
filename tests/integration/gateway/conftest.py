"""Two gateways for all tests here: before the real specialists, and before specialists that do as told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.process import AGENTS
from tests.fakes.specialist import FakeSpecialist
from tests.integration.coordinator.house import offline_specialists, open_house
from tests.integration.gateway.web import Told, Web, open_web


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def web(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Web]:
    async with (
        offline_specialists() as specialists,
        open_house(tmp_path_factory.mktemp("house"), specialists) as house,
        open_web(house) as opened,
    ):
        yield opened


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    fakes = {agent: await FakeSpecialist(agent).start() for agent in AGENTS}
    addresses = {agent: fake.address for agent, fake in fakes.items()}
    async with open_house(tmp_path_factory.mktemp("told"), addresses) as house, open_web(house) as opened:
        yield Told(opened, fakes)
    for fake in fakes.values():
        await fake.stop()
