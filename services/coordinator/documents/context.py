"""The context pack: what a specialist is given. The same session always gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Document, Page
from buildplan.v1.fact_pb2 import Fact
from buildplan.v1.session_pb2 import Session, WorkCalendar
from services.contract.digests import message_digest

_YEARS_AHEAD = 4


@dataclass(frozen=True)
class Packed:
    """A context pack, and the input digest of the session that it was made of, both as of one moment."""

    input_digest: str
    context: ContextPack


def assemble(
    session: Session,
    documents: Sequence[Document],
    pages: Iterable[Page],
    facts: Sequence[Fact],
    conflicts: Sequence[DocumentConflict],
    as_of: date,
) -> ContextPack:
    """Everything in one message: sources by precedence, then passages in their order.

    Times of upload are left out, so that the same papers uploaded again are the same input.
    """
    pack = ContextPack(session=session.name, metadata=session.metadata, as_of=as_of.isoformat())
    pack.vector_store_id = session.vector_store_id
    expand_calendar(pack.metadata.calendar, as_of)
    order = {document.name: place for place, document in enumerate(by_precedence(documents))}
    for document in sorted(documents, key=lambda source: order[source.name]):
        pack.sources.add().CopyFrom(document)
        pack.sources[-1].ClearField("create_time")
    for page in sorted(pages, key=lambda page: (order[page.document], page.number)):
        pack.passages.extend(page.passages)
    pack.facts.extend(facts)
    pack.conflicts.extend(conflicts)
    return pack


def context_digest(pack: ContextPack) -> str:
    """Names what a specialist is told. A vector store only holds the same papers again, so its id does not count."""
    store, pack.vector_store_id = pack.vector_store_id, ""
    try:
        return message_digest(pack)
    finally:
        pack.vector_store_id = store


def by_precedence(documents: Sequence[Document]) -> list[Document]:
    """The best precedence first, else in the order of upload."""
    return sorted(documents, key=lambda document: document.precedence)


def expand_calendar(calendar: WorkCalendar, as_of: date) -> None:
    """Adds the country's public holidays of this and the coming years to `calendar.holidays`."""
    if not calendar.country:
        return
    from holidays import country_holidays

    years = range(as_of.year, as_of.year + _YEARS_AHEAD)
    days = {day.isoformat() for day in country_holidays(calendar.country, years=years)}
    merged = sorted(days.union(calendar.holidays))
    del calendar.holidays[:]
    calendar.holidays.extend(merged)
