"""Safe by default: hosts, other sites, tokens, and headers that bind the browser."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
import structlog

from gateway.access.refusals import AT_ONCE
from services.runtime.identity import Principal, StaticTokens
from tests.integration.gateway.web import JSON, Web, open_web

pytestmark = pytest.mark.asyncio(loop_scope="package")
TOKEN = "a-token-of-sufficient-length"
BEARER = {"authorization": f"Bearer {TOKEN}"}
PAGE = {"accept": "text/html,*/*"}


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def closed(web: Web) -> AsyncIterator[Web]:
    async with open_web(web.house, identities=StaticTokens({TOKEN: Principal("ann", "acme")})) as opened:
        yield opened


def paths(web: Web) -> list[tuple[str, str]]:
    """Every method and path of the OpenAPI document."""
    found = web.app.openapi()["paths"]
    return [(method.upper(), path) for path, methods in found.items() for method in methods]


async def test_every_route_but_health_wants_a_token(closed: Web) -> None:
    for method, path in [*paths(closed), ("GET", "/openapi.json"), ("GET", "/docs"), ("GET", "/"), ("GET", "/none")]:
        answer = await closed.http.request(method, path.replace("{", "").replace("}", ""))
        await closed.problem(answer, 401, "TOKEN_MISSING")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await closed.http.get("/healthz")).status_code == 200
    assert (await closed.http.get("/sign-in")).status_code == 200


async def test_a_token_lets_in_and_another_does_not(closed: Web) -> None:
    assert (await closed.http.get("/sessions", headers=BEARER)).status_code == 200
    wrong = await closed.http.get("/sessions", headers={"authorization": "Bearer another-token-of-length"})
    await closed.problem(wrong, 401, "TOKEN_REJECTED")
    await closed.problem(await closed.http.get("/sessions", headers={"authorization": "Basic x"}), 401, "TOKEN_MISSING")


async def test_a_browser_signs_in_with_a_cookie_and_out_again(closed: Web) -> None:
    async with httpx2.AsyncClient(base_url=str(closed.http.base_url)) as browser:
        asked = await browser.get("/docs?x=1", headers=PAGE)
        assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Fdocs%3Fx%3D1")
        refused = await browser.post(asked.headers["location"], data={"token": "wrong"})
        assert refused.status_code == 401
        assert "not known" in refused.text
        signed = await browser.post(asked.headers["location"], data={"token": f" {TOKEN} "})
        assert (signed.status_code, signed.headers["location"]) == (303, "/docs?x=1")
        cookie = signed.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "secure" not in cookie
        assert (await browser.get("/sessions")).status_code == 200
        await browser.post("/sign-out")
        assert (await browser.get("/sessions")).status_code == 401
        behind_tls = await browser.post("/sign-in", data={"token": TOKEN}, headers={"x-forwarded-proto": "https"})
        assert "secure" in behind_tls.headers["set-cookie"].lower()


async def test_whoever_shows_wrong_tokens_without_end_waits_and_locks_nobody_out(web: Web) -> None:
    wrong = "wrong-0123456789abcdef"
    identities = StaticTokens({TOKEN: Principal("ann", "acme")})
    with structlog.testing.capture_logs() as logs:
        async with open_web(web.house, identities=identities) as closed:
            bearer = {"authorization": f"Bearer {wrong}"}
            answers = [await closed.http.get("/sessions", headers=bearer) for _ in range(50)]
            pages = [await closed.http.post("/sign-in", data={"token": wrong}) for _ in range(50)]
            waiting = [answer for answer in answers if answer.status_code == 429]
            waiting_pages = [page for page in pages if page.status_code == 429]
            limited = await closed.problem(waiting[-1], 429, "TOO_MANY_WRONG_TOKENS")
            stale = await closed.http.get("/", headers={**PAGE, "cookie": f"buildplan_token={wrong}"})
            known = await closed.http.get("/sessions", headers=BEARER)
            signed = await closed.http.post("/sign-in", data={"token": TOKEN})
    assert [answer.status_code for answer in answers[:AT_ONCE]] == [401] * AT_ONCE
    assert len(waiting) + len(waiting_pages) > 60
    for answer in (*waiting, *waiting_pages):
        assert 1 <= int(answer.headers["retry-after"]) <= 3
    assert "right one" in limited["detail"]
    assert "right one" in waiting_pages[-1].text
    assert (stale.status_code, stale.headers["location"]) == (303, "/sign-in?next=%2F")
    assert (known.status_code, signed.status_code) == (200, 303)
    refusals = [line for line in logs if line["event"] == "caller refused"]
    assert [line["peer"] for line in refusals] == ["127.0.0.1"] * 101
    assert {line["reason"] for line in refusals} == {"TOKEN_REJECTED", "TOO_MANY_WRONG_TOKENS"}
    assert wrong not in str(logs)


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\nb"])
async def test_sign_in_leads_to_no_other_site(closed: Web, target: str) -> None:
    answer = await closed.http.post("/sign-in", params={"next": target}, data={"token": TOKEN})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
    ],
)
async def test_other_sites_cannot_make_a_browser_act(web: Web, closed: Web, headers: dict[str, str]) -> None:
    for at in (web, closed):
        for path in ("/sessions", "/agents/run", "/sign-out"):
            await at.problem(await at.http.post(path, headers={**headers, **JSON}), 403, "CROSS_SITE")
    assert (await web.http.get("/sessions", headers=headers)).status_code == 200


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {}])
async def test_our_own_pages_and_programs_act(web: Web, headers: dict[str, str]) -> None:
    assert (await web.http.post("/sessions", json={}, headers=headers)).status_code == 201
    own = {"origin": f"http://{web.address}"}
    assert (await web.http.post("/sessions", json={}, headers=own)).status_code == 201


async def test_a_name_that_was_made_to_point_here_is_refused(web: Web) -> None:
    port = web.address.rpartition(":")[2]
    await web.problem(await web.http.get("/sessions", headers={"host": f"evil.example:{port}"}), 421, "WRONG_HOST")
    for name in ("localhost", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert (await web.http.get("/healthz", headers={"host": name})).status_code == 200


async def test_every_answer_binds_the_browser(web: Web) -> None:
    for path in ("/", "/healthz", "/sessions", "/none", "/static/page.css", "/openapi.json", "/docs"):
        headers = (await web.http.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers


async def test_the_documentation_needs_no_other_site(web: Web) -> None:
    page = (await web.http.get("/docs")).text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    for link in links:
        assert link.startswith("/docs/")
        assert (await web.http.get(link)).status_code == 200


async def test_a_person_who_follows_a_link_gets_a_page(web: Web) -> None:
    answer = await web.http.get("/jobs/none/plan/none", headers=PAGE)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
