"""One call of a specialist: what it says is checked against the contract while it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import grpc

from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.specialist_service_pb2 import DescribeResponse, Progress, ProposeRequest, ProposeResponse
from services.coordinator.plans.merge import MalformedPatch, OwnershipViolation, check_patch
from services.coordinator.runs import failures
from services.coordinator.runs.failures import AgentFailed, refused, remote_failure
from services.coordinator.runs.specialists import Specialist
from services.runtime import tracing
from services.runtime.logs import get_logger
from services.runtime.remote import read_error

_log = get_logger()
Hear = Callable[[DescribeResponse | Progress], None]


@dataclass(frozen=True)
class Proposal:
    """A result that keeps the contract, and who made it."""

    description: DescribeResponse
    patch: Patch
    statement_count: int


async def propose(specialist: Specialist, request: ProposeRequest, deadline: float, hear: Hear) -> Proposal:
    """Calls `Propose` once; `hear` is told the description and each progress. Raises AgentFailed.

    The call is cancelled whatever happens, so that a specialist never works for nobody.
    """
    reading = _Reading(specialist.agent, hear)
    with tracing.span(f"propose {specialist.agent}", kind="client", run=request.run, agent=specialist.agent):
        try:
            await _read(specialist, request, deadline, reading)
            return reading.result()
        except AgentFailed as failed:
            tracing.fail(failed.reason)
            raise


async def _read(specialist: Specialist, request: ProposeRequest, deadline: float, reading: _Reading) -> None:
    call = specialist.stub.Propose(request, timeout=deadline)
    try:
        async for response in call:
            reading.take(response)
    except grpc.aio.AioRpcError as error:
        remote = read_error(error)
        _log.warning("agent call failed", code=remote.code.name, details=remote.message)
        tracing.add(**{tracing.STATUS: remote.code.value[0]})
        begun = reading.description is not None
        raise remote_failure(specialist.agent, specialist.address, deadline, begun, remote) from error
    finally:
        call.cancel()


class _Reading:
    """What one stream has said so far: the description, progress, exactly one patch, last."""

    def __init__(self, agent: str, hear: Hear) -> None:
        self._agent = agent
        self._hear = hear
        self.description: DescribeResponse | None = None
        self._patch: Patch | None = None
        self._statement_count = 0

    def take(self, response: ProposeResponse) -> None:
        """Accepts the next message or raises AgentFailed."""
        kind = response.WhichOneof("message")
        if self._patch is not None:
            raise self._after_patch(kind)
        if kind == "description":
            self._describe(response.description)
        elif self.description is None:
            raise refused(self._agent, failures.NO_DESCRIPTION, f"{self._agent} answered without saying who it is")
        elif kind == "progress":
            self._hear(response.progress)
        elif kind == "patch":
            self._statement_count = _checked(self._agent, response.patch)
            self._patch = response.patch

    def result(self) -> Proposal:
        """The proposal of a stream that has ended well; raises AgentFailed when there is none."""
        if self.description is None or self._patch is None:
            raise refused(self._agent, failures.NO_PATCH, f"{self._agent} ended its answer without a result")
        return Proposal(self.description, self._patch, self._statement_count)

    def _describe(self, description: DescribeResponse) -> None:
        if description.agent != self._agent:
            what = f'the address of {self._agent} in the settings is answered by "{description.agent[:50]}"'
            raise refused(self._agent, failures.WRONG_AGENT, what)
        self.description = description
        self._hear(description)

    def _after_patch(self, kind: str | None) -> AgentFailed:
        if kind == "patch":
            return refused(self._agent, failures.TWO_PATCHES, f"{self._agent} returned two results instead of one")
        return refused(self._agent, failures.AFTER_PATCH, f"{self._agent} went on after its result")


def _checked(agent: str, patch: Patch) -> int:
    try:
        return check_patch(agent, patch)
    except OwnershipViolation as error:
        raise refused(agent, failures.FOREIGN_SECTION, str(error)) from error
    except MalformedPatch as error:
        raise refused(agent, failures.MALFORMED_PATCH, str(error)) from error
