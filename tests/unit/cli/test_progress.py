"""How a run reads while it goes on."""

from __future__ import annotations

import json

import pytest
from google.protobuf.duration_pb2 import Duration

from buildplan.v1.agent_pb2 import AgentStatus, Failure, Usage
from buildplan.v1.run_pb2 import Run, RunEvent
from cli.output import Output
from cli.progress import Board, choose_view
from cli.progress.wording import agent_line, run_line, seconds

RUN = "sessions/s/runs/r"


def status(agent: str, state: str, elapsed: float = 0, **fields: object) -> AgentStatus:
    spent = Duration()
    spent.FromNanoseconds(int(elapsed * 1e9))
    value = AgentStatus.State.Value(f"STATE_{state}")
    return AgentStatus(agent=agent, state=value, elapsed=spent, **fields)  # type: ignore[arg-type]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("cli.progress.board.time.monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("shown", "line"),
    [
        (status("qma", "COMPLETE", 18), "✅ QMA (Quality)     - Complete in 18s"),
        (status("pma", "COMPLETE", 22), "✅ PMA (Purchasing)  - Complete in 22s"),
        (status("sca", "RUNNING", 15), "⏳ SCA (Schedule)    - Running... 15s elapsed"),
        (status("ema", "RUNNING", 17), "⏳ EMA (Engineering) - Running... 17s elapsed"),
        (status("qma", "IDLE"), "⚪ QMA (Quality)     - Idle"),
        (status("zza", "COMPLETE", 125), "✅ ZZA               - Complete in 2m 05s"),
        (status("qma", "COMPLETE", 0.1, from_checkpoint=True), "✅ QMA (Quality)     - Complete from checkpoint"),
        (
            status("sca", "RUNNING", 1, attempt=2, max_attempts=3, message="rate limited"),
            "⏳ SCA (Schedule)    - Running... 1.0s elapsed · attempt 2 of 3 · rate limited",
        ),
        (
            status("ema", "COMPLETE", 9, usage=Usage(input_tokens=12_000, output_tokens=340, cost_usd=0.04)),
            "✅ EMA (Engineering) - Complete in 9.0s · 12,340 tokens · $0.04",
        ),
        (
            status("ema", "COMPLETE", 9, usage=Usage(input_tokens=9, output_tokens=1, cost_unknown=True)),
            "✅ EMA (Engineering) - Complete in 9.0s · 10 tokens · cost unknown",
        ),
        (
            status("sca", "ERROR", 3, attempt=3, max_attempts=3, failure=Failure(message="sca does not answer")),
            "❌ SCA (Schedule)    - Error after 3.0s · attempt 3 of 3 · sca does not answer",
        ),
    ],
)
def test_lines_are_the_customers(clock: list[float], shown: AgentStatus, line: str) -> None:
    assert agent_line(Board.of(Run(agents=[shown])), shown.agent) == line


def test_elapsed_time_goes_on_between_events_and_stops_at_the_end(clock: list[float]) -> None:
    board = Board.of(Run(agents=[status("qma", "RUNNING", 2)]))
    clock[0] += 3
    assert board.elapsed("qma") == 5
    board.apply(RunEvent(agent_status=status("qma", "COMPLETE", 4)))
    clock[0] += 60
    assert board.elapsed("qma") == 4


def test_a_failed_agent_counts_as_done_in_the_bar() -> None:
    agents = [
        status("qma", "COMPLETE"),
        status("pma", "ERROR"),
        status("sca", "RUNNING", percent=50),
        status("ema", "IDLE"),
    ]
    assert Board.of(Run(agents=agents)).percent == 62.5
    assert Board.of(Run()).percent == 0


def test_the_run_says_how_it_ended_and_why() -> None:
    failure = Failure(message="no agent finished")
    assert run_line(Run(state=Run.STATE_PARTIAL, revision=2)) == "run PARTIAL: plan revision 2"
    assert run_line(Run(state=Run.STATE_FAILED, failure=failure)) == "run FAILED (no agent finished)"


def test_seconds() -> None:
    assert [seconds(value) for value in (0.04, 9.94, 10.4, 119, 121)] == ["0.0s", "9.9s", "10s", "119s", "2m 01s"]


def events() -> list[RunEvent]:
    return [
        RunEvent(run=RUN, sequence=1, run_state=Run(state=Run.STATE_RUNNING)),
        RunEvent(run=RUN, sequence=2, agent_status=status("qma", "RUNNING", attempt=1, max_attempts=3, percent=1)),
        RunEvent(run=RUN, sequence=3, agent_status=status("qma", "RUNNING", attempt=1, max_attempts=3, percent=40)),
        RunEvent(run=RUN, sequence=4, agent_status=status("qma", "RUNNING", attempt=2, max_attempts=3)),
        RunEvent(run=RUN, sequence=5, agent_status=status("qma", "COMPLETE", attempt=2, max_attempts=3)),
        RunEvent(run=RUN, sequence=6, run_state=Run(state=Run.STATE_SUCCEEDED, revision=1)),
    ]


def play(output: Output) -> None:
    board = Board.of(Run(name=RUN))
    with choose_view(output, board) as view:
        for event in events():
            board.apply(event)
            view.show(event)


def test_a_pipe_gets_one_line_for_each_change(capsys: pytest.CaptureFixture[str]) -> None:
    play(Output())
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "run RUNNING"
    assert [line.split(" · ")[1] for line in shown[1:4]] == ["attempt 1 of 3", "attempt 2 of 3", "attempt 2 of 3"]
    assert shown[4:] == ["run SUCCEEDED: plan revision 1"]


def test_programs_get_every_event_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    play(Output(as_json=True))
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["sequence"] for record in records] == ["1", "2", "3", "4", "5", "6"]
    assert records[0]["event"] == "run_state"
    assert records[2]["agent_status"]["percent"] == 40


def test_a_terminal_gets_a_board_that_is_redrawn(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    play(Output())
    shown = capsys.readouterr().out
    assert "\x1b[?25l" in shown
    assert "✅ QMA (Quality)     - Complete" in shown.splitlines()[-1]
