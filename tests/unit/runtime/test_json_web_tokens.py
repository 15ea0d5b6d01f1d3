"""Who calls: tokens that an identity provider signed, with its keys from a file or from a real HTTP server."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWKClient

from services.runtime.errors import Unauthenticated, Unavailable
from services.runtime.identity import Identities, Principal, read_identities
from services.runtime.identity.json_web_tokens import Expected, JsonWebTokens, Keys
from services.runtime.settings import Environment, SettingError
from tests.fakes.identity_provider import AUDIENCE, ISSUER, Provider, identities_by


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def identities(provider: Provider, tmp_path: Path) -> Identities:
    return provider.identities(tmp_path)


async def test_a_signed_token_names_its_tenant_and_subject(provider: Provider, identities: Identities) -> None:
    assert await identities.identify(provider.token()) == Principal(subject="ada", tenant="acme")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"exp": time.time() - 60}, "TOKEN_EXPIRED"),
        ({"exp": None}, "TOKEN_REJECTED"),
        ({"nbf": time.time() + 3600}, "TOKEN_REJECTED"),
        ({"iss": "https://other.example"}, "TOKEN_REJECTED"),
        ({"aud": "another-service"}, "TOKEN_REJECTED"),
        ({"aud": None}, "TOKEN_REJECTED"),
        ({"sub": None}, "TOKEN_REJECTED"),
        ({"tenant": None}, "TOKEN_REJECTED"),
        ({"tenant": ["acme"]}, "TOKEN_REJECTED"),
        ({"tenant": "acme/../globex"}, "TOKEN_REJECTED"),
    ],
)
async def test_a_token_that_says_anything_else_is_refused(
    changed: dict[str, Any], reason: str, provider: Provider, identities: Identities
) -> None:
    token = provider.token(**changed)
    with pytest.raises(Unauthenticated) as caught:
        await identities.identify(token)
    assert caught.value.reason == reason
    assert not any(part in caught.value.message for part in token.split("."))


def _encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def unsigned(provider: Provider) -> str:
    return f"{_encoded({'alg': 'none', 'kid': 'one'})}.{provider.token().split('.')[1]}."


def signed_with_the_public_key(provider: Provider) -> str:
    """The classic confusion: the published key taken for a shared secret."""
    secret = provider.keys["one"].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    claims = jwt.decode(provider.token(), options={"verify_signature": False})
    return jwt.encode(claims, base64.b64encode(secret), algorithm="HS256", headers={"kid": "one"})


def of_a_stranger(_: Provider) -> str:
    return Provider().token()


def changed_on_the_way(provider: Provider) -> str:
    head, claims, signature = provider.token().split(".")
    return f"{head}.{provider.token(tenant='globex').split('.')[1]}.{signature}" if claims else ""


def without_a_key(provider: Provider) -> str:
    return jwt.encode({"sub": "ada"}, provider.keys["one"], algorithm="ES256")


@pytest.mark.parametrize(
    "forge", [unsigned, signed_with_the_public_key, of_a_stranger, changed_on_the_way, without_a_key]
)
async def test_a_forged_token_is_refused(forge: Any, provider: Provider, identities: Identities) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await identities.identify(forge(provider))
    assert caught.value.reason == "TOKEN_REJECTED"


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 5000, "ü.ü.ü", "..", f"{_encoded([1])}.{_encoded({})}.AA"])
async def test_garbage_is_refused(token: str, identities: Identities) -> None:
    with pytest.raises(Unauthenticated):
        await identities.identify(token)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"BUILDPLAN_JWT_AUDIENCE": ""}, "needs BUILDPLAN_JWT_AUDIENCE"),
        ({"BUILDPLAN_JWT_JWKS": ""}, "BUILDPLAN_JWT_JWKS beside it"),
        ({"BUILDPLAN_JWT_JWKS": "http://id.example/keys"}, "takes a file or an https"),
        ({"BUILDPLAN_JWT_JWKS": "file:///etc/passwd"}, "takes a file or an https"),
        ({"BUILDPLAN_JWT_JWKS": "/nowhere/keys.json"}, "cannot be read as a key set"),
        ({"BUILDPLAN_JWT_JWKS": "/dev/null"}, "cannot be read as a key set"),
    ],
)
def test_bad_settings_stop_the_service(values: dict[str, str], message: str) -> None:
    complete = {
        "BUILDPLAN_JWT_ISSUER": ISSUER,
        "BUILDPLAN_JWT_AUDIENCE": AUDIENCE,
        "BUILDPLAN_JWT_JWKS": "https://id.example/keys",
    }
    with pytest.raises(SettingError, match=message):
        read_identities(Environment({**complete, **values}))


class KeyServer(ThreadingHTTPServer):
    """Publishes a provider's keys and counts how often they are read."""

    def __init__(self, provider: Provider) -> None:
        self.provider, self.reads, self.status = provider, 0, 200
        super().__init__(("127.0.0.1", 0), _KeyHandler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/keys"


class _KeyHandler(BaseHTTPRequestHandler):
    server: KeyServer

    def do_GET(self) -> None:
        self.server.reads += 1
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.provider.key_set().encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(provider: Provider) -> Iterator[KeyServer]:
    with KeyServer(provider) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def of_server(server: KeyServer, clock: Clock) -> JsonWebTokens:
    client = PyJWKClient(server.url, cache_jwk_set=False)
    return JsonWebTokens(Expected(ISSUER, AUDIENCE, "tenant"), Keys(client.get_signing_keys, clock))


async def test_keys_are_read_from_a_url_once(provider: Provider, server: KeyServer) -> None:
    identities = identities_by(server.url)
    assert server.reads == 0
    for _ in range(3):
        assert (await identities.identify(provider.token())).tenant == "acme"
    assert server.reads == 1


async def test_a_new_key_is_found_and_unknown_ones_do_not_storm_the_provider(
    provider: Provider, server: KeyServer
) -> None:
    clock = Clock()
    identities = of_server(server, clock)
    await identities.identify(provider.token())
    provider.keys["two"] = generate_private_key(SECP256R1())
    for _ in range(20):
        with pytest.raises(Unauthenticated):
            await identities.identify(provider.token("two"))
    assert server.reads == 1
    clock.now += Keys.PAUSE_SECONDS
    assert (await identities.identify(provider.token("two"))).tenant == "acme"
    assert server.reads == 2


async def test_a_provider_that_is_down_is_told_apart_from_a_bad_token(provider: Provider, server: KeyServer) -> None:
    clock = Clock()
    identities = of_server(server, clock)
    server.status = 503
    with pytest.raises(Unavailable):
        await identities.identify(provider.token())
    server.status, clock.now = 200, Keys.PAUSE_SECONDS
    assert (await identities.identify(provider.token())).tenant == "acme"


async def test_known_keys_serve_on_while_the_provider_is_down(provider: Provider, server: KeyServer) -> None:
    clock = Clock()
    identities = of_server(server, clock)
    await identities.identify(provider.token())
    server.status, clock.now = 503, Keys.OLD_SECONDS
    assert (await identities.identify(provider.token())).tenant == "acme"
    with pytest.raises(Unauthenticated):
        await identities.identify(Provider().token("one"))
