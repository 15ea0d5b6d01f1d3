"""One call of Propose against a real server: what keeps the contract, and what each breach of it is called."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest

from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.specialist_service_pb2 import DescribeResponse, Progress, ProposeRequest
from buildplan.v1.statement_pb2 import Statement
from services.coordinator.runs.dispatch import Proposal, propose
from services.coordinator.runs.failures import AgentFailed
from services.coordinator.runs.specialists import Specialist, Specialists
from services.runtime.errors import InvalidArgument, ResourceExhausted
from tests.fakes.patches import patch_of
from tests.fakes.specialist import Behaviour, FakeSpecialist

REQUEST = ProposeRequest(run="sessions/s/runs/r", context=ContextPack(session="sessions/s"))
UNFOUNDED = Patch()
UNFOUNDED.sections.quality_plan.required_tests.append(Statement(text="X", basis=Statement.BASIS_STATED))


@pytest.fixture
async def fake() -> AsyncIterator[FakeSpecialist]:
    async with FakeSpecialist("qma") as specialist:
        yield specialist


@pytest.fixture
async def qma(fake: FakeSpecialist) -> AsyncIterator[Specialist]:
    specialists = Specialists.connect({"qma": fake.address})
    yield specialists["qma"]
    await specialists.close()


async def call(specialist: Specialist, deadline: float = 5.0) -> tuple[Proposal, list[DescribeResponse | Progress]]:
    heard: list[DescribeResponse | Progress] = []
    return await propose(specialist, REQUEST, deadline, heard.append), heard


async def test_a_proposal_has_description_progress_and_patch(fake: FakeSpecialist, qma: Specialist) -> None:
    fake.behaviour = Behaviour(steps=3)
    proposal, heard = await call(qma)
    assert proposal.description.agent == "qma"
    assert proposal.patch == patch_of("qma")
    assert [type(message) for message in heard] == [DescribeResponse, Progress, Progress, Progress]


@pytest.mark.parametrize(
    ("behaviour", "reason", "retryable"),
    [
        (Behaviour(patches=()), "NO_PATCH", False),
        (Behaviour(patches=(patch_of("qma"), patch_of("qma"))), "TWO_PATCHES", False),
        (Behaviour(patches=(patch_of("pma"),)), "FOREIGN_SECTION", False),
        (Behaviour(patches=(UNFOUNDED,)), "MALFORMED_PATCH", False),
        (Behaviour(afterwards=True), "AFTER_PATCH", False),
        (Behaviour(describes=False), "NO_DESCRIPTION", False),
        (Behaviour(answers_as="pma"), "WRONG_AGENT", False),
        (Behaviour(error=ResourceExhausted("RATE_LIMITED", "slow down", 2.5)), "RATE_LIMITED", True),
        (Behaviour(error=ResourceExhausted("QUOTA", "nothing left")), "QUOTA", False),
        (Behaviour(error=InvalidArgument("context", "is unusable")), "INVALID_ARGUMENT", False),
        (Behaviour(code=grpc.StatusCode.UNKNOWN), "INTERNAL", False),
        (Behaviour(code=grpc.StatusCode.INTERNAL), "INTERNAL", False),
        (Behaviour(code=grpc.StatusCode.UNAVAILABLE), "UNREACHABLE", True),
        (Behaviour(code=grpc.StatusCode.CANCELLED), "UNREACHABLE", True),
    ],
)
async def test_every_breach_has_a_name(
    fake: FakeSpecialist, qma: Specialist, behaviour: Behaviour, reason: str, retryable: bool
) -> None:
    fake.behaviour = behaviour
    with pytest.raises(AgentFailed) as caught:
        await call(qma)
    failure = caught.value.failure
    assert (failure.reason, failure.retryable) == (reason, retryable)
    assert "qma" in failure.message


async def test_the_wait_of_a_rate_limit_is_read(fake: FakeSpecialist, qma: Specialist) -> None:
    fake.behaviour = Behaviour(error=ResourceExhausted("RATE_LIMITED", "slow down", 2.5))
    with pytest.raises(AgentFailed) as caught:
        await call(qma)
    assert caught.value.retry_after == 2.5


async def test_a_hanging_specialist_is_stopped_at_its_deadline(fake: FakeSpecialist, qma: Specialist) -> None:
    fake.behaviour = Behaviour(hang=True)
    with pytest.raises(AgentFailed) as caught:
        await call(qma, deadline=0.2)
    assert caught.value.reason == "DEADLINE_EXCEEDED"
    await asyncio.wait_for(fake.seen.cancelled_event.wait(), 1)


async def test_nobody_at_the_address(fake: FakeSpecialist, qma: Specialist) -> None:
    await fake.stop()
    with pytest.raises(AgentFailed) as caught:
        await call(qma)
    assert caught.value.reason == "UNREACHABLE"
    assert fake.address in caught.value.failure.message


async def test_a_call_that_is_left_ends_at_the_specialist(fake: FakeSpecialist, qma: Specialist) -> None:
    fake.behaviour = Behaviour(hang=True)
    task = asyncio.create_task(call(qma))
    await fake.seen.called_event.wait()
    task.cancel()
    await asyncio.wait([task])
    async with asyncio.timeout(0.5):
        while fake.seen.at_work:
            await asyncio.sleep(0.005)
