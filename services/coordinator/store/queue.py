"""Runs that nobody carries on: those that wait for their turn, and those whose owner is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select, text, tuple_
from sqlalchemy import update as update_in

from buildplan.v1.run_pb2 import Run
from services.contract.names import run_name
from services.coordinator.store import changes, leases
from services.coordinator.store import runs as rows
from services.coordinator.store.errand import Errand
from services.coordinator.store.leases import Lease
from services.coordinator.store.prepared import Prepared
from services.coordinator.store.tables import IN_FLIGHT, RUNS, SESSIONS

_THIS = tuple_(RUNS.c.session_id, RUNS.c.id)
_CUSTOMER = (SESSIONS.c.tenant, SESSIONS.c.customer)
_AGE = (RUNS.c.create_us, RUNS.c.id, RUNS.c.session_id)
_SERVER_SECONDS = text("SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())")
_NEVER, _EVER = -1, 2**62


@dataclass(frozen=True)
class Claimed:
    """A run that is ours now, under `fence`; `abandoned` by an owner that did not let it go."""

    run: Run
    fence: int
    errand: Errand
    cancelled: bool
    abandoned: bool


def claim(
    tx: Connection, lease: Lease, room: int, *, expired: bool = True, own_late: float | None = 0.0
) -> list[Claimed]:
    """Takes over at most `room` runs that nobody carries on, those that had begun first, then in turn.

    Without `expired` only those that were let go, or never had an owner. Whoever renewed before knows that what was
    ours, and over for `own_late` seconds, is not carried on; None for not knowing it.
    """
    return _take(tx, lease, _CLAIM, room=room, **_free(tx, lease, expired=expired, own_late=own_late))


def seize(tx: Connection, session_id: str, run_id: str, lease: Lease) -> Claimed | None:
    """Takes over one run if nobody carries it on, out of turn."""
    free = _free(tx, lease, own_late=None)
    return next(iter(_take(tx, lease, _SEIZE, session=session_id, run=run_id, **free)), None)


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
    """The place of a waiting run among all that wait, counted from 1; None when it does not wait.

    It is counted, not sorted, for each customer: what is under way or had begun, what waits, what waits for longer.
    A run waits behind what had begun, behind each customer's runs of earlier turns, and behind an older one of its own.
    """
    free = _free(tx, lease)
    ours = _OURS(tx, session=session_id, run=run_id, **free).first()
    if ours is None:
        return None
    lines = _LINES(tx, create=ours.create_us, session=session_id, run=run_id, **free).all()
    customer = (ours.tenant, ours.customer)
    turn = next(line.busy + line.older + 1 for line in lines if (line.tenant, line.customer) == customer)
    before: int = sum(line.begun + _before(turn - line.busy, line.waiting, line.older) for line in lines)
    return before + 1


def _before(turn: int, waiting: int, older: int) -> int:
    """How many of a line come before a run whose turn is this line's `turn`-th, of which `older` wait for longer."""
    earlier = min(max(turn - 1, 0), waiting)
    return earlier + (earlier < waiting and 0 < turn <= older)


def count(tx: Connection) -> int:
    """How many runs wait for their turn, of all customers and coordinators."""
    waiting = select(func.count()).select_from(RUNS).where(RUNS.c.state.in_(IN_FLIGHT), RUNS.c.owner.is_(None))
    return int(tx.execute(waiting).scalar_one())


def _free(tx: Connection, lease: Lease, *, expired: bool = True, own_late: float | None = 0.0) -> dict[str, object]:
    """Until when a lease must be over for its run to be free: one of ours, and one of others.

    On a file with one coordinator the lease of anybody else is a dead one's. When PostgreSQL itself has just come back
    nobody could renew: for the time of a lease only what was let go is free.
    """
    now = leases.moment(tx, lease.now)
    others = now
    if tx.dialect.name != "postgresql":
        others = _EVER
    elif not expired or float(tx.execute(_SERVER_SECONDS).scalar_one()) < lease.seconds:
        others, own_late = _NEVER, None
    own = _NEVER if own_late is None else now - int(own_late * 1_000_000)
    return {"me": lease.owner, "own_until": own, "others_until": others}


