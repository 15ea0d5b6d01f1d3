"""Who is turned away for want of a token: each is logged, and who shows wrong ones without end is told to wait."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.requests import HTTPConnection

from gateway.problems import Problem, describe
from services.runtime.errors import ResourceExhausted, Unauthenticated
from services.runtime.logs import get_logger
from services.runtime.rates import Rates

_log = get_logger()
AT_ONCE = 20
SECONDS_EACH = 3.0
_BUCKETS = 4_096


class Refusals:
    """An address may show `AT_ONCE` wrong tokens at once and one more every `SECONDS_EACH`.

    Right tokens are not counted and always pass: behind a proxy all callers have one address, and none of them may lock
    the others out. Addresses share a fixed number of buckets, so that no number of them takes memory.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = Rates(1 / SECONDS_EACH, AT_ONCE, clock)

    def tell(self, error: Unauthenticated, connection: HTTPConnection) -> Problem:
        """What the caller is told, and the log; neither holds the token."""
        peer = connection.client.host if connection.client else ""
        wrong = error.reason == "TOKEN_REJECTED"
        problem = (self._too_many(peer) if wrong else None) or describe(error)
        _log.log(logging.WARNING if wrong else logging.INFO, "caller refused", peer=peer, reason=problem.reason)
        return problem

    def _too_many(self, peer: str) -> Problem | None:
        try:
            self._rates.take(hash(peer) % _BUCKETS)
        except ResourceExhausted as error:
            detail = (
                "too many wrong tokens come from this address; wait, or send a right one, which is taken at any time"
            )
            return Problem(429, detail, "TOO_MANY_WRONG_TOKENS", retry_after=error.retry_after)
        return None
