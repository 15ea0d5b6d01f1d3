"""Which processes a local system is made of, and what each is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cli.errors import UsageError
from services.runtime.addresses import BadAddress, target

AGENTS = ("qma", "pma", "sca", "ema")
COORDINATOR, GATEWAY = "coordinator", "gateway"
DEFAULT_PORTS = {"qma": 50061, "pma": 50062, "sca": 50063, "ema": 50064, COORDINATOR: 50051, GATEWAY: 8080}
HOST = "127.0.0.1"
_PROVIDER = "OPENAI_"


@dataclass(frozen=True)
class ServiceDefinition:
    """One process: `python -m {module}` at `address`, with `environment` added to ours.

    Variables of ours that begin with `withheld` are not passed on.
    """

    name: str
    address: str
    environment: Mapping[str, str]
    withheld: str = ""

    @property
    def module(self) -> str:
        """What Python runs."""
        return self.name if self.name == GATEWAY else f"services.{self.name}"

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.address.rpartition(":")[2])

    @property
    def url(self) -> str:
        """Where a browser finds it; empty for one that speaks gRPC."""
        return f"http://{self.address}" if self.name == GATEWAY else ""

    def inherit(self, ours: Mapping[str, str]) -> dict[str, str]:
        """The environment of the process."""
        kept = {name: value for name, value in ours.items() if not (self.withheld and name.startswith(self.withheld))}
        return {**kept, **self.environment}


@dataclass(frozen=True)
class Layout:
    """A local system: a port for each service, where its data lives, and who runs elsewhere already.

    `external` maps an agent to the address of a specialist that is not ours to start. The key of a model's provider
    is for the specialists; the coordinator gets it for a `vector_store` only. `web` adds the gateway. Metrics of the
    services are served from `metrics_port` on, a port for each; 0 means not at all.
    """

    ports: Mapping[str, int]
    data: Path
    engine: str = "offline"
    external: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    vector_store: bool = False
    web: bool = False
    metrics_port: int = 0

    @property
    def target(self) -> str:
        """The coordinator's address."""
        return self.address(COORDINATOR)

    @property
    def url(self) -> str:
        """The gateway's address, for a browser."""
        return f"http://{self.address(GATEWAY)}"

    def address(self, service: str) -> str:
        """`host:port` of a service of ours."""
        return f"{HOST}:{self.ports[service]}"


def definitions(layout: Layout) -> list[ServiceDefinition]:
    """The processes to start, specialists first."""
    addresses = {agent: layout.external.get(agent, layout.address(agent)) for agent in AGENTS} | dict(layout.external)
    coordinator = {
        "BUILDPLAN_DATA": str(layout.data),
        "BUILDPLAN_SPECIALISTS": ",".join(f"{agent}={address}" for agent, address in addresses.items()),
    }
    found = [
        _define(layout, agent, {"BUILDPLAN_ENGINE": layout.engine}) for agent in AGENTS if agent not in layout.external
    ]
    found.append(_define(layout, COORDINATOR, coordinator, "" if layout.vector_store else _PROVIDER))
    if layout.web:
        found.append(_define(layout, GATEWAY, {"BUILDPLAN_TARGET": layout.target}, _PROVIDER))
    return [_measured(service, layout.metrics_port, place) for place, service in enumerate(found)]


def _measured(service: ServiceDefinition, first_port: int, place: int) -> ServiceDefinition:
    port = str(first_port + place) if first_port else ""
    return replace(service, environment={**service.environment, "BUILDPLAN_METRICS_PORT": port})


def _define(layout: Layout, name: str, own: Mapping[str, str], withheld: str = "") -> ServiceDefinition:
    shared = {"BUILDPLAN_HOST": HOST, "BUILDPLAN_LOG_FORMAT": "json", **layout.environment}
    port = {"BUILDPLAN_PORT": str(layout.ports[name])}
    return ServiceDefinition(name, layout.address(name), {**shared, **own, **port}, withheld)


def read_external(pairs: Sequence[str]) -> dict[str, str]:
    """`AGENT=HOST:PORT` options as agent to address; raises UsageError for anything else."""
    found = {}
    for pair in pairs:
        agent, _, address = (part.strip() for part in pair.partition("="))
        try:
            target(address if agent else "")
        except BadAddress as error:
            message = f'--specialist {pair}: it takes AGENT=HOST:PORT, such as "sca=127.0.0.1:50063"; {error}'
            raise UsageError(message) from error
        found[agent] = address
    return found
