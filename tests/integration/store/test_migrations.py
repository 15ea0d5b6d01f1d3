"""The migrations make the tables that the models describe, once, whoever starts first."""

from __future__ import annotations

import asyncio
import uuid

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from services.coordinator.store import Store, sessions
from services.coordinator.store.engines import open_writer, parse_url
from services.coordinator.store.migrate import current_version, newest_version, upgrade
from services.coordinator.store.models import Base
from tests.integration.postgres import Postgres
from tests.integration.store.examples import add_session


def difference(tx: Connection) -> list[object]:
    context = MigrationContext.configure(tx, opts={"target_metadata": Base.metadata, "compare_type": True})
    found: list[object] = compare_metadata(context, Base.metadata)
    return found


def test_migrations_make_the_models(url: str) -> None:
    engine = open_writer(parse_url(url))
    with engine.begin() as connection:
        upgrade(connection)
    with engine.begin() as connection:
        assert difference(connection) == []
        assert current_version(connection) == newest_version()
    engine.dispose()


async def test_an_empty_database_gets_the_models(store: Store) -> None:
    assert await store.read(difference) == []
    assert await store.read(current_version) == newest_version()


async def test_a_difference_would_be_found(store: Store) -> None:
    await store.write(lambda tx: tx.execute(text("DROP TABLE tasks")))
    await store.write(lambda tx: tx.execute(text("ALTER TABLE events ADD COLUMN surplus TEXT")))

    assert len(await store.read(difference)) == 2


async def test_a_database_that_is_there_is_opened_as_it_is(url: str) -> None:
    first = await Store.open(url)
    await add_session(first)
    await first.close()
    again = await Store.open(url)
    assert await again.read(current_version) == newest_version()
    assert (await again.read(lambda tx: sessions.get(tx, "s1"))).metadata.customer == "Acme"
    await again.close()


def test_sessions_of_the_first_release_are_found(url: str) -> None:
    message = '{"metadata": {"project_name": "Skid \\u0000", "customer": "MÜLLER"}}'
    engine = open_writer(parse_url(url))
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.execute(text("INSERT INTO sessions VALUES ('s1', NULL, 1, 1, :message)"), {"message": message})
        connection.execute(text("INSERT INTO sessions VALUES ('s2', NULL, 2, 2, '{}')"))
        upgrade(connection)
    with engine.begin() as connection:
        found, _ = sessions.page(connection, 9, "", "müller skid")
        assert [session.name for session in found] == ["sessions/s1"]
    engine.dispose()


async def test_coordinators_that_start_at_once_migrate_once(postgres: Postgres) -> None:
    url = postgres.create_database(uuid.uuid4().hex)
    stores = await asyncio.gather(*(Store.open(url) for _ in range(4)))
    await add_session(stores[0])
    for store in stores:
        assert (await store.read(lambda tx: sessions.get(tx, "s1"))).name == "sessions/s1"
        await store.close()


async def test_changes_of_tables_are_undone_with_their_transaction(store: Store) -> None:
    def make(tx: Connection) -> None:
        tx.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError("killed in the middle")

    assert isinstance((await asyncio.gather(store.write(make), return_exceptions=True))[0], RuntimeError)
    tables = await store.read(lambda tx: tx.dialect.get_table_names(tx))
    assert "half" not in tables
