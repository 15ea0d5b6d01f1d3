"""Sessions belong to tenants, and an append-only table says who did what."""

import sqlalchemy as sa
from alembic import op

from services.coordinator.store.append_only import APPEND_ONLY

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("tenant", sa.String(length=63), nullable=False, server_default="local"))
    op.execute("UPDATE sessions SET request_id = 'local/' || request_id WHERE request_id IS NOT NULL")
    op.drop_index("ix_sessions_create_us", "sessions")
    op.create_index("ix_sessions_tenant", "sessions", ["tenant", "create_us"])
    op.create_index("ix_sessions_update_us", "sessions", ["update_us"])
    op.create_table(
        "audit_records",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("create_us", sa.BigInteger(), nullable=False),
        sa.Column("tenant", sa.String(length=63), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_records_tenant", "audit_records", ["tenant", "id"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
