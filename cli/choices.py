"""Which session and run a command means when it is not told; what was chosen is said on stderr."""

from __future__ import annotations

from buildplan.v1.session_pb2 import Session
from buildplan.v1.session_service_pb2 import GetSessionRequest, ListSessionsRequest
from cli.client import CALL_SECONDS, Client
from cli.errors import UsageError
from cli.output import Output
from services.contract.names import BadName, document_name, parse, parse_session, plan_name, run_name, session_name


async def choose_session(client: Client, output: Output, wanted: str, *, only: bool = False) -> str:
    """The wanted session's name, else the newest. With `only` there must be no other to choose from.

    Raises UsageError when there is none, or more than one and `only`.
    """
    if wanted:
        return _session(wanted)
    answer = await client.sessions.ListSessions(ListSessionsRequest(page_size=2), timeout=CALL_SECONDS)
    if not answer.sessions:
        raise UsageError("there is no session yet; make one with `buildplan sessions create`")
    if only and len(answer.sessions) > 1:
        raise UsageError("there are several sessions; say which with --session (`buildplan sessions` lists them)")
    newest = answer.sessions[0]
    output.note(f"using {newest.name} ({title(newest)})")
    return newest.name


async def choose_run(client: Client, output: Output, session: str, wanted: str) -> str:
    """The wanted run's name, else the latest of the chosen session; raises UsageError when there is none."""
    if "/" in wanted:
        return run_name(*_parse(wanted, "runs"))
    chosen = await choose_session(client, output, session)
    if wanted:
        return run_name(parse_session(chosen), wanted)
    answer = await client.sessions.GetSession(GetSessionRequest(name=chosen), timeout=CALL_SECONDS)
    if not answer.session.latest_run:
        raise UsageError(f"{chosen} has no run yet; start one with `buildplan run`")
    output.note(f"using {answer.session.latest_run}, the latest run")
    return answer.session.latest_run


async def choose_plan(client: Client, output: Output, session: str, revision: int) -> str:
    """The name of the wanted revision, 0 for the latest, of the chosen session."""
    chosen = parse_session(await choose_session(client, output, session))
    return plan_name(chosen, revision) if revision else f"{session_name(chosen)}/plans/latest"


async def choose_document(client: Client, output: Output, session: str, wanted: str) -> str:
    """The document's full name; an ID alone is looked for in the chosen session."""
    if "/" in wanted:
        return document_name(*_parse(wanted, "documents"))
    return document_name(parse_session(await choose_session(client, output, session, only=True)), wanted)


def title(session: Session) -> str:
    """How people call a session."""
    return session.metadata.project_name or "without a project name"


def _session(wanted: str) -> str:
    name = wanted if "/" in wanted else session_name(wanted)
    try:
        return session_name(parse_session(name))
    except BadName as error:
        raise UsageError(str(error)) from error


def _parse(name: str, collection: str) -> tuple[str, str]:
    try:
        return parse(name, collection)
    except BadName as error:
        raise UsageError(str(error)) from error
