"""Sessions that nobody touches for too long are deleted, and nothing else is; abandoned uploads go at the start."""

from __future__ import annotations

import os
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from buildplan.v1.audit_service_pb2 import AuditRecord
from buildplan.v1.plan_pb2 import Plan
from services.coordinator.access.audit import AuditLog
from services.coordinator.estimates import Estimates
from services.coordinator.preflight import ContextLimits
from services.coordinator.retention import Retention
from services.coordinator.runs.specialists import Specialists
from services.coordinator.sessions import Limits, Sessions
from services.coordinator.store import Store, audit, plans, sessions
from tests.integration.coordinator.house import open_house
from tests.integration.postgres import Postgres
from tests.integration.store.conftest import NOW
from tests.integration.store.examples import add_run, add_session, run

DAY = 24 * 3600
NOWHERE = {"qma": "127.0.0.1:1"}


def retention(store: Store, days: float, ahead: timedelta = timedelta(0)) -> Retention:
    def clock() -> datetime:
        return datetime.now(UTC) + ahead

    made = Sessions(store, Limits(ContextLimits()), Estimates(store, Specialists([])), clock)
    return Retention(store, made, AuditLog(store, clock), timedelta(days=days), clock)


def aged(days: int) -> int:
    """Seconds before the moment that `add_session` counts from, for so many days until today."""
    return days * DAY - int((datetime.now(UTC) - NOW).total_seconds())


async def left(store: Store) -> set[str]:
    return {
        session.name.rpartition("/")[2]
        for tenant in ("acme", "globex")
        for session in (await store.read(lambda tx: sessions.page(tx, tenant, 100, "")))[0]  # noqa: B023
    }


async def records(store: Store, tenant: str) -> list[AuditRecord]:
    return (await store.read(lambda tx: audit.page(tx, tenant, 100, "")))[0]


async def test_old_sessions_go_and_whatever_was_touched_stays(url: str) -> None:
    store = await Store.open(url)
    for name, age, tenant in (("old", 31, "acme"), ("young", 29, "acme"), ("older", 400, "globex")):
        await add_session(store, f"sessions/{name}", age=aged(age), tenant=tenant)
    await add_session(store, "sessions/planned", age=aged(31), tenant="acme")
    plan = Plan()
    plan.create_time.FromDatetime(datetime.now(UTC) - timedelta(days=2))
    await store.write(lambda tx: plans.insert(tx, "planned", plan))
    await add_session(store, "sessions/busy", age=aged(400), tenant="acme")
    await add_run(store, run(session="busy"))

    await retention(store, days=30).sweep()

    assert await left(store) == {"young", "planned", "busy"}
    [mine], [theirs] = await records(store, "acme"), await records(store, "globex")
    assert (mine.subject, mine.resource, mine.outcome) == ("retention", "sessions/old", "OK")
    assert (theirs.subject, theirs.resource) == ("retention", "sessions/older")
    await store.close()


async def test_a_coordinator_whose_clock_is_ahead_of_the_shared_database_deletes_nothing(postgres: Postgres) -> None:
    store = await Store.open(postgres.create_database(uuid.uuid4().hex))
    await add_session(store, "sessions/young", age=aged(1), tenant="acme")
    await retention(store, days=30, ahead=timedelta(days=40)).sweep()
    assert await left(store) == {"young"}
    await store.close()


async def test_sweeps_of_two_coordinators_do_not_trip_over_each_other(url: str) -> None:
    store = await Store.open(url)
    await add_session(store, "sessions/old", age=aged(400), tenant="acme")
    first, second = retention(store, 30), retention(store, 30)
    await first.sweep()
    await second._delete("sessions/old", "acme")
    assert len(await records(store, "acme")) == 1
    await store.close()


async def test_it_is_off_unless_the_settings_say_so(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    await add_session(store, "sessions/old", age=aged(1000), tenant="local")
    await store.close()
    async with open_house(tmp_path, NOWHERE) as house:
        assert house.rows("sessions/old")["sessions"] == 1
    async with open_house(tmp_path, NOWHERE, retention_days=999) as house:
        deadline = time.monotonic() + 10
        while house.rows("sessions/old")["sessions"] and time.monotonic() < deadline:
            await house.session()
        assert house.rows("sessions/old")["sessions"] == 0


async def test_what_a_dead_process_was_receiving_goes_at_the_next_start(tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    for name, age in (("upload-old", 2 * 3600), ("upload-young", 60), ("other", 2 * 3600)):
        (uploads / name).write_text("the customer's paper")
        os.utime(uploads / name, (time.time() - age,) * 2)
    async with open_house(tmp_path, NOWHERE):
        assert {path.name for path in uploads.iterdir()} == {"upload-young", "other"}
