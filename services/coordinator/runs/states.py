"""States of runs and agents, and the events that tell of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime

from buildplan.v1.agent_pb2 import AgentStatus, Failure, Usage
from buildplan.v1.run_pb2 import Run, RunEvent
from services.contract.times import set_time


def idle(agent: str, max_attempts: int, spent: Usage | None = None) -> AgentStatus:
    """An agent before its first attempt, or before its next ones with what the earlier ones `spent`."""
    status = AgentStatus(agent=agent, state=AgentStatus.STATE_IDLE, max_attempts=max_attempts)
    status.message = "waiting for its turn"
    if spent is not None and spent != Usage():
        status.usage.CopyFrom(spent)
    return status


def say_place(run: Run, place: int | None) -> None:
    """Tells in each waiting agent's status the place of its run among those that wait, counted from 1."""
    if place is None or run.state != Run.STATE_PENDING:
        return
    before = "the next to begin" if place == 1 else f"{place - 1} {'run' if place == 2 else 'runs'} before it"
    for status in run.agents:
        if status.state == AgentStatus.STATE_IDLE:
            status.message = f"waiting for its turn, {before}"


def failed(status: AgentStatus, failure: Failure) -> AgentStatus:
    """The status of an agent that ends in ERROR before it was called."""
    ended = AgentStatus()
    ended.CopyFrom(status)
    ended.state = AgentStatus.STATE_ERROR
    ended.message = failure.message
    ended.failure.CopyFrom(failure)
    return ended


def day_of(run: Run) -> date:
    """The day (UTC) that a run's schedules are computed from, however long it takes and however often it is resumed."""
    return run.create_time.ToDatetime(UTC).date()


def agent_event(status: AgentStatus, now: datetime) -> RunEvent:
    """The status as it is now; later changes of `status` do not show."""
    event = RunEvent(agent_status=status)
    set_time(event.create_time, now)
    return event


def run_event(run: Run, now: datetime) -> RunEvent:
    """The run as it is now, its agents left out."""
    event = RunEvent(run_state=run)
    event.run_state.ClearField("agents")
    set_time(event.create_time, now)
    return event


def accepted_events(run: Run, agents: Collection[str], now: datetime) -> list[RunEvent]:
    """What a run's log begins with, and goes on with when these agents are run again."""
    statuses = (status for status in run.agents if status.agent in agents)
    return [run_event(run, now), *(agent_event(status, now) for status in statuses)]
