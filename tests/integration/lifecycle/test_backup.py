"""A backup is taken while the system works, and what is restored from it serves."""

from __future__ import annotations

import asyncio
import os
import re
import uuid
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.session_service_pb2 import ListSessionsRequest
from cli.commands.backup import copy
from services.coordinator.store import Store, documents
from tests.integration.coordinator.house import House, offline_specialists, open_house
from tests.integration.lifecycle.conftest import postgres_tool
from tests.integration.postgres import Postgres
from tests.integration.store.examples import add_session, paper

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"


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
    restore(restored, backup)
    await serves(tmp_path / "after", restored, plan)


async def test_a_dump_that_is_cut_off_leaves_nothing(postgres: Postgres, tmp_path: Path) -> None:
    url, restored = (postgres.create_database(uuid.uuid4().hex) for _ in range(2))
    store = await Store.open(url)
    await add_session(store)
    await store.write(lambda tx: documents.insert(tx, paper("d1"), [], [], os.urandom(100_000)))
    await store.close()
    whole = postgres_tool("pg_dump", "--format=custom", url)
    backup = tmp_path / "backup.dump"
    backup.write_bytes(whole[: -len(whole) // 10])
    with pytest.raises(AssertionError, match="end of file"):
        restore(restored, str(backup))
    assert tables(restored) == []
    backup.write_bytes(whole)
    restore(restored, str(backup))
    assert tables(restored) == tables(url) != []


async def test_nothing_is_restored_into_a_database_that_is_not_empty(postgres: Postgres, tmp_path: Path) -> None:
    url, other = (postgres.create_database(uuid.uuid4().hex) for _ in range(2))
    backup = str(tmp_path / "backup.dump")
    for each in (url, other):
        store = await Store.open(each)
        await add_session(store, f"sessions/{each[-4:]}")
        await store.close()
    postgres_tool("pg_dump", "--format=custom", f"--file={backup}", url)
    with pytest.raises(AssertionError, match="already exists"):
        restore(other, backup)
    store = await Store.open(other)
    assert await store.read(lambda tx: tx.scalars(text("SELECT id FROM sessions")).all()) == [other[-4:]]
    await store.close()


def restore(database: str, backup: str) -> None:
    """By the command that docs/operations.md tells, but for where the server is."""
    (told,) = re.findall(r"pg_restore (.*?)<", OPERATIONS.read_text(), re.DOTALL)
    options = [option for option in re.findall(r"--\S+", told) if option not in ("--username", "--dbname")]
    postgres_tool("pg_restore", *options, f"--dbname={database}", backup)


def tables(database: str) -> list[tuple[str]]:
    with psycopg.connect(database) as connection:
        query = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
        return connection.execute(query).fetchall()
