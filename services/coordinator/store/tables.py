"""The tables. Messages are stored as the protos' JSON; where many are written or read at once, as their bytes.

Times are microseconds since 1970 UTC, the resource names' last parts are the ids.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
    text,
)

from services.coordinator.store.append_only import APPEND_ONLY

_ID = String(63)
IN_FLIGHT = ("STATE_PENDING", "STATE_RUNNING")
_IN_FLIGHT = text(f"state IN {IN_FLIGHT}")
_key = partial(Column, primary_key=True)
_filled = partial(Column, nullable=False)

METADATA = MetaData()
"""All tables."""


def _of_session() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE")


def _of_document() -> ForeignKeyConstraint:
    columns = ["session_id", "document_id"]
    return ForeignKeyConstraint(columns, ["documents.session_id", "documents.id"], ondelete="CASCADE")


def _of_run() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["session_id", "run_id"], ["runs.session_id", "runs.id"], ondelete="CASCADE")


SESSIONS = Table(
    "sessions",
    METADATA,
    _key("id", _ID),
    _filled("tenant", _ID),
    Column("request_id", Text, unique=True),
    _filled("create_us", BigInteger),
    _filled("update_us", BigInteger, index=True),
    _filled("message", Text),
    _filled("search", Text, server_default=""),
    _filled("customer", Text, server_default=""),
    Index("ix_sessions_tenant", "tenant", "create_us"),
)
"""One job; `message` is a Session's JSON without what other tables know, `search` what sessions are searched by.

`request_id` is "{tenant}/{request id}". Runs wait in turn by tenant and `customer`.
"""

DOCUMENTS = Table(
    "documents",
    METADATA,
    _key("session_id", _ID),
    _key("id", _ID),
    _filled("position", BigInteger),
    Column("parent_id", _ID),
    _filled("file_name", Text),
    _filled("sha256", Text),
    _filled("message", LargeBinary),
    _of_session(),
)
"""One paper; `message` is a Document's bytes."""

DOCUMENT_CONTENTS = Table(
    "document_contents",
    METADATA,
    _key("session_id", _ID),
    _key("document_id", _ID),
    _filled("content", LargeBinary),
    _of_document(),
)
"""The original file."""

PAGES = Table(
    "pages",
    METADATA,
    _key("session_id", _ID),
    _key("document_id", _ID),
    _key("number", Integer),
    _filled("label", Text),
    _filled("message", LargeBinary),
    _of_document(),
)
"""One page; `message` is a Page's bytes with its passages."""

FACTS = Table(
    "facts",
    METADATA,
    _key("session_id", _ID),
    _key("document_id", _ID),
    _key("position", Integer),
    _filled("topic", Text),
    _filled("subject", Text),
    _filled("value", Text),
    _filled("message", LargeBinary),
    _of_document(),
)
"""One fact; `message` is a Fact's bytes."""

VALIDATIONS = Table(
    "validation_results",
    METADATA,
    _key("session_id", _ID),
    _key("id", _ID),
    _filled("input_digest", Text),
    _filled("create_us", BigInteger),
    _filled("ready", Boolean),
    _filled("completeness", Integer),
    _filled("message", Text),
    _of_session(),
)
"""One result of preflight; `message` is a ValidationResult's JSON."""

CONFLICTS = Table(
    "conflicts",
    METADATA,
    _key("session_id", _ID),
    _key("id", _ID),
    _filled("position", Integer),
    _filled("topic", Text),
    _filled("subject", Text),
    _filled("state", Text),
    _filled("message", Text),
    _of_session(),
)
"""One document conflict; `message` is a DocumentConflict's JSON."""

RUNS = Table(
    "runs",
    METADATA,
    _key("session_id", _ID),
    _key("id", _ID),
    _filled("state", Text),
    _filled("create_us", BigInteger),
    Column("end_us", BigInteger),
    _filled("revision", Integer),
    _filled("last_sequence", BigInteger),
    Column("failure", Text),
    Column("request_id", Text),
    _filled("parameters_digest", Text),
    _filled("input_digest", Text),
    _filled("reason", Text, server_default="run"),
    _filled("forced", Text, server_default=""),
    _filled("trace", Text, server_default=""),
    Column("cancel_us", BigInteger),
    Column("owner", Text),
    _filled("fence", BigInteger),
    _filled("lease_expires_us", BigInteger),
    _of_session(),
    Index("ix_runs_lease", "state", "lease_expires_us"),
    Index("uq_runs_request", "session_id", "request_id", unique=True),
    Index("uq_runs_in_flight", "session_id", unique=True, sqlite_where=_IN_FLIGHT, postgresql_where=_IN_FLIGHT),
)
"""One run with its lease: `fence` is new at every acquisition and named by every write of the run's state.

One of a session is in flight at any time. `reason`, `forced` (agents joined by commas) and `trace` are its
Errand; `cancel_us` is when somebody asked for its end.
"""

