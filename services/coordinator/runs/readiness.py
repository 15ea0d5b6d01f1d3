"""Papers that preflight finds an error in are not run."""

from __future__ import annotations

from buildplan.v1.session_pb2 import Finding, ValidationResult
from services.runtime.errors import FailedPrecondition, Violation


def check_ready(validation: ValidationResult) -> None:
    """FailedPrecondition with the findings while one of them is an error."""
    if validation.ready:
        return
    errors = [finding for finding in validation.findings if finding.severity == Finding.SEVERITY_ERROR]
    violations = [Violation(error.code, error.field, f"{error.message}; {error.action}") for error in errors]
    what = "; ".join(error.message for error in errors)
    raise FailedPrecondition("PREFLIGHT_FAILED", f"preflight found what must be mended first: {what}", violations)
