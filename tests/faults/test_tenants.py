"""Two tenants, every method and every route between them."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute

from services.runtime.identity import read_identities
from services.runtime.settings import Environment
from tests.faults.figures import Figures
from tests.integration.coordinator.every_method import served_methods
from tests.integration.coordinator.house import offline_specialists, open_house
from tests.integration.coordinator.test_tenants import ACME, GLOBEX, TOKENS, Tenant, crossing, settled
from tests.integration.gateway.web import JSON, Web, open_web

ORDER = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What a route asks for beside its path: a kind of resource stands for its name.
QUERIES = {
    "/agents/status": {"run": "buildplan/Run"},
    "/jobs/{session}/source": {"document": "document_id", "page": "1"},
    "/jobs/{session}/run/events": {"run": "run_id"},
    "/jobs/{session}/run/results": {"run": "run_id"},
    "/jobs/{session}/run/checkpoints": {"run": "run_id"},
}
BODIES = {
    "/agents/run": {"parent": "buildplan/Session"},
    "/agents/resume": {"name": "buildplan/Run"},
    "/agents/cancel": {"name": "buildplan/Run"},
    "/agents/{agent}/retry": {"name": "buildplan/Run"},
    "/agents/ag-ui": {"threadId": "buildplan/Session", "runId": "another"},
}
Pair = tuple[tuple[Tenant, str], tuple[Tenant, str]]


@pytest.fixture
async def tenants(tmp_path: Path) -> AsyncIterator[tuple[Web, Pair]]:
    """A gateway, and each tenant with its token."""
    identities = read_identities(Environment({"BUILDPLAN_TOKENS": TOKENS}))
    async with (
        offline_specialists() as specialists,
        open_house(tmp_path, specialists, identities=identities) as house,
        house.called_with(ACME) as acme,
        house.called_with(GLOBEX) as globex,
        open_web(house, identities=identities) as web,
    ):
        yield web, ((await settled(acme), ACME), (await settled(globex), GLOBEX))


async def test_no_method_and_no_route_crosses(tenants: tuple[Web, Pair], figures: Figures) -> None:
    web, pair = tenants
    asked, crossed = 0, []
    for (caller, token), (owner, _) in (pair, pair[::-1]):
        before = caller.house.rows(owner.session)
        for method in await served_methods(caller.house.channel):
            for place in range(len(method.names)):
                asked += 1
                named = [caller.resources] * place + [owner.resources, caller.resources]
                crossed += await crossing(method, caller.house.channel, method.request(*named))
        for route in routes(web):
            asked += 1
            crossed += await leaks(web, token, route, owner)
        crossed += [] if caller.house.rows(owner.session) == before else [f"{owner.session} has changed"]
    print(crossed)
    figures.note("calls of methods and routes with the other tenant's names", f"{asked}")
    figures.exactly("that were answered, or changed anything", len(crossed), 0)
    let_in = [await status(web, token, route, tenant) for tenant, token in pair for route in routes(web)]
    figures.exactly(
        "of the same routes that do not know their owner's names", sum(code in (401, 404) for code in let_in), 0
    )


def routes(web: Web) -> list[tuple[str, str]]:
    """Method and path of all that a resource's name leads to, reads first and deletions last."""
    found = [(method, route.path) for route in leaves(web.app.routes) for method in route.methods or ()]
    named = [(method, path) for method, path in found if "{session}" in path or path in BODIES or path in QUERIES]
    return sorted(named, key=lambda each: (ORDER.index(each[0]), -each[1].count("{")))


def leaves(found: Iterable[Any]) -> Iterator[APIRoute]:
    """Those of included routers too."""
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from leaves(route.original_router.routes)


async def ask(web: Web, token: str, route: tuple[str, str], owner: Tenant) -> httpx2.Response:
    method, path = route
    ids = {kind.rpartition("/")[2].lower(): name.rpartition("/")[2] for kind, name in owner.resources.items()}
    ids |= {"revision": "latest", "number": "1", "agent": "qma"}
    names = {**owner.resources, "run_id": ids["run"], "document_id": ids["document"]}
    filled = re.sub(r"{(\w+)}", lambda match: ids[match[1]], path)
    query = {key: names.get(value, value) for key, value in QUERIES.get(path, {}).items()}
    body = json.dumps({key: names.get(value, value) for key, value in BODIES.get(path, {}).items()})
    bearer = {"authorization": f"Bearer {token}"}
    sent = None if method == "GET" else body
    return await web.http.request(method, filled, params=query, content=sent, headers={**JSON, **bearer})


async def status(web: Web, token: str, route: tuple[str, str], owner: Tenant) -> int:
    return (await ask(web, token, route, owner)).status_code


async def leaks(web: Web, token: str, route: tuple[str, str], owner: Tenant) -> list[str]:
    code = await status(web, token, route, owner)
    return [] if code >= 400 else [f"{route} answers {code}"]
