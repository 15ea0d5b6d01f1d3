"""Facts: what the papers claim about the job, brought to comparable values, and where they exclude each other."""

from services.coordinator.facts.conflicts import find_conflicts, resolve
from services.coordinator.facts.extraction import Effort, extract_facts

__all__ = ["Effort", "extract_facts", "find_conflicts", "resolve"]
