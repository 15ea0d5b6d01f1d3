"""The door that every call goes through: who calls, may they, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol, Self

from google.protobuf.message import Message

from services.runtime.identity import LOCAL, Principal

_CALLER: ContextVar[Principal | None] = ContextVar("caller", default=None)


def caller() -> Principal:
    """Who made the call that is being carried out; the local principal where nobody was asked."""
    return _CALLER.get() or LOCAL


def identified() -> Principal | None:
    """Who was found to make the call; None where nobody was asked, or the call ended before."""
    return _CALLER.get()


def set_caller(principal: Principal) -> None:
    """For the rest of this call, which has a context of its own."""
    _CALLER.set(principal)


class Visit(Protocol):
    """One call: entered before anything is read, left with its error or without one. Raises domain errors."""

    async def __aenter__(self) -> Self: ...

    async def asks(self, request: Message) -> None:
        """Looks at a request, or at each message of a stream of them, before the handler does."""

    def answers(self, response: Message) -> None:
        """Looks at the answer of a call that is no stream."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class Door(Protocol):
    """Opens a visit for a call of `method` ("/package.Service/Method")."""

    def visit(self, method: str, metadata: Mapping[str, str | bytes]) -> Visit:
        """Not entered yet."""

    def finishes(self, method: str) -> bool:
        """True where a call that was let in is carried out to its end though its client goes away.

        It is asked for methods of one message each way alone.
        """


class OpenDoor:
    """Lets everybody in: for servers that hold no data and are only reached from loopback or by mutual TLS."""

    def visit(self, method: str, metadata: Mapping[str, str | bytes]) -> Visit:  # noqa: ARG002 - nobody is asked
        """See Door."""
        return _Welcome()

    def finishes(self, method: str) -> bool:  # noqa: ARG002 - what nobody waits for costs work and keeps nothing
        """See Door."""
        return False


class _Welcome:
    async def __aenter__(self) -> Self:
        return self

    async def asks(self, request: Message) -> None:
        pass

    def answers(self, response: Message) -> None:
        pass

    async def __aexit__(self, *_: object) -> None:
        pass
