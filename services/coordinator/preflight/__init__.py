"""Preflight: findings, checklist and completeness of a session before any specialist is paid."""

from services.coordinator.preflight.digest import input_digest
from services.coordinator.preflight.limits import ContextLimits
from services.coordinator.preflight.validation import validate

__all__ = ["ContextLimits", "input_digest", "validate"]
