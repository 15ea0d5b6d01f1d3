"""Metrics over HTTP: answered, and nobody holds a thread of the server by saying nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, Counter, make_wsgi_app

from services.runtime.metrics_server import MetricsServer

PATIENCE = 0.3


@contextmanager
def served(host: str, patience: float = PATIENCE) -> Iterator[MetricsServer]:
    registry = CollectorRegistry()
    Counter("asked", "How often.", registry=registry).inc(3)
    server = MetricsServer(make_wsgi_app(registry), host, 0, patience)
    server.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def asked(server: MetricsServer) -> str:
    host, port = server.server_address[:2]
    shown = f"[{host!s}]" if ":" in str(host) else str(host)
    with urlopen(f"http://{shown}:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_whoever_asks_is_answered(host: str) -> None:
    with served(host) as server:
        assert "asked_total 3.0" in asked(server)


def test_a_request_that_is_half_sent_is_closed_and_its_thread_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with served("127.0.0.1") as server, ExitStack() as closing:
        before = threading.active_count()
        clients = [
            closing.enter_context(socket.create_connection(("127.0.0.1", server.server_port), 5)) for _ in range(40)
        ]
        for client in clients:
            client.sendall(b"GET /m")
        assert "asked_total 3.0" in asked(server)
        assert [client.recv(1) for client in clients] == [b""] * len(clients)
        until = time.monotonic() + 5
        while threading.active_count() > before:
            assert time.monotonic() < until
            time.sleep(0.01)
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_taken_port_is_an_error() -> None:
    with served("127.0.0.1") as server, pytest.raises(OSError, match="in use"):
        MetricsServer(make_wsgi_app(), "127.0.0.1", server.server_port)
