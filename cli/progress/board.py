"""The latest status of a run and its agents."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent


@dataclass
class Board:
    """A run as its events tell it.

    `seen` holds, for each agent, the monotonic time in seconds at which its status arrived, so that elapsed time
    goes on between two events.
    """

    run: Run
    agents: dict[str, AgentStatus] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)

    @staticmethod
    def of(run: Run) -> Board:
        """A board that begins with what `run` says."""
        now = time.monotonic()
        return Board(run, {status.agent: status for status in run.agents}, {status.agent: now for status in run.agents})

    def apply(self, event: RunEvent) -> None:
        """Takes the next event."""
        if event.HasField("agent_status"):
            status = event.agent_status
            self.agents[status.agent] = status
            self.seen[status.agent] = time.monotonic()
        elif event.HasField("run_state"):
            self.run = event.run_state

    def elapsed(self, agent: str) -> float:
        """Working time of an agent in seconds, up to now while it runs."""
        status = self.agents[agent]
        spent = status.elapsed.ToNanoseconds() / 1e9
        if status.state == AgentStatus.STATE_RUNNING:
            spent += time.monotonic() - self.seen[agent]
        return spent

    @property
    def percent(self) -> float:
        """How far the run is, 0 to 100; an agent that failed is as far as it will get."""
        if not self.agents:
            return 0.0
        done = {AgentStatus.STATE_COMPLETE, AgentStatus.STATE_ERROR}
        return sum(100 if status.state in done else status.percent for status in self.agents.values()) / len(
            self.agents
        )
