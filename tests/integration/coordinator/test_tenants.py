"""Two tenants on one coordinator, and every method of every service between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc
import pytest
import pytest_asyncio
import structlog

from buildplan.v1.audit_service_pb2 import ListAuditRecordsRequest
from buildplan.v1.document_service_pb2 import ListDocumentsRequest
from buildplan.v1.session_pb2 import Session, SessionMetadata
from buildplan.v1.session_service_pb2 import (
    CreateSessionRequest,
    GetSessionRequest,
    ListConflictsRequest,
    ListSessionsRequest,
    UpdateSessionRequest,
    ValidateSessionRequest,
)
from services.contract.proto_comments import comments
from services.contract.resources import name_paths
from services.runtime.identity import read_identities
from services.runtime.settings import Environment
from tests.integration.coordinator.every_method import Method, served_methods
from tests.integration.coordinator.house import House, offline_specialists, open_house, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACME, GLOBEX = "acme-0123456789abcdef", "globex-0123456789abcdef"
TOKENS = f"{ACME}=acme/ada,{GLOBEX}=globex/bob"
# Methods that name no resource: what they give is the caller's tenant's alone, which tests below show of each.
OF_THE_TENANT = {"CreateSession", "ListSessions", "ListAuditRecords"}
# Called last where its owner calls them, since the others find nothing after them.
ENDINGS = ("DeleteDocument", "DeleteSession")


@dataclass(frozen=True)
class Tenant:
    """A tenant's way into the house, and a name of each kind of resource that it has."""

    house: House
    resources: dict[str, str]

    @property
    def session(self) -> str:
        return self.resources["buildplan/Session"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tenants(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Tenant, Tenant]]:
    identities = read_identities(Environment({"BUILDPLAN_TOKENS": TOKENS}))
    async with (
        offline_specialists() as specialists,
        open_house(tmp_path_factory.mktemp("tenants"), specialists, identities=identities) as house,
        house.called_with(ACME) as acme,
        house.called_with(GLOBEX) as globex,
    ):
        yield await settled(acme), await settled(globex)


async def settled(house: House) -> Tenant:
    """With papers that disagree, a run and a plan."""
    session = await house.session_with_papers()
    documents = await house.documents.ListDocuments(ListDocumentsRequest(parent=session))
    conflicts = await house.sessions.ListConflicts(ListConflictsRequest(parent=session))
    validation = await house.sessions.ValidateSession(ValidateSessionRequest(name=session))
    run = await house.run(session)
    resources = {
        "buildplan/Session": session,
        "buildplan/Document": documents.documents[0].name,
        "buildplan/Conflict": conflicts.conflicts[0].name,
        "buildplan/Validation": validation.result.name,
        "buildplan/Run": run.name,
        "buildplan/Plan": f"{session}/plans/latest",
    }
    return Tenant(house, resources)


async def test_every_method_says_which_resources_it_is_about(tenants: tuple[Tenant, Tenant]) -> None:
    """A new method fails here until its names are annotated in the proto, or it is shown to be the tenant's own."""
    methods = await served_methods(tenants[0].house.channel)
    assert {method.descriptor.name for method in methods if not method.names} == OF_THE_TENANT
    assert len(methods) > 30


async def test_no_field_that_takes_a_name_lacks_its_annotation(tenants: tuple[Tenant, Tenant]) -> None:
    for method in await served_methods(tenants[0].house.channel):
        request = method.descriptor.input_type
        described = {field.name for field in request.fields if '"sessions/{session}' in comments()[field.full_name]}
        assert described <= {path[0] for path in name_paths(request)}, method.path


@pytest.mark.parametrize("direction", [(0, 1), (1, 0)], ids=["acme to globex", "globex to acme"])
async def test_no_method_crosses(tenants: tuple[Tenant, Tenant], direction: tuple[int, int]) -> None:
    caller, owner = (tenants[place] for place in direction)
    before = caller.house.rows(owner.session)
    crossed = []
    for method in await served_methods(caller.house.channel):
        for place in range(len(method.names)):
            named = [caller.resources] * place + [owner.resources] + [caller.resources]
            crossed += await crossing(method, caller.house.channel, method.request(*named))
    assert crossed == []
    assert caller.house.rows(owner.session) == before


async def crossing(method: Method, channel: grpc.aio.Channel, request: object) -> list[str]:
    try:
        await method.call(channel, request)  # type: ignore[arg-type]
    except grpc.aio.AioRpcError as error:
        return [] if error.code() is grpc.StatusCode.NOT_FOUND else [f"{method.path}: {error.code()}"]
    return [f"{method.path} answers"]


