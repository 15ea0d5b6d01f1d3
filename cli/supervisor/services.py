"""Which processes a local system is made of, and what each is told."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli.errors import CommandError, UsageError

COORDINATOR = "coordinator"
DEFAULT_PORTS = {"qma": 50061, "pma": 50062, "sca": 50063, "ema": 50064, COORDINATOR: 50051}
_HOST = "127.0.0.1"
_PROVIDER = "OPENAI_"
# Below the range from which Linux takes ports for outgoing connections.
_FIRST_FREE_PORT, _FREE_PORTS, _TRIES = 20_000, 12_000, 50


@dataclass(frozen=True)
class ServiceDefinition:
    """One process: `python -m services.{name}` at `address`, with `environment` added to ours.

    Variables of ours that begin with `withheld` are not passed on.
    """

    name: str
    address: str
    environment: Mapping[str, str]
    withheld: str = ""

    def inherit(self, ours: Mapping[str, str]) -> dict[str, str]:
        """The environment of the process."""
        kept = {name: value for name, value in ours.items() if not (self.withheld and name.startswith(self.withheld))}
        return {**kept, **self.environment}


@dataclass(frozen=True)
class Layout:
    """A local system: a port for each service, where its data lives, and who runs elsewhere already.

    `external` maps an agent to the address of a specialist that is not ours to start. The key of a model's provider
    is for the specialists; the coordinator gets it for a `vector_store` only.
    """

    ports: Mapping[str, int]
    data: Path
    engine: str = "offline"
    external: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    vector_store: bool = False

    @property
    def target(self) -> str:
        """The coordinator's address."""
        return f"{_HOST}:{self.ports[COORDINATOR]}"


def definitions(layout: Layout) -> list[ServiceDefinition]:
    """The processes to start, specialists first."""
    agents = [name for name in DEFAULT_PORTS if name != COORDINATOR]
    addresses = {agent: layout.external.get(agent, f"{_HOST}:{layout.ports[agent]}") for agent in agents}
    addresses.update(layout.external)
    shared = {"BUILDPLAN_HOST": _HOST, "BUILDPLAN_LOG_FORMAT": "json", **layout.environment}
    specialist = {**shared, "BUILDPLAN_ENGINE": layout.engine}
    coordinator = {
        **shared,
        "BUILDPLAN_DATA": str(layout.data),
        "BUILDPLAN_SPECIALISTS": ",".join(f"{agent}={address}" for agent, address in addresses.items()),
    }
    found = [
        ServiceDefinition(agent, addresses[agent], {**specialist, "BUILDPLAN_PORT": str(layout.ports[agent])})
        for agent in agents
        if agent not in layout.external
    ]
    port = {"BUILDPLAN_PORT": str(layout.ports[COORDINATOR])}
    withheld = "" if layout.vector_store else _PROVIDER
    return [*found, ServiceDefinition(COORDINATOR, layout.target, {**coordinator, **port}, withheld)]


def choose_ports(coordinator_port: int | None) -> dict[str, int]:
    """The usual ports with the coordinator's own when one is given; 0 takes free ones for all, None too."""
    if not coordinator_port:
        return dict(zip(DEFAULT_PORTS, _free_ports(len(DEFAULT_PORTS)), strict=True))
    return {**DEFAULT_PORTS, COORDINATOR: coordinator_port}


def read_external(pairs: Sequence[str]) -> dict[str, str]:
    """`AGENT=HOST:PORT` options as agent to address; raises UsageError for anything else."""
    found = {}
    for pair in pairs:
        agent, _, address = (part.strip() for part in pair.partition("="))
        host, _, port = address.rpartition(":")
        if not (agent and host and port.isdigit()):
            raise UsageError(f'--specialist {pair}: it takes AGENT=HOST:PORT, such as "sca=127.0.0.1:50063"')
        found[agent] = address
    return found


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    for _ in range(_TRIES * count):
        port = _FIRST_FREE_PORT + secrets.randbelow(_FREE_PORTS)
        if port not in found and _is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise CommandError("there are no free ports on this machine", reason="NO_FREE_PORT")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind((_HOST, port))
        except OSError:
            return False
    return True
