"""Context packs written by hand."""

from __future__ import annotations

import asyncio

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import DocumentKind, Passage
from buildplan.v1.fact_pb2 import Fact, Topic
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.statement_pb2 import Citation
from services.specialist.offline.engine import OfflineEngine, compose
from services.specialist.offline.reader import read_whole
from services.specialist.profile import Profile

AS_OF = "2026-11-23"
SPEC = DocumentKind.DOCUMENT_KIND_CUSTOMER_SPECIFICATION
ORDER = DocumentKind.DOCUMENT_KIND_PURCHASE_ORDER
DRAWING = DocumentKind.DOCUMENT_KIND_DRAWING
BODY = Passage.ROLE_BODY


class PackBuilder:
    """Adds documents, passages and facts in order."""

    def __init__(self) -> None:
        self.pack = ContextPack(session="sessions/s", as_of=AS_OF)

    def document(self, name: str, kind: DocumentKind.ValueType = SPEC, **fields: str | int) -> PackBuilder:
        source = self.pack.sources.add(name=name, file_name=f"{name}.pdf", kind=kind, precedence=1)
        for field, value in fields.items():
            setattr(source, field, value)
        return self

    def passage(self, text: str, role: Passage.Role.ValueType = BODY, heading: str = "", page: int = 1) -> PackBuilder:
        document = self.pack.sources[-1].name
        number = len(self.pack.passages) + 1
        self.pack.passages.add(id=f"p{number}", document=document, page=page, text=text, role=role, heading=heading)
        return self

    def fact(self, topic: Topic.ValueType, subject: str, value: str, number: float | None = None) -> Fact:
        """A fact about the last passage."""
        last = self.pack.passages[-1]
        citation = Citation(document=last.document, page=last.page, quote=last.text, passage_id=last.id)
        fact = self.pack.facts.add(
            id=f"f{len(self.pack.facts) + 1}", topic=topic, subject=subject, value=value, citation=citation
        )
        if number is not None:
            fact.number = number
        return fact


def pack_of(*texts: str, kind: DocumentKind.ValueType = SPEC) -> ContextPack:
    """One document with a passage for each text."""
    builder = PackBuilder().document("d1", kind)
    for text in texts:
        builder.passage(text)
    return builder.pack


def sections_of(*texts: str, kind: DocumentKind.ValueType = SPEC) -> list[tuple[str, str]]:
    """(section, text) of each finding."""
    return [(finding.target, finding.text) for finding in read_whole(pack_of(*texts, kind=kind)).findings]


def patch_of(profile: Profile, pack: ContextPack) -> Patch:
    return compose(profile, read_whole(pack))


def proposed(profile: Profile, pack: ContextPack) -> Patch:
    """The patch through the engine's own door."""

    async def run() -> Patch:
        async for part in OfflineEngine(profile).propose(pack):
            if isinstance(part, Patch):
                return part
        raise AssertionError("no patch")

    return asyncio.run(run())
