"""Sessions: one job each, its metadata, preflight and the conflicts between its papers."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import Connection

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.document_pb2 import Document, Page
from buildplan.v1.fact_pb2 import Fact
from buildplan.v1.session_pb2 import Session, SessionMetadata, ValidationResult
from services.contract.names import conflict_name, parse, parse_session, session_name, validation_name
from services.coordinator.conflicts import find_conflicts, resolve
from services.coordinator.documents.context import Packed, assemble
from services.coordinator.estimates import Estimates
from services.coordinator.metadata import check_metadata, check_request_id
from services.coordinator.paging import page_size
from services.coordinator.preflight import ContextLimits, input_digest, validate
from services.coordinator.preflight.cost import add_costs
from services.coordinator.store import Store
from services.coordinator.store import conflicts as conflict_rows
from services.coordinator.store import documents as document_rows
from services.coordinator.store import runs as run_rows
from services.coordinator.store import sessions as rows
from services.coordinator.store import validations as validation_rows
from services.coordinator.vector_store.keeper import VectorStoreKeeper
from services.runtime.errors import FailedPrecondition, InvalidArgument, NotFound, PermissionDenied

_LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Papers:
    """What a session holds at one moment, with the conflicts between its documents; `pages` if asked for."""

    session: Session
    documents: Sequence[Document]
    facts: Sequence[Fact]
    conflicts: Sequence[DocumentConflict]
    pages: Sequence[Page] = ()

    @property
    def digest(self) -> str:
        """Names the metadata, the documents and the resolved conflicts."""
        return input_digest(self.session, self.documents, self.conflicts)


@dataclass(frozen=True)
class Limits:
    """What preflight holds a session against; `cost_usd` 0 means that a run may cost anything.

    A vector store that is chosen by hand may be another tenant's, of the same account with the provider.
    """

    context: ContextLimits
    cost_usd: float = 0.0
    vector_store_by_hand: bool = True


class Sessions:
    """Sessions in the store."""

    def __init__(
        self,
        store: Store,
        limits: Limits,
        estimates: Estimates,
        clock: Callable[[], datetime],
        keeper: VectorStoreKeeper | None = None,
    ) -> None:
        self._store = store
        self._limits = limits
        self._estimates = estimates
        self._clock = clock
        self._keeper = keeper

    async def create(self, metadata: SessionMetadata, request_id: str, tenant: str) -> Session:
        """A new session of the tenant, or the one that their `request_id` made before."""
        check_metadata(metadata)
        check_request_id(request_id)
        session = Session(name=session_name(uuid.uuid4().hex[:12]), metadata=metadata)
        return await self._store.write(lambda tx: rows.insert(tx, session, tenant, request_id, self._clock()))

    async def get(self, name: str) -> Session:
        """One session."""
        session = parse_session(name)
        return await self._store.read(lambda tx: rows.get(tx, session))

    async def page(self, tenant: str, size: int, token: str, search: str = "") -> tuple[list[Session], str]:
        """The tenant's sessions with all words of `search`, the newest first; the token of the next page or ""."""
        if len(search) > _LONGEST_SEARCH:
            raise InvalidArgument("query", f"takes at most {_LONGEST_SEARCH} characters")
        return await self._store.read(lambda tx: rows.page(tx, tenant, page_size(size), token, search))

    async def update(self, wanted: Session, mask: FieldMask) -> Session:
        """Takes the fields that the mask names; an empty mask takes all of the metadata."""
        session = parse_session(wanted.name)
        paths = list(mask.paths) or ["metadata"]
        if not FieldMask(paths=paths).IsValidForDescriptor(Session.DESCRIPTOR) or not all(map(_changeable, paths)):
            raise InvalidArgument("update_mask", 'names fields such as "metadata.customer" or "vector_store_id"')
        check_metadata(wanted.metadata)

        def work(tx: Connection) -> Session:
            rows.lock(tx, session)
            current = rows.get(tx, session)
            if "vector_store_id" in paths and wanted.vector_store_id != current.vector_store_id:
                self._check_by_hand()
            FieldMask(paths=paths).MergeMessage(
                wanted, current, replace_message_field=True, replace_repeated_field=True
            )
            rows.update(tx, current, self._clock())
            return rows.get(tx, session)

        return await self._store.write(work)

    def _check_by_hand(self) -> None:
        if not self._limits.vector_store_by_hand:
            message = "the system makes the vector stores of this session; one cannot be chosen here"
            raise PermissionDenied("VECTOR_STORE_FIXED", message)

    async def delete(self, name: str, kept: timedelta | None = None) -> None:
        """The session and all that it holds, its vector store first; refused while a run is in flight.

        With `kept` also refused when somebody has touched the session within that time. Raises Unavailable while the
        store cannot be deleted: the session then stays, so that nobody loses sight of it.
        """
        session = parse_session(name)

        def deletable(tx: Connection) -> Session:
            found = rows.get(tx, session)
            if run_rows.in_flight(tx, session) is not None:
                raise FailedPrecondition("RUN_IN_FLIGHT", f'"{name}" has a run in flight; cancel it first')
            if kept is not None and not rows.is_untouched(tx, session, kept, self._clock()):
                raise FailedPrecondition("IN_USE", f'"{name}" is in use again')
            return found

        found = await self._store.read(deletable)
        if self._keeper is not None:
            await self._keeper.forget(found)

        def work(tx: Connection) -> None:
            rows.lock(tx, session)
            deletable(tx)
            rows.delete(tx, session)

        await self._store.write(work)

    async def papers(self, session: str, *, with_pages: bool = False) -> Papers:
        """What the session holds, with its conflicts as they are now. They are stored when they have changed.

        Documents come by their names, whatever the order in which they arrived: the same papers are the same input.
        """

        def load(tx: Connection) -> tuple[Papers, list[DocumentConflict]]:
            documents = sorted(document_rows.list_(tx, session), key=lambda found: (found.file_name, found.name))
            order = {document.name: place for place, document in enumerate(documents)}
            facts = sorted(document_rows.facts(tx, session), key=lambda fact: order[fact.citation.document])
            found, earlier = rows.get(tx, session), conflict_rows.list_(tx, session)
            pages = document_rows.pages(tx, session) if with_pages else []
            conflicts = find_conflicts(found.name, documents, facts, earlier)
            return Papers(found, documents, facts, conflicts, pages), earlier

        while True:
            papers, earlier = await self._store.read(load)
            if papers.conflicts == earlier or await self._store.write(_replacement(session, earlier, papers.conflicts)):
                return papers

    async def validate(self, name: str, fresh: Collection[str] = ()) -> ValidationResult:
        """Preflight, stored with the digest of its input. Agents in `fresh` are paid even where they have results."""
        session = parse_session(name)
        papers, now = await self.papers(session), self._clock()
        result = validate(papers.session, papers.documents, papers.conflicts, limits=self._limits.context, now=now)
        if papers.documents:
            result.findings.extend(self._keeper.findings(papers.session) if self._keeper else ())
            costs = await self._estimates.of(lambda: self._context(session, now.date()), fresh)
            add_costs(result, costs, self._limits.cost_usd)
        result.name = validation_name(session, uuid.uuid4().hex[:12])

        def work(tx: Connection) -> None:
            rows.lock(tx, session)
            validation_rows.insert(tx, session, result)

        await self._store.write(work)
        return result

    async def packed(self, session: str, as_of: date) -> Packed:
        """What the session holds now, as a specialist is given it."""
        papers = await self.papers(session, with_pages=True)
        context = await asyncio.to_thread(
            assemble, papers.session, papers.documents, papers.pages, papers.facts, papers.conflicts, as_of
        )
        return Packed(papers.digest, context)

    async def _context(self, session: str, as_of: date) -> ContextPack:
        return (await self.packed(session, as_of)).context

    async def conflicts(self, parent: str) -> list[DocumentConflict]:
        """Ties first."""
        papers = await self.papers(parse_session(parent))
        return sorted(papers.conflicts, key=lambda conflict: conflict.state != DocumentConflict.STATE_TIE)

    async def resolve(self, name: str, value: str, note: str) -> DocumentConflict:
        """Records a user's choice; raises InvalidArgument when `value` is none of the sides'."""
        session, conflict_id = parse(name, "conflicts")
        papers = await self.papers(session)
        wanted = conflict_name(session, conflict_id)
        conflict = next((found for found in papers.conflicts if found.name == wanted), None)
        if conflict is None:
            raise NotFound(name)
        resolved = resolve(conflict, value, note)

        def work(tx: Connection) -> None:
            rows.touch(tx, session, self._clock())
            conflict_rows.put(tx, session, resolved)

        await self._store.write(work)
        return resolved


def _changeable(path: str) -> bool:
    return path in ("metadata", "vector_store_id") or path.startswith("metadata.")


def _replacement(
    session: str, earlier: Sequence[DocumentConflict], conflicts: Sequence[DocumentConflict]
) -> Callable[[Connection], bool]:
    """True when they were stored, False when somebody else changed them meanwhile, by a choice for one."""

    def work(tx: Connection) -> bool:
        rows.lock(tx, session)
        if conflict_rows.list_(tx, session) != list(earlier):
            return False
        conflict_rows.replace(tx, session, conflicts)
        return True

    return work
