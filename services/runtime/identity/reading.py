"""Which identities the settings ask for; the library for JSON Web Tokens is imported where they do."""

from __future__ import annotations

from importlib.util import find_spec

from services.runtime.identity.principal import Identities
from services.runtime.identity.static_tokens import StaticTokens, read_tokens
from services.runtime.settings import Environment, SettingError


def read_identities(environment: Environment) -> Identities | None:
    """From BUILDPLAN_TOKENS, _TOKENS_FILE or _JWT_ISSUER and what goes with it; None when none of them is set."""
    tokens, issuer = environment.secret("BUILDPLAN_TOKENS"), environment.text("BUILDPLAN_JWT_ISSUER", "")
    if tokens and issuer:
        raise SettingError("BUILDPLAN_TOKENS and BUILDPLAN_JWT_ISSUER are both set; unset one of them")
    if issuer:
        if find_spec("jwt") is None:
            raise SettingError("BUILDPLAN_JWT_ISSUER needs the package PyJWT: install build-planner[jwt]")
        from services.runtime.identity.json_web_tokens import JsonWebTokens

        return JsonWebTokens.read(environment, issuer)
    if environment.text("BUILDPLAN_TOKENS_FILE", "") and not tokens:
        raise SettingError("BUILDPLAN_TOKENS_FILE names an empty file; it takes lines token=tenant/subject")
    return StaticTokens(read_tokens(tokens)) if tokens else None
