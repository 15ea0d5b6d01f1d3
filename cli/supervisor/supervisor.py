"""Keeps the services of a local system up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cli.errors import CommandError
from cli.supervisor.process import ServiceProcess, describe_code
from cli.supervisor.services import ServiceDefinition

FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 10.0
_STEADY_SECONDS = 30.0


@dataclass(frozen=True)
class ServiceEvent:
    """Something that happened to a service: it is "serving", has "ended", or will be started again ("restarting")."""

    event: str
    service: str
    address: str
    pid: int = 0
    detail: str = ""


class Supervisor:
    """Runs the services while it is entered; one that ends is started again on the same port, with backoff."""

    def __init__(self, services: Sequence[ServiceDefinition], logs: Path, tell: Callable[[ServiceEvent], None]) -> None:
        self._services = services
        self._logs = logs
        self._tell = tell
        self._processes: dict[str, ServiceProcess] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._first: dict[str, asyncio.Future[None]] = {}

    async def __aenter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self._first = {service.name: loop.create_future() for service in self._services}
        try:
            await asyncio.gather(*map(self._start, self._services))
        except BaseException:
            await self._stop()
            raise
        self._keepers = [asyncio.create_task(self._keep(service)) for service in self._services]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await self._stop()

    async def ready(self, *names: str) -> None:
        """Until the named services, or all, have served; raises CommandError when one cannot be started."""
        await asyncio.gather(*(asyncio.shield(self._first[name]) for name in names or self._first))

    async def _stop(self) -> None:
        await asyncio.gather(*(process.stop() for process in self._processes.values()))
        for future in self._first.values():
            if not future.cancel() and not future.cancelled():
                future.exception()  # Read, or asyncio complains of services whose failure nobody waited for.

    async def _start(self, service: ServiceDefinition) -> ServiceProcess:
        process = await ServiceProcess.start(service, self._logs / f"{service.name}.log")
        self._processes[service.name] = process
        return process

    async def _keep(self, service: ServiceDefinition) -> None:
        clock = asyncio.get_running_loop().time
        process, failures = self._processes[service.name], 0
        while True:
            started = clock()
            served = await self._announce(service, process)
            if self._first[service.name].exception() is not None:
                return
            code = await process.wait()
            failures = 0 if served and clock() - started > _STEADY_SECONDS else failures
            wait = min(FIRST_WAIT_SECONDS * 2**failures, LONGEST_WAIT_SECONDS)
            failures += 1
            self._say(service, "ended", process, describe_code(code))
            self._say(service, "restarting", process, f"in {wait:g} s")
            await asyncio.sleep(wait)
            process = await self._start(service)

    async def _announce(self, service: ServiceDefinition, process: ServiceProcess) -> bool:
        """Says that the process serves. One that does not the first time is the caller's to hear of."""
        first = self._first[service.name]
        try:
            await process.serving()
        except CommandError as error:
            if first.done():
                self._say(service, "failed", process, str(error))
                await process.stop()
            else:
                first.set_exception(error)
            return False
        self._say(service, "serving", process)
        if not first.done():
            first.set_result(None)
        return True

    def _say(self, service: ServiceDefinition, event: str, process: ServiceProcess, detail: str = "") -> None:
        self._tell(ServiceEvent(event, service.name, service.address, process.pid, detail))
