"""Two tenants behind one gateway, and every route between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from starlette.staticfiles import StaticFiles

from services.contract.names import last_id
from services.runtime.identity import Principal, StaticTokens
from tests.integration.coordinator.house import offline_specialists, open_house
from tests.integration.coordinator.papers import DRAWING
from tests.integration.coordinator.test_tenants import Tenant, settled
from tests.integration.gateway.web import Web, open_web

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACME, GLOBEX = "acme-0123456789abcdef", "globex-0123456789abcdef"
IDENTITIES = StaticTokens({ACME: Principal("ada", "acme"), GLOBEX: Principal("bob", "globex")})
# Routes that are about no session; what they list is the caller's tenant's alone, which the coordinator's tests show.
OF_THE_TENANT = {"/sessions", "/", "/jobs"}
OF_NOBODY = {"/healthz", "/openapi.json", "/docs", "/docs/start.js", "/sign-in", "/sign-out"}
# Called last by their owner, since the others find nothing after them.
ENDINGS = (("DELETE", "/sessions/{session}/documents/{document}"), ("DELETE", "/sessions/{session}"))


def requests(names: dict[str, str]) -> dict[tuple[str, str], dict[str, Any]]:
    """What valid requests hold beside their path."""
    session, run = names["buildplan/Session"], names["buildplan/Run"]
    document = names["buildplan/Document"]
    return {
        ("PATCH", "/sessions/{session}"): {"json": {"metadata": {"customer": "Changed"}}},
        ("PUT", "/sessions/{session}/conflicts/{conflict}/resolution"): {"json": {"value": "?"}},
        ("POST", "/sessions/{session}/documents"): {"files": [("files", ("more.md", DRAWING))]},
        ("PATCH", "/sessions/{session}/documents/{document}"): {"json": {"revision": "C"}},
        ("GET", "/sessions/{session}/documents/{document}/pages/{number}/boxes"): {"params": {"quote": "passivation"}},
        ("POST", "/sessions/{session}/plans/{revision}/edits"): {
            "json": {"edits": [{"statement_id": "?", "text": "Changed"}]},
            "headers": {"if-match": '"stale"'},
        },
        ("GET", "/sessions/{session}/plans/{revision}/comparison"): {"params": {"base": 1}},
        ("POST", "/agents/run"): {"json": {"parent": session}},
        ("POST", "/agents/resume"): {"json": {"name": run}},
        ("POST", "/agents/cancel"): {"json": {"name": run}},
        ("POST", "/agents/{agent}/retry"): {"json": {"name": run}},
        ("GET", "/agents/status"): {"params": {"run": run}},
        ("POST", "/agents/ag-ui"): {"json": ag_ui(session)},
        ("GET", "/jobs/{session}/plan/compare"): {"params": {"base": 1, "revision": 1}},
        ("GET", "/jobs/{session}/run/results"): {"params": {"run": last_id(run)}},
        ("GET", "/jobs/{session}/run/checkpoints"): {"params": {"run": last_id(run)}},
        ("GET", "/jobs/{session}/source"): {
            "params": {"document": last_id(document), "page": 1, "quote": "passivation"}
        },
        ("GET", "/jobs/{session}/run/events"): {"params": {"run": last_id(run)}},
    }


def ag_ui(session: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"messages": [], "tools": [], "context": [], "state": {}, "forwardedProps": {}}
    return {"threadId": session, "runId": "r-1", **empty}


def routes(of: Any) -> Iterator[tuple[str, str]]:
    """Method and path of every route that the app answers, those outside the OpenAPI document among them."""
    for route in of:
        methods = getattr(route, "methods", None)
        if methods:
            yield from ((method, route.path) for method in sorted(methods - {"HEAD"}))
        elif hasattr(route, "original_router"):
            yield from routes(route.original_router.routes)
        else:
            assert isinstance(route.app, StaticFiles), route


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tenants(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Web, Tenant, Tenant]]:
    async with (
        offline_specialists() as specialists,
        open_house(tmp_path_factory.mktemp("tenants"), specialists, identities=IDENTITIES) as house,
        house.called_with(ACME) as acme,
        house.called_with(GLOBEX) as globex,
        open_web(house, identities=IDENTITIES) as web,
    ):
        yield web, await settled(acme), await settled(globex)


async def send(web: Web, token: str, method: str, path: str, names: dict[str, str]) -> tuple[int, str]:
    """A request that is about the named resources: its status and its text."""
    ids = {last_id(kind).lower(): last_id(name) for kind, name in names.items()}
    url = path.format(**ids, number=1, revision="latest", agent="qma")
    held = requests(names).get((method, path), {})
    headers = {"authorization": f"Bearer {token}", **held.get("headers", {})}
    answer = await web.http.request(method, url, **{**held, "headers": headers})
    return answer.status_code, answer.text


async def test_no_route_crosses(tenants: tuple[Web, Tenant, Tenant]) -> None:
    web, acme, globex = tenants
    crossed, tried = [], 0
    for method, path in routes(web.app.routes):
        if path in OF_THE_TENANT | OF_NOBODY:
            continue
        for token, owner in ((GLOBEX, acme), (ACME, globex)):
            status, _ = await send(web, token, method, path, owner.resources)
            crossed += [] if status == 404 else [f"{method} {path}: {status}"]
            tried += 1
    assert crossed == [], "\n".join(crossed)
    assert tried > 60


async def test_lists_show_ones_own(tenants: tuple[Web, Tenant, Tenant]) -> None:
    web, acme, globex = tenants
    for path in OF_THE_TENANT:
        for token, own, other in ((ACME, acme, globex), (GLOBEX, globex, acme)):
            status, text = await send(web, token, "GET", path, own.resources)
            assert status == 200
            assert last_id(own.session) in text
            assert last_id(other.session) not in text


async def test_its_owner_is_let_in_by_every_route(tenants: tuple[Web, Tenant, Tenant]) -> None:
    """So that the first test is about the tenant, not about a request that nobody could make. Comes last."""
    web, acme, _ = tenants
    known = [route for route in routes(web.app.routes) if route[1] not in OF_THE_TENANT | OF_NOBODY]
    known.sort(key=lambda route: ENDINGS.index(route) if route in ENDINGS else -1)
    refused = []
    for method, path in known:
        status, text = await send(web, ACME, method, path, acme.resources)
        refused += [f"{method} {path}: {status} {text[:200]}"] if status in {401, 403, 404, 405, 422} else []
    assert refused == [], "\n".join(refused)
