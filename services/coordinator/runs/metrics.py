"""What can be counted of runs: read off their events once those are stored."""

from __future__ import annotations

import time
from collections.abc import Iterable

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent
from services.contract.run_states import is_ended
from services.coordinator.runs.failures import CANCELLED
from services.runtime.metrics import Counter, Gauge, Histogram

RUNS_IN_FLIGHT = Gauge("buildplan_runs_in_flight", "Runs that this coordinator carries.")
RUNS_WAITING = Gauge("buildplan_runs_waiting", "Runs that wait for their turn, of all coordinators.")
WATCHERS = Gauge("buildplan_watchers", "Open WatchRun streams.")
LEASE_TAKEOVERS = Counter("buildplan_lease_takeovers_total", "Runs adopted from an owner that was gone.")
LEASES_LOST = Counter("buildplan_leases_lost_total", "Runs dropped here because another coordinator owns them.")

_RUNS = Counter("buildplan_runs_total", "Runs by the state that they entered.", ("state",))
_RUN_SECONDS = Histogram("buildplan_run_seconds", "From a run's acceptance to its end, by end.", ("state",))
_AGENT_SECONDS = Histogram("buildplan_agent_seconds", "Working time of an agent in a run, by end.", ("agent", "state"))
_AGENT_ATTEMPTS = Counter("buildplan_agent_attempts_total", "Attempts of agents that ended.", ("agent",))
_AGENT_FAILURES = Counter("buildplan_agent_failures_total", "Agents that failed in a run.", ("agent", "reason"))
_REUSED = Counter("buildplan_agent_results_reused_total", "Results taken from a checkpoint, paid for once.", ("agent",))
_EVENT_LAG = Histogram("buildplan_event_lag_seconds", "From an event to its showing, by its run's owner or another.")
_AGENT_ENDS = (AgentStatus.STATE_COMPLETE, AgentStatus.STATE_ERROR)
_AGENT_END_NAMES = ("COMPLETE", "ERROR", CANCELLED)


def expect(agents: Iterable[str]) -> None:
    """Shows zeros for whatever can come of runs of these agents, so that the first failure is seen as one."""
    for state in map(_run_state, filter(is_ended, Run.State.values())):
        _RUNS.expect(state)
        _RUN_SECONDS.expect(state)
    for agent in agents:
        _AGENT_ATTEMPTS.expect(agent)
        _REUSED.expect(agent)
        for end in _AGENT_END_NAMES:
            _AGENT_SECONDS.expect(agent, end)


def observe_elsewhere(events: Iterable[RunEvent], since: float) -> None:
    """Counts how late events of another coordinator are shown here; those before `since` were not waited for.

    Where the two clocks differ, so does what is counted.
    """
    moment = time.time()
    for event in events:
        created = event.create_time.ToMicroseconds() / 1e6
        if created >= since:
            _EVENT_LAG.observe(max(0.0, moment - created))


def observe(events: Iterable[RunEvent]) -> None:
    """Counts events that were stored and shown just now."""
    if not _EVENT_LAG.counts:
        return
    moment = time.time()
    for event in events:
        _EVENT_LAG.observe(moment - event.create_time.ToMicroseconds() / 1e6)
        if event.HasField("run_state"):
            _observe_run(event.run_state, moment)
        elif event.agent_status.state in _AGENT_ENDS:
            _observe_agent(event.agent_status)


def _observe_run(run: Run, moment: float) -> None:
    state = _run_state(run.state)
    _RUNS.add(1, state)
    if is_ended(run.state):
        _RUN_SECONDS.observe(moment - run.create_time.ToMicroseconds() / 1e6, state)


def _observe_agent(status: AgentStatus) -> None:
    if status.from_checkpoint:
        _REUSED.add(1, status.agent)
        return
    elapsed = status.elapsed.ToMicroseconds() / 1e6
    _AGENT_SECONDS.observe(elapsed, status.agent, _agent_end(status))
    _AGENT_ATTEMPTS.add(status.attempt, status.agent)
    if status.state == AgentStatus.STATE_ERROR:
        _AGENT_FAILURES.add(1, status.agent, status.failure.reason)


def _run_state(state: Run.State.ValueType) -> str:
    return Run.State.Name(state).removeprefix("STATE_")


def _agent_end(status: AgentStatus) -> str:
    """One that somebody cancelled has not failed: nobody need get up for it."""
    if status.failure.reason == CANCELLED:
        return CANCELLED
    return AgentStatus.State.Name(status.state).removeprefix("STATE_")
