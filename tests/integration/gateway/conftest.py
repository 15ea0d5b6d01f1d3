"""A gateway for all tests here, before a coordinator with the real specialists on the offline engine."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.coordinator.house import offline_specialists, open_house
from tests.integration.gateway.web import Web, open_web


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def web(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Web]:
    async with (
        offline_specialists() as specialists,
        open_house(tmp_path_factory.mktemp("house"), specialists) as house,
        open_web(house) as opened,
    ):
        yield opened
