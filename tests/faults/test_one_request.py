"""The same StartRun from many callers at once, on one coordinator and on two."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from buildplan.v1.run_service_pb2 import StartRunRequest
from services.runtime.errors import AlreadyExists
from tests.fakes.sessions import add_session
from tests.fakes.specialist import FakeSpecialist
from tests.faults.figures import Figures
from tests.integration.postgres import Postgres
from tests.integration.runs.conftest import POLICY, House, open_house

CALLS = 100


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Sequence[str]:
    """The database of each coordinator: one on SQLite, two on PostgreSQL."""
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path / 'store.db'}"]
    server: Postgres = request.getfixturevalue("postgres")
    return [server.create_database(uuid.uuid4().hex)] * 2


async def test_one_request_id(urls: Sequence[str], fakes: dict[str, FakeSpecialist], figures: Figures) -> None:
    async with AsyncExitStack() as stack:
        houses = [await stack.enter_async_context(open_house(url, fakes, POLICY)) for url in urls]
        session = await add_session(houses[0].store)
        same = StartRunRequest(parent=session, request_id="order-1")
        other = StartRunRequest(parent=session, request_id="order-1", agents=["qma"])
        runs = await asyncio.gather(*(house.runs.start(same) for house in houses for _ in range(CALLS // len(houses))))
        refused = await asyncio.gather(*(is_refused(house, other) for house in houses))
        await houses[0].events(runs[0][0].name)
        calls = houses[0].calls()
        listed = await houses[0].runs.records.list_(session)
    figures.note("callers at once, coordinators", f"{len(runs)}, {len(houses)}")
    figures.exactly("runs that were started", len(listed), 1)
    figures.exactly("different runs that were answered", len({run.name for run, _ in runs}), 1)
    figures.exactly("calls of each agent", max(calls.values()), 1)
    figures.exactly("coordinators that refuse changed parameters in words", sum(refused), len(houses))


async def is_refused(house: House, request: StartRunRequest) -> bool:
    try:
        await house.runs.start(request)
    except AlreadyExists as error:
        return "with other parameters; choose another request id" in error.message
    return False
