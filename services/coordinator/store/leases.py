"""Leases of runs: who owns a run, until when, and the fence that every write of its state names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, or_, select, text
from sqlalchemy import update as update_in

from services.contract.names import parse, run_name
from services.coordinator.store.codec import micros
from services.coordinator.store.models import RunRow


def moment(tx: Connection, now: datetime) -> int:
    """The time that leases are measured by: the database's own where many share it, else `now`. Microseconds."""
    if tx.dialect.name != "postgresql":
        return micros(now)
    return int(tx.execute(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")).scalar_one())


def expiry(tx: Connection, lease_seconds: float, now: datetime) -> int:
    """When a lease that begins now ends."""
    return moment(tx, now) + int(lease_seconds * 1_000_000)


def claim(
    tx: Connection, states: tuple[str, ...], owner: str, lease_seconds: float, now: datetime
) -> list[tuple[str, str, int]]:
    """Takes over every run in one of `states` whose lease has expired: (session id, run id, new fence) of each.

    Where one coordinator is alone on its file, a lease of anybody else is a dead one's.
    """
    present = moment(tx, now)
    expired = RunRow.lease_expires_us <= present
    if tx.dialect.name != "postgresql":
        expired = or_(expired, RunRow.owner.is_(None), RunRow.owner != owner)
    query = (
        select(RunRow.session_id, RunRow.id, RunRow.fence)
        .where(RunRow.state.in_(states), expired)
        .order_by(RunRow.create_us)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for session_id, run_id, fence in tx.execute(query).all():
        _acquire(tx, session_id, run_id, fence + 1, owner, present + int(lease_seconds * 1_000_000))
        claimed.append((session_id, run_id, fence + 1))
    return claimed


def reopen(tx: Connection, session_id: str, run_id: str, owner: str, lease_seconds: float, now: datetime) -> int:
    """Owns an ended run again; returns the new fence."""
    query = select(RunRow.fence).where(RunRow.session_id == session_id, RunRow.id == run_id).with_for_update()
    fence = int(tx.execute(query).scalar_one()) + 1
    _acquire(tx, session_id, run_id, fence, owner, expiry(tx, lease_seconds, now))
    return fence


def renew(tx: Connection, fences: Mapping[str, int], lease_seconds: float, now: datetime) -> list[str]:
    """Keeps the leases of runs (by name, with their fences); returns the names of those that are lost."""
    if not fences:
        return []
    until = expiry(tx, lease_seconds, now)
    lost = []
    for name, fence in fences.items():
        session_id, run_id = parse(name, "runs")
        query = update_in(RunRow).where(RunRow.session_id == session_id, RunRow.id == run_id, RunRow.fence == fence)
        if tx.execute(query.values(lease_expires_us=until).returning(RunRow.id)).one_or_none() is None:
            lost.append(run_name(session_id, run_id))
    return lost


def release(tx: Connection, owner: str) -> None:
    """Lets all leases of `owner` go at once; whoever comes next need not wait."""
    tx.execute(update_in(RunRow).where(RunRow.owner == owner).values(lease_expires_us=0, owner=None))


def _acquire(tx: Connection, session_id: str, run_id: str, fence: int, owner: str, until: int) -> None:
    query = update_in(RunRow).where(RunRow.session_id == session_id, RunRow.id == run_id)
    tx.execute(query.values(fence=fence, owner=owner, lease_expires_us=until))
