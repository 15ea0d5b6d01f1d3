"""Two coordinators for all tests here: one with the real specialists, one with specialists that do as told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.process import AGENTS
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.coordinator.house import House, offline_specialists, open_house


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with (
        offline_specialists() as specialists,
        open_house(tmp_path_factory.mktemp("house"), specialists) as opened,
    ):
        yield opened


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[House, dict[str, FakeSpecialist]]]:
    fakes = {agent: await FakeSpecialist(agent).start() for agent in AGENTS}
    addresses = {agent: fake.address for agent, fake in fakes.items()}
    async with open_house(tmp_path_factory.mktemp("told"), addresses) as opened:
        yield opened, fakes
    for fake in fakes.values():
        await fake.stop()


@pytest.fixture
def fake_house(told: tuple[House, dict[str, FakeSpecialist]]) -> House:
    return told[0]


@pytest.fixture
def fakes(told: tuple[House, dict[str, FakeSpecialist]]) -> dict[str, FakeSpecialist]:
    for fake in told[1].values():
        fake.behaviour = Behaviour()
    return told[1]
