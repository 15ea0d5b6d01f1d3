"""The store: one small interface, the same on SQLite and on PostgreSQL."""

from services.coordinator.store.store import Store

__all__ = ["Store"]
