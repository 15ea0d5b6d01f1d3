"""A whole system of processes, and what a process holds while something is done to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from services.runtime.probe import serving
from tests.fakes.process import AGENTS
from tests.integration.gateway.processes import ServerProcess
from tests.ports import free_port

_INTERVAL = 0.1


@dataclass(frozen=True)
class Stack:
    """A coordinator, its four specialists with the offline engine, and a gateway.

    `processes` and `metrics` (ports) are by name.
    """

    coordinator: str
    specialists: dict[str, str]
    gateway: str
    processes: dict[str, psutil.Process]
    metrics: dict[str, int]
    folder: Path

    def healthy(self) -> int:
        """How many of the six serve."""
        return sum(map(serving, (self.coordinator, *self.specialists.values(), f"http://{self.gateway}/healthz")))


@contextmanager
def whole_system(folder: Path) -> Iterator[Stack]:
    """All of it, with data in `folder`."""
    ports = {name: free_port() for name in (*AGENTS, "coordinator", "gateway")}
    metrics = {name: {"BUILDPLAN_METRICS_PORT": str(port)} for name, port in ports.items()}
    with ExitStack() as running:
        made = {
            agent: running.enter_context(
                ServerProcess(f"services.{agent}", {"BUILDPLAN_ENGINE": "offline", **metrics[agent]})
            )
            for agent in AGENTS
        }
        specialists = {agent: process.address for agent, process in made.items()}
        coordinator = ServerProcess.coordinator(folder, specialists, **metrics["coordinator"])
        made["coordinator"] = running.enter_context(coordinator)
        gateway = ServerProcess.gateway(coordinator.address, **metrics["gateway"])
        made["gateway"] = running.enter_context(gateway)
        processes = {name: psutil.Process(process.pid) for name, process in made.items()}
        yield Stack(coordinator.address, specialists, gateway.address, processes, ports, folder)


class Peak:
    """The highest resident memory of a process, and of any one process that it has started, while it is entered."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self.megabytes = 0.0
        self.childs_megabytes = 0.0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _look(self) -> None:
        while True:
            self.megabytes = max(self.megabytes, megabytes(self._process))
            for child in self._process.children(recursive=True):
                self.childs_megabytes = max(self.childs_megabytes, megabytes(child))
            await asyncio.sleep(_INTERVAL)


def megabytes(process: psutil.Process) -> float:
    """Resident memory; 0 when the process is gone."""
    try:
        return float(process.memory_info().rss) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def processor_seconds(process: psutil.Process) -> float:
    """Of the process and of all that it has started, ended ones included."""
    seconds = 0.0
    for each in (process, *process.children(recursive=True)):
        try:
            seconds += sum(each.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return seconds
