"""Every line about a run has the same names in it, whoever writes it."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import grpc
import pytest
import structlog

from services.runtime import tracing
from tests.fakes.specialist import Behaviour
from tests.integration.runs.conftest import House
from tests.integration.telemetry.collector import Collector

Lines = list[MutableMapping[str, Any]]


def with_trace(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {**event, **tracing.identifiers()}


@pytest.fixture
def logs() -> Iterator[Lines]:
    merge = structlog.contextvars.merge_contextvars
    with structlog.testing.capture_logs(processors=[merge, with_trace]) as lines:
        yield lines


def told(lines: Lines, event: str) -> Lines:
    return [line for line in lines if line["event"] == event]


async def test_lines_of_a_run_and_of_its_agents_have_full_names(house: House, logs: Lines) -> None:
    house.fakes["pma"].behaviour = Behaviour(code=grpc.StatusCode.INTERNAL)
    house.fakes["sca"].behaviour = Behaviour(patches=())
    run = await house.finished()
    names = {"session": house.session, "run": run.name}
    (call,) = told(logs, "agent call failed")
    assert call.items() >= {**names, "agent": "pma", "code": "INTERNAL"}.items()
    failed = {line["agent"]: line for line in told(logs, "agent failed")}
    assert failed.keys() == {"pma", "sca"}
    for line in failed.values():
        assert line.items() >= names.items()
    (ended,) = told(logs, "run ended")
    assert ended.items() >= names.items()
    assert "agent" not in ended


async def test_agents_of_a_cancelled_run_have_full_names(house: House, logs: Lines) -> None:
    house.fakes["pma"].behaviour = Behaviour(hang=True)
    run = await house.start()
    await house.fakes["pma"].seen.called_event.wait()
    await house.runs.cancel(run.name)
    failed = told(logs, "agent failed")
    assert "pma" in {line["agent"] for line in failed}
    for line in failed:
        assert line.items() >= {"session": house.session, "run": run.name}.items()


async def test_the_line_of_a_takeover_is_in_the_trace_of_the_run(
    house: House, collector: Collector, logs: Lines
) -> None:
    house.fakes["pma"].behaviour = Behaviour(hang=True)
    with tracing.span("asked"):
        asked = tracing.identifiers()
        run = await house.start()
    await house.taken_over_from("pma", run)
    (line,) = told(logs, "run is taken up")
    assert (line["run"], line["trace_id"]) == (run.name, asked["trace_id"])
