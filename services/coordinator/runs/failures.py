"""Why an agent gave no result, in words for a planner."""

from __future__ import annotations

import uuid

import grpc

from buildplan.v1.agent_pb2 import Failure
from services.runtime.logs import get_logger
from services.runtime.places import BUSY
from services.runtime.remote import TLS_ADVICE, RemoteError

_log = get_logger()

UNREACHABLE = "UNREACHABLE"
DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
RATE_LIMITED = "RATE_LIMITED"
QUOTA_EXHAUSTED = "QUOTA_EXHAUSTED"
CANCELLED = "CANCELLED"
PROVIDER = "PROVIDER_"
PROVIDER_DOWN = "PROVIDER_DOWN"
WRONG_AGENT = "WRONG_AGENT"
NO_DESCRIPTION = "NO_DESCRIPTION"
NO_PATCH = "NO_PATCH"
TWO_PATCHES = "TWO_PATCHES"
AFTER_PATCH = "AFTER_PATCH"
FOREIGN_SECTION = "FOREIGN_SECTION"
MALFORMED_PATCH = "MALFORMED_PATCH"
INTERNAL = "INTERNAL"

_GONE = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})
_DEFECTS = frozenset({grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS})


class AgentFailed(Exception):
    """One call of an agent gave no usable result; record its failure, and repeat it only when UNREACHABLE or BUSY.

    `retry_after` is the wait in seconds that the other side asked for. `begun` is False when nobody took the call.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        begun: bool = True,
    ) -> None:
        super().__init__(message)
        self.failure = Failure(reason=reason, message=message, retryable=retryable)
        self.retry_after = retry_after
        self.begun = begun

    @property
    def reason(self) -> str:
        """Stable reason, such as "UNREACHABLE"."""
        return self.failure.reason

    @property
    def transient_at_provider(self) -> bool:
        """True when the model's provider failed or refused for now, and asking again soon may help."""
        return self.reason == RATE_LIMITED or (self.reason.startswith(PROVIDER) and self.reason != PROVIDER_DOWN)


def refused(agent: str, reason: str, what: str) -> AgentFailed:
    """An answer that breaks the contract: repeating the call would not mend it."""
    message = f"{what}; nothing of its answer was taken. Retry {agent} after its service has been corrected"
    return AgentFailed(reason, message)


def cancelled(agent: str) -> AgentFailed:
    """A user stopped the run."""
    return AgentFailed(CANCELLED, f"{agent} was stopped because the run was cancelled; resume runs it", retryable=True)


def defect(what: str, run: str, error: Exception) -> Failure:
    """A defect of ours: the user gets an incident to name, the log gets the rest."""
    incident = uuid.uuid4().hex[:12]
    _log.error(what, run=run, incident=incident, exc_info=error)
    return Failure(reason=INTERNAL, message=f"{what}; incident {incident} in the coordinator's log says why")


def remote_failure(agent: str, address: str, deadline: float, begun: bool, error: RemoteError) -> AgentFailed:
    """The failure that a status stands for; `begun` tells whether anything had been received before."""
    if error.code is grpc.StatusCode.DEADLINE_EXCEEDED:
        message = f"{agent} did not finish within {deadline:g} s and was stopped; retry {agent}, or raise its deadline"
        return AgentFailed(DEADLINE_EXCEEDED, message, retryable=True)
    if error.reason.startswith(PROVIDER):
        message = f"{agent} got no answer from its model: {error.message}"
        return AgentFailed(error.reason, message, retryable=True, retry_after=error.retry_after)
    if error.code in _GONE:
        message = _gone(agent, address, begun, error)
        return AgentFailed(UNREACHABLE, message, retryable=True, retry_after=error.retry_after, begun=begun)
    if error.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return _exhausted(agent, error)
    if error.code in _DEFECTS:
        message = f"{agent} failed inside ({error.message}); look into its log, correct it, then retry {agent}"
        return AgentFailed(INTERNAL, message)
    retryable = error.code is grpc.StatusCode.ABORTED
    return AgentFailed(error.reason, f"{agent} gave no result: {error.message}", retryable=retryable)


def _gone(agent: str, address: str, begun: bool, error: RemoteError) -> str:
    if error.refused_by_tls:
        return f"{agent} at {address} and the coordinator do not take each other's certificates; {TLS_ADVICE}"
    what = "was lost while it worked" if begun else f"to {address} could not be made"
    return f"the connection to {agent} {what}; see that its service is up, then retry {agent}"


def _exhausted(agent: str, error: RemoteError) -> AgentFailed:
    if error.reason == BUSY:
        message = f"{agent} is busy with other runs; retry {agent} later, or start more replicas of it"
        return AgentFailed(BUSY, message, retryable=True, retry_after=error.retry_after, begun=False)
    retryable = error.reason == RATE_LIMITED
    if retryable or error.reason == QUOTA_EXHAUSTED:
        message = f"{agent} got no answer from its model: {error.message}"
    else:
        message = f"{agent} has used up what it may use ({error.message}); raise the limit, then retry {agent}"
    return AgentFailed(error.reason, message, retryable=retryable, retry_after=error.retry_after)
