"""A collector that is away or hangs delays the end of nobody, and the command says so in one line."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from services.runtime import tracing
from services.runtime.settings import Environment
from tests.integration.telemetry.collector import collecting
from tests.ports import free_port

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture(params=["away", "hangs"])
def dead_end(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address where nobody listens, or where connections are taken and nothing is ever said."""
    if request.param == "away":
        yield f"http://127.0.0.1:{free_port()}"
        return
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_the_last_spans_are_given_up_within_two_seconds(dead_end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, dead_end)
    tracing.configure("test", Environment({ENDPOINT: dead_end}))
    with tracing.span("work"):
        pass
    began = time.monotonic()
    assert not tracing.close()
    assert time.monotonic() - began < 2


def test_the_last_spans_arrive_where_they_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv(ENDPOINT, collector.address)
        tracing.configure("test", Environment({ENDPOINT: collector.address}))
        with tracing.span("work"):
            pass
        assert tracing.close()
        assert len(collector.named("work")) == 1


def test_the_command_says_in_one_line_that_its_traces_are_lost(dead_end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, dead_end)
    command = "import sys; from cli.execution import execute; sys.exit(execute(lambda _: work(), as_json=False))"
    script = f"async def work(): return 0\n{command}"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == f"note: traces of this command did not reach {ENDPOINT}\n"
