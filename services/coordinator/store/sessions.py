"""Rows of sessions."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, or_, select, tuple_
from sqlalchemy import delete as delete_from
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_in

from buildplan.v1.session_pb2 import Session
from services.contract.names import parse_session, run_name, session_name
from services.contract.times import micros
from services.coordinator.store import leases
from services.coordinator.store.codec import from_json, to_json
from services.coordinator.store.prepared import Prepared
from services.coordinator.store.tables import DOCUMENTS, PLANS, RUNS, SESSIONS, VALIDATIONS
from services.runtime.errors import InvalidArgument, NotFound

_DOCUMENT_COUNT = select(func.count()).where(DOCUMENTS.c.session_id == SESSIONS.c.id).scalar_subquery()
_REVISION = select(func.max(PLANS.c.revision)).where(PLANS.c.session_id == SESSIONS.c.id).scalar_subquery()
_RUN = (
    select(RUNS.c.id)
    .where(RUNS.c.session_id == SESSIONS.c.id)
    .order_by(RUNS.c.create_us.desc(), RUNS.c.id)
    .limit(1)
    .scalar_subquery()
)
_QUERY = select(
    SESSIONS.c.id,
    SESSIONS.c.message,
    SESSIONS.c.create_us,
    SESSIONS.c.update_us,
    _DOCUMENT_COUNT.label("documents"),
    _REVISION.label("revision"),
    _RUN.label("run"),
)
_GET = Prepared(_QUERY.where(SESSIONS.c.id == bindparam("session")))
_LOCK = Prepared(select(SESSIONS.c.id).where(SESSIONS.c.id == bindparam("session")).with_for_update(key_share=True))
_TENANT = Prepared(select(SESSIONS.c.tenant).where(SESSIONS.c.id == bindparam("session")))

_LONGEST_MOMENT = 18


def insert(tx: Connection, session: Session, tenant: str, request_id: str, now: datetime) -> Session:
    """Stores a new session of a tenant, or returns the one that their same `request_id` stored before."""
    request = f"{tenant}/{request_id}" if request_id else None
    if request is not None:
        earlier = tx.execute(_QUERY.where(SESSIONS.c.request_id == request)).one_or_none()
        if earlier is not None:
            return _session(earlier)
    identifier, moment = parse_session(session.name), micros(now)
    tx.execute(
        insert_into(SESSIONS).values(
            id=identifier,
            tenant=tenant,
            request_id=request,
            create_us=moment,
            update_us=moment,
            **_stored(session),
        )
    )
    return get(tx, identifier)


def get(tx: Connection, session_id: str) -> Session:
    """One session; raises NotFound."""
    row = _GET(tx, session=session_id).one_or_none()
    if row is None:
        raise NotFound(session_name(session_id))
    return _session(row)


def lock(tx: Connection, session_id: str) -> None:
    """Whoever reads of a session what decides on a write begins with this; raises NotFound.

    Other coordinators that do wait for the end of the transaction, and then see what it wrote.
    """
    if not _LOCK.values(tx, session=session_id):
        raise NotFound(session_name(session_id))


def tenant(tx: Connection, session_id: str) -> str | None:
    """The tenant that the session belongs to; None when there is no such session."""
    return next(iter(_TENANT.values(tx, session=session_id)), None)


def page(tx: Connection, owner: str, limit: int, token: str, search: str = "") -> tuple[list[Session], str]:
    """At most `limit` sessions of a tenant, the newest first, after the page before; the next token or "".

    With `search` only those in whose project name, customer or family each of its words occurs, in any case.
    """
    newest = (SESSIONS.c.create_us.desc(), SESSIONS.c.id.desc())
    query = _QUERY.where(SESSIONS.c.tenant == owner).order_by(*newest).limit(limit + 1)
    for word in _searchable(search).split():
        query = query.where(SESSIONS.c.search.contains(word, autoescape=True))
    if token:
        query = query.where(tuple_(SESSIONS.c.create_us, SESSIONS.c.id) < _parse_token(token))
    rows = tx.execute(query).all()
    more = len(rows) > limit
    next_token = f"{rows[limit - 1].create_us}-{rows[limit - 1].id}" if more else ""
    return [_session(row) for row in rows[:limit]], next_token


def update(tx: Connection, session: Session, now: datetime) -> None:
    """Replaces what the session says about itself; raises NotFound."""
    session_id = parse_session(session.name)
    query = update_in(SESSIONS).where(SESSIONS.c.id == session_id)
    found = tx.execute(query.values(**_stored(session), update_us=micros(now)).returning(SESSIONS.c.id))
    if found.one_or_none() is None:
        raise NotFound(session.name)


def touch(tx: Connection, session_id: str, now: datetime) -> None:
    """Something of the session changed; raises NotFound."""
    query = update_in(SESSIONS).where(SESSIONS.c.id == session_id).values(update_us=micros(now))
    if tx.execute(query.returning(SESSIONS.c.id)).one_or_none() is None:
        raise NotFound(session_name(session_id))


def untouched(tx: Connection, kept: timedelta, now: datetime) -> dict[str, str]:
    """The tenants of the sessions, by id, that nobody has changed, checked or run for `kept`.

    By the database's own time where many share it, else by `now`.
    """
    return {row.id: row.tenant for row in tx.execute(_untouched(tx, kept, now))}


def is_untouched(tx: Connection, session_id: str, kept: timedelta, now: datetime) -> bool:
    """True when the session is one of those, see `untouched`."""
    return tx.execute(_untouched(tx, kept, now).where(SESSIONS.c.id == session_id)).one_or_none() is not None


def delete(tx: Connection, session_id: str) -> None:
    """Removes the session and all that it holds; raises NotFound."""
    query = delete_from(SESSIONS).where(SESSIONS.c.id == session_id).returning(SESSIONS.c.id)
    if tx.execute(query).one_or_none() is None:
        raise NotFound(session_name(session_id))


def _untouched(tx: Connection, kept: timedelta, now: datetime) -> Select[Any]:
    since = leases.moment(tx, now) - kept // timedelta(microseconds=1)
    query = select(SESSIONS.c.id, SESSIONS.c.tenant).where(SESSIONS.c.update_us < since)
    for activity in (RUNS, PLANS, VALIDATIONS):
        query = query.where(~exists().where(activity.c.session_id == SESSIONS.c.id, activity.c.create_us >= since))
    unended = or_(RUNS.c.end_us.is_(None), RUNS.c.end_us >= since)
    return query.where(~exists().where(RUNS.c.session_id == SESSIONS.c.id, unended))


def _stored(session: Session) -> dict[str, str]:
    metadata = session.metadata
    message = to_json(Session(metadata=metadata, vector_store_id=session.vector_store_id))
    return {
        "message": message,
        "search": _searchable(f"{metadata.project_name} {metadata.customer} {metadata.family}"),
        "customer": _searchable(metadata.customer),
    }


def _searchable(text: str) -> str:
    """In one case and spelling; PostgreSQL stores no NUL."""
    return unicodedata.normalize("NFKC", text.replace("\0", " ")).casefold()


def _session(row: Row[Any, *tuple[Any, ...]]) -> Session:
    session = from_json(row.message, Session(name=session_name(row.id)))
    session.create_time.FromMicroseconds(row.create_us)
    session.update_time.FromMicroseconds(row.update_us)
    session.document_count = row.documents
    session.latest_revision = row.revision or 0
    session.latest_run = run_name(row.id, row.run) if row.run else ""
    return session


def _parse_token(token: str) -> tuple[int, str]:
    moment, _, identifier = token.partition("-")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= _LONGEST_MOMENT) or not identifier:
        raise InvalidArgument("page_token", "is not from an earlier answer")
    return int(moment), identifier
