"""Runs that nobody carries on: those that wait for their turn, and those whose owner is gone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Subquery, and_, false, func, or_, select, text, tuple_
from sqlalchemy import update as update_in

from buildplan.v1.run_pb2 import Run
from services.contract.names import parse, run_name
from services.coordinator.store import changes, leases
from services.coordinator.store import runs as rows
from services.coordinator.store.errand import Errand
from services.coordinator.store.leases import Lease
from services.coordinator.store.tables import IN_FLIGHT, RUNS, SESSIONS

_THIS = tuple_(RUNS.c.session_id, RUNS.c.id)
_CUSTOMER = (SESSIONS.c.tenant, SESSIONS.c.customer)
_SERVER_SECONDS = text("SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())")


@dataclass(frozen=True)
class Claimed:
    """A run that is ours now, under `fence`."""

    run: Run
    fence: int
    errand: Errand
    cancelled: bool


def claim(
    tx: Connection,
    lease: Lease,
    room: int,
    in_hand: Collection[str] = (),
    *,
    expired: bool = True,
    own: bool = True,
) -> list[Claimed]:
    """Takes over at most `room` runs that nobody carries on, those that had begun first, then in turn.

    Without `expired` only those that were let go, or never had an owner; without `own` none whose lease was ours:
    whoever renewed before knows that we do not carry them on. We are just taking those named in `in_hand`: one of ours
    among them is not free, however late it was stored.
    """
    free = _is_free(tx, lease, in_hand, expired=expired, own=own)
    turn = _in_turn(free)
    chosen = select(turn.c.session_id, turn.c.id).order_by(turn.c.position).limit(room)
    return _take(tx, lease, and_(_THIS.in_(chosen), free))


def seize(tx: Connection, session_id: str, run_id: str, lease: Lease) -> Claimed | None:
    """Takes over one run if nobody carries it on, out of turn."""
    free = _is_free(tx, lease, own=False)
    return next(iter(_take(tx, lease, and_(RUNS.c.session_id == session_id, RUNS.c.id == run_id, free))), None)


def ask_to_cancel(tx: Connection, session_id: str, run_id: str, lease: Lease) -> float | None:
    """Tells a run's owner to cancel it; returns the seconds that its lease still has, None when the run has ended."""
    asked = (
        update_in(RUNS)
        .where(RUNS.c.session_id == session_id, RUNS.c.id == run_id, RUNS.c.state.in_(IN_FLIGHT))
        .values(cancel_us=func.coalesce(RUNS.c.cancel_us, leases.moment(tx, lease.now)))
    )
    ends = tx.execute(asked.returning(RUNS.c.lease_expires_us)).scalar()
    if ends is None:
        return None
    changes.note(tx, changes.CANCEL, run_name(session_id, run_id))
    return max(0.0, (int(ends) - leases.moment(tx, lease.now)) / 1_000_000)


def position(tx: Connection, session_id: str, run_id: str, lease: Lease) -> int | None:
    """The place of a waiting run among all that wait, counted from 1; None when it does not wait."""
    turn = _in_turn(_is_free(tx, lease))
    query = select(turn.c.position).where(turn.c.session_id == session_id, turn.c.id == run_id)
    found: int | None = tx.execute(query).scalar()
    return found


def count(tx: Connection) -> int:
    """How many runs wait for their turn, of all customers and coordinators."""
    waiting = select(func.count()).select_from(RUNS).where(RUNS.c.state.in_(IN_FLIGHT), RUNS.c.owner.is_(None))
    return int(tx.execute(waiting).scalar_one())


def _is_free(
    tx: Connection, lease: Lease, in_hand: Collection[str] = (), *, expired: bool = True, own: bool = True
) -> ColumnElement[bool]:
    """In flight, and its lease is over. On a file with one coordinator the lease of anybody else is a dead one's.

    When PostgreSQL itself has just come back nobody could renew: for the time of a lease only what was let go is free.
    """
    let_go, ours = RUNS.c.owner.is_(None), RUNS.c.owner == lease.owner
    over = RUNS.c.lease_expires_us <= leases.moment(tx, lease.now)
    if tx.dialect.name != "postgresql":
        over = or_(~ours, over)
    elif not expired or float(tx.execute(_SERVER_SECONDS).scalar_one()) < lease.seconds:
        over = false()
    if not own:
        over = and_(~ours, over)
    elif in_hand:
        over = and_(or_(~ours, _THIS.not_in([parse(name, "runs") for name in in_hand])), over)
    return and_(RUNS.c.state.in_(IN_FLIGHT), or_(let_go, over))


def _in_turn(free: ColumnElement[bool]) -> Subquery:
    """Free runs with their `position`: customers take turns, and those with fewer runs under way come first."""
    of_session = SESSIONS.c.id == RUNS.c.session_id
    busy = (
        select(*_CUSTOMER, func.count().label("runs"))
        .join_from(RUNS, SESSIONS, of_session)
        .where(RUNS.c.state.in_(IN_FLIGHT), ~free)
        .group_by(*_CUSTOMER)
        .subquery()
    )
    oldest_first = (RUNS.c.state.desc(), RUNS.c.create_us, RUNS.c.id)
    turn = func.row_number().over(partition_by=_CUSTOMER, order_by=oldest_first)
    waiting = (
        select(RUNS.c.session_id, RUNS.c.id, RUNS.c.state, RUNS.c.create_us)
        .add_columns((turn + func.coalesce(busy.c.runs, 0)).label("turn"))
        .join_from(RUNS, SESSIONS, of_session)
        .join(busy, and_(*(busy.c[column.key] == column for column in _CUSTOMER)), isouter=True)
        .where(free)
        .subquery()
    )
    order = (waiting.c.state.desc(), waiting.c.turn, waiting.c.create_us, waiting.c.id)
    place = func.row_number().over(order_by=order).label("position")
    return select(waiting.c.session_id, waiting.c.id, place).subquery()


def _take(tx: Connection, lease: Lease, which: ColumnElement[bool]) -> list[Claimed]:
    query = select(RUNS).where(which).order_by(RUNS.c.create_us).with_for_update(skip_locked=True)
    claimed = []
    for row in tx.execute(query).all():
        leases.acquire(tx, row.session_id, row.id, row.fence + 1, lease)
        run = rows.read_run(tx, row)
        claimed.append(Claimed(run, row.fence + 1, Errand.of(row), row.cancel_us is not None))
    return claimed
