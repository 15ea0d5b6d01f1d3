"""How statuses read; the lines are the customer's mock-up."""

from __future__ import annotations

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run
from cli.progress.board import Board
from services.contract.usage import money, tokens

BADGES = {
    AgentStatus.STATE_IDLE: "⚪",
    AgentStatus.STATE_RUNNING: "⏳",
    AgentStatus.STATE_COMPLETE: "✅",
    AgentStatus.STATE_ERROR: "❌",
}
_TITLES = {"qma": "Quality", "pma": "Purchasing", "sca": "Schedule", "ema": "Engineering"}
_LABEL_WIDTH = len("EMA (Engineering)")


def agent_label(agent: str) -> str:
    """`QMA (Quality)`."""
    known = _TITLES.get(agent)
    return f"{agent.upper()} ({known})" if known else agent.upper()


def seconds(value: float) -> str:
    """`0.4s`, `18s`, `3m 05s`."""
    if value < 10:
        return f"{value:.1f}s"
    return f"{value:.0f}s" if value < 120 else f"{int(value) // 60}m {int(value) % 60:02d}s"


def agent_line(board: Board, agent: str) -> str:
    """`⏳ SCA (Schedule)    - Running... 15s elapsed · attempt 1 of 3 · reading passages 120 of 400`."""
    status = board.agents[agent]
    label = agent_label(agent).ljust(_LABEL_WIDTH)
    parts = [_state(status, seconds(board.elapsed(agent))), _attempt(status), _doing(status), *_used(status)]
    return f"{BADGES.get(status.state, '⚪')} {label} - {' · '.join(filter(None, parts))}"


def run_line(run: Run) -> str:
    """`run SUCCEEDED: plan revision 1`."""
    text = f"run {Run.State.Name(run.state).removeprefix('STATE_')}"
    if run.revision:
        text += f": plan revision {run.revision}"
    return f"{text} ({run.failure.message})" if run.failure.message else text


def _state(status: AgentStatus, elapsed: str) -> str:
    if status.state == AgentStatus.STATE_RUNNING:
        return f"Running... {elapsed} elapsed"
    if status.state == AgentStatus.STATE_COMPLETE:
        return "Complete from checkpoint" if status.from_checkpoint else f"Complete in {elapsed}"
    return f"Error after {elapsed}" if status.state == AgentStatus.STATE_ERROR else "Idle"


def _attempt(status: AgentStatus) -> str:
    return f"attempt {status.attempt} of {status.max_attempts}" if status.attempt and status.max_attempts else ""


def _used(status: AgentStatus) -> list[str]:
    """`12,340 tokens (8,000 cached)` and `$0.04`, only where an agent has used any."""
    used, cached = tokens(status.usage), status.usage.cached_input_tokens
    return [f"{used:,} tokens" + f" ({cached:,} cached)" * bool(cached), money(status.usage)] if used else []


def _doing(status: AgentStatus) -> str:
    return status.failure.message or status.message
