"""A server's process is set by its environment alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("module", ["services.coordinator", "services.qma", "gateway"])
def test_an_argument_stops_the_service_before_it_serves(module: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", module, "--port=1"], capture_output=True, text=True, timeout=60, check=False
    )
    name = module.removeprefix("services.")
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == f'{name}: takes no "--port=1": environment variables set it, such as BUILDPLAN_PORT\n'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BUILDPLAN_DATABASE", "postgresql://root:hunter2@sec:ret9@127.0.0.1/x"),
        ("BUILDPLAN_DATA", "/proc/none"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "not a url"),
    ],
)
def test_a_bad_setting_is_said_in_one_line(name: str, value: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "services.coordinator"],
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (process.returncode, process.stdout) == (2, "")
    assert re.fullmatch(rf"coordinator: .*{name}.*\n", process.stderr), process.stderr
    assert "ret9" not in process.stderr


def test_agents_that_are_left_out_are_said(tmp_path: Path) -> None:
    settings = {"BUILDPLAN_SPECIALISTS": "qma=127.0.0.1:9", "BUILDPLAN_PORT": "0", "BUILDPLAN_DATA": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.coordinator"], env={**os.environ, **settings}, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    with process, process.stderr as lines:
        first = json.loads(lines.readline())
        process.terminate()
    assert (first["level"], first["agents"]) == ("warning", ["ema", "pma", "sca"])
