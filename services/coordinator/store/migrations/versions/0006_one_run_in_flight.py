"""One run in flight for each session; what a run is to do, whether it is to be cancelled, and whose session it is."""

import json
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_IN_FLIGHT = sa.text("state IN ('STATE_PENDING', 'STATE_RUNNING')")


def upgrade() -> None:
    op.add_column("runs", sa.Column("reason", sa.Text(), nullable=False, server_default="run"))
    op.add_column("runs", sa.Column("forced", sa.Text(), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("cancel_us", sa.BigInteger(), nullable=True))
    op.add_column("sessions", sa.Column("customer", sa.Text(), nullable=False, server_default=""))
    _name_customers()
    _fail_doubles()
    op.create_index(
        "uq_runs_in_flight",
        "runs",
        ["session_id"],
        unique=True,
        sqlite_where=_IN_FLIGHT,
        postgresql_where=_IN_FLIGHT,
    )


def _name_customers() -> None:
    sessions = sa.table("sessions", sa.column("id"), sa.column("message"), sa.column("customer"))
    connection = op.get_bind()
    for identifier, message in connection.execute(sa.select(sessions.c.id, sessions.c.message)).all():
        named = json.loads(message).get("metadata", {}).get("customer", "").replace("\0", " ")
        customer = unicodedata.normalize("NFKC", named).casefold()
        connection.execute(sessions.update().where(sessions.c.id == identifier).values(customer=customer))


def _fail_doubles() -> None:
    """Two coordinators could start two runs of a session at once before this version; the newest goes on."""
    failure = {"reason": "RUN_IN_FLIGHT", "message": "another run of the session was in flight", "retryable": True}
    op.get_bind().execute(
        sa.text(
            """
            UPDATE runs SET state = 'STATE_FAILED', end_us = create_us, failure = :failure, fence = fence + 1
            WHERE state IN ('STATE_PENDING', 'STATE_RUNNING') AND EXISTS (
                SELECT 1 FROM runs AS newer
                WHERE newer.session_id = runs.session_id AND newer.state IN ('STATE_PENDING', 'STATE_RUNNING')
                AND (newer.create_us > runs.create_us OR (newer.create_us = runs.create_us AND newer.id > runs.id)))
            """
        ),
        {"failure": json.dumps(failure)},
    )
