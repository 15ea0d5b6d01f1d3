"""What a call of a model used may be unknown: no zero stands for that any more."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TOKENS = ("input_tokens", "cached_input_tokens", "output_tokens")
_USED = (*_TOKENS, "cost_usd")


def upgrade() -> None:
    with op.batch_alter_table("attempts") as attempts:
        for name in _TOKENS:
            attempts.alter_column(name, existing_type=sa.BigInteger(), nullable=True)
        attempts.alter_column("cost_usd", existing_type=sa.Double(), nullable=True)
    table = sa.table("attempts", *map(sa.column, ("outcome", *_USED)))
    answered = table.c.outcome.in_(("COMPLETED", "INCOMPLETE", "MALFORMED"))
    op.execute(table.update().where(~answered).values(dict.fromkeys(_USED)))
