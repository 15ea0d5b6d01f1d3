"""`python -m gateway` serves web clients."""

from __future__ import annotations

from gateway.settings import DEFAULT_PORT
from services.runtime.channels import open_channel
from services.runtime.identity import read_identities
from services.runtime.logs import get_logger
from services.runtime.process import run_process
from services.runtime.settings import Environment, ServerSettings

_log = get_logger()


async def main(environment: Environment, settings: ServerSettings) -> None:
    """Serves until a signal, then drains. What takes long to load is loaded here, when the collector rests."""
    from gateway.access.hosts import LOOPBACK
    from gateway.app import create_app
    from gateway.coordinator import Coordinator
    from gateway.serving import serve_until_signal
    from gateway.settings import GatewaySettings

    gateway = GatewaySettings.read(environment, settings.host)
    identities = read_identities(environment)
    if identities is None and settings.host not in LOOPBACK:
        _log.warning(
            "whoever reaches this address may do everything; BUILDPLAN_TOKENS asks who calls", host=settings.host
        )
    async with open_channel(gateway.coordinator, settings.tls) as channel:
        await serve_until_signal(create_app(gateway, Coordinator.on(channel), identities), settings)


if __name__ == "__main__":
    run_process("gateway", DEFAULT_PORT, main)
