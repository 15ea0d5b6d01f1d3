"""What several pages ask the coordinator."""

from __future__ import annotations

from buildplan.v1.document_pb2 import Document
from buildplan.v1.document_service_pb2 import ListDocumentsRequest
from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2 import GetPlanRequest
from buildplan.v1.run_pb2 import Run
from buildplan.v1.run_service_pb2 import GetRunRequest
from buildplan.v1.session_pb2 import Session
from buildplan.v1.session_service_pb2 import GetSessionRequest
from gateway.coordinator import Coordinator
from services.contract.names import session_name


async def session_of(coordinator: Coordinator, session: str) -> Session:
    """The session with the id `session`."""
    question = GetSessionRequest(name=session_name(session))
    return (await coordinator.ask(coordinator.sessions.GetSession, question)).session


async def documents_of(coordinator: Coordinator, session: str) -> list[Document]:
    """Its papers in the order of upload."""
    question = ListDocumentsRequest(parent=session_name(session))
    return list((await coordinator.ask(coordinator.documents.ListDocuments, question)).documents)


async def run_named(coordinator: Coordinator, name: str) -> Run:
    """The run with its agents' statuses."""
    return (await coordinator.ask(coordinator.runs.GetRun, GetRunRequest(name=name))).run


async def plan_named(coordinator: Coordinator, session: str, revision: str) -> Plan:
    """A revision by its number, or the latest."""
    question = GetPlanRequest(name=f"{session_name(session)}/plans/{revision}")
    return (await coordinator.ask(coordinator.plans.GetPlan, question)).plan
