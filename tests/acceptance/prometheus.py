"""A real Prometheus with the project's configuration and rules, its targets on loopback."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.acceptance.command import ROOT
from tests.ports import free_port

MONITORING = ROOT / "deploy" / "monitoring"
PROGRAM = shutil.which("prometheus")
_SCRAPE = "500ms"


@dataclass(frozen=True)
class Prometheus:
    """A running server."""

    address: str

    def get(self, path: str, **parameters: str) -> Any:
        """The data of an answer of the HTTP API, which must be a success."""
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from error

    def ask(self, expression: str) -> list[float]:
        """What the expression gives now, a value for each series; those that are no number yet are left out."""
        found = self.get("query", query=expression)["result"]
        values = [float(series["value"][1]) for series in found]
        return [value for value in values if not math.isnan(value)]

    def until(self, expression: str) -> None:
        """Waits until the expression gives something."""
        until(lambda: bool(self.ask(expression)), expression)


def until(holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Waits until it holds; fails with `what` it was about when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"Prometheus did not get there in {seconds} s: {what}"
        time.sleep(0.3)


@contextmanager
def scraping(folder: Path, targets: Mapping[str, int]) -> Iterator[Prometheus]:
    """Scrapes the services on their ports; its data is in `folder`."""
    assert PROGRAM is not None
    configuration = YAML(typ="safe").load((MONITORING / "prometheus.yaml").read_text())
    configuration["global"] = {"scrape_interval": _SCRAPE, "scrape_timeout": _SCRAPE, "evaluation_interval": _SCRAPE}
    configuration["rule_files"] = [str(MONITORING / name) for name in configuration["rule_files"]]
    (job,) = configuration["scrape_configs"]
    del job["dns_sd_configs"]
    job["static_configs"] = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"__meta_dns_name": name}} for name, port in targets.items()
    ]
    with (folder / "prometheus.yaml").open("w") as file:
        YAML(typ="safe").dump(configuration, file)
    server = Prometheus(f"127.0.0.1:{free_port()}")
    command = [
        PROGRAM,
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address={server.address}",
    ]
    with (folder / "prometheus.log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            until(lambda: _is_ready(server), "ready")
            yield server
        finally:
            process.kill()


def _is_ready(server: Prometheus) -> bool:
    try:
        urllib.request.urlopen(f"http://{server.address}/-/ready", timeout=10).close()
    except urllib.error.URLError:
        return False
    return True
