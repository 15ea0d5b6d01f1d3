"""Calls of the model under one roof: attempts, breaker, limits, and what they used, told while it happens."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from buildplan.v1.agent_pb2 import Attempt, Usage
from buildplan.v1.specialist_service_pb2 import Progress
from services.contract.attempts import CANCELLED
from services.contract.times import set_time
from services.contract.usage import total
from services.runtime import tracing
from services.runtime.logs import get_logger
from services.specialist.openai import metrics
from services.specialist.openai.breaker import Breaker
from services.specialist.openai.failures import CallFailed, domain_error
from services.specialist.openai.limits import Limits
from services.specialist.openai.prices import Price, priced
from services.specialist.openai.provider import Provider
from services.specialist.openai.reply import Reply
from services.specialist.openai.retry import Sleep, with_attempts
from services.specialist.openai.settings import OpenAISettings

_log = get_logger()
_DEFECT = "INTERNAL"


@dataclass(frozen=True)
class Timing:
    """Clock, waits and chance; tests bring their own."""

    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Sleep = asyncio.sleep
    chance: random.Random = field(default_factory=random.Random)


class Teller:
    """Tells one proposal's progress; every message carries what its attempts used so far, all together."""

    def __init__(self, tell: Callable[[Progress], None], price: Price | None) -> None:
        self._tell = tell
        self._price = price
        self._percent = 0
        self._message = ""
        self.usage = Usage()

    def say(self, message: str, percent: int | None = None, **fields: Any) -> None:
        """Sends a message; the percentage never falls."""
        self._message = message
        self._percent = max(self._percent, percent or 0)
        self._tell(Progress(percent=self._percent, message=message, usage=self.usage, **fields))

    def ended(self, attempt: Attempt, most: int) -> None:
        """Tells that an attempt of at most `most` has ended, with what it used and that added to all the others."""
        if attempt.HasField("usage"):
            priced(attempt.usage, self._price)
            self.usage.CopyFrom(total((self.usage, attempt.usage)))
        self.say(self._message, attempt=attempt.attempt, max_attempts=most, ended=attempt)


class Calls:
    """All calls of one process go through here."""

    def __init__(self, provider: Provider, settings: OpenAISettings, timing: Timing) -> None:
        self._provider = provider
        self._settings = settings
        self._timing = timing
        self._breaker = Breaker(settings.limits, timing.clock)
        self._limits = Limits(settings.limits, timing.clock, timing.sleep)
        metrics.expect(settings.model)

    async def ask(self, body: Mapping[str, Any], doing: str, teller: Teller) -> Reply:
        """A reply to `body`; raises a DomainError when attempts are used up or the failure is for good."""
        retry = self._settings.retry
        made = 0

        async def once(attempt: int) -> Reply:
            nonlocal made
            made = attempt
            return await self._once(body, teller, attempt, doing)

        try:
            return await with_attempts(once, retry, self._waits(teller), self._timing.sleep, self._timing.chance)
        except CallFailed as failed:
            raise domain_error(failed, made, retry.longest_retry_after) from failed

    async def _once(self, body: Mapping[str, Any], teller: Teller, number: int, doing: str) -> Reply:
        attempts = {"attempt": number, "max_attempts": self._settings.retry.attempts}
        queued = f"waiting for a free place at the provider ({self._settings.limits.concurrency} calls at once)"
        async with self._limits.place(lambda: teller.say(queued, **attempts)):
            self._breaker.enter()
            attempt = Attempt(attempt=number, model=self._settings.model, question=doing)
            set_time(attempt.start_time, self._timing.now())
            teller.say(doing, begun=attempt, **attempts)
            try:
                reply = await self._traced(body, number)
            except CallFailed as failed:
                self._breaker.failed() if failed.kind.down else self._breaker.succeeded()
                self._end(attempt, failed.reason, teller)
                raise
            except BaseException as error:
                self._breaker.abandoned()
                self._end(attempt, CANCELLED if isinstance(error, asyncio.CancelledError) else _DEFECT, teller)
                raise
        self._breaker.succeeded()
        attempt.usage.CopyFrom(reply.usage)
        self._end(attempt, reply.status.upper(), teller)
        return reply

    async def _traced(self, body: Mapping[str, Any], number: int) -> Reply:
        with tracing.span("model call", kind="client", model=self._settings.model, attempt=str(number)):
            try:
                return await self._provider.ask(body)
            except CallFailed as failed:
                tracing.fail(failed.reason)
                raise

    def _waits(self, teller: Teller) -> Callable[[CallFailed, int, float], None]:
        attempts = self._settings.retry.attempts

        def waits(failed: CallFailed, attempt: int, seconds: float) -> None:
            moment = self._timing.now() + timedelta(seconds=seconds)
            message = f"{failed.kind.what}; attempt {attempt} of {attempts} in {_shown(seconds)} s"
            teller.say(message, attempt=attempt, max_attempts=attempts, next_attempt_time=moment)

        return waits

    def _end(self, attempt: Attempt, outcome: str, teller: Teller) -> None:
        attempt.outcome = outcome
        set_time(attempt.end_time, self._timing.now())
        teller.ended(attempt, self._settings.retry.attempts)
        metrics.observe(attempt)
        _log.info(
            "model call",
            model=attempt.model,
            attempt=attempt.attempt,
            outcome=outcome,
            seconds=round((attempt.end_time.ToNanoseconds() - attempt.start_time.ToNanoseconds()) / 1e9, 3),
            **_used(attempt),
        )


def _used(attempt: Attempt) -> dict[str, float]:
    """What the log says of it; nothing where the provider told nothing."""
    if not attempt.HasField("usage"):
        return {}
    used = attempt.usage
    return {
        "input_tokens": used.input_tokens,
        "cached_input_tokens": used.cached_input_tokens,
        "output_tokens": used.output_tokens,
        "cost_usd": round(used.cost_usd, 6),
    }


def _shown(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 1 else f"{seconds:.2g}"