def _is_free() -> ColumnElement[bool]:
    """In flight, and let go or with a lease that is over, see `_free`."""
    ours = RUNS.c.owner == bindparam("me")
    over = or_(
        and_(ours, RUNS.c.lease_expires_us <= bindparam("own_until")),
        and_(~ours, RUNS.c.lease_expires_us <= bindparam("others_until")),
    )
    return and_(_in_flight(), or_(RUNS.c.owner.is_(None), over))


def _in_flight() -> ColumnElement[bool]:
    return or_(*(RUNS.c.state == state for state in IN_FLIGHT))


def _claimable() -> Select[Any]:
    """In turn: customers take turns, and those with fewer runs under way come first."""
    free, of_session = _is_free(), SESSIONS.c.id == RUNS.c.session_id
    busy = (
        select(*_CUSTOMER, func.count().label("runs"))
        .join_from(RUNS, SESSIONS, of_session)
        .where(_in_flight(), ~free)
        .group_by(*_CUSTOMER)
        .subquery()
    )
    turn = func.row_number().over(partition_by=_CUSTOMER, order_by=(RUNS.c.state.desc(), *_AGE))
    waiting = (
        select(*_AGE, RUNS.c.state, (turn + func.coalesce(busy.c.runs, 0)).label("turn"))
        .join_from(RUNS, SESSIONS, of_session)
        .join(busy, and_(*(busy.c[column.key] == column for column in _CUSTOMER)), isouter=True)
        .where(free)
        .subquery()
    )
    order = (waiting.c.state.desc(), waiting.c.turn, *(waiting.c[column.key] for column in _AGE))
    return select(waiting.c.session_id, waiting.c.id).order_by(*order).limit(bindparam("room"))


def _locked(which: ColumnElement[bool]) -> Select[Any]:
    """The free rows among these that nobody else is taking at this moment."""
    return select(RUNS).where(which, _is_free()).order_by(RUNS.c.create_us).with_for_update(skip_locked=True)


def _this_one() -> ColumnElement[bool]:
    return and_(RUNS.c.session_id == bindparam("session"), RUNS.c.id == bindparam("run"))


def _ours() -> Select[Any]:
    ours = select(*_CUSTOMER, RUNS.c.create_us).join_from(RUNS, SESSIONS, SESSIONS.c.id == RUNS.c.session_id)
    return ours.where(_this_one(), _is_free())


def _lines() -> Select[Any]:
    """By customer: `begun` runs that are free, `busy` ones that are under way or had begun, and what waits."""
    free, begun = _is_free(), RUNS.c.state == "STATE_RUNNING"
    older = tuple_(*_AGE) < tuple_(bindparam("create"), bindparam("run"), bindparam("session"))
    counts = {"begun": and_(begun, free), "busy": or_(begun, ~free), "waiting": and_(~begun, free)}
    counts["older"] = and_(counts["waiting"], older)
    columns = (func.count().filter(condition).label(name) for name, condition in counts.items())
    lines = select(*_CUSTOMER, *columns).join_from(RUNS, SESSIONS, SESSIONS.c.id == RUNS.c.session_id)
    return lines.where(_in_flight()).group_by(*_CUSTOMER)


_CLAIM = Prepared(_locked(_THIS.in_(_claimable())))
_SEIZE = Prepared(_locked(_this_one()))
_OURS, _LINES = Prepared(_ours()), Prepared(_lines())


def _take(tx: Connection, lease: Lease, query: Prepared, **parameters: object) -> list[Claimed]:
    claimed = []
    for row in query(tx, **parameters).all():
        leases.acquire(tx, row.session_id, row.id, row.fence + 1, lease)
        run = rows.read_run(tx, row)
        claimed.append(Claimed(run, row.fence + 1, Errand.of(row), row.cancel_us is not None, row.owner is not None))
    return claimed
