"""What the gateway is told at its start."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.access.hosts import LOOPBACK, allowed_hosts
from gateway.connections.door import ConnectionLimits
from services.runtime.settings import Environment

DEFAULT_PORT = 8080
DEFAULT_COORDINATOR = "127.0.0.1:50051"


@dataclass(frozen=True)
class GatewaySettings:
    """Settings of the gateway's own.

    `coordinator` is `host:port` or `dns:///host:port`. `max_upload_files` holds for one request. `heartbeat_seconds` is
    how long a live stream is silent at most, `body_idle_seconds` how long a request's body may be; once that long was
    waited for it, it must have come at `body_bytes_per_second`. `hosts` are the names that a Host header may carry;
    empty for any. `connections` and the rate of bodies are no variables': nobody should have to think of them.
    """

    coordinator: str = DEFAULT_COORDINATOR
    max_upload_files: int = 100
    heartbeat_seconds: float = 15.0
    body_idle_seconds: float = 30.0
    body_bytes_per_second: int = 4096
    hosts: frozenset[str] = frozenset(LOOPBACK)
    connections: ConnectionLimits = field(default_factory=ConnectionLimits)

    @staticmethod
    def read(environment: Environment, bound_to: str) -> GatewaySettings:
        """From BUILDPLAN_TARGET, _MAX_UPLOAD_FILES, _HEARTBEAT_SECONDS, _BODY_IDLE_SECONDS and _ALLOWED_HOSTS."""
        named = environment.text("BUILDPLAN_ALLOWED_HOSTS", "").lower().split(",")
        return GatewaySettings(
            coordinator=environment.address("BUILDPLAN_TARGET", DEFAULT_COORDINATOR),
            max_upload_files=environment.integer("BUILDPLAN_MAX_UPLOAD_FILES", 100, minimum=1, maximum=10_000),
            heartbeat_seconds=environment.number("BUILDPLAN_HEARTBEAT_SECONDS", 15.0, minimum=0.1, maximum=3600),
            body_idle_seconds=environment.number("BUILDPLAN_BODY_IDLE_SECONDS", 30.0, minimum=0.1, maximum=3600),
            hosts=allowed_hosts(bound_to, [name.strip() for name in named if name.strip()]),
        )
