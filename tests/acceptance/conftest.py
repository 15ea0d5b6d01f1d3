from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from google.protobuf.json_format import Parse
from psutil import Process

from buildplan.v1.plan_pb2 import Plan
from tests.acceptance.command import JOB, SAMPLES, buildplan, left_behind


@dataclass(frozen=True)
class Outcome:
    """What `buildplan plan` did and left on the disk."""

    process: subprocess.CompletedProcess[str]
    folder: Path
    left: list[Process]

    @property
    def plan(self) -> Plan:
        return Parse((self.folder / "plan.json").read_bytes(), Plan())


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("plan")
    process = buildplan("plan", SAMPLES, *JOB, "--out", folder, mark=folder.as_posix())
    return Outcome(process, folder, left_behind(folder.as_posix()))