async def test_a_foreign_session_is_told_like_one_that_is_not_there(tenants: tuple[Tenant, Tenant]) -> None:
    acme, globex = tenants
    with refused(grpc.StatusCode.NOT_FOUND) as foreign:
        await acme.house.sessions.GetSession(GetSessionRequest(name=globex.session))
    with refused(grpc.StatusCode.NOT_FOUND) as nowhere:
        await acme.house.sessions.GetSession(GetSessionRequest(name="sessions/nowhere"))
    assert foreign.value.message.replace(globex.session, "sessions/nowhere") == nowhere.value.message
    assert (foreign.value.reason, foreign.value.fields) == (nowhere.value.reason, nowhere.value.fields)


async def test_lists_show_ones_own(tenants: tuple[Tenant, Tenant]) -> None:
    for tenant, other in (tenants, tenants[::-1]):
        listed = (await tenant.house.sessions.ListSessions(ListSessionsRequest())).sessions
        assert tenant.session in {session.name for session in listed}
        assert other.session not in {session.name for session in listed}
        records = (await tenant.house.audit.ListAuditRecords(ListAuditRecordsRequest(page_size=1000))).records
        assert {record.tenant for record in records} == {"acme" if tenant is tenants[0] else "globex"}


async def test_request_ids_are_the_tenants_own(tenants: tuple[Tenant, Tenant]) -> None:
    request = CreateSessionRequest(request_id="order-1", metadata=SessionMetadata(project_name="Frame"))
    made = [(await tenant.house.sessions.CreateSession(request)).session.name for tenant in (*tenants, *tenants)]
    assert made[0] != made[1]
    assert made[:2] == made[2:]


async def test_a_vector_store_cannot_be_chosen_where_it_may_be_another_tenants(
    tenants: tuple[Tenant, Tenant],
) -> None:
    session = Session(name=tenants[0].session, vector_store_id="vs_of_globex")
    request = UpdateSessionRequest(session=session)
    request.update_mask.paths.append("vector_store_id")
    with refused(grpc.StatusCode.PERMISSION_DENIED, "VECTOR_STORE_FIXED"):
        await tenants[0].house.sessions.UpdateSession(request)


@pytest.mark.parametrize("token", ["", "nobody-0123456789abcdef", ACME[:-1]])
async def test_a_caller_who_is_not_known_gets_nowhere(tenants: tuple[Tenant, Tenant], token: str) -> None:
    acme = tenants[0]
    async with acme.house.called_with(token) as stranger:
        for method in await served_methods(stranger.channel):
            with refused(grpc.StatusCode.UNAUTHENTICATED) as seen:
                await method.call(stranger.channel, method.request(acme.resources))
            assert seen.value.reason == ("TOKEN_REJECTED" if token else "TOKEN_MISSING")
            assert not token or token not in seen.value.message


async def test_who_is_refused_is_logged_with_the_address_and_who_is_known_with_the_name(
    tenants: tuple[Tenant, Tenant],
) -> None:
    acme = tenants[0]
    question = ListSessionsRequest(page_size=-1)
    with structlog.testing.capture_logs() as logs:
        async with acme.house.called_with("wrong-0123456789abcdef") as stranger:
            with refused(grpc.StatusCode.UNAUTHENTICATED):
                await stranger.sessions.ListSessions(question)
        with refused(grpc.StatusCode.INVALID_ARGUMENT):
            await acme.house.sessions.ListSessions(question)
    unknown, known = (line for line in logs if line["event"] == "rpc failed")
    assert (unknown["log_level"], unknown["reason"]) == ("warning", "TOKEN_REJECTED")
    assert unknown["peer"].startswith("ipv4:127.0.0.1:")
    assert not {"tenant", "subject"} & unknown.keys()
    assert "wrong-" not in str(logs)
    assert (known["log_level"], known["tenant"], known["subject"]) == ("info", "acme", "ada")


async def test_its_owner_is_let_in_by_every_method(tenants: tuple[Tenant, Tenant]) -> None:
    """So that the tests above are about the tenant and not about a request that nobody could make. Comes last."""
    acme = tenants[0]
    methods = await served_methods(acme.house.channel)
    methods.sort(key=lambda method: ENDINGS.index(method.descriptor.name) if method.descriptor.name in ENDINGS else -1)
    for method in methods:
        found = await outcome(method, acme)
        assert found not in {"NOT_FOUND", "UNAUTHENTICATED", "PERMISSION_DENIED"}, method.path


async def outcome(method: Method, tenant: Tenant) -> str:
    try:
        await method.call(tenant.house.channel, method.request(tenant.resources))
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"
