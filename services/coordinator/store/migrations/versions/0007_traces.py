"""The span in which a run was asked for, so that whoever takes it over goes on in the same trace."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("trace", sa.Text(), nullable=False, server_default=""))
