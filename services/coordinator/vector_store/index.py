"""Keeps the files of one vector store in step with the documents of one session.

The store holds text of ours, page by page, not the customer's files: what comes back from a search is then text that
our passages hold too. Every file carries its document and a digest, so that nothing is uploaded twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from buildplan.v1.document_pb2 import Document, Page
from services.contract.digests import text_digest
from services.contract.names import last_id
from services.runtime.errors import NotFound

DOCUMENT = "document"
DIGEST = "digest"
SESSION = "session"


@dataclass(frozen=True)
class IndexedFile:
    """One file of a store and the attributes that it was given."""

    file_id: str
    attributes: Mapping[str, str]


class VectorStores(Protocol):
    """The provider's side; every method raises a DomainError."""

    async def create(self, name: str, session: str) -> str:
        """A new store; returns its id."""

    async def files(self, store: str) -> Sequence[IndexedFile]:
        """All files of a store. Raises NotFound when the store is gone."""

    async def add(self, store: str, file_name: str, content: bytes, attributes: Mapping[str, str]) -> None:
        """Uploads a file and waits until it can be searched; a file that cannot be indexed leaves nothing behind."""

    async def remove(self, store: str, file_id: str) -> None:
        """Takes a file out and deletes it. Safe to repeat."""

    async def delete(self, store: str) -> None:
        """Deletes a store. Safe to repeat."""


@dataclass(frozen=True)
class Step:
    """What one synchronisation did: the store's id, and how many files came and went."""

    store: str
    added: int
    removed: int


class VectorStoreIndex:
    """Creates, synchronises and deletes; safe to repeat, and what was cut off is mended by the next call."""

    def __init__(self, stores: VectorStores) -> None:
        self._stores = stores

    async def sync(self, store: str, session: str, documents: Sequence[Document], pages: Iterable[Page]) -> Step:
        """Brings the store to exactly these documents; with an empty `store` a new one is made.

        Store the returned id on the session before anything else. Raises a DomainError.
        """
        wanted = _texts(documents, pages)
        store, files = await self._open(store, last_id(session))
        present: dict[tuple[str, str], str] = {}
        stale = []
        for file in files:
            key = (file.attributes.get(DOCUMENT, ""), file.attributes.get(DIGEST, ""))
            if key not in wanted or key in present:
                stale.append(file.file_id)
            else:
                present[key] = file.file_id
        missing = [key for key in wanted if key not in present]
        for key in missing:
            await self._add(store, session, key, wanted[key])
        for file_id in stale:
            await self._stores.remove(store, file_id)
        return Step(store, len(missing), len(stale))

    async def delete(self, store: str) -> None:
        """Deletes the store with its files; nothing when there is none."""
        if not store:
            return
        try:
            files = await self._stores.files(store)
        except NotFound:
            return
        for file in files:
            await self._stores.remove(store, file.file_id)
        await self._stores.delete(store)

    async def _open(self, store: str, session: str) -> tuple[str, Sequence[IndexedFile]]:
        """The store with its files; a new one where there is none, or no longer."""
        if store:
            try:
                return store, await self._stores.files(store)
            except NotFound:
                pass
        return await self._stores.create(f"build plan {session}", session), ()

    async def _add(self, store: str, session: str, key: tuple[str, str], text: str) -> None:
        document, digest = key
        attributes = {DOCUMENT: document, DIGEST: digest, SESSION: last_id(session)}
        await self._stores.add(store, f"{document}.txt", text.encode(), attributes)


def _texts(documents: Sequence[Document], pages: Iterable[Page]) -> dict[tuple[str, str], str]:
    """Text by document id and digest, of the documents that have any."""
    parts: dict[str, list[str]] = {document.name: [] for document in documents}
    for page in sorted(pages, key=lambda page: page.number):
        if page.document in parts and page.text.strip():
            parts[page.document].append(page.text)
    texts = {name: "\n\n".join(found) for name, found in parts.items() if found}
    return {(last_id(name), text_digest([text])): text for name, text in texts.items()}
