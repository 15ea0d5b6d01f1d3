"""Options that several commands share."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from cli.engines import Engine
from services.contract.version import CONTRACT_VERSION


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"buildplan {metadata.version('build-planner')}, contract {CONTRACT_VERSION}")
        raise typer.Exit


JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON only, one object a line.")]
TargetOption = Annotated[
    str,
    typer.Option("--target", envvar="BUILDPLAN_TARGET", metavar="HOST:PORT", help="Coordinator to call."),
]
TokenOption = Annotated[
    str,
    typer.Option(
        "--token", metavar="TOKEN", help="Says who calls; BUILDPLAN_TOKEN or BUILDPLAN_TOKEN_FILE keep it unseen."
    ),
]
VersionOption = Annotated[
    bool,
    typer.Option("--version", callback=_say_version, is_eager=True, help="Says which one this is."),
]
SessionOption = Annotated[
    str,
    typer.Option("--session", "-s", metavar="SESSION", help='Session, "sessions/ID" or "ID"; without it the newest.'),
]
RunOption = Annotated[
    str,
    typer.Option("--run", "-r", metavar="RUN", help="Run, its full name or its ID; without it the session's latest."),
]
DetachOption = Annotated[bool, typer.Option("--detach", "-d", help="Do not watch; return once it is accepted.")]
RevisionOption = Annotated[int, typer.Option("--revision", min=0, help="Plan revision; 0 is the latest.")]
FilesArgument = Annotated[
    list[Path],
    typer.Argument(metavar="FILES", help="Files and folders; folders with all below, hidden files left out."),
]
ProjectOption = Annotated[str, typer.Option("--project", "-p", help="Name of the project.")]
CustomerOption = Annotated[str, typer.Option("--customer", "-c", help="Customer.")]
FamilyOption = Annotated[str, typer.Option("--family", "-f", help="Family page (product family) of the part.")]
NotesOption = Annotated[str, typer.Option("--notes", help="Free notes for the planners.")]
CountryOption = Annotated[
    str, typer.Option("--country", metavar="CC", help="Country whose public holidays are not worked, such as US.")
]
EngineOption = Annotated[
    Engine | None,
    typer.Option(
        "--engine",
        envvar="BUILDPLAN_ENGINE",
        help="What the four specialists think with; without it openai when OPENAI_API_KEY is set, else offline.",
    ),
]
MaxCostOption = Annotated[
    float,
    typer.Option(
        "--max-cost", min=0, metavar="USD", help="Do not start when it may cost more US dollars; 0 asks for no limit."
    ),
]
_DATA_HELP = "Folder for the database and the services' logs."
DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help=f"{_DATA_HELP} Without it they are thrown away.")
]
KeptDataOption = Annotated[Path, typer.Option("--data", metavar="DIR", envvar="BUILDPLAN_DATA", help=_DATA_HELP)]
SpecialistOption = Annotated[
    list[str] | None,
    typer.Option(
        "--specialist", metavar="AGENT=HOST:PORT", help="Use the specialist that runs there; may be repeated."
    ),
]
