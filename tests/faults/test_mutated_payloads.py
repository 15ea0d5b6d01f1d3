"""Mutated payloads on every method of every service, and all that the OpenAPI document allows on every route."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import schemathesis
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given, settings
from schemathesis.core.result import Ok

from buildplan.v1.context_pb2 import ContextPack
from services.runtime.channels import open_channel
from tests.faults.figures import Figures
from tests.faults.processes import Stack, whole_system
from tests.integration.coordinator.every_method import served_methods
from tests.integration.coordinator.house import House
from tests.integration.coordinator.test_garbage import call
from tests.integration.coordinator.test_tenants import settled
from tests.integration.gateway.test_openapi import BOUNDED, SCHEMA, TRUE, fill

SEED, AT_ONCE = 2041, 32
OUR_FAULT = "INTERNAL, or a traceback"


@dataclass(frozen=True)
class Target:
    """A method, and a valid request of it."""

    channel: grpc.aio.Channel
    path: str
    descriptor: Any
    request: bytes


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with whole_system(tmp_path_factory.mktemp("payloads")) as running:
        yield running


@asynccontextmanager
async def targets(stack: Stack) -> AsyncIterator[list[Target]]:
    """Every method of the coordinator and of each specialist; what is deleted is not what the others ask for."""
    async with AsyncExitStack() as channels:
        channel = await channels.enter_async_context(open_channel(stack.coordinator))
        house = House(stack.coordinator, channel, stack.folder)
        kept, spare = (await settled(house)).resources, (await settled(house)).resources
        found = []
        for method in await served_methods(channel):
            names = spare if method.descriptor.name.startswith("Delete") else kept
            found.append(Target(channel, method.path, method.descriptor, method.request(names).SerializeToString()))
        for address in stack.specialists.values():
            far = await channels.enter_async_context(open_channel(address))
            context = ContextPack(session=kept["buildplan/Session"])
            for method in await served_methods(far):
                pack = {"run": kept["buildplan/Run"], "context": context}
                made = GetMessageClass(method.descriptor.input_type)
                known = {field: value for field, value in pack.items() if field in made.DESCRIPTOR.fields_by_name}
                found.append(Target(far, method.path, method.descriptor, made(**known).SerializeToString()))
        yield found


def mutated(drawn: random.Random, payload: bytes) -> bytes:
    """A few bytes changed, taken out, put in, or doubled; now and then bytes of no meaning at all."""
    if not payload or drawn.random() < 0.1:
        return drawn.randbytes(drawn.randrange(64))
    changed = bytearray(payload)
    for _ in range(drawn.randint(1, 3)):
        place = drawn.randrange(len(changed) + 1)
        piece = drawn.choice([drawn.randbytes(1), b"\x00", b"\xff" * 9, bytes(changed[place:])])
        changed[place : place + drawn.choice([0, 1, 1, 4])] = piece
    return bytes(changed)


def verdict(error: grpc.aio.AioRpcError | None) -> str:
    details = "" if error is None else error.details() or ""
    ours = error is not None and error.code() is grpc.StatusCode.INTERNAL
    if ours or any(sign in details for sign in ("Traceback", ".py", "incident")):
        return OUR_FAULT
    return "OK" if error is None else error.code().name


@pytest.mark.timeout(300)
async def test_mutated_payloads(stack: Stack, figures: Figures) -> None:
    total, statuses = figures.sized(10_000, short=400), Counter[str]()
    drawn, turns = random.Random(SEED), asyncio.Semaphore(AT_ONCE)

    async def send(target: Target) -> None:
        payload = mutated(drawn, target.request)
        async with turns:
            error = await call(target.channel, target.path, target.descriptor, [payload])
        if verdict(error) == OUR_FAULT:
            print(target.path, payload, error)
        statuses[verdict(error)] += 1

    async with targets(stack) as found:
        await asyncio.gather(*(send(found[number % len(found)]) for number in range(total)))
    for status, count in statuses.most_common():
        figures.note(f"of {total:,} payloads on {len(found)} methods: {status}", f"{count:,}")
    figures.exactly("answers that are our fault, or show a traceback", statuses[OUR_FAULT], 0)
    figures.exactly("services of 6 that serve afterwards", stack.healthy(), 6)


@pytest.mark.timeout(600)
def test_all_that_the_openapi_document_allows(stack: Stack, figures: Figures) -> None:
    running, answers = fill(f"http://{stack.gateway}"), Counter[int]()
    bounded = settings(BOUNDED, max_examples=figures.sized(60, short=2))
    for operation in (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)):

        @bounded
        @given(case=operation.as_strategy())
        def examine(case: schemathesis.Case[Any]) -> None:
            answer = case.call(base_url=running.url)
            answers[answer.status_code // 100] += 1
            case.validate_response(answer, checks=TRUE)

        examine()
    figures.note("answers of schemathesis' requests, 2xx and 4xx", f"{answers[2]} and {answers[4]}")
    figures.exactly("answers of 5xx", answers[5], 0)
    figures.exactly("services of 6 that serve afterwards", stack.healthy(), 6)
