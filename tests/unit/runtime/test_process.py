"""A server's process is set by its environment alone."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_port


@pytest.mark.parametrize("module", ["services.coordinator", "services.qma", "gateway"])
def test_an_argument_stops_the_service_before_it_serves(module: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", module, "--port=1"], capture_output=True, text=True, timeout=60, check=False
    )
    name = module.removeprefix("services.")
    assert (process.returncode, process.stdout) == (2, "")
    said = json.loads(process.stderr)
    assert (said["service"], said["level"], said["event"]) == (name, "error", "cannot go on")
    assert said["cause"] == 'takes no "--port=1": environment variables set it, such as BUILDPLAN_PORT'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BUILDPLAN_DATABASE", "postgresql://root:hunter2@sec:ret9@127.0.0.1/x"),
        ("BUILDPLAN_DATA", "/proc/none"),
        ("BUILDPLAN_PORT", "x"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "not a url"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0"),
        ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "5"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zip"),
    ],
)
@pytest.mark.parametrize("form", ["json", "text"])
def test_a_bad_setting_is_said_in_one_line_as_logs_are_written(name: str, value: str, form: str) -> None:
    ended = start("services.coordinator", **{"BUILDPLAN_LOG_FORMAT": form, name: value})
    assert (ended.returncode, ended.stdout) == (2, "")
    if form == "text":
        assert re.fullmatch(rf"coordinator: .*{name}.*\n", ended.stderr), ended.stderr
    else:
        assert name in json.loads(ended.stderr)["cause"]
    assert "ret9" not in ended.stderr


@pytest.mark.parametrize("module", ["services.coordinator", "services.qma", "gateway"])
def test_a_taken_port_is_the_last_word_of_a_service(module: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = start(module, BUILDPLAN_PORT=port, BUILDPLAN_DATA=str(tmp_path))
    assert ended.returncode == 2
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert lines[-1]["cause"].startswith(f"cannot listen on 127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("module", "settings", "code", "why"),
    [
        ("services.coordinator", {"BUILDPLAN_DATABASE": "postgresql://u:p@127.0.0.1:9/x"}, 1, "database"),
        ("services.qma", {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, 2, "OPENAI_API_KEY"),
    ],
)
def test_what_a_start_lacks_is_its_last_word(module: str, settings: dict[str, str], code: int, why: str) -> None:
    ended = start(module, BUILDPLAN_PORT="0", **settings)
    assert ended.returncode == code
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert why in lines[-1]["cause"]


def test_traces_that_are_lost_at_the_end_are_logged() -> None:
    script = """
import asyncio
from services.runtime import tracing
from services.runtime.process import run_process
async def main(environment, settings):
    with tracing.span("work"):
        pass
run_process("trial", 0, main)
"""
    ended = start("", script, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}")
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert (ended.returncode, lines[-1]["service"]) == (0, "trial")
    assert lines[-1]["event"] == "the last traces were not taken by OTEL_EXPORTER_OTLP_ENDPOINT"


def start(module: str, script: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """A service, or a script, that ends by itself; no trace can arrive anywhere."""
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"} if any("OTEL_" in name for name in settings) else {}
    return subprocess.run(
        [sys.executable, *(("-m", module) if module else ("-c", script))],
        env={**os.environ, **traced, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


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
