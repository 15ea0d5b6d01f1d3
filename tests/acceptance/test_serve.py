"""`buildplan serve` and the commands that talk to it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import stat
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.acceptance.command import JOB, SAMPLES, Started, buildplan, json_lines, left_behind, serving
from tests.fakes.process import SpecialistProcess

PAPER = "PURCHASE ORDER 4711\n\nMaterial shall be AISI 316L with EN 10204 3.1 certificates.\n\nDelivery: 2027-03-31.\n"


def new_session(target: str, *papers: Path) -> str:
    created = buildplan("sessions", "create", *JOB, "--target", target)
    session = created.stdout.strip()
    assert session.startswith("sessions/"), created.stderr
    if papers:
        uploaded = buildplan("upload", *papers, "--session", session, "--target", target)
        assert uploaded.returncode == 0, uploaded.stderr
    return session


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "po.txt"
    path.write_text(PAPER)
    return path


def test_the_whole_way_command_by_command(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as (_, target):
        session = new_session(target, SAMPLES)

        def call(*arguments: str | Path, code: int = 0) -> str:
            result = CliRunner().invoke(app, [*map(str, arguments), "--target", target])
            assert result.exit_code == code, (arguments, result.stderr)
            return result.stdout

        assert session in call("sessions")
        assert "purchase order" in call("documents")
        assert "completeness" in call("validate")
        assert "✅ EMA (Engineering) - Complete" in call("run")
        assert "run SUCCEEDED" in call("status")
        assert [json.loads(line)["agent"] for line in call("checkpoints", "--json").splitlines()]
        assert "passivation: tie" in call("conflicts")
        tie = next(one for one in json_lines(call("conflicts", "--json")) if one["topic"] == "TOPIC_PASSIVATION")
        chosen = tie["sides"][0]["fact"]["value"]
        assert "resolved by user" in call("resolve", tie["name"], chosen, "--note", "Asked the buyer")
        assert "Complete from checkpoint" not in call("resume")
        retried = call("retry", "qma")
        assert retried.count("✅ QMA (Quality)     - Complete") == 1
        assert "✅ PMA" not in retried
        assert call("revisions").count("\n") == 4
        followed = json_lines(call("status", "--follow", "--json"))
        sequences = [int(record["sequence"]) for record in followed if "sequence" in record]
        assert sequences == list(range(1, len(sequences) + 1))
        assert "Strategic Build Plan" in call("show")
        assert "Wrote" in call("export", "--out", tmp_path / "out")
        assert (tmp_path / "out" / "plan.json").exists()
        assert call("export", "--format", "markdown", "--out", "-").startswith("# Strategic Build Plan")
        assert "run SUCCEEDED" in call("cancel")
        assert "is gone" in call("sessions", "delete", session)
        call("status", code=2)


def test_a_planned_job_is_opened_where_it_was_said(tmp_path: Path, paper: Path) -> None:
    data = tmp_path / "data"
    planned = buildplan("plan", paper, *JOB, "--out", tmp_path / "out", "--data", data)
    assert planned.returncode == 0, planned.stderr
    assert [stat.S_IMODE(path.stat().st_mode) for path in (data, data / "buildplan.db")] == [0o700, 0o600]
    command, _, url = planned.stdout.splitlines()[-1].partition("in a browser: ")[2].partition(", then open ")
    assert shlex.split(command)[1:] == ["serve", "--data", str(data)]
    with serving(data) as (started, _):
        ready = started.ready["url"]
        session = url.partition("/jobs/")[2].removesuffix("/plan")
        with urllib.request.urlopen(f"{ready}/sessions/{session}/plans/latest", timeout=10) as answer:
            assert json.load(answer)["revision"] == 1
        with urllib.request.urlopen(ready, timeout=10) as answer:
            assert JOB[1] in answer.read().decode()


def test_a_killed_service_is_started_again_and_said_so(tmp_path: Path, paper: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as (started, target):
        session = new_session(target, paper)
        for service in ("qma", "coordinator"):
            records = [json.loads(line) for line in (data / "logs" / f"{service}.log").read_text().splitlines()]
            assert any(record["event"] == "serving" for record in records)
        pids = _pids(started.mark)
        os.kill(pids["qma"], signal.SIGKILL)
        ended = json.loads(started.until('"ended"'))
        assert (ended["service"], ended["detail"]) == ("qma", "signal 9")
        assert json.loads(started.until('"restarting"'))["service"] == "qma"
        again = json.loads(started.until('"serving"'))
        assert again["service"] == "qma"
        assert again["address"] == ended["address"]
        assert again["pid"] != ended["pid"]
        run = buildplan("run", "--session", session, "--target", target)
        assert run.returncode == 0, run.stdout + run.stderr


def _pids(mark: str) -> dict[str, int]:
    commands = {process.pid: process.cmdline() for process in left_behind(mark)}
    return {command[-1].removeprefix("services."): pid for pid, command in commands.items() if "cli.child" in command}


def test_a_run_whose_coordinator_is_killed_is_watched_to_its_end(tmp_path: Path, paper: Path) -> None:
    slow = SpecialistProcess("sca", delay=3, steps=30)
    try:
        with serving(tmp_path / "data", "--specialist", f"sca={slow.address}", BUILDPLAN_LEASE_SECONDS="1") as (
            started,
            target,
        ):
            session = new_session(target, paper)
            watching = Started("run", "--session", session, "--target", target, "--json")
            watching.until('"step 3 of 30"')
            os.kill(_pids(started.mark)["coordinator"], signal.SIGKILL)
            watching.until('"ended"', seconds=30)
            assert watching.end() == 0
            assert "lost the coordinator" in watching.errors
    finally:
        slow.kill()


def test_an_agent_killed_in_the_middle_is_partial_and_mended_by_retry(tmp_path: Path, paper: Path) -> None:
    slow = SpecialistProcess("sca", delay=30, steps=300)
    patience = {"BUILDPLAN_AGENT_PATIENCE_SECONDS": "1"}
    with serving(tmp_path / "data", "--specialist", f"sca={slow.address}", **patience) as (_, target):
        session = new_session(target, paper)
        detached = buildplan("run", "--session", session, "--target", target, "--detach")
        run = detached.stdout.strip()
        slow.kill()
        followed = buildplan("status", "--run", run, "--follow", "--target", target)
        assert followed.returncode == 3, followed.stdout + followed.stderr
        assert "❌ SCA (Schedule)    - Error" in followed.stdout
        assert buildplan("status", "--run", run, "--target", target).returncode == 3
        mended = SpecialistProcess("sca", port=slow.port)
        try:
            assert mended.address == slow.address
            retried = buildplan("retry", "sca", "--run", run, "--target", target)
        finally:
            mended.kill()
        assert retried.returncode == 0, retried.stdout + retried.stderr
        assert "run SUCCEEDED: plan revision 2" in retried.stdout


def test_a_run_can_be_cancelled_and_exits_as_failed(tmp_path: Path, paper: Path) -> None:
    slow = SpecialistProcess("sca", delay=30, steps=300)
    try:
        with serving(tmp_path / "data", "--specialist", f"sca={slow.address}") as (_, target):
            session = new_session(target, paper)
            buildplan("run", "--session", session, "--target", target, "--detach")
            cancelled = buildplan("cancel", "--target", target, "--json")
            assert json.loads(cancelled.stdout)["state"] == "STATE_CANCELLED"
            assert buildplan("status", "--target", target).returncode == 1
    finally:
        slow.kill()


def test_a_run_without_papers_is_refused_with_the_findings(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as (_, target):
        session = buildplan("sessions", "create", "--target", target).stdout.strip()
        validated = buildplan("validate", "--target", target)
        assert validated.returncode == 1
        refused = buildplan("run", "--session", session, "--target", target)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        assert "PROJECT_NAME_MISSING" in refused.stderr


def test_a_second_system_on_the_ports_of_the_first_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path / "first") as (started, target):
        port, web_port = target.rpartition(":")[2], started.ready["url"].rpartition(":")[2]
        for option, taken, service in (("--port", port, "coordinator"), ("--web-port", web_port, "gateway")):
            free = ("--port", "0") if option == "--web-port" else ()
            second = buildplan("serve", *free, option, taken, "--data", tmp_path / "second")
            assert second.returncode == 2
            assert f"{taken} ({service})" in second.stderr
            assert second.stdout == ""


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = buildplan("serve", "--port", str(taken.getsockname()[1]), "--data", tmp_path)
    assert process.returncode == 2
    assert "is another process there?" in process.stderr
    assert "Traceback" not in process.stderr
