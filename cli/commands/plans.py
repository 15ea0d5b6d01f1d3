"""`show` and `export`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2 import ExportFormat, GetPlanRequest, ListPlanRevisionsRequest
from cli import exits, options
from cli.choices import choose_plan, choose_session
from cli.client import CALL_SECONDS, DEFAULT_TARGET, Client
from cli.execution import on_coordinator
from cli.exporting import BOTH, render, write_files
from cli.output import Output
from cli.summary import summary_lines, summary_record

_PANEL = "Plans"
SHOW_HELP = """Shows a plan.

Examples:

    buildplan show
    buildplan show --summary
    buildplan show --revision 1 --json | jq '.sections.quality_plan.ctqs[].statement.text'
"""
EXPORT_HELP = """Writes a plan as plan.md and plan.json, or as a Word document or an Excel workbook.

Examples:

    buildplan export --out plans/
    buildplan export --format docx --out plans/
    buildplan export --format markdown --out - | less
"""


class Form(StrEnum):
    """What to write."""

    MARKDOWN = "markdown"
    JSON = "json"
    DOCX = "docx"
    XLSX = "xlsx"
    BOTH = "both"


_FORMATS: dict[Form, Sequence[ExportFormat.ValueType]] = {
    Form.MARKDOWN: [ExportFormat.EXPORT_FORMAT_MARKDOWN],
    Form.JSON: [ExportFormat.EXPORT_FORMAT_JSON],
    Form.DOCX: [ExportFormat.EXPORT_FORMAT_DOCX],
    Form.XLSX: [ExportFormat.EXPORT_FORMAT_XLSX],
    Form.BOTH: BOTH,
}


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("show", help=SHOW_HELP, rich_help_panel=_PANEL)(show)
    app.command("revisions", rich_help_panel=_PANEL)(revisions)
    app.command("export", help=EXPORT_HELP, rich_help_panel=_PANEL)(export)


def show(
    session: options.SessionOption = "",
    revision: options.RevisionOption = 0,
    summary: Annotated[
        bool, typer.Option("--summary", help="Only what it holds, what was checked, what is open.")
    ] = False,
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """See SHOW_HELP."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_plan(client, output, session, revision)
        plan = (await client.plans.GetPlan(GetPlanRequest(name=name), timeout=CALL_SECONDS)).plan
        if summary:
            output.record(summary_record(plan))
            for line in summary_lines(plan):
                output.say(line)
            return exits.COMPLETE
        output.record(plan)
        if not as_json:
            _say_markdown(output, await _markdown(client, plan))
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def revisions(
    session: options.SessionOption = "",
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """Lists a session's plan revisions, the newest first."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_session(client, output, session)
        answer = await client.plans.ListPlanRevisions(ListPlanRevisionsRequest(parent=name), timeout=CALL_SECONDS)
        for found in answer.revisions:
            output.record(found)
        rows = [
            (str(one.revision), one.reason, one.create_time.ToJsonString(), f"{one.score:.0f}", "blocked" * one.blocked)
            for one in answer.revisions
        ]
        output.table(("revision", "reason", "made", "gate", ""), rows, "the session has no plan yet")
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


def export(
    session: options.SessionOption = "",
    revision: options.RevisionOption = 0,
    form: Annotated[Form, typer.Option("--format", help="What to write; both is Markdown and JSON.")] = Form.BOTH,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder; - for stdout.")] = Path(),
    target: options.TargetOption = DEFAULT_TARGET,
    as_json: options.JsonOption = False,
) -> None:
    """See EXPORT_HELP."""

    async def work(client: Client, output: Output) -> int:
        name = await choose_plan(client, output, session, revision)
        if str(out) == "-":
            for wanted in _FORMATS[form]:
                sys.stdout.buffer.write(await render(client, name, wanted))
            return exits.COMPLETE
        files = await write_files(client, name, out, _FORMATS[form])
        for file in files:
            output.say(f"Wrote {file}")
        output.record({"event": "written", "files": [str(file) for file in files]})
        return exits.COMPLETE

    raise typer.Exit(on_coordinator(work, target, as_json))


async def _markdown(client: Client, plan: Plan) -> str:
    return (await render(client, plan.name, ExportFormat.EXPORT_FORMAT_MARKDOWN)).decode()


def _say_markdown(output: Output, text: str) -> None:
    if not output.live:
        output.say(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
