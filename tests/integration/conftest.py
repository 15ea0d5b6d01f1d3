"""What tests of more than one room begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from _pytest.nodeid import coerce_node_id
from schemathesis.pytest.plugin import SchemathesisFunction

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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Names each operation's test apart: schemathesis does not in the node id, and xdist runs one of an id alone."""
    for item in items:
        if isinstance(item, SchemathesisFunction):
            item._id = coerce_node_id(f"{item.nodeid.rpartition('::')[0]}::{item.name}")
