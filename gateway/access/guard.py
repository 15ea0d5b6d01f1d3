"""Who may come in: the right host, no other site's requests, and a token where tokens are asked for."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from urllib.parse import quote, urlsplit

from fastapi.responses import RedirectResponse
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.access.hosts import host_name
from gateway.access.refusals import Refusals
from gateway.problems import Problem, describe, wants_page
from services.runtime.errors import DomainError, Unauthenticated
from services.runtime.identity import Identities, bearer_token

COOKIE = "buildplan_token"
SIGN_IN = "/sign-in"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN_PATHS = ("/static/",)
_HEALTH = "/healthz"
_OPEN = frozenset({_HEALTH, SIGN_IN})


class Guard:
    """An ASGI app before `app`. What comes in has its caller's token as `scope["bearer"]`, "" where none is asked."""

    def __init__(
        self, app: ASGIApp, hosts: AbstractSet[str], identities: Identities | None, refusals: Refusals
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._identities = identities
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        connection = HTTPConnection(scope)
        answer: ASGIApp
        try:
            self._check_host(connection)
            _check_site(connection)
            scope["bearer"] = await self._caller(connection)
            answer = self._app
        except (Problem, DomainError) as error:
            problem = describe(error)
            answer = problem.answer(scope["path"])
            if problem.status in {401, 429} and wants_page(connection):
                answer = RedirectResponse(f"{SIGN_IN}?next={quote(_target(scope), safe='')}", 303)
        await answer(scope, receive, send)

    def _check_host(self, connection: HTTPConnection) -> None:
        header = connection.headers.get("host", "")
        if self._hosts and host_name(header) not in self._hosts and connection.url.path != _HEALTH:
            detail = f'"{header[:100]}" is not a name of this gateway; BUILDPLAN_ALLOWED_HOSTS takes others'
            raise Problem(421, detail, "WRONG_HOST")

    async def _caller(self, connection: HTTPConnection) -> str:
        """The token that the request carries, found valid."""
        path = connection.url.path
        if self._identities is None or path in _OPEN or path.startswith(_OPEN_PATHS):
            return ""
        try:
            token = _token(connection)
            await self._identities.identify(token)
        except Unauthenticated as error:
            raise self._refusals.tell(error, connection) from error
        return token


def _token(connection: HTTPConnection) -> str:
    """From the header or, where there is none, from the cookie; raises Unauthenticated."""
    authorization = connection.headers.get("authorization", "")
    token = "" if authorization else connection.cookies.get(COOKIE, "")
    return token or bearer_token(authorization)


def _check_site(connection: HTTPConnection) -> None:
    """Refuses what another site makes a browser send. Programs send none of these headers and come in."""
    headers = connection.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if connection.scope["method"] in _SAFE_METHODS or site in {"same-origin", "none"}:
        return
    if site or (origin and urlsplit(origin).netloc != headers.get("host")):
        raise Problem(403, "this request was made by the page of another site", "CROSS_SITE")


def _target(scope: Scope) -> str:
    query = scope["query_string"].decode("ascii", "replace")
    return f"{scope['path']}?{query}" if query else str(scope["path"])
