"""An identity provider that signs tokens with keys of its own."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from jwt.algorithms import ECAlgorithm

from services.runtime.identity import Identities, read_identities
from services.runtime.settings import Environment

ISSUER, AUDIENCE = "https://id.example", "buildplan"


@dataclass
class Provider:
    """An identity provider: its keys by id."""

    keys: dict[str, EllipticCurvePrivateKey] = field(default_factory=lambda: {"one": generate_private_key(SECP256R1())})

    def key_set(self) -> str:
        algorithm = ECAlgorithm(ECAlgorithm.SHA256)
        public = {name: json.loads(algorithm.to_jwk(key.public_key())) for name, key in self.keys.items()}
        return json.dumps({"keys": [{**key, "kid": name, "use": "sig"} for name, key in public.items()]})

    def token(self, key: str = "one", **changed: Any) -> str:
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "tenant": "acme", "exp": time.time() + 60, **changed}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.keys[key], algorithm="ES256", headers={"kid": key})

    def identities(self, folder: Path) -> Identities:
        """Whoever has a token of this provider, whose keys are published as a file in `folder`."""
        file = folder / "keys.json"
        file.write_text(self.key_set())
        return identities_by(str(file))


def identities_by(source: str) -> Identities:
    """Whoever has a token that is signed with one of the keys at `source`, a file or a URL."""
    values = {"BUILDPLAN_JWT_ISSUER": ISSUER, "BUILDPLAN_JWT_AUDIENCE": AUDIENCE, "BUILDPLAN_JWT_JWKS": source}
    found = read_identities(Environment(values))
    assert found is not None
    return found
