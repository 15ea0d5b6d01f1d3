"""The migrations make the tables that the models describe, once, whoever starts first."""

from __future__ import annotations

import asyncio
import uuid

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from google.protobuf.json_format import MessageToJson
from sqlalchemy import Connection, text

from buildplan.v1.plan_pb2 import OpenQuestion, Patch, Plan, Task
from buildplan.v1.run_pb2 import Checkpoint, Run
from buildplan.v1.session_pb2 import Session
from services.contract.version import CONTRACT_VERSION
from services.coordinator.store import Store, checkpoints, plans, runs, sessions
from services.coordinator.store.engines import open_writer, parse_url
from services.coordinator.store.migrate import current_version, newest_version, upgrade
from services.coordinator.store.tables import METADATA
from tests.integration.postgres import Postgres
from tests.integration.store.conftest import NOW
from tests.integration.store.examples import add_session

OLD_SESSION = """
    INSERT INTO sessions (id, create_us, update_us, message) VALUES ('s1', 1, 1, '{"metadata": {"customer": "Acme"}}')
"""
OLD_RUN = """
    INSERT INTO runs (session_id, id, state, create_us, revision, last_sequence, parameters_digest, input_digest, fence,
        lease_expires_us)
    VALUES ('s1', :id, 'STATE_RUNNING', :moment, 0, 0, '', '', 1, 0)
"""


def difference(tx: Connection) -> list[object]:
    context = MigrationContext.configure(tx, opts={"target_metadata": METADATA, "compare_type": True})
    found: list[object] = compare_metadata(context, METADATA)
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


def test_sessions_from_before_there_were_tenants_are_the_local_ones(url: str) -> None:
    engine = open_writer(parse_url(url))
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.execute(text("INSERT INTO sessions VALUES ('s1', 'order-1', 1, 1, '{}')"))
        upgrade(connection)
    with engine.begin() as connection:
        assert sessions.tenant(connection, "s1") == "local"
        again = sessions.insert(connection, Session(name="sessions/s2"), "local", "order-1", NOW)
        other = sessions.insert(connection, Session(name="sessions/s3"), "acme", "order-1", NOW)
        assert (again.name, other.name) == ("sessions/s1", "sessions/s3")
    engine.dispose()


def test_sessions_of_the_first_release_are_found(url: str) -> None:
    message = '{"metadata": {"project_name": "Skid \\u0000", "customer": "MÜLLER"}}'
    engine = open_writer(parse_url(url))
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.execute(text("INSERT INTO sessions VALUES ('s1', NULL, 1, 1, :message)"), {"message": message})
        connection.execute(text("INSERT INTO sessions VALUES ('s2', NULL, 2, 2, '{}')"))
        upgrade(connection)
    with engine.begin() as connection:
        found, _ = sessions.page(connection, "local", 9, "", "müller skid")
        assert [session.name for session in found] == ["sessions/s1"]
    engine.dispose()


def test_plans_and_results_of_the_first_release_are_kept(url: str) -> None:
    plan = Plan(name="sessions/s1/plans/1", revision=1, etag="e", tasks=[Task(fingerprint="f")])
    patch = Patch(open_questions=[OpenQuestion(ask="customer")])
    engine = open_writer(parse_url(url))
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.execute(text("INSERT INTO sessions VALUES ('s1', NULL, 1, 1, '{}')"))
        connection.execute(
            text("INSERT INTO plan_revisions VALUES ('s1', 1, 1, 'run', '', 0, :blocked, :message)"),
            {"blocked": False, "message": MessageToJson(plan)},
        )
        connection.execute(text("INSERT INTO tasks VALUES ('s1', 1, 'f', '', '', '')"))
        connection.execute(
            text("INSERT INTO runs VALUES ('s1', 'r1', 'STATE_PARTIAL', 1, 1, 1, 0, NULL, NULL, '', '', NULL, 1, 0)")
        )
        for agent, stored in (("qma", MessageToJson(patch)), ("pma", '{"sections": 7')):
            connection.execute(
                text("INSERT INTO checkpoints VALUES ('s1', 'r1', :agent, 'd', 1, :version, :message, :patch)"),
                {"agent": agent, "version": CONTRACT_VERSION, "message": b"", "patch": stored},
            )
        upgrade(connection)
    with engine.begin() as connection:
        assert plans.get(connection, "s1", None) == plan
        assert connection.scalar(text("SELECT count(*) FROM tasks")) == 1
        assert checkpoints.results(connection, "s1", "r1") == {"qma": (Checkpoint(), patch)}
    engine.dispose()


async def test_coordinators_that_start_at_once_migrate_once(postgres: Postgres) -> None:
    url = postgres.create_database(uuid.uuid4().hex)
    stores = await asyncio.gather(*(Store.open(url) for _ in range(4)))
    await add_session(stores[0])
    for store in stores:
        assert (await store.read(lambda tx: sessions.get(tx, "s1"))).name == "sessions/s1"
        await store.close()


async def test_coordinators_that_start_at_once_on_an_old_database_migrate_it_once(postgres: Postgres) -> None:
    url = postgres.create_database(uuid.uuid4().hex)
    engine = open_writer(parse_url(url))
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.execute(text(OLD_SESSION))
        for number in (1, 2):
            connection.execute(text(OLD_RUN), {"id": f"r{number}", "moment": number})
    engine.dispose()
    stores = await asyncio.gather(*(Store.open(url) for _ in range(4)))
    for store in stores:
        assert await store.read(difference) == []
        assert [run.state for run in await store.read(lambda tx: runs.list_(tx, "s1"))] == [
            Run.STATE_RUNNING,
            Run.STATE_FAILED,
        ]
        await store.close()


def test_usage_that_nobody_was_told_becomes_unknown(url: str) -> None:
    engine = open_writer(parse_url(url))
    with engine.begin() as connection:
        upgrade(connection, "0007")
        connection.execute(text("INSERT INTO sessions (id, create_us, update_us, message) VALUES ('s1', 1, 1, '{}')"))
        connection.execute(text(OLD_RUN), {"id": "r1", "moment": 1})
        for number, outcome in enumerate(("COMPLETED", "PROVIDER_TIMEOUT"), start=1):
            connection.execute(
                text("INSERT INTO attempts VALUES ('s1', 'r1', 'qma', :n, 1, 1, :outcome, 1, 2, 0, 0, 0, 0, :message)"),
                {"n": number, "outcome": outcome, "message": b""},
            )
        upgrade(connection)
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT outcome, input_tokens, cost_usd FROM attempts ORDER BY number")).all()
        assert [tuple(row) for row in rows] == [("COMPLETED", 0, 0.0), ("PROVIDER_TIMEOUT", None, None)]
    engine.dispose()


async def test_changes_of_tables_are_undone_with_their_transaction(store: Store) -> None:
    def make(tx: Connection) -> None:
        tx.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError("killed in the middle")

    assert isinstance((await asyncio.gather(store.write(make), return_exceptions=True))[0], RuntimeError)
    tables = await store.read(lambda tx: tx.dialect.get_table_names(tx))
    assert "half" not in tables
