"""What runs ask of sessions, without papers: preflight and context pack are values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.session_pb2 import AgentEstimate, Finding, Session, SessionMetadata, ValidationResult
from services.contract.digests import text_digest
from services.contract.names import session_name
from services.coordinator.documents.context import Packed
from services.coordinator.runs.runs import SessionInputs
from services.coordinator.store import Store
from services.coordinator.store import sessions as rows


@dataclass
class FakeSessions:
    """`notes` stand for the papers: change them and the input is another; `uploaded` replaces them after preflight.

    `findings` and `estimates` are preflight's; `fresh` is what it was last asked for.
    """

    notes: str = "as ordered"
    uploaded: str = ""
    findings: list[Finding] = field(default_factory=list)
    estimates: list[AgentEstimate] = field(default_factory=list)
    fresh: frozenset[str] = frozenset()

    def inputs(self) -> SessionInputs:
        """The two calls."""
        return SessionInputs(self._preflight, self._packed)

    async def _preflight(self, name: str, fresh: Collection[str]) -> ValidationResult:
        self.fresh = frozenset(fresh)
        digest = self._digest(name)
        self.notes, self.uploaded = self.uploaded or self.notes, ""
        return ValidationResult(
            name=f"{name}/validations/v",
            input_digest=digest,
            ready=all(found.severity != Finding.SEVERITY_ERROR for found in self.findings),
            findings=self.findings,
            estimates=self.estimates,
        )

    async def _packed(self, session: str, as_of: date) -> Packed:
        name = session_name(session)
        metadata = SessionMetadata(project_name="Skid", customer="Acme", notes=self.notes)
        pack = ContextPack(session=name, metadata=metadata, as_of=as_of.isoformat())
        return Packed(self._digest(name), pack)

    def _digest(self, name: str) -> str:
        return text_digest([name, self.notes])


async def add_session(store: Store, session: str = "s1", customer: str = "Acme") -> str:
    """A session in the store; returns its resource name."""
    name = session_name(session)
    message = Session(name=name, metadata=SessionMetadata(project_name="Skid", customer=customer))
    await store.write(lambda tx: rows.insert(tx, message, "local", "", datetime.now(UTC)))
    return name
