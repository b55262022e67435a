"""Pure rules for the content of a token: where its roles are, and whether it is an access token."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.access.principal import Grant, grants_of

Claims = Mapping[str, Any]
ACCESS_TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
PLAIN_TYPES: Final = frozenset({"", "jwt", "application/jwt"})
LONGEST_NAME: Final = 200


def is_access_token(header: Claims, claims: Claims) -> bool:
    """Whether the provider says that this is an access token. An ID token never says so, nor do logout tokens, refresh
    tokens or tokens that need a proof of possession.

    By the header `typ: at+jwt` (RFC 9068, section 2.1), or as Keycloak does by default, by the claim `typ: Bearer`
    where its ID tokens have `ID`. Whatever says neither is refused: other claims (`nonce`, `at_hash`, `azp`, `scope`)
    are in ID tokens of some providers and not of others. `cnf`: the token is bound to a key that nobody checks here.
    """
    kind = header.get("typ", "")
    if not isinstance(kind, str) or "cnf" in claims:
        return False
    return kind.lower() in ACCESS_TYPES or (kind.lower() in PLAIN_TYPES and claims.get("typ") == "Bearer")


def roles(claims: Claims, path: str) -> frozenset[Grant]:
    """Our roles in the claim at `path`, such as `roles` or `realm_access.roles`: a list of texts, or one text."""
    found = _at(claims, path)
    if isinstance(found, str):
        found = found.split()
    return grants_of(found) if isinstance(found, list) else frozenset()


def display_name(claims: Claims) -> str:
    """What to call a person on pages; empty if the provider does not say."""
    given = (claims.get(claim) for claim in ("name", "preferred_username"))
    return next((each[:LONGEST_NAME] for each in given if isinstance(each, str) and each), "")


def _at(claims: Claims, path: str) -> Any:
    """The value at a dotted path. Names may hold dots themselves, as `https://example.go.id/roles` does."""
    if path in claims:
        return claims[path]
    for index, character in enumerate(path):
        inner = claims.get(path[:index]) if character == "." else None
        if isinstance(inner, dict) and (found := _at(inner, path[index + 1 :])) is not None:
            return found
    return None
