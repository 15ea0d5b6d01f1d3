"""Watching a run to its end, and saying what came out of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2 import GetPlanRequest
from buildplan.v1.run_pb2 import Run, RunEvent
from buildplan.v1.run_service_pb2 import GetRunRequest
from cli.client import CALL_SECONDS, Client
from cli.exits import exit_code
from cli.follow import follow
from cli.output import Output
from cli.progress import Board, choose_view
from cli.progress.wording import run_line
from cli.summary import summary_lines, summary_record
from services.contract.names import parse, plan_name


async def watch(client: Client, output: Output, run: Run, after_sequence: int) -> Run:
    """Shows the run's events after `after_sequence` until it has ended; returns it as it ended."""
    board = Board.of(run)
    events: AsyncIterator[RunEvent] = follow(client, run.name, after_sequence, output.note)
    with choose_view(output, board) as view:
        async with aclosing(events):  # type: ignore[type-var]
            async for event in events:
                board.apply(event)
                view.show(event)
    answer = await client.runs.GetRun(GetRunRequest(name=run.name), timeout=CALL_SECONDS)
    if output.live:
        output.say(run_line(answer.run))
    return answer.run


async def report(client: Client, output: Output, run: Run) -> int:
    """Says what the run made; returns the command's exit code."""
    plan = await plan_of(client, run)
    output.record({"event": "ended", "run": run.name, "state": Run.State.Name(run.state), "revision": run.revision})
    if plan is not None:
        output.record({"event": "summary", **summary_record(plan)})
        output.say()
        for line in summary_lines(plan):
            output.say(line)
    return exit_code(run.state)


async def plan_of(client: Client, run: Run) -> Plan | None:
    """The plan that the run made, if it made one."""
    if not run.revision:
        return None
    session, _ = parse(run.name, "runs")
    request = GetPlanRequest(name=plan_name(session, run.revision))
    return (await client.plans.GetPlan(request, timeout=CALL_SECONDS)).plan
