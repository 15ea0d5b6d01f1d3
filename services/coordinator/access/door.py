"""The coordinator's door: the caller is identified, held to limits and to their tenant's sessions, and put on record.

Every request's resource names are found by the protos' annotations, so that no method can leave the check out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from google.protobuf.message import Message

from services.contract.resources import answers_by_stream, asks_by_stream, changes_something, names_in
from services.coordinator.access.audit import AuditLog
from services.coordinator.access.call_rates import CallRates
from services.coordinator.access.open_streams import OpenStreams
from services.coordinator.access.ownership import Ownership
from services.runtime.door import Visit, set_caller
from services.runtime.errors import code_of
from services.runtime.identity import LOCAL, Identities, Principal, bearer_token


@dataclass(frozen=True)
class CoordinatorDoor:
    """Without `identities` everybody is the local principal. `streams` are the answers, `uploads` the requests."""

    identities: Identities | None
    rates: CallRates
    streams: OpenStreams
    uploads: OpenStreams
    ownership: Ownership
    audit: AuditLog

    def visit(self, method: str, metadata: Mapping[str, str | bytes]) -> Visit:
        """See services.runtime.door.Door."""
        return _Visit(self, method, metadata)

    def finishes(self, method: str) -> bool:
        """What changes something: its record could not say else whether it did."""
        return changes_something(method)

    async def identify(self, metadata: Mapping[str, str | bytes]) -> Principal:
        """Raises Unauthenticated."""
        if self.identities is None:
            return LOCAL
        return await self.identities.identify(bearer_token(str(metadata.get("authorization", ""))))

    def open_streams(self, method: str) -> OpenStreams | None:
        """Those that a call of `method` counts among; None for one message each way."""
        if asks_by_stream(method):
            return self.uploads
        return self.streams if answers_by_stream(method) else None


class _Visit:
    def __init__(self, door: CoordinatorDoor, method: str, metadata: Mapping[str, str | bytes]) -> None:
        self._door = door
        self._method = method
        self._metadata = metadata
        self._streams = door.open_streams(method)
        self._who = LOCAL
        self._resource = ""

    async def __aenter__(self) -> Self:
        self._who = await self._door.identify(self._metadata)
        set_caller(self._who)
        self._door.rates.take(self._who, self._method)
        if self._streams is not None:
            self._streams.enter(self._who)
        return self

    async def asks(self, request: Message) -> None:
        for name in names_in(request):
            self._resource = self._resource or name
            await self._door.ownership.check(name, self._who.tenant)

    def answers(self, response: Message) -> None:
        self._resource = next(names_in(response), self._resource)

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if self._streams is not None:
            self._streams.leave(self._who)
        if changes_something(self._method):
            await self._door.audit.record(self._who, self._method, self._resource, code_of(error))
