"""Document conflicts: where the papers' facts exclude each other, which of them wins, and what to ask the customer."""

from services.coordinator.conflicts.conflicts import find_conflicts, resolve

__all__ = ["find_conflicts", "resolve"]
