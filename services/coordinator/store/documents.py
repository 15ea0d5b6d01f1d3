"""Rows of documents, their pages, facts and original files."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy import delete as delete_from
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_in
from sqlalchemy.exc import IntegrityError

from buildplan.v1.document_pb2 import Document, Page
from buildplan.v1.fact_pb2 import Fact, Topic
from services.contract.names import document_name, last_id, parse
from services.coordinator.store.prepared import Prepared
from services.coordinator.store.tables import DOCUMENT_CONTENTS, DOCUMENTS, FACTS, PAGES
from services.runtime.errors import AlreadyExists, NotFound

_LIST = Prepared(
    select(DOCUMENTS.c.message).where(DOCUMENTS.c.session_id == bindparam("session")).order_by(DOCUMENTS.c.position)
)
_PAGES = Prepared(
    select(PAGES.c.message)
    .join(DOCUMENTS, (DOCUMENTS.c.session_id == PAGES.c.session_id) & (DOCUMENTS.c.id == PAGES.c.document_id))
    .where(PAGES.c.session_id == bindparam("session"))
    .order_by(DOCUMENTS.c.position, PAGES.c.number)
)
_FACTS = Prepared(
    select(FACTS.c.message)
    .join(DOCUMENTS, (DOCUMENTS.c.session_id == FACTS.c.session_id) & (DOCUMENTS.c.id == FACTS.c.document_id))
    .where(FACTS.c.session_id == bindparam("session"))
    .order_by(DOCUMENTS.c.position, FACTS.c.position)
)


def insert(tx: Connection, document: Document, pages: Sequence[Page], facts: Sequence[Fact], content: bytes) -> None:
    """Stores a document with all that was read of it; raises AlreadyExists when its id is taken."""
    session_id, document_id = parse(document.name, "documents")
    ids = {"session_id": session_id, "document_id": document_id}
    position = select(func.coalesce(func.max(DOCUMENTS.c.position), 0) + 1).where(DOCUMENTS.c.session_id == session_id)
    try:
        tx.execute(
            insert_into(DOCUMENTS).values(
                id=document_id, session_id=session_id, position=position.scalar_subquery(), **_columns(document)
            )
        )
    except IntegrityError as error:
        raise AlreadyExists("DOCUMENT_EXISTS", f'"{document.name}" cannot be stored twice') from error
    tx.execute(insert_into(DOCUMENT_CONTENTS).values(content=content, **ids))
    if pages:
        tx.execute(insert_into(PAGES), [{**ids, **_page_columns(page)} for page in pages])
    _insert_facts(tx, ids, facts)


def list_(tx: Connection, session_id: str) -> list[Document]:
    """In the order of upload."""
    return list(map(Document.FromString, _LIST.values(tx, session=session_id)))


def ids(tx: Connection, session_id: str) -> set[str]:
    """The ids that are taken."""
    return set(tx.scalars(select(DOCUMENTS.c.id).where(DOCUMENTS.c.session_id == session_id)))


def get(tx: Connection, session_id: str, document_id: str) -> Document:
    """One document; raises NotFound."""
    query = select(DOCUMENTS.c.message).where(DOCUMENTS.c.session_id == session_id, DOCUMENTS.c.id == document_id)
    message = tx.scalars(query).one_or_none()
    if message is None:
        raise NotFound(document_name(session_id, document_id))
    return Document.FromString(message)


def update(tx: Connection, document: Document) -> None:
    """Replaces a document's record; raises NotFound."""
    session_id, document_id = parse(document.name, "documents")
    query = update_in(DOCUMENTS).where(DOCUMENTS.c.session_id == session_id, DOCUMENTS.c.id == document_id)
    if tx.execute(query.values(**_columns(document)).returning(DOCUMENTS.c.id)).one_or_none() is None:
        raise NotFound(document.name)


def replace_facts(tx: Connection, name: str, facts: Sequence[Fact]) -> None:
    """These are the facts of the document `name` now."""
    session_id, document_id = parse(name, "documents")
    mine = (FACTS.c.session_id == session_id, FACTS.c.document_id == document_id)
    tx.execute(delete_from(FACTS).where(*mine))
    _insert_facts(tx, {"session_id": session_id, "document_id": document_id}, facts)


def delete(tx: Connection, session_id: str, document_id: str) -> None:
    """Removes a document and what came out of it; raises NotFound."""
    get(tx, session_id, document_id)
    doomed, found = {document_id}, {document_id}
    while found:
        query = select(DOCUMENTS.c.id).where(DOCUMENTS.c.session_id == session_id, DOCUMENTS.c.parent_id.in_(found))
        found = set(tx.scalars(query)) - doomed
        doomed |= found
    tx.execute(delete_from(DOCUMENTS).where(DOCUMENTS.c.session_id == session_id, DOCUMENTS.c.id.in_(doomed)))


def page(tx: Connection, session_id: str, document_id: str, number: int) -> Page:
    """One page with its passages; raises NotFound."""
    found = find_page(tx, session_id, document_id, number)
    if found is None:
        raise NotFound(f"{document_name(session_id, document_id)}, page {number}")
    return found


def find_page(tx: Connection, session_id: str, document_id: str, number: int) -> Page | None:
    """One page with its passages, or None."""
    query = select(PAGES.c.message).where(
        PAGES.c.session_id == session_id, PAGES.c.document_id == document_id, PAGES.c.number == number
    )
    message = tx.scalars(query).one_or_none()
    return Page.FromString(message) if message is not None else None


def pages(tx: Connection, session_id: str) -> list[Page]:
    """All pages in the order of documents and numbers."""
    return list(map(Page.FromString, _PAGES.values(tx, session=session_id)))


def pages_of(tx: Connection, session_id: str, document_id: str) -> list[Page]:
    """All pages of one document in order."""
    query = select(PAGES.c.message).where(PAGES.c.session_id == session_id, PAGES.c.document_id == document_id)
    return [Page.FromString(message) for message in tx.scalars(query.order_by(PAGES.c.number))]


def facts(tx: Connection, session_id: str) -> list[Fact]:
    """All facts in the order of documents and pages."""
    return list(map(Fact.FromString, _FACTS.values(tx, session=session_id)))


def content(tx: Connection, session_id: str, document_id: str) -> bytes:
    """The original file; raises NotFound."""
    query = select(DOCUMENT_CONTENTS.c.content).where(
        DOCUMENT_CONTENTS.c.session_id == session_id, DOCUMENT_CONTENTS.c.document_id == document_id
    )
    found: bytes | None = tx.scalars(query).one_or_none()
    if found is None:
        raise NotFound(document_name(session_id, document_id))
    return found


def _insert_facts(tx: Connection, ids: dict[str, str], facts: Sequence[Fact]) -> None:
    if facts:
        columns = [{**ids, "position": place, **_fact_columns(fact)} for place, fact in enumerate(facts)]
        tx.execute(insert_into(FACTS), columns)


def _columns(document: Document) -> dict[str, object]:
    return {
        "parent_id": last_id(document.parent) or None,
        "file_name": document.file_name,
        "sha256": document.sha256,
        "message": document.SerializeToString(),
    }


def _page_columns(page: Page) -> dict[str, object]:
    return {"number": page.number, "label": page.label, "message": page.SerializeToString()}


def _fact_columns(fact: Fact) -> dict[str, object]:
    return {
        "topic": Topic.Name(fact.topic),
        "subject": fact.subject,
        "value": fact.value,
        "message": fact.SerializeToString(),
    }
