"""The public keys of a provider's JWK set (RFC 7517) that may verify signatures. Symmetric keys are never used."""

import warnings
from collections.abc import Mapping
from typing import Any, Final

import structlog
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry, Key, RSAKey

KINDS: Final = frozenset({"RSA", "EC", "OKP"})
LEAST_RSA_BITS: Final = 2048
"""RFC 7518, section 3.3."""
log = structlog.get_logger(__name__)


class SigningKeys:
    """The keys of one JWK set."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        listed = document.get("keys")
        given = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        self._keys = [(each, key) for each in given if (key := _usable(each)) is not None]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SigningKeys) and self._documents() == other._documents()

    __hash__ = None  # type: ignore[assignment]

    def find(self, kid: str | None, algorithm: str) -> Key | None:
        """The key of this id for this algorithm. Without an id: the only one that suits; None: none, or several."""
        found = [
            key
            for given, key in self._keys
            if (kid is None or given.get("kid") == kid) and given.get("alg", algorithm) == algorithm
        ]
        return found[0] if len(found) == 1 else None

    def _documents(self) -> list[dict[str, Any]]:
        return [given for given, _ in self._keys]


def _usable(given: dict[str, Any]) -> Key | None:
    if given.get("kty") not in KINDS or given.get("use", "sig") != "sig":
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            key = JWKRegistry.import_key(dict(given))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        log.warning("key of the provider ignored", kid=given.get("kid"), because=type(error).__name__)
        return None
    return None if isinstance(key, RSAKey) and key.public_key.key_size < LEAST_RSA_BITS else key
