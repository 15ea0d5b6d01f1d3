"""`buildplan plan`: from files to a plan with services of its own, in one go."""

from __future__ import annotations

import asyncio
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import CancelRunRequest, StartRunRequest
from buildplan.v1.session_pb2 import SessionMetadata
from buildplan.v1.session_service_pb2 import CreateSessionRequest, ValidateSessionRequest
from cli import exits
from cli.client import CALL_SECONDS, LONG_CALL_SECONDS, Client, connect
from cli.engines import describe_engine, uses_vector_store
from cli.errors import CommandError
from cli.exporting import check_folder, write_plan
from cli.output import Output, to_json
from cli.progress.wording import seconds
from cli.supervisor import Layout, ServiceEvent, Supervisor, choose_ports, definitions
from cli.supervisor.services import DEFAULT_PORTS, GATEWAY
from cli.upload import Uploaded, Uploads, collect, upload_all
from cli.watching import report, watch
from cli.wording import count, document_line, reading_lines, validation_lines
from services.contract.names import last_id

_HOLDS = {".md": "the plan to read", ".json": "the same for programs, a buildplan.v1.Plan"}


@dataclass(frozen=True)
class PlanOrder:
    """What `buildplan plan` was asked for.

    `data` None means a folder that is thrown away at the end; `max_cost` is in US dollars, 0 for no limit.
    """

    paths: tuple[Path, ...]
    metadata: SessionMetadata
    out: Path
    engine: str = "offline"
    data: Path | None = None
    external: dict[str, str] = field(default_factory=dict)
    max_cost: float = 0.0


async def make_plan(order: PlanOrder, output: Output) -> int:
    """Starts the services, makes the plan, writes it, stops the services; returns the exit code."""
    files = collect(order.paths)
    with _data_folder(order.data) as data:
        check_folder(order.out)
        own = {"BUILDPLAN_DATABASE": f"sqlite:///{data / 'buildplan.db'}", "BUILDPLAN_DRAIN_SECONDS": "0"}
        layout = Layout(choose_ports(None), data, order.engine, order.external, own, uses_vector_store())
        services = definitions(layout)
        output.say(f"Starting {len(services)} services on this machine, {describe_engine(order.engine)}")
        names = [service.name for service in services]
        output.record({"event": "starting", "services": names, "engine": order.engine})
        started = time.monotonic()
        async with Supervisor(services, data / "logs", _teller(output)) as supervisor, connect(layout.target) as client:
            await supervisor.ready("coordinator")
            session = await _new_session(client, order.metadata)
            uploads = await _send(client, output, session, files)
            await supervisor.ready()
            await _preflight(client, output, session)
            output.say(f"Services ready, papers read after {seconds(time.monotonic() - started)}")
            run = await _run(client, output, session, order.max_cost)
            code = await _finish(client, output, run, order.out)
    _tell_where_to_look(output, order.data, session)
    return max(code, exits.PARTIAL) if uploads.failed and code == exits.COMPLETE else code


async def _new_session(client: Client, metadata: SessionMetadata) -> str:
    answer = await client.sessions.CreateSession(CreateSessionRequest(metadata=metadata), timeout=CALL_SECONDS)
    return answer.session.name


async def _send(client: Client, output: Output, session: str, files: list[Path]) -> Uploads:
    output.say(f"Reading {count(len(files), 'file')}")
    return await upload_all(client, session, files, lambda uploaded: tell_uploaded(output, uploaded))


def tell_uploaded(output: Output, uploaded: Uploaded) -> None:
    """Says what became of one file."""
    if uploaded.error is not None:
        output.say(f"  ❌ {uploaded.error.message}")
        output.record({"event": "upload_failed", "file": str(uploaded.path), "message": uploaded.error.message})
    for document in uploaded.documents:
        output.say(f"  {document_line(document)}")
        output.record({"event": "uploaded", "file": str(uploaded.path), "document": to_json(document)})
        for line in reading_lines(document):
            output.say(f"    {line}")


async def _preflight(client: Client, output: Output, session: str) -> None:
    answer = await client.sessions.ValidateSession(ValidateSessionRequest(name=session), timeout=LONG_CALL_SECONDS)
    for line in validation_lines(answer.result, full=False):
        output.say(line)
    output.record({"event": "validated", "validation": to_json(answer.result)})
    if not answer.result.ready:
        raise CommandError("the run cannot start before the errors above are mended", reason="PREFLIGHT_FAILED")


async def _run(client: Client, output: Output, session: str, max_cost: float) -> Run:
    request = StartRunRequest(parent=session, max_cost_usd=max_cost)
    answer = await client.runs.StartRun(request, timeout=LONG_CALL_SECONDS)
    output.say("Running specialist agents...")
    output.say()
    try:
        return await watch(client, output, answer.run, after_sequence=0)
    except asyncio.CancelledError:
        output.note("cancelling the run and stopping the services")
        await client.runs.CancelRun(CancelRunRequest(name=answer.run.name), timeout=CALL_SECONDS)
        raise


async def _finish(client: Client, output: Output, run: Run, out: Path) -> int:
    code = await report(client, output, run)
    if run.revision:
        files = await write_plan(client, run, out)
        output.say()
        for file in files:
            output.say(f"Wrote {file} ({file.stat().st_size / 1024:.0f} KiB): {_HOLDS[file.suffix]}")
        output.record({"event": "written", "files": [str(file) for file in files]})
    return code


def _tell_where_to_look(output: Output, data: Path | None, session: str) -> None:
    """A job whose data are kept can be opened in a browser."""
    if data is None:
        return
    command = shlex.join([sys.argv[0], "serve", "--data", str(data)])
    url = f"http://127.0.0.1:{DEFAULT_PORTS[GATEWAY]}/jobs/{last_id(session)}/plan"
    output.say(f"To see it in a browser: {command}, then open {url}")


def _teller(output: Output) -> Callable[[ServiceEvent], None]:
    def tell(event: ServiceEvent) -> None:
        output.record(asdict(event))
        if event.event != "serving":
            output.note(f"{event.service} {event.event}: {event.detail}")

    return tell


@contextmanager
def _data_folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        check_folder(data, mode=0o700)
        yield data.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="buildplan-") as folder:
        yield Path(folder)
