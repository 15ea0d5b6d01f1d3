"""Ports of a local system: the usual ones, free ones, and whether somebody else has them."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Sequence

from cli.errors import CommandError, UsageError
from cli.supervisor.services import COORDINATOR, DEFAULT_PORTS, GATEWAY, HOST, ServiceDefinition

# Below the range from which Linux takes ports for outgoing connections.
_FIRST_FREE_PORT, _FREE_PORTS, _TRIES = 20_000, 12_000, 50


def choose_ports(coordinator: int | None, gateway: int | None = None) -> dict[str, int]:
    """The usual ports with those that are given; a coordinator's of 0 or None takes free ones for all the others."""
    usual = {**DEFAULT_PORTS, COORDINATOR: coordinator} if coordinator else _free_ports()
    return usual if gateway is None else {**usual, GATEWAY: gateway}


def refuse_taken(services: Sequence[ServiceDefinition]) -> None:
    """Raises UsageError for ports on which others listen.

    A service that found its port taken would seem to serve: the health of whoever listens there would be taken for its.
    """
    taken = [f"{service.port} ({service.name})" for service in services if not _is_free(service.port)]
    if taken:
        ports = f"port {taken[0]} is" if len(taken) == 1 else f"ports {', '.join(taken)} are"
        raise UsageError(
            f"{ports} taken: is another process there? Stop it, or take other ports with --port and --web-port; "
            "--port 0 finds free ones"
        )


def _free_ports() -> dict[str, int]:
    found: list[int] = []
    for _ in range(_TRIES * len(DEFAULT_PORTS)):
        port = _FIRST_FREE_PORT + secrets.randbelow(_FREE_PORTS)
        if port not in found and _is_free(port):
            found.append(port)
        if len(found) == len(DEFAULT_PORTS):
            return dict(zip(DEFAULT_PORTS, found, strict=True))
    raise CommandError("there are no free ports on this machine", reason="NO_FREE_PORT")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # Connections that wait to end take no port.
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True
