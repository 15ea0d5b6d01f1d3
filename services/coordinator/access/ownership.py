"""Which tenant a session belongs to. That never changes, so it is read once."""

from __future__ import annotations

from services.contract.names import session_name, session_of
from services.coordinator.store import Store
from services.coordinator.store import sessions as rows
from services.runtime.errors import NotFound

_MOST_KNOWN = 10_000


class Ownership:
    """Tenants of sessions; what was read last is kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tenants: dict[str, str] = {}

    async def check(self, name: str, tenant: str) -> None:
        """Raises NotFound unless the resource `name` is of a session of the tenant; BadName for no name at all.

        A foreign session and one that does not exist are told in the same words.
        """
        session = session_of(name)
        owner = self._tenants.get(session) or await self._read(session)
        if owner != tenant:
            raise NotFound(session_name(session))

    async def _read(self, session: str) -> str | None:
        owner = await self._store.read(lambda tx: rows.tenant(tx, session))
        if owner is not None:
            self._tenants[session] = owner
        if len(self._tenants) > _MOST_KNOWN:
            del self._tenants[next(iter(self._tenants))]
        return owner
