"""One trace for a run, from the command to the specialists; metrics of every service."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.acceptance.command import JOB, SAMPLES, buildplan, serving
from tests.acceptance.test_openai import paid
from tests.integration.telemetry.collector import Collector, collecting
from tests.ports import free_ports

PAPER = SAMPLES / "SOW-2041_statement_of_work.md"
SECRET_WORDS = b"statement of work"


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Collector:
    out = tmp_path_factory.mktemp("traced")
    with collecting() as collector:
        made = buildplan("plan", PAPER, *JOB, "--out", out, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address)
    assert made.returncode == 0, made.stdout + made.stderr
    return collector


def test_a_run_is_one_trace_through_all_services(traced: Collector) -> None:
    (command,) = traced.named("buildplan plan")
    (run,) = traced.named("run")
    of_run = [span for span in traced.spans if span.trace == run.trace]
    assert run.trace == command.trace
    assert {span.service.removeprefix("buildplan-") for span in of_run} == {
        "cli",
        "coordinator",
        "qma",
        "pma",
        "sca",
        "ema",
    }


def test_each_specialist_works_below_its_call_and_the_call_below_the_run(traced: Collector) -> None:
    (run,) = traced.named("run")
    by_id = {span.id: span for span in traced.spans}
    works = traced.named("/buildplan.v1.SpecialistService/Propose")
    assert sorted(span.service for span in works) == [f"buildplan-{agent}" for agent in ("ema", "pma", "qma", "sca")]
    for work in works:
        call = by_id[work.parent]
        assert call.name == f"propose {work.service.removeprefix('buildplan-')}"
        assert by_id[call.parent] == run


def test_spans_name_the_run_and_hold_no_words_of_the_papers(traced: Collector) -> None:
    (run,) = traced.named("run")
    assert re.fullmatch(r"sessions/\w+/runs/\w+", run.attributes["run"])
    everything = b"".join(traced.raw).lower()
    assert SECRET_WORDS in PAPER.read_bytes().lower()
    assert SECRET_WORDS not in everything


@pytest.mark.xdist_group("openai")
async def test_a_click_in_the_browser_is_one_trace_down_to_the_calls_of_the_model(tmp_path: Path) -> None:
    with collecting() as collector:
        async with paid() as (settings, _):
            traced = {
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
                "BUILDPLAN_LOG_LEVEL": "debug",
                **settings,
            }
            with serving(tmp_path / "data", **traced) as (started, _):
                await run_over_http(started.ready["url"])
    (run,) = collector.named("run")
    by_id = {span.id: span for span in collector.spans}
    calls = collector.named("model call")
    assert sorted(call.service for call in calls) == [f"buildplan-{agent}" for agent in ("ema", "pma", "qma", "sca")]
    for call in calls:
        above = [call]
        while above[-1].parent in by_id:
            above.append(by_id[above[-1].parent])
        assert {span.trace for span in above} == {run.trace}
        assert run in above
        assert (above[-1].service, above[-1].name) == ("buildplan-gateway", "POST /agents/run")
        assert above[-1].attributes["http.route"] == "/agents/run"
    (started_by,) = [line for line in log_of("gateway", tmp_path) if line.get("route") == "/agents/run"]
    assert (started_by["run"], started_by["trace_id"]) == (run.attributes["run"], run.trace)


async def run_over_http(address: str, **broken: bytes) -> None:
    """What the page does, from a session to the run's last event; broken papers come with the good one."""
    papers = {PAPER.name: PAPER.read_bytes(), **broken}
    async with httpx2.AsyncClient(base_url=address, timeout=20) as http:
        metadata = {"project_name": "Skid", "customer": "Acme", "family": "Skid frames"}
        session = (await http.post("/sessions", json={"metadata": metadata})).json()["name"]
        await http.post(f"/{session}/documents", files=[("files", paper) for paper in papers.items()])
        started = await http.post("/agents/run", json={"parent": session})
        assert started.status_code == 202, started.text
        events = await http.get("/agents/status", params={"run": started.json()["run"]["name"]})
        assert "STATE_SUCCEEDED" in events.text


def test_logs_carry_the_trace(tmp_path: Path) -> None:
    with (
        collecting() as collector,
        serving(tmp_path / "data", OTEL_EXPORTER_OTLP_ENDPOINT=collector.address, BUILDPLAN_LOG_LEVEL="debug") as (
            _,
            target,
        ),
    ):
        buildplan("sessions", "create", *JOB, "--target", target)
    records = log_of("coordinator", tmp_path)
    (created,) = [record for record in records if str(record.get("method", "")).endswith("/CreateSession")]
    (span,) = collector.named("/buildplan.v1.SessionService/CreateSession")
    assert created["trace_id"] == span.trace


def log_of(service: str, folder: Path) -> list[dict[str, Any]]:
    """The lines of a service that kept its data below the folder."""
    lines = (folder / "data" / "logs" / f"{service}.log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_every_service_shows_its_metrics(tmp_path: Path) -> None:
    first = free_ports(6)
    with serving(tmp_path / "data", "--metrics-port", str(first)) as (_, target):
        made = buildplan("sessions", "create", *JOB, "--target", target).stdout.strip()
        for arguments in (("upload", PAPER), ("run",)):
            assert buildplan(*arguments, "--session", made, "--target", target).returncode == 0
        shown = [scrape(first + place) for place in range(6)]
    coordinator, gateway = shown[-2:]
    assert coordinator['buildplan_runs_total{state="SUCCEEDED"}'] == 1
    assert coordinator['buildplan_agent_seconds_count{agent="qma",state="COMPLETE"}'] == 1
    assert coordinator["buildplan_documents_read_total"] == 1
    assert coordinator["buildplan_runs_in_flight"] == 0
    assert coordinator["buildplan_event_lag_seconds_count"] >= 10
    assert gateway['buildplan_http_requests_total{route="/healthz",status="200"}'] >= 1
    assert {server["buildplan_rpcs_in_flight"] for server in shown[:-1]} == {0}
    for specialist in shown[:-2]:
        assert any("SpecialistService" in name for name in specialist)


def test_without_settings_neither_library_is_loaded() -> None:
    code = "import services.coordinator.wiring, services.specialist.process, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "grpc" in loaded
    assert [name for name in loaded if name.split(".")[0] in ("opentelemetry", "prometheus_client")] == []


def scrape(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}
