"""`checkpoints`, `attempts` and `audit`: what a run has kept, what its model calls used, who did what."""

from __future__ import annotations

import typer

from buildplan.v1.agent_pb2 import Attempt
from buildplan.v1.audit_service_pb2 import ListAuditRecordsRequest
from buildplan.v1.run_service_pb2 import ListAttemptsRequest, ListCheckpointsRequest
from cli import exits, options
from cli.choices import choose_run
from cli.client import CALL_SECONDS, DEFAULT_TARGET, Client
from cli.execution import on_coordinator
from cli.output import Output
from cli.progress.wording import seconds
from services.contract.attempts import CANCELLED
from services.contract.names import last_id
from services.contract.usage import money

_PANEL = "Runs"
_SYSTEM_PANEL = "System"
_PAGE_SIZE = 1000
_ATTEMPT_TITLES = ("agent", "call", "attempt", "outcome", "sent", "cached", "received", "cost", "took", "question")


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for command in (checkpoints, attempts):
        app.command(command.__name__, rich_help_panel=_PANEL)(command)
    app.command("audit", rich_help_panel=_SYSTEM_PANEL)(audit)


def checkpoints(
    run: options.RunOption = "",
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Lists the results that a run has kept, one for each finished agent."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_run(client, output, session, run)
        answer = await client.runs.ListCheckpoints(ListCheckpointsRequest(parent=name), timeout=CALL_SECONDS)
        for checkpoint in answer.checkpoints:
            output.record(checkpoint)
        rows = [
            (
                kept.agent,
                str(kept.statement_count),
                kept.engine,
                kept.create_time.ToJsonString(),
                kept.input_digest[:12],
            )
            for kept in answer.checkpoints
        ]
        output.table(("agent", "lines", "engine", "stored", "input"), rows, "the run has kept nothing yet")
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def attempts(
    run: options.RunOption = "",
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Lists the calls of a model that a run has made: how each ended, its tokens and its cost."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_run(client, output, session, run)
        answer = await client.runs.ListAttempts(ListAttemptsRequest(parent=name), timeout=CALL_SECONDS)
        for attempt in answer.attempts:
            output.record(attempt)
        rows = [_attempt_cells(attempt) for attempt in answer.attempts]
        output.table(_ATTEMPT_TITLES, rows, "the run has asked no model")
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def audit(target: options.TargetOption = DEFAULT_TARGET, as_json: options.JsonOption = False) -> None:
    """Lists who changed what, or tried to: the newest 1000 records of your tenant."""

    async def work(client: Client, output: Output) -> int:
        answer = await client.audit.ListAuditRecords(
            ListAuditRecordsRequest(page_size=_PAGE_SIZE), timeout=CALL_SECONDS
        )
        for record in answer.records:
            output.record(record)
        rows = [
            (found.create_time.ToJsonString(), found.subject, last_id(found.method), found.resource, found.outcome)
            for found in answer.records
        ]
        output.table(("when", "who", "what", "of", "outcome"), rows, "nobody has changed anything yet")
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def _attempt_cells(attempt: Attempt) -> tuple[str, ...]:
    numbers = (str(attempt.number), str(attempt.attempt))
    if not attempt.outcome:
        return (attempt.agent, *numbers, "under way", "", "", "", "", "", attempt.question)
    took = seconds((attempt.end_time.ToNanoseconds() - attempt.start_time.ToNanoseconds()) / 1e9)
    return (attempt.agent, *numbers, attempt.outcome, *_used_cells(attempt), took, attempt.question)


def _used_cells(attempt: Attempt) -> tuple[str, ...]:
    """Sent, cached, received and cost; what was never told is no zero."""
    used = attempt.usage
    if not attempt.HasField("usage"):
        return ("", "", "", "unknown" if attempt.outcome == CANCELLED else "")
    return (f"{used.input_tokens:,}", f"{used.cached_input_tokens:,}", f"{used.output_tokens:,}", money(used))
