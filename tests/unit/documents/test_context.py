"""The context pack: ordered, deterministic, with the calendar expanded."""

from __future__ import annotations

from datetime import date

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Document, Page, Passage
from buildplan.v1.session_pb2 import Session, SessionMetadata, WorkCalendar
from services.contract.digests import message_digest
from services.coordinator.documents.context import assemble, context_digest

AS_OF = date(2026, 11, 23)


def document(identifier: str, precedence: int, uploaded: int) -> Document:
    made = Document(name=f"sessions/s/documents/{identifier}", precedence=precedence)
    made.create_time.FromSeconds(uploaded)
    return made


def page(identifier: str, number: int) -> Page:
    name = f"sessions/s/documents/{identifier}"
    return Page(document=name, number=number, passages=[Passage(id=f"{identifier}-p{number}-1", document=name)])


def pack(calendar: WorkCalendar | None = None, uploaded: int = 0) -> ContextPack:
    session = Session(name="sessions/s", metadata=SessionMetadata(project_name="P", calendar=calendar))
    documents = [document("email", 20, uploaded), document("drawing", 1, uploaded + 1), document("spec", 3, uploaded)]
    pages = [page("email", 1), page("drawing", 2), page("drawing", 1), page("spec", 1)]
    return assemble(session, documents, pages, [], [], AS_OF)


def test_the_best_precedence_comes_first_and_pages_in_order() -> None:
    made = pack()
    assert [source.precedence for source in made.sources] == [1, 3, 20]
    assert [passage.id for passage in made.passages] == ["drawing-p1-1", "drawing-p2-1", "spec-p1-1", "email-p1-1"]


def test_the_same_papers_give_the_same_bytes_whenever_they_were_uploaded() -> None:
    assert message_digest(pack(uploaded=5)) == message_digest(pack(uploaded=1_000_000))


def test_a_country_becomes_holidays_beside_ones_own() -> None:
    holidays = pack(WorkCalendar(country="US", holidays=["2026-12-24"])).metadata.calendar.holidays
    assert {"2026-11-26", "2026-12-24", "2026-12-25", "2027-07-04"} <= set(holidays)
    assert list(holidays) == sorted(holidays)


def test_an_index_of_the_same_papers_is_the_same_input() -> None:
    indexed = pack()
    indexed.vector_store_id = "vs_1"
    assert context_digest(indexed) == context_digest(pack())
    assert indexed.vector_store_id == "vs_1"
