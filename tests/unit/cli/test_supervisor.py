"""Which processes a local system is made of, and that none is left or kept from coming back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from cli.errors import CommandError, UsageError
from cli.supervisor import Layout, ServiceEvent, Supervisor, choose_ports, definitions
from cli.supervisor.services import COORDINATOR, DEFAULT_PORTS, GATEWAY, ServiceDefinition, read_external

HEALTHY = """
import asyncio, os
from services.runtime.server import serve_until_signal
from services.runtime.settings import ServerSettings
settings = ServerSettings(port=int(os.environ["BUILDPLAN_PORT"]), drain_seconds=0)
asyncio.run(serve_until_signal([], settings))
"""


def test_every_service_has_an_address_and_the_coordinator_knows_the_specialists(tmp_path: Path) -> None:
    layout = Layout(DEFAULT_PORTS, tmp_path, "offline")
    services = definitions(layout)
    assert [service.name for service in services] == ["qma", "pma", "sca", "ema", COORDINATOR]
    coordinator = services[-1]
    assert coordinator.address == layout.target == "127.0.0.1:50051"
    assert coordinator.environment["BUILDPLAN_SPECIALISTS"] == (
        "qma=127.0.0.1:50061,pma=127.0.0.1:50062,sca=127.0.0.1:50063,ema=127.0.0.1:50064"
    )
    assert "BUILDPLAN_DATA" not in services[0].environment


def test_the_gateway_is_started_where_it_is_wanted(tmp_path: Path) -> None:
    *_, gateway = definitions(Layout(DEFAULT_PORTS, tmp_path, web=True))
    assert (gateway.module, gateway.url) == ("gateway", "http://127.0.0.1:8080")
    assert gateway.environment["BUILDPLAN_TARGET"] == "127.0.0.1:50051"
    assert gateway.inherit({"OPENAI_API_KEY": "k"}).keys() == gateway.environment.keys()


def test_a_specialist_elsewhere_is_not_started(tmp_path: Path) -> None:
    layout = Layout(DEFAULT_PORTS, tmp_path, external={"sca": "10.0.0.7:1", "zza": "10.0.0.8:2"})
    services = definitions(layout)
    assert [service.name for service in services] == ["qma", "pma", "ema", COORDINATOR]
    told = services[-1].environment["BUILDPLAN_SPECIALISTS"].split(",")
    assert "sca=10.0.0.7:1" in told
    assert told[-1] == "zza=10.0.0.8:2"


def test_the_providers_key_is_for_the_specialists_and_a_vector_store(tmp_path: Path) -> None:
    ours = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "u", "PATH": "p"}
    qma, *_, coordinator = definitions(Layout(DEFAULT_PORTS, tmp_path, "openai"))
    assert ours.items() <= qma.inherit(ours).items()
    assert {name for name in coordinator.inherit(ours) if not name.startswith("BUILDPLAN_")} == {"PATH"}
    *_, indexing = definitions(Layout(DEFAULT_PORTS, tmp_path, "openai", vector_store=True))
    assert ours.items() <= indexing.inherit(ours).items()


def test_ports() -> None:
    assert choose_ports(6000) == {**DEFAULT_PORTS, COORDINATOR: 6000}
    assert choose_ports(6000, 9000) == {**DEFAULT_PORTS, COORDINATOR: 6000, GATEWAY: 9000}
    assert choose_ports(0, 9000)[GATEWAY] == 9000
    free = choose_ports(0)
    assert len(set(free.values())) == len(DEFAULT_PORTS)
    assert list(free) == list(DEFAULT_PORTS)


@pytest.mark.parametrize("pair", ["sca", "sca=", "=h:1", "sca=host", "sca=host:port", ""])
def test_addresses_that_are_none(pair: str) -> None:
    with pytest.raises(UsageError):
        read_external([pair])


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module `services.trial` that only the started process sees, through PYTHONPATH."""
    package = tmp_path / "path" / "services"
    package.mkdir(parents=True)
    start = f"import services; services.__path__.append({str(package)!r})"
    (package.parent / "sitecustomize.py").write_text(start)
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    return package / "trial.py"


def trial(environment: Mapping[str, str] | None = None) -> ServiceDefinition:
    port = str(choose_ports(0)["qma"])
    return ServiceDefinition("trial", f"127.0.0.1:{port}", {"BUILDPLAN_PORT": port, **(environment or {})})


class Heard:
    """What the supervisor says."""

    def __init__(self) -> None:
        self.events: list[ServiceEvent] = []
        self._new = asyncio.Event()

    def __call__(self, event: ServiceEvent) -> None:
        self.events.append(event)
        self._new.set()

    async def count(self, name: str, number: int) -> list[ServiceEvent]:
        async with asyncio.timeout(20):
            while len(found := [event for event in self.events if event.event == name]) < number:
                self._new.clear()
                await self._new.wait()
        return found


async def test_a_service_that_ends_is_started_again_and_none_is_left(tmp_path: Path, module: Path) -> None:
    module.write_text(HEALTHY)
    heard = Heard()
    async with Supervisor([trial()], tmp_path / "logs", heard) as supervisor:
        await supervisor.ready()
        (first,) = await heard.count("serving", 1)
        os.kill(first.pid, signal.SIGKILL)
        _, second = await heard.count("serving", 2)
    assert [event.event for event in heard.events] == ["serving", "ended", "restarting", "serving"]
    assert heard.events[1].detail == "signal 9"
    assert first.pid != second.pid
    assert first.address == second.address
    assert not psutil.pid_exists(second.pid)


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("import sys; sys.exit('trial: BUILDPLAN_PORT is wrong')", 1, "trial: BUILDPLAN_PORT is wrong"),
        ("import sys; print('cannot listen', file=sys.stderr); sys.exit(2)", 2, "cannot listen"),
        ('print(\'{"event": "cannot go on", "cause": "port taken"}\')', 1, "cannot go on: port taken"),
        ("import os; os.abort()", 1, "signal 6"),
    ],
)
async def test_a_service_that_cannot_start_is_said_with_its_last_words(
    tmp_path: Path, module: Path, source: str, code: int, said: str
) -> None:
    module.write_text(source)
    async with Supervisor([trial()], tmp_path / "logs", Heard()) as supervisor:
        with pytest.raises(CommandError) as raised:
            await supervisor.ready("trial")
    assert said in str(raised.value)
    assert raised.value.exit_code == code
