"""What a plan is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from buildplan.v1.agent_pb2 import AgentStatus, Usage
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.document_pb2 import Document, Page
from buildplan.v1.fact_pb2 import Fact
from buildplan.v1.plan_pb2 import Patch, PlanEdit
from buildplan.v1.session_pb2 import SessionMetadata

PageKey = tuple[str, int]
"""Resource name of a document, and a page of it counted from 1."""
Pages = Mapping[PageKey, Page]


@dataclass(frozen=True)
class PlanInputs:
    """All that `build_plan` looks at.

    `session` and `run` are resource names; `patches` maps an agent to what it returned; `pages` holds the pages
    that `cited_pages` names, as far as they exist; `now` is aware (UTC); lead times are counted from `as_of`;
    `edits` are the users' so far; `usage` is what the patches cost.
    """

    session: str
    metadata: SessionMetadata
    sources: Sequence[Document]
    facts: Sequence[Fact]
    conflicts: Sequence[DocumentConflict]
    patches: Mapping[str, Patch]
    statuses: Sequence[AgentStatus]
    pages: Pages
    run: str
    reason: str
    engine: str
    now: datetime
    as_of: date
    edits: Sequence[PlanEdit] = ()
    usage: Usage = field(default_factory=Usage)
