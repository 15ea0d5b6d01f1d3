"""A backup is taken while the system works, and what is restored from it serves."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.session_service_pb2 import ListSessionsRequest
from cli.commands.backup import copy
from tests.integration.coordinator.house import House, offline_specialists, open_house
from tests.integration.lifecycle.conftest import postgres_tool
from tests.integration.postgres import Postgres


async def taken_from(folder: Path, url: str, take: object) -> tuple[Plan, int]:
    """The plan in a house of which `take` makes a backup while sessions are made; how many there were before."""
    assert callable(take)
    folder.mkdir()
    async with offline_specialists() as specialists, open_house(folder, specialists, database=url) as house:
        session = await house.session_with_papers()
        await house.run(session)
        busy = asyncio.create_task(keep_writing(house))
        try:
            await asyncio.to_thread(take)
        finally:
            busy.cancel()
        return await house.plan(session), 1


async def keep_writing(house: House) -> None:
    while True:
        await house.session()


async def serves(folder: Path, url: str, plan: Plan) -> None:
    """The restored database holds the plan, and a new run in the same session makes the next one."""
    folder.mkdir()
    session = plan.name.rpartition("/plans/")[0]
    async with offline_specialists() as specialists, open_house(folder, specialists, database=url) as house:
        assert await house.plan(session) == plan
        listed = (await house.sessions.ListSessions(ListSessionsRequest(page_size=1000))).sessions
        assert session in {found.name for found in listed}
        await house.run(session, ignore_checkpoints=True)
        assert (await house.plan(session)).revision == plan.revision + 1


async def test_sqlite(tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    database = tmp_path / "store.db"
    plan, _ = await taken_from(tmp_path / "before", f"sqlite:///{database}", lambda: copy(database, backup))
    assert backup.stat().st_mode & 0o077 == 0
    await serves(tmp_path / "after", f"sqlite:///{backup}", plan)


async def test_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    url, restored = (postgres.create_database(uuid.uuid4().hex) for _ in range(2))
    backup = str(tmp_path / "backup.dump")
    plan, _ = await taken_from(
        tmp_path / "before", url, lambda: postgres_tool("pg_dump", "--format=custom", f"--file={backup}", url)
    )
    postgres_tool("pg_restore", "--no-owner", f"--dbname={restored}", backup)
    await serves(tmp_path / "after", restored, plan)
