"""A page that puts a token into a cookie: an EventSource and a link can send no other header."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.guard import COOKIE, SIGN_IN
from gateway.access.refusals import Refusals
from gateway.api.wire import read_body
from gateway.pages.dress import page
from gateway.problems import Problem
from services.runtime.errors import Unauthenticated
from services.runtime.identity import Identities

router = APIRouter(include_in_schema=False)
_MOST_BYTES = 64 * 1024
Next = Annotated[str, Query(alias="next", max_length=2000)]


@router.get(SIGN_IN)
async def sign_in_page(target: Next = "/") -> HTMLResponse:
    """Asks for a token."""
    return _asked(target)


@router.post(SIGN_IN)
async def sign_in(request: Request, target: Next = "/") -> Response:
    """Keeps a valid token in a cookie that no script can read and no other site can use."""
    identities: Identities | None = request.app.state.identities
    refusals: Refusals = request.app.state.refusals
    token = parse_qs((await read_body(request, _MOST_BYTES)).decode(errors="replace")).get("token", [""])[0].strip()
    try:
        if identities is not None:
            await identities.identify(token)
    except Unauthenticated as error:
        return _asked(target, refusals.tell(error, request))
    answer = RedirectResponse(_local(target), 303)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=_is_secure(request))
    return answer


@router.post("/sign-out")
async def sign_out() -> Response:
    """Forgets the token."""
    answer = RedirectResponse(SIGN_IN, 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _asked(target: str, problem: Problem | None = None) -> HTMLResponse:
    detail = problem.detail if problem else ""
    asked = page("sign_in.html", action=f"{SIGN_IN}?next={quote(target, safe='')}", problem=detail)
    if problem:
        asked.status_code = problem.status
        asked.headers.update(problem.head())
    return asked


def _local(target: str) -> str:
    """A path of this site, whatever was asked for."""
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if ours else "/"


def _is_secure(request: Request) -> bool:
    """A proxy that ends TLS says so; whoever lies about it only loses the cookie."""
    return "https" in {request.url.scheme, request.headers.get("x-forwarded-proto")}
