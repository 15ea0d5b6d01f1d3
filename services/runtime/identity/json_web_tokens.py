"""JSON Web Tokens of an identity provider, checked with the keys that it publishes (a JWKS)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from jwt import PyJWK, PyJWKClient, PyJWKSet

from services.runtime.addresses import is_loopback
from services.runtime.errors import Unauthenticated, Unavailable
from services.runtime.identity.principal import Principal, check_principal
from services.runtime.logs import get_logger
from services.runtime.settings import Environment, SettingError

_log = get_logger()
# Public keys only: a secret that both sides share would let whoever verifies also sign.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY_SECONDS = 10
_FETCH_SECONDS = 5


@dataclass(frozen=True)
class Expected:
    """What a token must say: who made it, for whom, and the claim that names the tenant."""

    issuer: str
    audience: str
    tenant_claim: str


class Keys:
    """The provider's keys by id. They are read again when they are old or an id is unknown, and not too often.

    Old keys serve on while new ones cannot be had; an unknown id never makes a known one wait.
    """

    OLD_SECONDS = 300.0
    PAUSE_SECONDS = 30.0

    def __init__(self, load: Callable[[], Sequence[PyJWK]], clock: Callable[[], float] = time.monotonic) -> None:
        self._load = load
        self._clock = clock
        self._keys: dict[str, PyJWK] = {}
        self._tried: float | None = None
        self._loading: asyncio.Task[None] | None = None

    def load(self) -> None:
        """Reads the keys now; raises jwt.PyJWTError or OSError."""
        self._tried = self._clock()
        self._keys = {key.key_id: key for key in self._load() if key.key_id}

    async def find(self, identifier: str) -> PyJWK | None:
        """The key, or None; raises Unavailable when no key could be read yet."""
        age = None if self._tried is None else self._clock() - self._tried
        wanted = self.PAUSE_SECONDS if identifier not in self._keys else self.OLD_SECONDS
        if self._loading is None and (age is None or age >= wanted):
            self._loading = asyncio.create_task(self._reload())
        if self._loading is not None and identifier not in self._keys:
            await asyncio.shield(self._loading)
        if not self._keys:
            raise Unavailable("IDENTITY_PROVIDER_UNAVAILABLE", "the identity provider's keys cannot be read now")
        return self._keys.get(identifier)

    async def _reload(self) -> None:
        try:
            await asyncio.to_thread(self.load)
        except (jwt.PyJWTError, OSError, ValueError) as error:
            _log.warning("the identity provider's keys cannot be read", cause=str(error)[:200])
        finally:
            self._loading = None


class JsonWebTokens:
    """Identifies callers by signed tokens."""

    def __init__(self, expected: Expected, keys: Keys) -> None:
        self._expected = expected
        self._keys = keys

    @staticmethod
    def read(environment: Environment, issuer: str) -> JsonWebTokens:
        """From BUILDPLAN_JWT_AUDIENCE, _JWT_JWKS (a file, or a URL) and _JWT_TENANT_CLAIM ("tenant")."""
        audience, source = environment.text("BUILDPLAN_JWT_AUDIENCE", ""), environment.text("BUILDPLAN_JWT_JWKS", "")
        if not audience or not source:
            raise SettingError("BUILDPLAN_JWT_ISSUER needs BUILDPLAN_JWT_AUDIENCE and BUILDPLAN_JWT_JWKS beside it")
        claim = environment.text("BUILDPLAN_JWT_TENANT_CLAIM", "tenant")
        return JsonWebTokens(Expected(issuer, audience, claim), _keys(source))

    async def identify(self, token: str) -> Principal:
        """See services.runtime.identity.Identities."""
        try:
            identifier = jwt.get_unverified_header(token).get("kid")
            key = await self._keys.find(identifier) if isinstance(identifier, str) else None
            if key is None:
                raise Unauthenticated("TOKEN_REJECTED", "the token names no key of the identity provider")
            return self._principal(self._claims(token, key))
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("TOKEN_EXPIRED", "the token has expired; sign in again") from error
        except jwt.PyJWTError as error:  # its text may quote the token, its kind does not
            raise Unauthenticated("TOKEN_REJECTED", f"the token is not valid here: {type(error).__name__}") from error

    def _claims(self, token: str, key: PyJWK) -> dict[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=_ALGORITHMS,
            issuer=self._expected.issuer,
            audience=self._expected.audience,
            leeway=_LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )

    def _principal(self, claims: dict[str, Any]) -> Principal:
        tenant = claims.get(self._expected.tenant_claim)
        try:
            return check_principal(claims["sub"], tenant if isinstance(tenant, str) else "")
        except ValueError as error:
            message = f'its claims "sub" and "{self._expected.tenant_claim}" name no caller: {error}'
            raise Unauthenticated("TOKEN_REJECTED", f"the token is not valid here: {message}") from error


def _keys(source: str) -> Keys:
    """Keys from a URL are read at the first call, so that the provider may start later; those from a file at once."""
    if "://" in source:
        address = urlsplit(source)
        if address.scheme != "https" and not (address.scheme == "http" and is_loopback(address.hostname or "")):
            raise SettingError(f'BUILDPLAN_JWT_JWKS is "{source}"; it takes a file or an https:// URL')
        client = PyJWKClient(source, cache_jwk_set=False, timeout=_FETCH_SECONDS)
        return Keys(client.get_signing_keys)
    path = Path(source).expanduser()
    keys = Keys(lambda: PyJWKSet.from_json(path.read_text()).keys)
    try:
        keys.load()
    except (OSError, ValueError, jwt.PyJWTError) as error:
        raise SettingError(f'BUILDPLAN_JWT_JWKS is "{source}", which cannot be read as a key set: {error}') from error
    return keys
