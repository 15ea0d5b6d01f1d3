"""Plans as files."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from buildplan.v1.plan_service_pb2 import ExportFormat, ExportPlanRequest
from buildplan.v1.run_pb2 import Run
from cli.client import LONG_CALL_SECONDS, Client
from cli.errors import CommandError, UsageError
from services.contract.names import parse, plan_name

SUFFIXES = {
    ExportFormat.EXPORT_FORMAT_MARKDOWN: ".md",
    ExportFormat.EXPORT_FORMAT_JSON: ".json",
    ExportFormat.EXPORT_FORMAT_DOCX: ".docx",
    ExportFormat.EXPORT_FORMAT_XLSX: ".xlsx",
}
BOTH = (ExportFormat.EXPORT_FORMAT_MARKDOWN, ExportFormat.EXPORT_FORMAT_JSON)


def default_folder(project: str) -> Path:
    """`plan-br-2041-skid-frame`, where the command was called."""
    slug = re.sub(r"[^a-z0-9]+", "-", project.lower()).strip("-")
    return Path(f"plan-{slug or 'project'}")


def check_folder(folder: Path, mode: int = 0o777) -> None:
    """Makes the folder; raises UsageError when it cannot be had or written to."""
    try:
        folder.mkdir(mode, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"cannot write to the folder {folder}: {error.strerror}") from error


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}", reason="UNWRITABLE_FILE") from error


async def render(client: Client, plan: str, form: ExportFormat.ValueType) -> bytes:
    """The named plan in the wanted form."""
    answer = await client.plans.ExportPlan(ExportPlanRequest(name=plan, format=form), timeout=LONG_CALL_SECONDS)
    return answer.content


async def write_plan(client: Client, run: Run, folder: Path) -> list[Path]:
    """The run's plan as `plan.md` and `plan.json`."""
    session, _ = parse(run.name, "runs")
    return await write_files(client, plan_name(session, run.revision), folder, BOTH)


async def write_files(client: Client, plan: str, folder: Path, forms: Sequence[ExportFormat.ValueType]) -> list[Path]:
    """`plan` with the form's suffix in `folder`, for each form."""
    check_folder(folder)
    contents = await asyncio.gather(*(render(client, plan, form) for form in forms))
    files = [folder / f"plan{SUFFIXES[form]}" for form in forms]
    for file, content in zip(files, contents, strict=True):
        await asyncio.to_thread(_write, file, content)
    return files
