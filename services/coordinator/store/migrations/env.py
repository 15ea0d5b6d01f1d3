"""Alembic's entry: runs on the connection that `migrate` hands over, within its transaction."""

from alembic import context

from services.coordinator.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
