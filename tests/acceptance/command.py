"""The installed command as a user calls it, in processes of its own."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "br-2041"
COMMAND = Path(sys.executable).parent / "buildplan"
JOB = ("--project", "BR-2041 Bioreactor Skid Frame", "--customer", "Northwind Bioprocess", "--family", "Skid frames")
_MARK = "BUILDPLAN_TEST_MARK"


def environment(mark: str = "", **variables: str) -> dict[str, str]:
    """Ours without settings of a running system; `mark` is inherited by everything that the command starts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BUILDPLAN_", "OPENAI_"))}
    return {**kept, _MARK: mark or uuid.uuid4().hex, "COLUMNS": "200", **variables}


def buildplan(*arguments: str | Path, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end."""
    return subprocess.run(
        [COMMAND, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=50,
        env=environment(**variables),
        cwd=cwd,
    )


def json_lines(text: str) -> list[dict[str, Any]]:
    """Every line of `text`, each of which must be one JSON object."""
    found = [json.loads(line) for line in text.splitlines()]
    assert all(isinstance(record, dict) for record in found)
    return found


def left_behind(mark: str) -> list[psutil.Process]:
    """Processes alive that were started, directly or not, by a command with this mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(_MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


class Started:
    """A command that goes on; `ready` is what `serve` says when everything serves."""

    def __init__(self, *arguments: str | Path, **variables: str) -> None:
        self.mark = uuid.uuid4().hex
        self._process = subprocess.Popen(
            [COMMAND, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(self.mark, **variables),
        )
        self.ready: dict[str, str] = {}
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id of the command itself."""
        return self._process.pid

    def until(self, text: str, seconds: float = 20) -> str:
        """The first line to come that holds `text`."""
        deadline = time.monotonic() + seconds
        while True:
            line = self._lines.get(timeout=max(deadline - time.monotonic(), 0.01))
            if text in line:
                return line

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Sends the signal unless it has ended, and waits; returns the exit code. One that goes on is killed."""
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            self._process.wait(timeout=20)
        finally:
            self._process.kill()
            code = self._process.wait()
            self._reader.join()
            assert self._process.stdout is not None
            assert self._process.stderr is not None
            self.errors = self._process.stderr.read()
            self._process.stdout.close()
            self._process.stderr.close()
        return code

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)


@contextmanager
def serving(data: Path, *arguments: str, **variables: str) -> Iterator[tuple[Started, str]]:
    """`buildplan serve` on free ports, and the coordinator's address; nothing may be left of it."""
    started = Started("serve", "--port", "0", "--data", data, "--json", *arguments, **variables)
    try:
        started.ready = json.loads(started.until('"ready"'))
        yield started, started.ready["target"]
    finally:
        code = started.end()
    assert code == 0, started.errors
    assert left_behind(started.mark) == []
