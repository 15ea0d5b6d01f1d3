"""Preflight of one session: a pure function of what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document
from buildplan.v1.session_pb2 import ChecklistItem, Finding, Session, SessionMetadata, ValidationResult
from services.contract.times import set_time
from services.coordinator.preflight import findings
from services.coordinator.preflight.completeness import score_parts
from services.coordinator.preflight.digest import input_digest
from services.coordinator.preflight.limits import ContextLimits


def validate(
    session: Session,
    documents: Sequence[Document],
    conflicts: Sequence[DocumentConflict],
    *,
    limits: ContextLimits,
    now: datetime,
) -> ValidationResult:
    """Findings (errors first), checklist, completeness and the digest of the input; `name` is left to the caller."""
    found = [
        *findings.metadata_findings(session.metadata),
        *findings.document_findings(documents, limits),
        *findings.kind_findings(documents),
        *findings.conflict_findings(conflicts),
    ]
    parts = score_parts(session.metadata, documents, conflicts)
    result = ValidationResult(
        input_digest=input_digest(session, documents, conflicts),
        ready=not any(finding.severity == Finding.SEVERITY_ERROR for finding in found),
        findings=sorted(found, key=lambda finding: -finding.severity),
        checklist=checklist(session.metadata, documents),
        completeness=sum(part.points for part in parts),
        parts=parts,
    )
    set_time(result.create_time, now)
    return result


def checklist(metadata: SessionMetadata, documents: Sequence[Document]) -> list[ChecklistItem]:
    """The customer's four lines in the customer's order and words."""
    return [
        ChecklistItem(text=f"Files uploaded ({len(documents)})", done=bool(documents), required=True),
        ChecklistItem(text="Project name set", done=bool(metadata.project_name.strip()), required=True),
        ChecklistItem(text="Customer selected", done=bool(metadata.customer.strip()), required=True),
        ChecklistItem(text="Family page recommended", done=bool(metadata.family.strip()), required=False),
    ]
