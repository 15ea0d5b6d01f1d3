"""`sessions`, `validate`, `conflicts` and `resolve`."""

from __future__ import annotations

from typing import Annotated

import typer

from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.fact_pb2 import Topic
from buildplan.v1.session_pb2 import Session
from buildplan.v1.session_service_pb2 import (
    CreateSessionRequest,
    DeleteSessionRequest,
    ListConflictsRequest,
    ListSessionsRequest,
    ResolveConflictRequest,
    ValidateSessionRequest,
)
from cli import exits, options
from cli.choices import choose_session
from cli.client import CALL_SECONDS, DEFAULT_TARGET, LONG_CALL_SECONDS, Client
from cli.commands.local import metadata_of
from cli.execution import on_coordinator
from cli.output import Output
from cli.wording import validation_lines
from services.contract.names import conflict_name, last_id, parse_session

PANEL = "Sessions and papers"
_PAGE_SIZE = 1000
_NONE = "there is no session yet"
_NONE_FOUND = "no session has all of these words in its project name, customer or family"
SearchOption = Annotated[
    str, typer.Option("--search", metavar="WORDS", help="Only with all words in project name, customer or family.")
]
RESOLVE_HELP = """Says which side of a conflict between documents is valid; the plan shows who chose and why.

Example:

    buildplan resolve c-4f1a "ASTM A967 NITRIC 2" --note "Customer's mail of 24 November"
"""


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(
        help="Lists sessions; `list` finds, `create` and `delete` change them.", invoke_without_command=True
    )
    group.callback()(sessions)
    group.command("list")(list_sessions)
    group.command("create")(create)
    group.command("delete")(delete)
    app.add_typer(group, name="sessions", rich_help_panel=PANEL)
    app.command("validate", rich_help_panel=PANEL)(validate)
    app.command("conflicts", rich_help_panel=PANEL)(conflicts)
    app.command("resolve", help=RESOLVE_HELP, rich_help_panel=PANEL)(resolve)


def sessions(
    context: typer.Context, target: options.TargetOption = DEFAULT_TARGET, as_json: options.JsonOption = False
) -> None:
    """Lists sessions, the newest first; `list --search` finds some, `create` and `delete` change them."""
    if not context.invoked_subcommand:
        list_sessions(target=target, as_json=as_json)


def list_sessions(
    search: SearchOption = "", target: options.TargetOption = DEFAULT_TARGET, as_json: options.JsonOption = False
) -> None:
    """Lists sessions, the newest first."""

    async def work(client: Client, output: Output) -> int:
        request = ListSessionsRequest(page_size=_PAGE_SIZE, query=search)
        answer = await client.sessions.ListSessions(request, timeout=CALL_SECONDS)
        for session in answer.sessions:
            output.record(session)
        titles = ("session", "project", "customer", "documents", "plan", "latest run")
        output.table(titles, [_row(session) for session in answer.sessions], _NONE_FOUND if search else _NONE)
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def create(
    project: options.ProjectOption = "",
    customer: options.CustomerOption = "",
    family: options.FamilyOption = "",
    notes: options.NotesOption = "",
    country: options.CountryOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Makes a session and prints its name."""

    async def work(client: Client, output: Output) -> int:
        request = CreateSessionRequest(metadata=metadata_of(project, customer, family, notes, country))
        answer = await client.sessions.CreateSession(request, timeout=CALL_SECONDS)
        output.say(answer.session.name)
        output.record(answer.session)
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def delete(
    session: Annotated[str, typer.Argument(help="Session to delete, with all that it holds.")],
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Deletes a session with its documents, runs and plans."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_session(client, output, session)
        await client.sessions.DeleteSession(DeleteSessionRequest(name=name), timeout=CALL_SECONDS)
        output.say(f"{name} is gone")
        output.record({"event": "deleted", "name": name})
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def validate(
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Runs preflight: findings, checklist, completeness. Exits 1 while a run may not start."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_session(client, output, session)
        request = ValidateSessionRequest(name=name)
        result = (await client.sessions.ValidateSession(request, timeout=LONG_CALL_SECONDS)).result
        output.record(result)
        for line in validation_lines(result, full=True):
            output.say(line)
        return exits.COMPLETE if result.ready else exits.FAILED

    raise typer.Exit(on_coordinator(work, target, as_json))


def conflicts(
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Lists the conflicts between a session's documents, those without a winner first."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_session(client, output, session)
        answer = await client.sessions.ListConflicts(ListConflictsRequest(parent=name), timeout=LONG_CALL_SECONDS)
        for conflict in answer.conflicts:
            output.record(conflict)
            _say_conflict(output, conflict)
        if not answer.conflicts:
            output.say("the documents do not contradict each other")
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def resolve(
    conflict: Annotated[str, typer.Argument(help="Conflict, its full name or its ID.")],
    value: Annotated[str, typer.Argument(help="Value of the side that is valid, as `conflicts` prints it.")],
    note: Annotated[str, typer.Option("--note", help="Why; shown in the plan.")] = "",
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """See RESOLVE_HELP."""

    async def work(client: Client, output: Output) -> int:
        name = conflict
        if "/" not in conflict:
            chosen = await choose_session(client, output, session, only=True)
            name = conflict_name(parse_session(chosen), conflict)
        request = ResolveConflictRequest(name=name, value=value, note=note)
        answer = await client.sessions.ResolveConflict(request, timeout=CALL_SECONDS)
        output.record(answer.conflict)
        _say_conflict(output, answer.conflict)
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def _row(session: Session) -> tuple[str, ...]:
    metadata = session.metadata
    plan = f"revision {session.latest_revision}" if session.latest_revision else "-"
    run = last_id(session.latest_run) or "-"
    return (session.name, metadata.project_name, metadata.customer, str(session.document_count), plan, run)


def _say_conflict(output: Output, conflict: DocumentConflict) -> None:
    topic = Topic.Name(conflict.topic).removeprefix("TOPIC_").lower().replace("_", " ")
    name = conflict.subject.upper() if conflict.topic == Topic.TOPIC_REVISION else conflict.subject
    subject = f" of {name}" if name else ""
    state = DocumentConflict.State.Name(conflict.state).removeprefix("STATE_").lower().replace("_", " ")
    output.say(f"{last_id(conflict.name)}  {topic}{subject}: {state}")
    for side in conflict.sides:
        mark = "✅" if side.fact.value == conflict.winning_value else "⚪"
        citation = side.fact.citation
        output.say(f'  {mark} {side.fact.value} ({citation.file_name}, page {citation.page}: "{citation.quote}")')
    for text in filter(None, (conflict.question, conflict.working_assumption, conflict.resolution_note)):
        output.say(f"     {text}")
