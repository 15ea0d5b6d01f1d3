"""A coordinator and a gateway in processes of their own, to be killed and started again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from services.runtime.probe import serving
from services.runtime.tls import Tls
from tests.ports import free_port


class ServerProcess:
    """`python -m {module}`, running while it is entered; keeps its `host:port` over a restart.

    `tls` is what its health is asked with; its log is appended to the file `log`.
    """

    def __init__(self, module: str, environment: Mapping[str, str], health: str = "{}") -> None:
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self.command = [sys.executable, "-m", module]
        as_installed = {"PYTHONDONTWRITEBYTECODE": ""}  # not compiled anew at each start
        self._environment = {**os.environ, **as_installed, "BUILDPLAN_PORT": str(port), **environment}
        self._health = health.format(self.address)
        self.tls: Tls | None = None
        self.log = Path(os.devnull)

    @staticmethod
    def coordinator(folder: Path, specialists: Mapping[str, str], **settings: str) -> ServerProcess:
        """With its data in `folder` and agents at the addresses."""
        addresses = ",".join(f"{agent}={address}" for agent, address in specialists.items())
        environment = {
            "BUILDPLAN_DATA": str(folder),
            "BUILDPLAN_SPECIALISTS": addresses,
            "BUILDPLAN_LEASE_SECONDS": "1",
        }
        return ServerProcess("services.coordinator", {**environment, **settings})

    @staticmethod
    def gateway(coordinator: str, **environment: str) -> ServerProcess:
        """Before the coordinator at `host:port`."""
        return ServerProcess("gateway", {"BUILDPLAN_TARGET": coordinator, **environment}, "http://{}/healthz")

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def start(self) -> None:
        """Does not wait until it serves: channels do."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self.command, env=self._environment, stderr=log)

    def kill(self) -> None:
        """SIGKILL, and the process is reaped."""
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        """SIGTERM; the exit code."""
        self._process.terminate()
        return self._process.wait(timeout=20)

    def __enter__(self) -> Self:
        self.start()
        while not serving(self._health, self.tls):
            assert self._process.poll() is None, f"{self.command} ended with {self._process.returncode}"
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
