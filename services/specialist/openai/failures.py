"""What a failed call means: whether to try again, who must act, and what the caller is told (DESIGN section 7)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from services.runtime.errors import DomainError, FailedPrecondition, ResourceExhausted, Unavailable

RATE_LIMITED = "RATE_LIMITED"
QUOTA_EXHAUSTED = "QUOTA_EXHAUSTED"
PROVIDER_DOWN = "PROVIDER_DOWN"
PROVIDER_ERROR = "PROVIDER_ERROR"
PROVIDER_TIMEOUT = "PROVIDER_TIMEOUT"
PROVIDER_UNREACHABLE = "PROVIDER_UNREACHABLE"
REQUEST_REFUSED = "REQUEST_REFUSED"
REQUEST_TOO_LONG = "REQUEST_TOO_LONG"
KEY_REFUSED = "KEY_REFUSED"
ACCESS_REFUSED = "ACCESS_REFUSED"
MODEL_UNKNOWN = "MODEL_UNKNOWN"
MODEL_REFUSED = "MODEL_REFUSED"
CONTENT_FILTERED = "CONTENT_FILTERED"

_QUOTA_CODES = frozenset(
    [
        "insufficient_quota",
        "quota_exceeded",
        "billing_hard_limit_reached",
        "billing_not_active",
        "billing_limit_reached",
    ]
)
_TOO_LONG_CODES = frozenset(["context_length_exceeded", "string_above_max_length"])


@dataclass(frozen=True)
class Kind:
    """One class of failure.

    `again` says that the same call may succeed soon; `down` that the provider itself is ill, which the breaker counts.
    `what` completes "the provider ..." or stands alone, `advice` says what to do when attempts are used up.
    """

    what: str
    advice: str
    again: bool = False
    down: bool = False


KINDS: Mapping[str, Kind] = {
    RATE_LIMITED: Kind("rate limited by the provider", "retry later, or lower OPENAI_REQUESTS_PER_MINUTE", again=True),
    PROVIDER_ERROR: Kind("the provider failed", "retry later", again=True, down=True),
    PROVIDER_TIMEOUT: Kind(
        "the provider did not answer in time", "retry later, or raise OPENAI_TIMEOUT_SECONDS", again=True, down=True
    ),
    PROVIDER_UNREACHABLE: Kind(
        "the provider could not be reached",
        "see that the network and OPENAI_BASE_URL are right, then retry",
        again=True,
        down=True,
    ),
    QUOTA_EXHAUSTED: Kind(
        "the provider's quota is used up",
        "add credit or raise the limit in the provider's billing settings, then retry",
    ),
    KEY_REFUSED: Kind("the provider refused the key", "correct OPENAI_API_KEY and start the service again"),
    ACCESS_REFUSED: Kind(
        "the key may not use this model", "give the key's project access to it, or choose another OPENAI_MODEL"
    ),
    MODEL_UNKNOWN: Kind("the provider does not know this model or address", "correct OPENAI_MODEL or OPENAI_BASE_URL"),
    REQUEST_TOO_LONG: Kind(
        "the papers are too long for this model", "lower OPENAI_MAX_INPUT_TOKENS, or choose a model that reads more"
    ),
    REQUEST_REFUSED: Kind(
        "the provider refused the request", "see that OPENAI_MODEL knows strict JSON schemas and the reasoning effort"
    ),
}


class CallFailed(Exception):
    """One call gave no reply. Repeat it when `kind.again`, not before `retry_after` seconds where that is given."""

    def __init__(self, reason: str, detail: str = "", retry_after: float | None = None) -> None:
        self.reason = reason
        self.kind = KINDS[reason]
        self.retry_after = retry_after
        self.detail = detail
        super().__init__(f"{self.kind.what}: {detail}" if detail else self.kind.what)


def reason_of(status: int, codes: tuple[str, ...]) -> str:
    """The reason that an HTTP status and the error body's code and type stand for."""
    if status == 429:
        return QUOTA_EXHAUSTED if _QUOTA_CODES.intersection(codes) else RATE_LIMITED
    if status >= 500 or status == 409:
        return PROVIDER_ERROR
    if status == 400 and _TOO_LONG_CODES.intersection(codes):
        return REQUEST_TOO_LONG
    single = {401: KEY_REFUSED, 403: ACCESS_REFUSED, 404: MODEL_UNKNOWN, 408: PROVIDER_TIMEOUT}
    return single.get(status, REQUEST_REFUSED)


def domain_error(failed: CallFailed, attempts: int, longest_retry_after: float) -> DomainError:
    """What the caller of the specialist is told once no further attempt is made."""
    what = f"{failed.kind.what} in {attempts} attempts" if attempts > 1 else failed.kind.what
    said = f"{what}: {failed.detail}" if failed.detail else what
    message = f"{said}; {failed.kind.advice}"
    if failed.retry_after is not None and failed.retry_after > longest_retry_after and failed.kind.again:
        asked = "longer than can be said" if math.isinf(failed.retry_after) else f"{failed.retry_after:.0f} s"
        message = f"{said}; it asks to wait {asked}, above the limit of {longest_retry_after:g} s; retry after that"
    if failed.reason == RATE_LIMITED:
        return ResourceExhausted(RATE_LIMITED, message, min(failed.retry_after or 0.0, 86_400.0))
    if failed.reason == QUOTA_EXHAUSTED:
        return ResourceExhausted(QUOTA_EXHAUSTED, message)
    if failed.kind.again:
        return Unavailable(failed.reason, message)
    return FailedPrecondition(failed.reason, message)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the headers ask to wait: Retry-After-Ms, Retry-After in seconds, or as an HTTP date."""
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / divisor
        except ValueError:
            continue
        if not math.isnan(seconds) and seconds >= 0:
            return seconds
    try:
        moment = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, TypeError, IndexError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
