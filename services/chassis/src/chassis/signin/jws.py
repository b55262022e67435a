"""Signature, issuer, audience and times of a token (RFC 7519, RFC 8725). What the token is for is for others."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from joserfc import jws
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from chassis.signin.provider import Provider
from schemas.base.refusals import InvalidField, NotSignedIn
from schemas.base.strict_json import NoJson, strict_json

ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signatures with a key pair only: never `none`, and never HMAC, whose key would be the public one."""
TOKEN_BYTES: Final = 16_384


class _OnlyThese(JWSRegistry):
    max_header_length = 4096

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


# RFC 7515, section 4: header parameters that are not understood are ignored, unless `crit` names them.
_REGISTRY: Final = _OnlyThese(strict_check_header=False)


class Verified(NamedTuple):
    """A token that the provider signed, for us, and that is valid now."""

    header: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies tokens of one provider. `now`: real seconds since 1970; `skew_s`: by how much clocks may differ."""

    provider: Provider
    skew_s: int = 30
    now: Callable[[], float] = time.time

    async def verified(self, token: str, audience: str, *, needs_subject: bool = True) -> Verified:
        """Any token of the provider for this audience. A logout token may name a session instead of a subject.

        Raises:
            NotSignedIn: it is not valid; `why` says why in one word.
            ProviderUnavailable: the provider's keys were never read.
        """
        signed = await self._signed(token)
        try:
            claims = strict_json(signed.payload or b"")
        except (NoJson, InvalidField) as error:
            raise NotSignedIn(why="malformed") from error
        if not isinstance(claims, dict):
            raise NotSignedIn(why="malformed")
        self._check(claims, audience, needs_subject=needs_subject)
        return Verified(signed.headers(), claims)

    async def _signed(self, token: str) -> jws.CompactSignature:
        if len(token) > TOKEN_BYTES or not token.isascii():
            raise NotSignedIn(why="malformed")
        try:
            parsed = jws.extract_compact(token.encode(), registry=_REGISTRY)
            header = parsed.headers()
            _REGISTRY.check_header(header)
            _REGISTRY.get_alg(header["alg"])
        except UnsupportedAlgorithmError as error:
            raise NotSignedIn(why="algorithm") from error
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise NotSignedIn(why="malformed") from error
        key = await self.provider.key(header.get("kid"), header["alg"])
        if key is None:
            raise NotSignedIn(why="unknown-key")
        try:
            genuine = jws.validate_compact(parsed, key, registry=_REGISTRY)
        except (JoseError, ValueError, TypeError) as error:
            raise NotSignedIn(why="signature") from error
        if not genuine:
            raise NotSignedIn(why="signature")
        return parsed

    def _check(self, claims: dict[str, Any], audience: str, *, needs_subject: bool) -> None:
        rules = JWTClaimsRegistry(
            int(self.now()),
            self.skew_s,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": needs_subject},
        )
        try:
            rules.validate(claims)
        except ExpiredTokenError as error:
            raise NotSignedIn(why="expired") from error
        except (InvalidClaimError, MissingClaimError) as error:
            raise NotSignedIn(why=_WHY.get(error.claim, "claims")) from error


_WHY: Final = {"iss": "issuer", "aud": "audience", "nbf": "not-yet-valid", "iat": "not-yet-valid"}
