"""What tests of more than one room begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.runtime import tracing
from services.runtime.settings import Environment
from tests.integration.telemetry.collector import Collector, collecting


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """Where this process sends its traces meanwhile."""
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
        tracing.configure("test", Environment({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address}))
        yield collector
        tracing.close()
