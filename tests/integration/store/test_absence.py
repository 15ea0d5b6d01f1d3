"""A store that is closed, too old, or whose server is away or shared: everybody is told, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import time
import uuid
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from services.coordinator.store import Store, sessions
from services.coordinator.store.errors import StoreUnavailable
from services.runtime.errors import FailedPrecondition
from tests.integration.postgres import Postgres
from tests.integration.store.examples import add_session


async def test_a_server_that_stays_away_is_told_to_all_who_wait_at_about_the_same_time(own_postgres: Postgres) -> None:
    store = await Store.open(own_postgres.url())
    await asyncio.to_thread(own_postgres.stop)
    begun = time.monotonic()
    outcomes = await asyncio.gather(
        *(add_session(store, f"sessions/s{number}") for number in range(20)), return_exceptions=True
    )
    taken = time.monotonic() - begun
    await store.close()
    await asyncio.to_thread(own_postgres.start)
    assert all(isinstance(outcome, StoreUnavailable) for outcome in outcomes)
    assert taken < 15


async def test_a_closed_store_refuses_at_once(url: str) -> None:
    store = await Store.open(url)
    await store.close()
    async with asyncio.timeout(5):
        with pytest.raises(StoreUnavailable):
            await add_session(store)


async def test_a_database_of_a_newer_version_is_refused(url: str) -> None:
    store = await Store.open(url)
    await store.write(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    await store.close()
    with pytest.raises(FailedPrecondition, match="newer version"):
        await Store.open(url)


async def test_a_read_sees_one_snapshot(postgres: Postgres) -> None:
    store = await Store.open(postgres.create_database(uuid.uuid4().hex))
    loop = asyncio.get_running_loop()
    await add_session(store)

    def count_twice(tx: Connection) -> tuple[int, int]:
        query = text("SELECT count(*) FROM sessions")
        first = tx.execute(query).scalar_one()
        asyncio.run_coroutine_threadsafe(add_session(store, "sessions/s2"), loop).result(20)
        return first, tx.execute(query).scalar_one()

    assert await store.read(count_twice) == (1, 1)
    await store.close()


async def test_the_same_request_at_two_coordinators_makes_one_session(postgres: Postgres) -> None:
    url = postgres.create_database(uuid.uuid4().hex)
    stores = [await Store.open(url), await Store.open(url)]
    for turn in range(20):
        made = await asyncio.gather(
            *(add_session(store, f"sessions/{turn}-{n}", f"request {turn}") for n, store in enumerate(stores))
        )
        assert made[0] == made[1]
    assert len((await stores[0].read(lambda tx: sessions.page(tx, "local", 100, "")))[0]) == 20
    for store in stores:
        await store.close()


async def test_a_store_whose_server_hangs_can_be_left(own_postgres: Postgres) -> None:
    store = await Store.open(own_postgres.url())
    await add_session(store)
    with own_postgres.hung():
        writing = asyncio.create_task(add_session(store, "sessions/s2"))
        reading = asyncio.create_task(store.read(lambda tx: sessions.get(tx, "s1")))
        await asyncio.sleep(0.2)
        async with asyncio.timeout(10):
            await store.close()
        assert not writing.done()
    assert (await writing).name == "sessions/s2"
    assert (await reading).name == "sessions/s1"


async def test_a_new_database_is_told_once(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        await (await Store.open(url)).close()
    (line,) = capsys.readouterr().out.splitlines()
    assert "info" in line
    assert "a new database was made" in line
    assert url.rpartition("/")[2] in line


async def test_a_file_without_content_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "store.db"
    path.touch()
    await (await Store.open(f"sqlite:///{path}")).close()
    (line,) = capsys.readouterr().out.splitlines()
    assert "warning" in line
    assert f"database={path} instead_of='a file of 0 bytes'" in line
