"""Traces follow a run wherever it is carried out, and cancellation goes through them."""

from __future__ import annotations

import asyncio
import time

import grpc
import pytest

from services.runtime import tracing
from tests.fakes.specialist import Behaviour, FakeSpecialist
from tests.integration.runs.conftest import House
from tests.integration.telemetry.collector import Collector


@pytest.fixture
async def fakes(collector: Collector, fakes: dict[str, FakeSpecialist]) -> dict[str, FakeSpecialist]:
    """The same specialists, and traces before any channel to them is opened."""
    return fakes


async def test_with_traces_on_cancel_still_reaches_the_specialist_within_a_tenth_of_a_second(
    house: House, collector: Collector
) -> None:
    pma = house.fakes["pma"]
    pma.behaviour = Behaviour(hang=True)
    run = await house.start()
    await pma.seen.called_event.wait()
    begun = time.perf_counter()
    cancelling = asyncio.create_task(house.runs.cancel(run.name))
    await asyncio.wait_for(pma.seen.cancelled_event.wait(), 1)
    assert time.perf_counter() - begun < 0.1
    await cancelling
    await asyncio.to_thread(tracing.close)
    (call,) = collector.named("propose pma")
    (of_run,) = collector.named("run")
    assert call.parent == of_run.id
    assert (call.kind, call.failed) == ("CLIENT", None)
    assert (of_run.attributes["state"], of_run.attributes["reason"], of_run.failed) == ("CANCELLED", "CANCELLED", None)


async def test_whoever_takes_a_run_over_goes_on_in_its_trace(house: House, collector: Collector) -> None:
    house.fakes["pma"].behaviour = Behaviour(hang=True)
    with tracing.span("asked"):
        run = await house.start()
    await house.taken_over_from("pma", run)
    async with asyncio.timeout(5):
        while run.name in house.runs._active:
            await asyncio.sleep(0.01)
    await asyncio.to_thread(tracing.close)
    (asked,) = collector.named("asked")
    assert [span.parent for span in collector.named("run")] == [asked.id, asked.id]


async def test_a_trace_says_how_its_run_and_each_agent_ended(house: House, collector: Collector) -> None:
    house.fakes["pma"].behaviour = Behaviour(code=grpc.StatusCode.INTERNAL)
    house.fakes["sca"].behaviour = Behaviour(patches=())
    await house.finished()
    for fake in house.fakes.values():
        fake.behaviour = Behaviour(patches=())
    await house.finished(ignore_checkpoints=True)
    await asyncio.to_thread(tracing.close)
    partial, failed = collector.named("run")
    assert (partial.attributes["state"], partial.attributes["reason"], partial.failed) == (
        "PARTIAL",
        "AGENTS_FAILED",
        None,
    )
    assert (failed.attributes["state"], failed.failed) == ("FAILED", "AGENTS_FAILED")
    pma, _ = collector.named("propose pma")
    assert (pma.failed, pma.attributes["rpc.grpc.status_code"], pma.kind) == ("INTERNAL", "13", "CLIENT")
    sca, _ = collector.named("propose sca")
    assert (sca.failed, sca.attributes["reason"]) == ("NO_PATCH", "NO_PATCH")
    good, bad = collector.named("propose ema")
    assert (good.failed, bad.failed) == (None, "NO_PATCH")
