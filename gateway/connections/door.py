"""How many connections there may be, and who has to go when there are more."""

from __future__ import annotations

import math
import resource
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from services.runtime.logs import get_logger

_log = get_logger()
_MOST = 10_000
_LEAST_SPARE = 64
_TELL_SECONDS = 60.0


def most_connections() -> int:
    """What the process's limit of open files leaves for clients: an eighth, and at least 64, stay for all else."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST
    return max(1, min(_MOST, files - max(_LEAST_SPARE, files // 8)))


@dataclass(frozen=True)
class ConnectionLimits:
    """What a client is granted.

    A request's head may be of `head_bytes` and take `head_seconds`. What still comes of a body after its answer is
    taken for `rest_seconds`, since many clients read an answer only when they have sent all. `at_once` is the number
    of connections of all clients.
    """

    head_bytes: int = 64 * 1024
    head_seconds: float = 10.0
    rest_seconds: float = 60.0
    at_once: int = field(default_factory=most_connections)


class Cause(StrEnum):
    """Why a connection was closed."""

    TOO_LONG = "head_too_long"
    TOO_SLOW = "head_too_slow"
    TOO_MANY = "too_many_connections"


class Waiting(Protocol):
    """A connection on which nothing is being answered."""

    def give_way(self) -> None:
        """Closes it."""


class Door:
    """The connections of one server.

    Where there are too many, the one that has waited longest for its request goes: whoever sends requests is never
    that one for long. There is no limit for each address, since behind a proxy all clients have the same.
    """

    def __init__(self, limits: ConnectionLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._waiting: dict[Waiting, None] = {}
        self._closed: Counter[Cause] = Counter()
        self._told = -math.inf

    def enter(self, newcomer: Waiting, opened: int) -> None:
        """A connection beside which there are `opened`, itself among them; it or another may have to give way."""
        self._waiting[newcomer] = None
        if opened > self.limits.at_once:
            oldest = next(iter(self._waiting))
            self.leave(oldest)
            oldest.give_way()

    def wait(self, connection: Waiting) -> None:
        """Its last request is answered."""
        self._waiting[connection] = None

    def leave(self, connection: Waiting) -> None:
        """It has a request, or is gone."""
        self._waiting.pop(connection, None)

    def tell(self, cause: Cause, peer: str) -> None:
        """Logs that a client's connection is closed: the first, and then once a minute how many there were."""
        self._closed[cause] += 1
        now = self._clock()
        if now - self._told >= _TELL_SECONDS:
            self._told = now
            _log.warning("connections closed", cause=cause, peer=peer, closed=dict(self._closed))
            self._closed.clear()
