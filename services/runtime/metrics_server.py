"""The HTTP server that metrics are asked of: a thread for each request, which whoever asks cannot hold for ever."""

from __future__ import annotations

import socket
import sys
import threading
from importlib.util import find_spec
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

from services.runtime import metrics
from services.runtime.logs import get_logger
from services.runtime.settings import SettingError

_log = get_logger()
_PATIENCE_SECONDS = 10.0


def serve(host: str, port: int) -> None:
    """Serves the metrics of this process at http://host:port/metrics.

    Raises SettingError when the port or the package cannot be had.
    """
    if find_spec(metrics.LIBRARY) is None:
        raise SettingError(
            "BUILDPLAN_METRICS_PORT needs the package prometheus-client: install build-planner[telemetry]"
        )
    try:
        MetricsServer(metrics.begin(), host, port).start()
    except OSError as error:
        raise SettingError(f"BUILDPLAN_METRICS_PORT: cannot listen on {host}:{port}: {error.strerror}") from error


class MetricsServer(ThreadingMixIn, WSGIServer):
    """Listens once it is made, which raises OSError; a connection that is silent for `patience` seconds is closed."""

    daemon_threads = True

    def __init__(self, app: WSGIApplication, host: str, port: int, patience: float = _PATIENCE_SECONDS) -> None:
        self.address_family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        super().__init__((host, port), type("Handler", (_Handler,), {"timeout": patience}))
        self.set_app(app)

    def start(self) -> None:
        """Answers from now on, for as long as the process lives."""
        threading.Thread(target=self.serve_forever, name="metrics", daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the log has no use for the socket
        """A client that went away, or said nothing for too long, is no defect of ours."""
        error = sys.exception()
        if not isinstance(error, OSError):
            _log.error("metrics not answered", exc_info=error)


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
        """Nothing: Prometheus asks every few seconds."""
