"""Vector stores at OpenAI. The library is imported when the first store is asked for, and not before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.coordinator.vector_store.index import SESSION, IndexedFile
from services.runtime.errors import DomainError, FailedPrecondition, NotFound, ResourceExhausted, Unavailable

if TYPE_CHECKING:
    from httpx2 import AsyncClient
    from openai import AsyncOpenAI

_RETRIES = 2


class OpenAIVectorStores:
    """Implements VectorStores. The key stays inside; no message of the provider is passed on."""

    def __init__(self, key: str, base_url: str, timeout: float = 60.0, http_client: AsyncClient | None = None) -> None:
        # Behind a function, so that no text form of this object shows it.
        self._key: Callable[[], str] = lambda: key
        self._base_url = base_url
        self._timeout = timeout
        self._http_client = http_client
        self._made: AsyncOpenAI | None = None

    def __repr__(self) -> str:
        return f"OpenAIVectorStores({self._base_url})"

    async def create(self, name: str, session: str) -> str:
        """A new store."""
        async with _told("vector store"):
            return (await self._client().vector_stores.create(name=name, metadata={SESSION: session})).id

    async def owner(self, store: str) -> str:
        """Session id in the store's metadata, or nothing."""
        async with _told(store):
            found = await self._client().vector_stores.retrieve(store)
        return (found.metadata or {}).get(SESSION, "")

    async def files(self, store: str) -> Sequence[IndexedFile]:
        """All files, whatever their number."""
        found = []
        async with _told(store):
            async for file in self._client().vector_stores.files.list(store, limit=100):
                attributes = {key: str(value) for key, value in (file.attributes or {}).items()}
                found.append(IndexedFile(file.id, attributes))
        return found

    async def add(self, store: str, file_name: str, content: bytes, attributes: Mapping[str, str]) -> None:
        """Uploads and waits until it is indexed."""
        client = self._client()
        async with _told(store):
            uploaded = await client.files.create(file=(file_name, content, "text/plain"), purpose="assistants")
            try:
                await client.vector_stores.files.create(store, file_id=uploaded.id, attributes=dict(attributes))
                done = await client.vector_stores.files.poll(uploaded.id, vector_store_id=store)
            except BaseException:
                await client.files.delete(uploaded.id)
                raise
        if done.status != "completed":
            await self.remove(store, uploaded.id)
            raise FailedPrecondition("NOT_INDEXED", f"the provider could not index {file_name}; upload it again")

    async def remove(self, store: str, file_id: str) -> None:
        """Out of the store, then away."""
        import openai

        client = self._client()
        for call in (
            lambda: client.vector_stores.files.delete(file_id, vector_store_id=store),
            lambda: client.files.delete(file_id),
        ):
            async with _told(file_id):
                try:
                    await call()
                except openai.NotFoundError:
                    continue

    async def delete(self, store: str) -> None:
        """The store itself."""
        try:
            async with _told(store):
                await self._client().vector_stores.delete(store)
        except NotFound:
            return

    async def close(self) -> None:
        """Closes the connections."""
        if self._made is not None:
            await self._made.close()

    def _client(self) -> AsyncOpenAI:
        if self._made is None:
            from openai import AsyncOpenAI

            self._made = AsyncOpenAI(
                api_key=self._key(),
                base_url=self._base_url,
                timeout=self._timeout,
                max_retries=_RETRIES,
                http_client=self._http_client,
            )
        return self._made


@asynccontextmanager
async def _told(name: str) -> AsyncIterator[None]:
    """The provider's errors as ours."""
    import openai

    try:
        yield
    except openai.APIStatusError as error:
        raise _refused(name, error.status_code) from None
    except openai.APIConnectionError:
        raise Unavailable(
            "PROVIDER_UNREACHABLE", "the vector store's provider could not be reached; retry later"
        ) from None
    except (openai.OpenAIError, ValueError):
        raise Unavailable("PROVIDER_ERROR", "the vector store's provider gave no proper answer; retry later") from None


def _refused(name: str, status: int) -> DomainError:
    if status == 404:
        return NotFound(name)
    if status == 429:
        return ResourceExhausted("RATE_LIMITED", "the vector store's provider refuses for now; retry later", 10.0)
    if status >= 500:
        return Unavailable("PROVIDER_ERROR", "the vector store's provider failed; retry later")
    return FailedPrecondition(
        "VECTOR_STORE_REFUSED", f"the provider refused the vector store (HTTP {status}); check the key"
    )
