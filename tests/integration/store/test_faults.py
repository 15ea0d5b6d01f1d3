"""What the store does when processes are killed, disks are full and servers go away."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from services.coordinator.store import Store, documents, sessions
from services.coordinator.store.errors import StoreUnavailable
from services.coordinator.store.file_lock import StoreInUse
from tests.integration.postgres import Postgres
from tests.integration.store.conftest import NOW
from tests.integration.store.examples import add_document, add_session, paper

PROJECT = Path(__file__).parents[3]


async def kill_while_it_writes(url: str, acknowledged: int) -> set[str]:
    """The names of the sessions that a process had acknowledged when it was killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.store.writing_process", url,
        stdout=asyncio.subprocess.PIPE, cwd=PROJECT,
    )  # fmt: skip
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(acknowledged)]
    process.send_signal(signal.SIGKILL)
    lines += (await process.stdout.read()).splitlines(keepends=True)
    assert await process.wait() == -signal.SIGKILL
    return {f"sessions/s{int(line)}" for line in lines if line.endswith(b"\n")}


async def test_what_was_acknowledged_is_there_after_sigkill(url: str) -> None:
    acknowledged = await kill_while_it_writes(url, 300)
    assert len(acknowledged) >= 300
    store = await Store.open(url)
    stored = await store.read(lambda tx: set(tx.scalars(text("SELECT 'sessions/' || id FROM sessions"))))
    await add_session(store, "sessions/afterwards")
    await store.close()
    assert acknowledged <= stored


async def test_sqlite_is_whole_after_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    await kill_while_it_writes(f"sqlite:///{path}", 100)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_a_sqlite_file_has_one_coordinator(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first = await Store.open(url)
    with pytest.raises(StoreInUse, match=r"store\.db is in use by another coordinator; stop that one"):
        await Store.open(url)
    (tmp_path / "link.db").symlink_to(tmp_path / "store.db")
    with pytest.raises(StoreInUse):
        await Store.open(f"sqlite:///{tmp_path / 'link.db'}")
    await add_session(first)
    await first.close()
    second = await Store.open(url)
    assert (await second.read(lambda tx: sessions.get(tx, "s1"))).name == "sessions/s1"
    await second.close()


@pytest.fixture
async def small_store(tmp_path: Path) -> AsyncIterator[Store]:
    """An SQLite store that may grow by a few pages only."""
    store = await Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    await add_session(store)
    await store.write(lambda tx: limit(tx, spare=20))
    yield store
    await store.close()


def limit(tx: Connection, spare: int) -> None:
    used = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    tx.exec_driver_sql(f"PRAGMA max_page_count = {used + spare}")


async def test_a_full_database_says_so_loses_nothing_and_goes_on(small_store: Store) -> None:
    store, large = small_store, b"x" * 1_000_000
    outcomes = await asyncio.gather(
        add_session(store, "sessions/before"),
        store.write(lambda tx: documents.insert(tx, paper("d1"), [], [], large)),
        add_session(store, "sessions/after"),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], StoreUnavailable)
    assert "full" in outcomes[1].message
    assert not isinstance(outcomes[0], BaseException)
    assert not isinstance(outcomes[2], BaseException)
    assert await store.read(lambda tx: documents.ids(tx, "s1")) == set()
    await store.write(lambda tx: limit(tx, spare=1000))
    await store.write(lambda tx: documents.insert(tx, paper("d1"), [], [], large))
    assert await store.read(lambda tx: documents.content(tx, "s1", "d1")) == large
    assert await store.read(lambda tx: tx.exec_driver_sql("PRAGMA integrity_check").scalar_one()) == "ok"


async def test_a_restart_of_postgresql_is_waited_for_and_nothing_is_written_twice(own_postgres: Postgres) -> None:
    store = await Store.open(own_postgres.url())
    await add_session(store)
    stopped = False
    accepted: list[str] = []

    async def upload(writer: int) -> None:
        number = 0
        while not stopped:
            document = paper(f"d{writer}-{number}")
            number += 1
            try:
                await add_document(store, document)
            except StoreUnavailable:
                continue
            accepted.append(f"d{document.file_name[1:-4]}")

    writers = [asyncio.create_task(upload(writer)) for writer in range(8)]
    await grown(accepted, 50)
    await asyncio.to_thread(own_postgres.stop)
    await asyncio.to_thread(own_postgres.start)
    await grown(accepted, len(accepted) + 50)
    stopped = True
    await asyncio.gather(*writers)
    stored = await store.read(lambda tx: documents.ids(tx, "s1"))
    await store.close()
    assert len(accepted) == len(set(accepted))
    assert set(accepted) <= stored


async def grown(accepted: list[str], length: int) -> None:
    async with asyncio.timeout(30):
        while len(accepted) < length:
            await asyncio.sleep(0.01)


async def test_a_unit_under_way_when_the_server_restarts_is_written_once(own_postgres: Postgres) -> None:
    store = await Store.open(own_postgres.url())
    await add_session(store)
    attempts = 0

    def work(tx: Connection) -> None:
        nonlocal attempts
        attempts += 1
        documents.insert(tx, paper(f"d{attempts}"), [], [], b"")
        if attempts == 1:
            own_postgres.stop()
            own_postgres.start()
        sessions.touch(tx, "s1", NOW)

    neighbour = asyncio.create_task(add_session(store, "sessions/neighbour"))
    outcome = (await asyncio.gather(store.write(work), return_exceptions=True))[0]
    await neighbour
    stored = await store.read(lambda tx: documents.ids(tx, "s1"))
    await store.close()
    assert stored == (set() if isinstance(outcome, StoreUnavailable) else {f"d{attempts}"})


async def test_a_database_that_does_not_answer_is_refused_in_one_line_and_told_to_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    password = uuid.uuid4().hex
    with pytest.raises(StoreUnavailable) as refused:
        await Store.open(f"postgresql://builder:{password}@127.0.0.1:1/none")
    assert refused.value.message == "the database cannot be used at the moment: there is no connection to it"
    logged = capsys.readouterr().out
    assert "127.0.0.1" in logged
    assert "Is the server running on that host" in logged
    assert password not in logged


async def test_callers_do_not_hear_where_the_database_is(own_postgres: Postgres) -> None:
    store = await Store.open(own_postgres.url())
    await asyncio.to_thread(own_postgres.stop)
    outcomes = [
        *await asyncio.gather(store.read(lambda tx: sessions.get(tx, "s1")), return_exceptions=True),
        *await asyncio.gather(add_session(store), return_exceptions=True),
        *await asyncio.gather(store.read(lambda tx: sessions.get(tx, "s1")), return_exceptions=True),
    ]
    await asyncio.to_thread(own_postgres.start)
    await store.close()
    for outcome in outcomes:
        assert isinstance(outcome, StoreUnavailable)
        assert outcome.message.startswith("the database cannot be used at the moment: ")
        assert not re.search(r"\n|127\.0\.0\.1|builder|\d{4}", outcome.message)


async def test_what_the_server_itself_says_is_passed_on(postgres: Postgres) -> None:
    store = await Store.open(postgres.create_database(uuid.uuid4().hex))
    with pytest.raises(StoreUnavailable, match=r"at the moment: canceling statement due to statement timeout$"):
        await store.read(lambda tx: tx.execute(text("SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)")))
    await store.close()
