"""A coordinator in a process of its own, to be killed and started again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from services.runtime.probe import serving


class CoordinatorProcess:
    """Runs while it is entered; keeps its address over a restart."""

    def __init__(self, folder: Path, specialists: Mapping[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self._environment = {
            **os.environ,
            "BUILDPLAN_PORT": str(port),
            "BUILDPLAN_DATA": str(folder),
            "BUILDPLAN_SPECIALISTS": ",".join(f"{agent}={address}" for agent, address in specialists.items()),
            "BUILDPLAN_LEASE_SECONDS": "1",
        }

    def start(self) -> None:
        """Does not wait until it serves: channels do."""
        command = [sys.executable, "-m", "services.coordinator"]
        self._process = subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """SIGKILL, and the process is reaped."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        while not serving(self.address):
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
