"""The tables. Messages are stored as the protos' JSON; where many are written or read at once, as their bytes.

Times are microseconds since 1970 UTC, the resource names' last parts are the ids.
"""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Text, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.coordinator.store.append_only import APPEND_ONLY

_ID = String(63)
IN_FLIGHT = ("STATE_PENDING", "STATE_RUNNING")
_IN_FLIGHT = text(f"state IN {IN_FLIGHT}")


class Base(DeclarativeBase):
    """All tables."""


def _of_session() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["session_id"], ["sessions.id"], ondelete="CASCADE")


def _of_document() -> ForeignKeyConstraint:
    columns = ["session_id", "document_id"]
    return ForeignKeyConstraint(columns, ["documents.session_id", "documents.id"], ondelete="CASCADE")


def _of_run() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["session_id", "run_id"], ["runs.session_id", "runs.id"], ondelete="CASCADE")


class SessionRow(Base):
    """One job; `message` is a Session's JSON without what other tables know, `search` what sessions are searched by.

    `request_id` is "{tenant}/{request id}". Runs wait in turn by tenant and `customer`.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_tenant", "tenant", "create_us"),)
    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    tenant: Mapped[str] = mapped_column(_ID)
    request_id: Mapped[str | None] = mapped_column(Text, unique=True)
    create_us: Mapped[int] = mapped_column(BigInteger)
    update_us: Mapped[int] = mapped_column(BigInteger, index=True)
    message: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(Text, server_default="")
    customer: Mapped[str] = mapped_column(Text, server_default="")


class DocumentRow(Base):
    """One paper; `message` is a Document's bytes."""

    __tablename__ = "documents"
    __table_args__ = (_of_session(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    parent_id: Mapped[str | None] = mapped_column(_ID)
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    message: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentContentRow(Base):
    """The original file."""

    __tablename__ = "document_contents"
    __table_args__ = (_of_document(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    document_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PageRow(Base):
    """One page; `message` is a Page's bytes with its passages."""

    __tablename__ = "pages"
    __table_args__ = (_of_document(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    document_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(Text)
    message: Mapped[bytes] = mapped_column(LargeBinary)


class FactRow(Base):
    """One fact; `message` is a Fact's bytes."""

    __tablename__ = "facts"
    __table_args__ = (_of_document(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    document_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    message: Mapped[bytes] = mapped_column(LargeBinary)


class ValidationRow(Base):
    """One result of preflight; `message` is a ValidationResult's JSON."""

    __tablename__ = "validation_results"
    __table_args__ = (_of_session(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    input_digest: Mapped[str] = mapped_column(Text)
    create_us: Mapped[int] = mapped_column(BigInteger)
    ready: Mapped[bool]
    completeness: Mapped[int]
    message: Mapped[str] = mapped_column(Text)


class ConflictRow(Base):
    """One document conflict; `message` is a DocumentConflict's JSON."""

    __tablename__ = "conflicts"
    __table_args__ = (_of_session(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    position: Mapped[int]
    topic: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)


class RunRow(Base):
    """One run with its lease: `fence` is new at every acquisition and named by every write of the run's state.

    One of a session is in flight at any time. `reason` and `forced` (agents joined by commas) are those of its
    Assignment; `cancel_us` is when somebody asked for its end.
    """

    __tablename__ = "runs"
    __table_args__ = (
        _of_session(),
        Index("ix_runs_lease", "state", "lease_expires_us"),
        Index("uq_runs_request", "session_id", "request_id", unique=True),
        Index("uq_runs_in_flight", "session_id", unique=True, sqlite_where=_IN_FLIGHT, postgresql_where=_IN_FLIGHT),
    )
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    create_us: Mapped[int] = mapped_column(BigInteger)
    end_us: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int]
    last_sequence: Mapped[int] = mapped_column(BigInteger)
    failure: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(Text)
    parameters_digest: Mapped[str] = mapped_column(Text)
    input_digest: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default="run")
    forced: Mapped[str] = mapped_column(Text, server_default="")
    cancel_us: Mapped[int | None] = mapped_column(BigInteger)
    owner: Mapped[str | None] = mapped_column(Text)
    fence: Mapped[int] = mapped_column(BigInteger)
    lease_expires_us: Mapped[int] = mapped_column(BigInteger)


class AgentRunRow(Base):
    """One agent in a run; `message` is its latest AgentStatus's bytes."""

    __tablename__ = "agent_runs"
    __table_args__ = (_of_run(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    run_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    agent: Mapped[str] = mapped_column(_ID, primary_key=True)
    position: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int]
    next_attempt_us: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[bytes] = mapped_column(LargeBinary)


class EventRow(Base):
    """One event; `message` is a RunEvent's bytes, `state` the new one of the agent or, without one, of the run."""

    __tablename__ = "events"
    __table_args__ = (_of_run(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    run_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    create_us: Mapped[int] = mapped_column(BigInteger)
    agent: Mapped[str | None] = mapped_column(_ID)
    state: Mapped[str] = mapped_column(Text)
    message: Mapped[bytes] = mapped_column(LargeBinary)


class CheckpointRow(Base):
    """A finished agent's result; `message` is a Checkpoint's bytes, `patch` a Patch's."""

    __tablename__ = "checkpoints"
    __table_args__ = (_of_run(), Index("ix_checkpoints_input", "session_id", "agent", "input_digest"))
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    run_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    agent: Mapped[str] = mapped_column(_ID, primary_key=True)
    input_digest: Mapped[str] = mapped_column(Text, primary_key=True)
    create_us: Mapped[int] = mapped_column(BigInteger)
    contract_version: Mapped[str] = mapped_column(Text)
    message: Mapped[bytes] = mapped_column(LargeBinary)
    patch: Mapped[bytes] = mapped_column(LargeBinary)


class AttemptRow(Base):
    """One ended call of a model; `message` is an Attempt's bytes, without its number."""

    __tablename__ = "attempts"
    __table_args__ = (_of_run(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    run_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    agent: Mapped[str] = mapped_column(_ID, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agent_attempt: Mapped[int]
    attempt: Mapped[int]
    outcome: Mapped[str] = mapped_column(Text)
    start_us: Mapped[int] = mapped_column(BigInteger)
    end_us: Mapped[int] = mapped_column(BigInteger)
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    cached_input_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_usd: Mapped[float]
    message: Mapped[bytes] = mapped_column(LargeBinary)


class PlanRow(Base):
    """One revision of a session's plan; `message` is a Plan's bytes."""

    __tablename__ = "plan_revisions"
    __table_args__ = (_of_session(),)
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    create_us: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    run: Mapped[str] = mapped_column(Text)
    score: Mapped[float]
    blocked: Mapped[bool]
    message: Mapped[bytes] = mapped_column(LargeBinary)


class TaskRow(Base):
    """One task of a plan revision."""

    __tablename__ = "tasks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["session_id", "revision"], ["plan_revisions.session_id", "plan_revisions.revision"], ondelete="CASCADE"
        ),
    )
    session_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(_ID, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    owner_hint: Mapped[str] = mapped_column(Text)
    due: Mapped[str] = mapped_column(Text)


class AuditRow(Base):
    """Who did what. Triggers of the database refuse to change or remove a row, whoever asks."""

    __tablename__ = "audit_records"
    __table_args__ = (Index("ix_audit_records_tenant", "tenant", "id"),)
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    create_us: Mapped[int] = mapped_column(BigInteger)
    tenant: Mapped[str] = mapped_column(_ID)
    subject: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    resource: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)


for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        _ddl = DDL(_statement).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
        event.listen(AuditRow.__table__, "after_create", _ddl)
