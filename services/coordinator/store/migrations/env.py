"""Alembic's entry: runs on the connection that `migrate` hands over, within its transaction."""

from alembic import context

from services.coordinator.store.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