AGENT_RUNS = Table(
    "agent_runs",
    METADATA,
    _key("session_id", _ID),
    _key("run_id", _ID),
    _key("agent", _ID),
    _filled("position", Integer),
    _filled("state", Text),
    _filled("attempt", Integer),
    Column("next_attempt_us", BigInteger),
    _filled("message", LargeBinary),
    _of_run(),
)
"""One agent in a run; `message` is its latest AgentStatus's bytes."""

EVENTS = Table(
    "events",
    METADATA,
    _key("session_id", _ID),
    _key("run_id", _ID),
    _key("sequence", BigInteger),
    _filled("create_us", BigInteger),
    Column("agent", _ID),
    _filled("state", Text),
    _filled("message", LargeBinary),
    _of_run(),
)
"""One event; `message` is a RunEvent's bytes, `state` the new one of the agent or, without one, of the run."""

CHECKPOINTS = Table(
    "checkpoints",
    METADATA,
    _key("session_id", _ID),
    _key("run_id", _ID),
    _key("agent", _ID),
    _key("input_digest", Text),
    _filled("create_us", BigInteger),
    _filled("contract_version", Text),
    _filled("message", LargeBinary),
    _filled("patch", LargeBinary),
    _of_run(),
    Index("ix_checkpoints_input", "session_id", "agent", "input_digest"),
)
"""A finished agent's result; `message` is a Checkpoint's bytes, `patch` a Patch's.

Of two results of an agent in a session the later one has the greater `create_us`, whatever the clocks say.
"""

ATTEMPTS = Table(
    "attempts",
    METADATA,
    _key("session_id", _ID),
    _key("run_id", _ID),
    _key("agent", _ID),
    _key("number", Integer, autoincrement=False),
    _filled("agent_attempt", Integer),
    _filled("attempt", Integer),
    _filled("outcome", Text),
    _filled("start_us", BigInteger),
    _filled("end_us", BigInteger),
    Column("input_tokens", BigInteger),
    Column("cached_input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost_usd", Double),
    _filled("message", LargeBinary),
    _of_run(),
)
"""One call of a model, its `outcome` empty while under way; `message` is an Attempt's bytes without its number."""

PLANS = Table(
    "plan_revisions",
    METADATA,
    _key("session_id", _ID),
    _key("revision", Integer, autoincrement=False),
    _filled("create_us", BigInteger),
    _filled("reason", Text),
    _filled("run", Text),
    _filled("score", Double),
    _filled("blocked", Boolean),
    _filled("message", LargeBinary),
    _of_session(),
)
"""One revision of a session's plan; `message` is a Plan's bytes."""

TASKS = Table(
    "tasks",
    METADATA,
    _key("session_id", _ID),
    _key("revision", Integer, autoincrement=False),
    _key("fingerprint", _ID),
    _filled("text", Text),
    _filled("owner_hint", Text),
    _filled("due", Text),
    ForeignKeyConstraint(
        ["session_id", "revision"], ["plan_revisions.session_id", "plan_revisions.revision"], ondelete="CASCADE"
    ),
)
"""One task of a plan revision."""

AUDIT = Table(
    "audit_records",
    METADATA,
    _key("id", BigInteger().with_variant(Integer, "sqlite")),
    _filled("create_us", BigInteger),
    _filled("tenant", _ID),
    _filled("subject", Text),
    _filled("method", Text),
    _filled("resource", Text),
    _filled("outcome", Text),
    Index("ix_audit_records_tenant", "tenant", "id"),
)
"""Who did what. Triggers of the database refuse to change or remove a row, whoever asks."""

for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        _ddl = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(AUDIT, "after_create", _ddl)
