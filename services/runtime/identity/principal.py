"""A caller, and what turns a token into one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from services.runtime.errors import Unauthenticated

_LONGEST_SUBJECT = 200
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z")


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
