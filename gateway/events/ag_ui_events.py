"""A run's events in the words of AG-UI 1.0 (docs.ag-ui.com; npm's @ag-ui/core has the types).

The shared state is the Run as the REST API gives it; each agent at work is a subagent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from buildplan.v1.agent_pb2 import AgentStatus
from buildplan.v1.run_pb2 import Run, RunEvent
from services.contract.names import parse, session_name

PROTOCOL_VERSION = "1.0"
Event = dict[str, Any]


class Translator:
    """Turns the events of one run, from its first on, into AG-UI's, with the ids that the client gave."""

    def __init__(self, run: Run, thread_id: str, run_id: str) -> None:
        self._ids = {"threadId": thread_id, "runId": run_id}
        self._agents = [status.agent for status in run.agents]
        self._state = Run(name=run.name, agents=[_idle(agent) for agent in self._agents])
        self._calls: Counter[str] = Counter()
        self._at_work: dict[str, str] = {}

    def begin(self) -> list[Event]:
        """What a stream begins with."""
        started = {"type": "RUN_STARTED", **self._ids, "protocolVersion": PROTOCOL_VERSION}
        return [started, {"type": "STATE_SNAPSHOT", "snapshot": _fields(self._state)}]

    def translate(self, event: RunEvent) -> Iterator[Event]:
        """What one event of the run's log is told as."""
        if event.HasField("agent_status"):
            status = event.agent_status
            patch = {"op": "replace", "path": f"/agents/{self._agents.index(status.agent)}", "value": _fields(status)}
            yield {"type": "STATE_DELTA", "delta": [patch]}
            yield from self._subagent(status)
        else:
            self._state = event.run_state
            fields = _fields(event.run_state)
            yield {"type": "STATE_DELTA", "delta": [_member(name, value) for name, value in fields.items()]}

    def end(self) -> Iterator[Event]:
        """What a stream ends with once the run has ended."""
        run = self._state
        for agent in list(self._at_work):
            yield self._close(agent, {"type": "SUBAGENT_ERROR", "message": "The run has ended.", "code": "ENDED"})
        if run.state == Run.STATE_FAILED:
            yield {
                "type": "RUN_ERROR",
                "message": run.failure.message or "No agent finished.",
                "code": run.failure.reason,
            }
            return
        cancelled = run.state == Run.STATE_CANCELLED
        outcome = {"type": "cancelled" if cancelled else "success"}
        yield {"type": "RUN_FINISHED", **self._ids, "outcome": outcome, "result": _result(run)}

    def _subagent(self, status: AgentStatus) -> Iterator[Event]:
        agent = status.agent
        if status.state != AgentStatus.STATE_IDLE and agent not in self._at_work:
            self._calls[agent] += 1
            self._at_work[agent] = f"{self._ids['runId']}-{agent}-{self._calls[agent]}"
            yield {"type": "SUBAGENT_STARTED", "subagentRunId": self._at_work[agent], "name": agent}
        if status.state == AgentStatus.STATE_COMPLETE:
            yield self._close(agent, {"type": "SUBAGENT_FINISHED", "outcome": {"type": "success"}})
        if status.state == AgentStatus.STATE_ERROR:
            failure = status.failure
            yield self._close(agent, {"type": "SUBAGENT_ERROR", "message": failure.message, "code": failure.reason})

    def _close(self, agent: str, event: Event) -> Event:
        return {**event, "subagentRunId": self._at_work.pop(agent)}


def _idle(agent: str) -> AgentStatus:
    return AgentStatus(agent=agent, state=AgentStatus.STATE_IDLE)


def _fields(message: Message) -> Event:
    return MessageToDict(message, preserving_proto_field_name=True)


def _member(name: str, value: object) -> Event:
    """RFC 6902: "add" replaces a member that is there."""
    return {"op": "add", "path": f"/{name}", "value": value}


def _result(run: Run) -> Event:
    session, _ = parse(run.name, "runs")
    plan = {"plan": f"{session_name(session)}/plans/{run.revision}"} if run.revision else {}
    return {"run": run.name, "state": Run.State.Name(run.state), **plan}
