"""Fake specialists in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

AGENTS = ("qma", "pma", "sca", "ema")


class SpecialistProcess:
    """One process with one fake specialist; `address` is known once it listens."""

    def __init__(self, agent: str, *, delay: float = 0.0, steps: int = 0, port: int = 0, places: int = 0) -> None:
        command = [sys.executable, "-m", "tests.fakes", "--agent", agent, "--port", str(port)]
        command += ["--delay", str(delay), "--steps", str(steps), "--places", str(places)]
        self.agent = agent
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    @property
    def address(self) -> str:
        """`host:port`; waits until the process has said its port."""
        if not hasattr(self, "_address"):
            assert self._process.stdout is not None
            self._address = f"127.0.0.1:{int(self._process.stdout.readline())}"
        return self._address

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
