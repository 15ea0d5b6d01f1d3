"""Plans and results of agents are kept as their protos' bytes, no longer as JSON."""

import sqlalchemy as sa
from alembic import op
from google.protobuf.json_format import Parse, ParseError
from google.protobuf.message import Message

from buildplan.v1.plan_pb2 import Patch, Plan

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _convert("plan_revisions", "message", ("session_id", "revision"), Plan)
    _convert("checkpoints", "patch", ("session_id", "run_id", "agent", "input_digest"), Patch)


def _convert(name: str, column: str, key: tuple[str, ...], kind: type[Message]) -> None:
    """A result that cannot be read was of no use before and is left out: its agent runs again."""
    op.add_column(name, sa.Column("converted", sa.LargeBinary(), nullable=False, server_default=""))
    table = sa.table(name, *map(sa.column, (*key, column)), sa.column("converted", sa.LargeBinary))
    connection = op.get_bind()
    for row in connection.execute(sa.select(*(table.c[part] for part in key))).all():
        this = sa.and_(*(table.c[part] == value for part, value in zip(key, row, strict=True)))
        text = connection.execute(sa.select(table.c[column]).where(this)).scalar_one()
        try:
            message = Parse(text, kind(), ignore_unknown_fields=True)
        except ParseError:
            if kind is not Patch:
                raise
            connection.execute(table.delete().where(this))
        else:
            connection.execute(table.update().where(this).values(converted=message.SerializeToString()))
    op.drop_column(name, column)
    op.alter_column(name, "converted", new_column_name=column)
