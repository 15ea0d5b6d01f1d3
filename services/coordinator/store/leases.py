"""Leases of runs: who owns a run, until when, and the fence that every write of its state names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text, tuple_
from sqlalchemy import update as update_in

from services.contract.names import parse, run_name
from services.contract.times import micros
from services.coordinator.store import changes
from services.coordinator.store.tables import IN_FLIGHT, RUNS

NOBODY = ""
_SECOND = 1_000_000
_THIS = tuple_(RUNS.c.session_id, RUNS.c.id)


@dataclass(frozen=True)
class Lease:
    """For whom and for how long; `now` counts on SQLite alone. A run of NOBODY waits for whoever has room."""

    owner: str
    seconds: float
    now: datetime


@dataclass(frozen=True)
class Kept:
    """What became of the leases that were to be kept, by the names of their runs."""

    lost: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()


def moment(tx: Connection, now: datetime) -> int:
    """The time that leases are measured by: the database's own where many share it, else `now`. Microseconds."""
    if tx.dialect.name != "postgresql":
        return micros(now)
    return int(tx.execute(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")).scalar_one())


def begin(tx: Connection, lease: Lease) -> dict[str, object]:
    """The columns of a run whose lease begins now."""
    until = moment(tx, lease.now) + int(lease.seconds * _SECOND) if lease.owner else 0
    return {"owner": lease.owner or None, "lease_expires_us": until}


def acquire(tx: Connection, session_id: str, run_id: str, fence: int, lease: Lease) -> None:
    """Gives a run to the lease's owner under a new fence."""
    query = update_in(RUNS).where(RUNS.c.session_id == session_id, RUNS.c.id == run_id)
    tx.execute(query.values(fence=fence, **begin(tx, lease)))


def renew(tx: Connection, fences: Mapping[str, int], lease: Lease) -> Kept:
    """Keeps the leases of runs (by name, with their fences)."""
    if not fences:
        return Kept()
    ids = [parse(name, "runs") for name in fences]
    query = update_in(RUNS).where(_THIS.in_(ids), RUNS.c.owner == lease.owner).values(**begin(tx, lease))
    rows = tx.execute(query.returning(RUNS.c.session_id, RUNS.c.id, RUNS.c.fence, RUNS.c.cancel_us)).all()
    kept = {run_name(row.session_id, row.id): row for row in rows}
    lost = [name for name, fence in fences.items() if name not in kept or kept[name].fence != fence]
    return Kept(tuple(lost), tuple(name for name, row in kept.items() if row.cancel_us is not None))


def release(tx: Connection, owner: str) -> None:
    """Lets all leases of `owner` go at once; whoever comes next need not wait."""
    tx.execute(update_in(RUNS).where(RUNS.c.owner == owner).values(lease_expires_us=0, owner=None))
    changes.note(tx, changes.FREE)


def next_expiry(tx: Connection, lease: Lease) -> float | None:
    """In how many seconds the next lease of somebody else ends, unless it is renewed; None when there is none."""
    present = moment(tx, lease.now)
    query = select(func.min(RUNS.c.lease_expires_us)).where(
        RUNS.c.state.in_(IN_FLIGHT), RUNS.c.lease_expires_us > present, RUNS.c.owner != lease.owner
    )
    ends = tx.execute(query).scalar()
    return None if ends is None else (ends - present) / _SECOND
