"""Fake specialists in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.ports import free_port

AGENTS = ("qma", "pma", "sca", "ema")


class SpecialistProcess:
    """One process with one fake specialist; one that is started on the `port` of another takes its place."""

    def __init__(
        self, agent: str, *, delay: float = 0.0, steps: int = 0, port: int | None = None, places: int = 0
    ) -> None:
        self.port = port or free_port()
        command = [sys.executable, "-m", "tests.fakes", "--agent", agent, "--port", str(self.port)]
        command += ["--delay", str(delay), "--steps", str(steps), "--places", str(places)]
        self.agent = agent
        self._listens = False
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    @property
    def address(self) -> str:
        """`host:port`; waits until the process listens there."""
        if not self._listens:
            assert self._process.stdout is not None
            self._listens = self._process.stdout.readline() == "listening\n"
            assert self._listens, "the fake specialist has ended at its start"
        return f"127.0.0.1:{self.port}"

    def drain(self) -> None:
        """SIGTERM, without waiting for the end."""
        self._process.terminate()

    def wait(self) -> int:
        """The exit code, once it has ended."""
        return self._process.wait(20)

    def kill(self) -> None:
        """SIGKILL, and the process is reaped."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def specialist_processes(agents: Sequence[str] = AGENTS, *, delay: float = 0.0) -> Iterator[dict[str, str]]:
    """Agent to address of processes that are killed at the end."""
    processes = [SpecialistProcess(agent, delay=delay) for agent in agents]
    try:
        yield {process.agent: process.address for process in processes}
    finally:
        for process in processes:
            process.kill()
