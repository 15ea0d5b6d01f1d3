"""A run as its events tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent
from gateway.pages.views.wording import seconds, words
from services.contract.ownership import sections_of
from services.contract.run_states import is_ended

_FINISHED = frozenset([AgentStatus.STATE_COMPLETE, AgentStatus.STATE_ERROR])
_ENDED_WELL = frozenset([Run.STATE_SUCCEEDED, Run.STATE_PARTIAL])


@dataclass(frozen=True)
class Badge:
    """What one agent is doing. `elapsed` is in seconds; it goes on while the agent is `running`."""

    status: AgentStatus
    state: str
    elapsed: float
    sections: tuple[str, ...]

    @property
    def running(self) -> bool:
        """True while the seconds go on."""
        return self.status.state == AgentStatus.STATE_RUNNING

    @property
    def announcement(self) -> str:
        """What is said aloud when the state has changed."""
        spent = f" after {seconds(self.elapsed)}" if self.status.state in _FINISHED else ""
        attempt = f", attempt {self.status.attempt}" if self.running and self.status.attempt > 1 else ""
        return f"{self.status.agent.upper()} {self.state}{attempt}{spent}"


class Board:
    """The latest status of a run and its agents."""

    def __init__(self, run: Run) -> None:
        self.run = Run()
        self.run.CopyFrom(run)

    def apply(self, event: RunEvent) -> None:
        """Takes the next event."""
        self.run.last_sequence = event.sequence
        if event.HasField("agent_status"):
            self._take(event.agent_status)
            return
        agents = list(self.run.agents)
        self.run.CopyFrom(event.run_state)
        self.run.last_sequence = event.sequence
        self.run.agents.extend(agents)

    def badges(self) -> list[Badge]:
        """One for each agent."""
        return [self.badge(status) for status in self.run.agents]

    def badge(self, status: AgentStatus) -> Badge:
        """What `status` looks like now."""
        return Badge(status, words(status, "state") or "idle", _elapsed(status), sections_of(status.agent))

    @property
    def state(self) -> str:
        """As "running"."""
        return words(self.run, "state")

    @property
    def in_flight(self) -> bool:
        """True until the run has ended."""
        return not is_ended(self.run.state)

    @property
    def has_plan(self) -> bool:
        """True when the run has ended with a plan."""
        return self.run.state in _ENDED_WELL and self.run.revision > 0

    @property
    def percent(self) -> int:
        """How far the run is, 0 to 100; an agent that failed is as far as it will get."""
        shares = [100 if status.state in _FINISHED else status.percent for status in self.run.agents]
        return round(sum(shares) / len(shares)) if shares else 0

    @property
    def finished(self) -> int:
        """How many agents have a result."""
        return sum(status.state == AgentStatus.STATE_COMPLETE for status in self.run.agents)

    def _take(self, status: AgentStatus) -> None:
        for known in self.run.agents:
            if known.agent == status.agent:
                known.CopyFrom(status)
                return
        self.run.agents.append(status)


def _elapsed(status: AgentStatus) -> float:
    spent = status.elapsed.ToNanoseconds() / 1e9
    if status.state != AgentStatus.STATE_RUNNING or not status.HasField("start_time"):
        return spent
    return max(spent, (datetime.now(UTC) - status.start_time.ToDatetime(UTC)).total_seconds())
