"""A server's process is set by its environment alone."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["services.coordinator", "services.qma", "gateway"])
def test_an_argument_stops_the_service_before_it_serves(module: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", module, "--port=1"], capture_output=True, text=True, timeout=60, check=False
    )
    name = module.removeprefix("services.")
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == f'{name}: takes no "--port=1": environment variables set it, such as BUILDPLAN_PORT\n'
