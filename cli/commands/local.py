"""`plan` and `serve`: services of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from buildplan.v1.session_pb2 import SessionMetadata, WorkCalendar
from cli import options
from cli.engines import choose_engine, uses_vector_store
from cli.execution import execute
from cli.exporting import check_folder, default_folder
from cli.output import Output
from cli.planning import PlanOrder, make_plan
from cli.serving import DEFAULT_DATA, serve
from cli.supervisor import Layout, choose_ports
from cli.supervisor.services import COORDINATOR, DEFAULT_PORTS, read_external

_PANEL = "On this machine"
PLAN_HELP = """Makes a plan from files and folders: starts the services, runs, writes plan.md and plan.json.

Examples:

    buildplan plan papers/ --project "Skid frame" --customer Northwind
    buildplan plan drawing.pdf po.pdf mail.eml -p BR-2041 -c Acme --out plans/br-2041
    buildplan plan papers/ -p BR-2041 -c Acme --engine openai --max-cost 1.50
    buildplan plan papers/ -p BR-2041 -c Acme --json | jq 'select(.event == "summary")'
"""
SERVE_HELP = """Starts every service and keeps it up until Ctrl-C; one that crashes is started again.

Examples:

    buildplan serve
    buildplan serve --data /srv/buildplan --engine openai --web-port 9000
"""


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("plan", help=PLAN_HELP, rich_help_panel=_PANEL)(plan)
    app.command("serve", help=SERVE_HELP, rich_help_panel=_PANEL)(serve_command)


def plan(  # noqa: PLR0913, PLR0917 - each is an option of the command
    files: options.FilesArgument,
    project: options.ProjectOption,
    customer: options.CustomerOption,
    family: options.FamilyOption = "",
    notes: options.NotesOption = "",
    country: options.CountryOption = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder for the plan; else plan-PROJECT.")
    ] = None,
    engine: options.EngineOption = None,
    data: options.DataOption = None,
    specialist: options.SpecialistOption = None,
    max_cost: options.MaxCostOption = 0.0,
    as_json: options.JsonOption = False,
) -> None:
    """See PLAN_HELP."""

    async def work(output: Output) -> int:
        chosen = choose_engine(engine)
        folder = out or default_folder(project)
        order = PlanOrder(
            paths=tuple(files),
            metadata=metadata_of(project, customer, family, notes, country),
            out=folder,
            engine=chosen.value,
            data=data.expanduser() if data else None,
            external=read_external(specialist or []),
            max_cost=max_cost,
        )
        return await make_plan(order, output)

    raise typer.Exit(execute(work, as_json=as_json))


def serve_command(
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port of the coordinator; 0 takes free ports for all.")
    ] = DEFAULT_PORTS[COORDINATOR],
    web_port: Annotated[
        int | None,
        typer.Option("--web-port", min=1, max=65535, help="Port of the page and the HTTP API; without it 8080."),
    ] = None,
    engine: options.EngineOption = None,
    data: options.KeptDataOption = DEFAULT_DATA,
    specialist: options.SpecialistOption = None,
    metrics_port: Annotated[
        int,
        typer.Option(
            "--metrics-port",
            min=0,
            max=65000,
            envvar="BUILDPLAN_METRICS_PORT",
            help="First of the ports at which the services show Prometheus metrics, one each; 0 shows none.",
        ),
    ] = 0,
    as_json: options.JsonOption = False,
) -> None:
    """See SERVE_HELP."""

    async def work(output: Output) -> int:
        chosen = choose_engine(engine)
        folder = data.expanduser()
        check_folder(folder, mode=0o700)
        layout = Layout(
            choose_ports(port, web_port),
            folder.resolve(),
            chosen.value,
            read_external(specialist or []),
            vector_store=uses_vector_store(),
            web=True,
            metrics_port=metrics_port,
        )
        return await serve(layout, output)

    raise typer.Exit(execute(work, as_json=as_json))


def metadata_of(project: str, customer: str, family: str, notes: str, country: str) -> SessionMetadata:
    """What the planner says about the job."""
    calendar = WorkCalendar(country=country.upper()) if country else None
    return SessionMetadata(project_name=project, customer=customer, family=family, notes=notes, calendar=calendar)
