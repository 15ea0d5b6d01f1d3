"""A real Prometheus scrapes the real services, takes the rules, and answers all that dashboard and alerts ask."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx2
import pytest

from tests.acceptance import prometheus
from tests.acceptance.command import serving
from tests.acceptance.prometheus import MONITORING, Prometheus, scraping, until
from tests.acceptance.test_openai import paid
from tests.acceptance.test_telemetry import run_over_http
from tests.ports import free_ports

pytestmark = [
    pytest.mark.xdist_group("openai"),
    pytest.mark.skipif(prometheus.PROGRAM is None, reason="Prometheus is not installed (apt-get install prometheus)"),
]
SERVICES = ("qma", "pma", "sca", "ema", "coordinator", "gateway")
EMPTY = {"Failures of agents, an hour", "Calls, p99 by method", "HTTP: time to the first byte, p99"}
"""No agent failed; a method or a route has a quantile from its second call on."""


def panels() -> dict[str, list[str]]:
    """Titles to expressions."""
    found = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    return {panel["title"]: [target["expr"] for target in panel["targets"]] for panel in found}


async def work(address: str) -> None:
    """One run, a paper that cannot be read, and a call that fails."""
    await run_over_http(address, empty=b"")
    async with httpx2.AsyncClient(base_url=address) as http:
        assert (await http.get("/sessions/none")).status_code == 404


def empty(server: Prometheus) -> set[str]:
    """Titles of panels of which an expression gives no number yet; each must be answered."""
    return {title for title, asked in panels().items() if not min(map(len, map(server.ask, asked)))}


def check(server: Prometheus) -> None:
    """No panel stays empty that should not, the first run is counted, and no alert fires."""
    until(lambda: empty(server) <= EMPTY, f"panels: {empty(server)}")
    assert server.ask('sum by (service) (up{job="buildplan", service!=""})') == [1.0] * len(SERVICES)
    for first in ('runs_total{state="SUCCEEDED"}', "model_cost_usd_total", "documents_read_total"):
        assert server.ask(f"sum(increase(buildplan_{first}[1m])) > 0"), f"a first {first} is not seen"
    (group,) = server.get("rules")["groups"]
    until(lambda: {rule["health"] for rule in server.get("rules")["groups"][0]["rules"]} == {"ok"}, f"health: {group}")
    assert [rule["name"] for rule in group["rules"] if rule["state"] == "firing"] == []


async def test_prometheus_answers_all_that_dashboard_and_alerts_ask(tmp_path: Path) -> None:
    first = free_ports(len(SERVICES))
    ports = {name: first + place for place, name in enumerate(SERVICES)}
    async with paid() as (settings, _):
        with (
            serving(tmp_path / "data", "--metrics-port", str(first), **settings) as (started, _),
            scraping(tmp_path, ports) as server,
        ):
            await asyncio.to_thread(until, lambda: bool(server.ask("min(count_over_time(up[1m])) >= 2")), "scrapes")
            await work(started.ready["url"])
            await asyncio.to_thread(check, server)
