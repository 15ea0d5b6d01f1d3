"""What the gateway is told at its start."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.settings import Environment

MIB = 1024 * 1024
DEFAULT_PORT = 8080
DEFAULT_COORDINATOR = "127.0.0.1:50051"


@dataclass(frozen=True)
class GatewaySettings:
    """Settings of the gateway's own.

    `coordinator` is `host:port` or `dns:///host:port`. `max_upload_bytes` holds for one file, `max_upload_files` for
    one request.
    """

    coordinator: str = DEFAULT_COORDINATOR
    max_upload_bytes: int = 64 * MIB
    max_upload_files: int = 100

    @staticmethod
    def read(environment: Environment) -> GatewaySettings:
        """From BUILDPLAN_TARGET, _MAX_UPLOAD_MIB and _MAX_UPLOAD_FILES."""
        return GatewaySettings(
            coordinator=environment.text("BUILDPLAN_TARGET", DEFAULT_COORDINATOR),
            max_upload_bytes=environment.integer("BUILDPLAN_MAX_UPLOAD_MIB", 64, minimum=1, maximum=1024) * MIB,
            max_upload_files=environment.integer("BUILDPLAN_MAX_UPLOAD_FILES", 100, minimum=1, maximum=10_000),
        )
