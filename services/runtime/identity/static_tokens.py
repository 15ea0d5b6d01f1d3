"""Bearer tokens that the settings list."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from services.runtime.errors import Unauthenticated
from services.runtime.identity.principal import Principal, check_principal
from services.runtime.settings import SettingError

_SHORTEST_TOKEN = 16
_FORM = "takes entries token=tenant/subject, separated by commas or lines"


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


def read_tokens(text: str) -> dict[str, Principal]:
    """Token to principal. Lines that begin with # are comments. Errors name the entry's place, never its text."""
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
