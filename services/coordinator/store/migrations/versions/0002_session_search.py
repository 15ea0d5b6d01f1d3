"""Sessions are found by the words of their project name, customer and family."""

import json
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("search", sa.Text(), nullable=False, server_default=""))
    sessions = sa.table("sessions", sa.column("id"), sa.column("message"), sa.column("search"))
    connection = op.get_bind()
    for identifier, message in connection.execute(sa.select(sessions.c.id, sessions.c.message)).all():
        update = sessions.update().where(sessions.c.id == identifier)
        connection.execute(update.values(search=_searchable(json.loads(message).get("metadata", {}))))


def _searchable(metadata: dict[str, str]) -> str:
    text = " ".join(metadata.get(field, "") for field in ("project_name", "customer", "family"))
    return unicodedata.normalize("NFKC", text.replace("\0", " ")).casefold()
