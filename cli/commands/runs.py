"""`run`, `status`, `resume`, `retry` and `cancel`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import (
    CancelRunRequest,
    GetRunRequest,
    ResumeRunRequest,
    RetryAgentRequest,
    StartRunRequest,
)
from cli import exits, options
from cli.choices import choose_run, choose_session
from cli.client import CALL_SECONDS, DEFAULT_TARGET, LONG_CALL_SECONDS, Client
from cli.execution import on_coordinator
from cli.output import Output
from cli.progress import Board
from cli.progress.wording import agent_line, run_line
from cli.watching import report, watch

_PANEL = "Runs"
RUN_HELP = """Starts a run and watches it to its end. Ctrl-C leaves it running.

Examples:

    buildplan run
    buildplan run --session 4f1a9c2b7d10 --detach
    buildplan run --agent qma --agent sca
"""
STATUS_HELP = """Shows where a run and its four agents stand. Exits 3 when it was partial, 1 when it failed.

Examples:

    buildplan status
    buildplan status --follow --json
"""


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("run", help=RUN_HELP, rich_help_panel=_PANEL)(run_command)
    app.command("status", help=STATUS_HELP, rich_help_panel=_PANEL)(status)
    for command in (resume, retry, cancel):
        app.command(command.__name__, rich_help_panel=_PANEL)(command)


def run_command(  # noqa: PLR0913, PLR0917 - each is an option of the command
    session: options.SessionOption = "",
    agent: Annotated[list[str] | None, typer.Option("--agent", help="Run only this agent; may be repeated.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Call every agent again, checkpoint or not.")] = False,
    request_id: Annotated[str, typer.Option("--request-id", help="Makes the start idempotent.")] = "",
    max_cost: options.MaxCostOption = 0.0,
    detach: options.DetachOption = False,
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """See RUN_HELP."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_session(client, output, session)
        request = StartRunRequest(
            parent=name,
            request_id=request_id,
            agents=agent or [],
            ignore_checkpoints=fresh,
            max_cost_usd=max_cost,
        )
        answer = await client.runs.StartRun(request, timeout=LONG_CALL_SECONDS)
        return await _go_on(client, output, answer.run, detach=detach, after_sequence=0)

    raise typer.Exit(on_coordinator(work, target, as_json))


def status(
    run: options.RunOption = "",
    session: options.SessionOption = "",
    follow: Annotated[bool, typer.Option("--follow", help="Replay its events and follow to the end.")] = False,
    after: Annotated[int, typer.Option("--after", min=0, help="Follow after this sequence number.")] = 0,
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """See STATUS_HELP."""

    async def work(client: Client, output: Output) -> int:
        found = await _get(client, await choose_run(client, output, session, run))
        if follow:
            ended = await _watch(client, output, found, after)
            return await report(client, output, ended)
        output.record(found)
        _say_run(output, found)
        return exits.exit_code(found.state)

    raise typer.Exit(on_coordinator(work, target, as_json))


def resume(
    run: options.RunOption = "",
    session: options.SessionOption = "",
    detach: options.DetachOption = False,
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Runs again what an ended run lacks, and makes a new plan revision."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_run(client, output, session, run)
        answer = await client.runs.ResumeRun(ResumeRunRequest(name=name), timeout=LONG_CALL_SECONDS)
        return await _go_on(client, output, answer.run, detach=detach, after_sequence=answer.run.last_sequence)

    raise typer.Exit(on_coordinator(work, target, as_json))


def retry(
    agent: Annotated[str, typer.Argument(help="Agent: qma, pma, sca or ema.")],
    run: options.RunOption = "",
    session: options.SessionOption = "",
    detach: options.DetachOption = False,
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Runs one agent of an ended run again, and makes a new plan revision."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_run(client, output, session, run)
        request = RetryAgentRequest(name=name, agent=agent.lower())
        answer = await client.runs.RetryAgent(request, timeout=LONG_CALL_SECONDS)
        return await _go_on(client, output, answer.run, detach=detach, after_sequence=answer.run.last_sequence)

    raise typer.Exit(on_coordinator(work, target, as_json))


def cancel(
    run: options.RunOption = "",
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Stops a run; finished agents keep their results. Has no effect on a run that has ended."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_run(client, output, session, run)
        answer = await client.runs.CancelRun(CancelRunRequest(name=name), timeout=CALL_SECONDS)
        output.record(answer.run)
        _say_run(output, answer.run)
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


async def _go_on(client: Client, output: Output, run: Run, *, detach: bool, after_sequence: int) -> int:
    """Watches a run that was just accepted, unless the caller goes away."""
    if detach:
        output.say(run.name)
        output.record(run)
        return exits.COMPLETE
    return await report(client, output, await _watch(client, output, run, after_sequence))


async def _watch(client: Client, output: Output, run: Run, after_sequence: int) -> Run:
    try:
        return await watch(client, output, run, after_sequence)
    except asyncio.CancelledError:
        output.note(f"{run.name} goes on; `buildplan status --follow` shows it, `buildplan cancel` stops it")
        raise


async def _get(client: Client, name: str) -> Run:
    return (await client.runs.GetRun(GetRunRequest(name=name), timeout=CALL_SECONDS)).run


def _say_run(output: Output, run: Run) -> None:
    board = Board.of(run)
    for agent in board.agents:
        output.say(agent_line(board, agent))
    output.say(run_line(run))
