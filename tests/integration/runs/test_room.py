"""A run's place is free as soon as anybody can hear of its end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.coordinator.runs.policy import RunPolicy
from tests.integration.runs.conftest import POLICY, House


@pytest.fixture
def policy() -> RunPolicy:
    return replace(POLICY, runs_in_flight=1)


async def test_who_hears_of_an_end_need_not_wait(house: House) -> None:
    for _ in range(20):
        run = await house.start()
        assert {status.message for status in run.agents} == {"waiting for its turn"}
        await house.events(run.name)
