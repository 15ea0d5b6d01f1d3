"""Every error is a problem that says what, where and what to do."""

from __future__ import annotations

import grpc
import httpx2
import pytest

from gateway.app import create_app
from gateway.coordinator import Coordinator
from gateway.settings import GatewaySettings
from tests.integration.gateway.web import JSON, Web

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_there_is_no_other_form_of_error(web: Web) -> None:
    http = web.http
    await web.problem(await http.get("/nothing/here"), 404, "NOT_FOUND")
    await web.problem(await http.get("/static/none.css"), 404, "NOT_FOUND")
    wrong_method = await http.put("/sessions")
    await web.problem(wrong_method, 405, "METHOD_NOT_ALLOWED")
    assert wrong_method.headers["allow"]
    await web.problem(await http.post("/sessions", content=b"x"), 415, "UNSUPPORTED_MEDIA_TYPE")
    await web.problem(await http.post("/sessions", content=b"{", headers=JSON), 400, "INVALID_ARGUMENT")
    await web.problem(await http.post("/sessions", content=b"[]", headers=JSON), 400, "INVALID_ARGUMENT")
    await web.problem(await http.post("/sessions", content=b"[" * 100_000, headers=JSON), 400, "INVALID_ARGUMENT")
    await web.problem(await http.post("/sessions", json={"metadata": {"x": 1}}), 400, "INVALID_ARGUMENT")
    await web.problem(await http.post("/sessions", content=b" " * 9_000_000, headers=JSON), 413, "BODY_TOO_LARGE")
    await web.problem(await http.get("/sessions", params={"page_size": "many"}), 422, "INVALID_PARAMETER")
    await web.problem(await http.get("/sessions/UPPER"), 422, "INVALID_PARAMETER")
    await web.problem(await http.get("/sessions/none"), 404, "NOT_FOUND")


async def test_a_field_that_the_coordinator_refuses_is_named(web: Web) -> None:
    answer = await web.http.post("/sessions", json={"metadata": {"project_name": "x" * 300}})
    problem = await web.problem(answer, 400, "INVALID_ARGUMENT")
    (violation,) = problem["violations"]
    assert violation["subject"] == "metadata.project_name"
    assert "at most 200" in violation["description"]


async def test_what_is_too_large_for_its_method_says_the_limit(web: Web) -> None:
    """Bodies that the gateway takes and the coordinator does not."""
    for size in (300_000, 2_000_000):
        answer = await web.http.post("/sessions", json={"metadata": {"notes": "x" * size}})
        problem = await web.problem(answer, 413, "REQUEST_TOO_LARGE")
        assert "CreateSession takes at most 262144" in problem["detail"]


async def _break_off(_: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
    """What no coordinator does without a flood."""
    await context.abort(grpc.StatusCode.CANCELLED, "CANCELLED")


async def test_a_call_that_the_coordinator_breaks_off_may_be_tried_again(web: Web) -> None:
    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(_break_off)
    handlers = grpc.method_handlers_generic_handler("buildplan.v1.SessionService", {"GetSession": handler})
    server.add_generic_rpc_handlers([handlers])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        app = create_app(GatewaySettings(), Coordinator.on(channel))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1") as http:
            answer = await http.get("/sessions/any")
    await server.stop(0)
    problem = await web.problem(answer, 503, "CANCELLED")
    assert answer.headers["retry-after"] == "1"
    assert "try again" in problem["detail"]


async def test_a_form_with_a_boundary_that_is_too_long(web: Web) -> None:
    form = {"content-type": f"multipart/form-data; boundary={'b' * 300}"}
    answer = await web.http.post("/sessions/none/documents", content=b"x", headers=form)
    assert "boundary" in (await web.problem(answer, 400, "BAD_FORM"))["detail"].lower()


async def test_forms_that_are_none(web: Web) -> None:
    url = "/sessions/none/documents"
    form = {"content-type": "multipart/form-data; boundary=b"}
    await web.problem(await web.http.post(url, json={}), 415, "UNSUPPORTED_MEDIA_TYPE")
    await web.problem(await web.http.post(url, content=b"nonsense", headers=form), 400, "BAD_FORM")
    await web.problem(await web.http.post(url, content=b"--b--\r\n", headers=form), 400, "NO_FILE")
    await web.problem(await web.http.post(url, content=b"--b", headers=form), 400, "BAD_FORM")
    await web.problem(await web.http.post(url, headers=form), 400, "BAD_FORM")
    await web.problem(await web.http.post(url, files={"f": ("a", b"x")}, data={"colour": "red"}), 400, "BAD_FIELD")
    await web.problem(await web.http.post(url, files={"f": ("a", b"x")}, data={"kind": "NOTE"}), 400, "BAD_FIELD")
    await web.problem(await web.http.post(url, files={"f": ("a", b"x")}), 404, "NOT_FOUND")
