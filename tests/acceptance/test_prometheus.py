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
EMPTY = {
    *("Failures of agents, an hour", "Calls, p99 by method", "HTTP: time to the first byte, p99"),
    "Time until certificates expire",
}
"""No agent failed; a method or a route has a quantile from its second call on; there are no certificates."""


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
    """No panel stays empty that should not, the first of a kind is counted, and no alert is about to fire."""
    until(lambda: empty(server) <= EMPTY, "numbers in all panels")
    until(lambda: server.ask('sum by (service) (up{service!=""})') == [1.0] * len(SERVICES), "all services up")
    for first in ('runs_total{state="SUCCEEDED"}', "model_cost_usd_total", "documents_read_total"):
        server.until(f"sum(increase(buildplan_{first}[1m])) > 0")
    until(lambda: rules(server) == {("ok", "inactive")}, "all rules evaluated and none of them true")


def rules(server: Prometheus) -> set[tuple[str, str]]:
    """Health and state of all alerts."""
    (group,) = server.get("rules")["groups"]
    return {(rule["health"], rule["state"]) for rule in group["rules"]}


async def test_prometheus_answers_all_that_dashboard_and_alerts_ask(tmp_path: Path) -> None:
    first = free_ports(len(SERVICES))
    ports = {name: first + place for place, name in enumerate(SERVICES)}
    async with paid() as (settings, _):
        with (
            scraping(tmp_path, ports) as server,
            serving(tmp_path / "data", "--metrics-port", str(first), **settings) as (started, _),
        ):
            await asyncio.to_thread(server.until, "min(sum_over_time(up[1m])) >= 2")
            await work(started.ready["url"])
            await asyncio.to_thread(check, server)
