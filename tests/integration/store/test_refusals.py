"""What PostgreSQL refuses for reasons of its own is no unit's fault: it may be tried again, and often just succeeds."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import Connection, text

from services.coordinator.store import Store, sessions
from services.coordinator.store.errors import StoreUnavailable
from tests.integration.postgres import Postgres
from tests.integration.store.examples import add_session

REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{state}'; END $$;
CREATE CONSTRAINT TRIGGER refusing AFTER INSERT ON sessions {moment} FOR EACH ROW EXECUTE FUNCTION refuse()
"""
AT_ONCE, AT_COMMIT = "NOT DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.create_database(uuid.uuid4().hex)


@contextmanager
def refused(url: str, state: str, moment: str) -> Iterator[None]:
    """Meanwhile PostgreSQL refuses new sessions with an SQLSTATE, where they are inserted or at the commit."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(REFUSING.format(state=state, moment=moment))
        yield
        server.execute("DROP TRIGGER refusing ON sessions")


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


async def names(store: Store) -> set[str]:
    return {found.name for found in (await store.read(lambda tx: sessions.page(tx, "local", 100, "")))[0]}


async def test_a_failover_is_waited_for(postgres: Postgres, url: str) -> None:
    store = await Store.open(url)
    await asyncio.to_thread(postgres.take_writes, name_of(url), yes=False)
    waiting = [asyncio.create_task(add_session(store, f"sessions/s{number}")) for number in range(3)]
    await asyncio.sleep(0.5)
    assert await names(store) == set()
    assert not any(task.done() for task in waiting)
    await asyncio.to_thread(postgres.take_writes, name_of(url), yes=True)
    await asyncio.gather(*waiting)
    assert await names(store) == {f"sessions/s{number}" for number in range(3)}
    await store.close()


async def test_a_server_that_stays_read_only_is_told(postgres: Postgres, url: str) -> None:
    store = await Store.open(url)
    await asyncio.to_thread(postgres.take_writes, name_of(url), yes=False)
    begun = time.monotonic()
    outcomes = await asyncio.gather(*(add_session(store, f"sessions/s{n}") for n in range(20)), return_exceptions=True)
    assert all(isinstance(outcome, StoreUnavailable) for outcome in outcomes)
    assert time.monotonic() - begun < 15
    with pytest.raises(StoreUnavailable):
        await Store.open(url)
    await asyncio.to_thread(postgres.take_writes, name_of(url), yes=True)
    await add_session(store, "sessions/afterwards")
    assert await names(store) == {"sessions/afterwards"}
    await store.close()


@pytest.mark.parametrize("moment", [AT_ONCE, AT_COMMIT])
@pytest.mark.parametrize("state", ["25006", "53100", "53200", "57P03", "40001"])
async def test_a_unit_that_the_server_refuses_for_now_may_be_tried_again(url: str, state: str, moment: str) -> None:
    store = await Store.open(url)
    with refused(url, state, moment):
        outcomes = await asyncio.gather(
            *(add_session(store, f"sessions/s{n}") for n in range(3)), return_exceptions=True
        )
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3
    await add_session(store, "sessions/afterwards")
    assert await names(store) == {"sessions/afterwards"}
    await store.close()


async def test_a_commit_that_fails_for_a_defect_leaves_the_writer_at_work(url: str) -> None:
    store = await Store.open(url)
    with refused(url, "22000", AT_COMMIT):
        async with asyncio.timeout(10):
            with pytest.raises(Exception, match="not now"):
                await add_session(store)
    await add_session(store)
    await store.close()


async def test_a_coordinator_that_stopped_in_a_transaction_repeats_it(url: str) -> None:
    """The server ends such a session (`idle_in_transaction_session_timeout`)."""
    store = await Store.open(url)
    attempts = 0

    def work(tx: Connection) -> int:
        nonlocal attempts
        attempts += 1
        tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = 100"))
        if attempts == 1:
            time.sleep(0.5)
        return int(tx.execute(text("SELECT 7")).scalar_one())

    assert await store.write(work) == 7
    assert attempts == 2
    await store.close()
