"""Who calls: bearer tokens from the settings, or JSON Web Tokens of an identity provider, become a principal.

Without either setting nobody is asked, and everybody is the one local principal.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

from services.runtime.errors import Unauthenticated
from services.runtime.settings import Environment, SettingError

_SHORTEST_TOKEN = 16
_LONGEST_SUBJECT = 200
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z")
_FORM = "takes entries token=tenant/subject, separated by commas or lines"


@dataclass(frozen=True)
class Principal:
    """Who calls, and the tenant whose sessions are theirs."""

    subject: str
    tenant: str


LOCAL = Principal(subject="local", tenant="local")


class Identities(Protocol):
    """Turns a bearer token into its principal."""

    async def identify(self, token: str) -> Principal:
        """Raises Unauthenticated for a token that is not valid, Unavailable when that cannot be found out now."""


def read_identities(environment: Environment) -> Identities | None:
    """From BUILDPLAN_TOKENS, _TOKENS_FILE or _JWT_ISSUER and what goes with it; None when none of them is set."""
    tokens, issuer = environment.secret("BUILDPLAN_TOKENS"), environment.text("BUILDPLAN_JWT_ISSUER", "")
    if tokens and issuer:
        raise SettingError("BUILDPLAN_TOKENS and BUILDPLAN_JWT_ISSUER are both set; unset one of them")
    if issuer:
        if find_spec("jwt") is None:
            raise SettingError("BUILDPLAN_JWT_ISSUER needs the package PyJWT: install build-planner[jwt]")
        from services.runtime.json_web_tokens import JsonWebTokens

        return JsonWebTokens.read(environment, issuer)
    if environment.text("BUILDPLAN_TOKENS_FILE", "") and not tokens:
        raise SettingError(f"BUILDPLAN_TOKENS_FILE names an empty file; it {_FORM}")
    return StaticTokens(_parse(tokens)) if tokens else None


def bearer_token(authorization: str) -> str:
    """The token in an `Authorization: Bearer …` header; raises Unauthenticated when there is none."""
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("TOKEN_MISSING", 'this service asks who calls: send "authorization: Bearer <token>"')
    return token.strip()


def check_principal(subject: str, tenant: str) -> Principal:
    """A principal of texts that may stand in logs and tables; raises ValueError."""
    if not _TENANT.match(tenant):
        raise ValueError("a tenant takes 1 to 63 letters, digits, dots, hyphens and underscores")
    if not subject or len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
        raise ValueError(f"a subject takes 1 to {_LONGEST_SUBJECT} printable characters")
    return Principal(subject, tenant)


class StaticTokens:
    """A fixed list of tokens, held as digests and compared in a time that tells nothing about them."""

    def __init__(self, principals: Mapping[str, Principal]) -> None:
        self._principals = [(_digest(token), principal) for token, principal in principals.items()]

    async def identify(self, token: str) -> Principal:
        """See Identities."""
        wanted, found = _digest(token), None
        for digest, principal in self._principals:
            if hmac.compare_digest(digest, wanted):
                found = principal
        if found is None:
            raise Unauthenticated("TOKEN_REJECTED", "the token is not known here")
        return found


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _parse(text: str) -> dict[str, Principal]:
    """Lines that begin with # are comments. Errors name the entry's place, never its text."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    entries = [entry.strip() for line in lines for entry in line.split(",") if entry.strip()]
    found: dict[str, Principal] = {}
    for place, entry in enumerate(entries, 1):
        token, _, owner = entry.rpartition("=")
        tenant, _, subject = owner.partition("/")
        if len(token) < _SHORTEST_TOKEN or token in found:
            raise SettingError(
                f"BUILDPLAN_TOKENS, entry {place}: {_FORM}, each token once and at least {_SHORTEST_TOKEN} characters"
            )
        try:
            found[token] = check_principal(subject, tenant)
        except ValueError as error:
            raise SettingError(f"BUILDPLAN_TOKENS, entry {place}: {error}; it {_FORM}") from error
    if not found:
        raise SettingError(f"BUILDPLAN_TOKENS has no entry; it {_FORM}")
    return found
