"""A provider in process for tests of our side: its key set and documents answer through a transport, not a network."""

import time
import warnings
from collections import Counter
from typing import Any, Final

import httpx2
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import JWKRegistry, Key

from chassis.signin.jws import Verifier
from chassis.signin.provider import Provider
from chassis.signin.tokens import AccessTokens

ISSUER: Final = "https://id.example.go.id/realms/satupintu"
AUDIENCE: Final = "satupintu-api"
KEYS: Final = f"{ISSUER}/keys"
DISCOVERY: Final = f"{ISSUER}/.well-known/openid-configuration"


def new_key(kid: str, kind: str = "RSA", size: Any = 2048, **more: str) -> Key:
    """A key pair."""
    return JWKRegistry.generate_key(kind, size, {"kid": kid, **more})


class StandIn:
    """What the provider publishes, which a test changes, and how often it was asked."""

    def __init__(self, *keys: Key) -> None:
        self.keys = list(keys)
        self.extra: list[dict[str, Any]] = []
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "jwks_uri": KEYS,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
        }
        self.away = False
        self.answer: httpx2.Response | None = None
        self.asked: Counter[str] = Counter()
        self.clock = 1000.0
        self.now = time.time()

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        url = str(request.url)
        self.asked[url] += 1
        if self.away:
            raise httpx2.ConnectError("refused")
        if self.answer is not None:
            return self.answer
        public = [key.as_dict(private=False) for key in self.keys]
        return httpx2.Response(200, json={KEYS: {"keys": self.extra + public}, DISCOVERY: self.metadata}[url])

    def provider(self) -> Provider:
        """Our side of it, on a clock that the test moves."""
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        return Provider(ISSUER, client, monotonic=lambda: self.clock)

    def tokens(self, roles_claim: str = "roles") -> AccessTokens:
        """What our routes ask."""
        return AccessTokens(Verifier(self.provider(), 30, lambda: self.now), AUDIENCE, roles_claim)

    def signed(self, key: Key | None = None, header_typ: str = "at+jwt", alg: str = "RS256", **claims: Any) -> str:
        """A valid access token, but for what is given; None as a value leaves a claim out."""
        key = key or self.keys[0]
        plain = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "iat": int(self.now), "exp": int(self.now) + 300,
            "roles": ["triage"],
        }  # fmt: skip
        whole = {name: value for name, value in (plain | claims).items() if value is not None}
        # Signs with any key, whatever it is published for.
        plain_key = {name: value for name, value in key.as_dict(private=True).items() if name not in ("use", "alg")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            signer, header = JWKRegistry.import_key(plain_key), {"alg": alg, "kid": key.kid, "typ": header_typ}
            return jwt.encode(header, whole, signer, algorithms=[alg])
