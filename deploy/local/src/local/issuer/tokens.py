"""What the demo provider signs: access tokens as in RFC 9068, and ID tokens of OpenID Connect Core 1.0, section 2."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final, NamedTuple

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from local.issuer.grants import SignIn
from local.issuer.people import Person
from local.issuer.state import ALGORITHM

ACCESS_S: Final = 3600
ID_S: Final = 300


class Signer(NamedTuple):
    """`audience`: of access tokens."""

    issuer: str
    audience: str
    keys: KeySet

    def access(self, subject: str, client: str, roles: tuple[str, ...], name: str, scope: str, now: int) -> str:
        """An access token for the API."""
        claims = {
            "iss": self.issuer, "sub": subject, "aud": self.audience, "client_id": client, "iat": now,
            "exp": now + ACCESS_S, "jti": secrets.token_urlsafe(16), "scope": scope, "roles": list(roles), "name": name,
        }  # fmt: skip
        return self._sign(claims, "at+jwt")

    def identity(self, person: Person, sign_in: SignIn, access: str, nonce: str | None, now: int) -> str:
        """An ID token for the client."""
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": sign_in.client, "iat": now, "exp": now + ID_S, "auth_time": sign_in.at,
            "sid": sign_in.id, "at_hash": _half_hash(access), **person_claims(person),
        }  # fmt: skip
        return self._sign(claims if nonce is None else claims | {"nonce": nonce}, "JWT")

    def subject_of(self, access: str, now: int) -> str | None:
        """Whom an access token of ours is for; None: it is not valid."""
        claims = self._claims(access, "at+jwt")
        return claims["sub"] if claims is not None and claims["exp"] > now else None

    def session_of(self, identity: str) -> str | None:
        """The sign-in of an ID token of ours, also of one that has expired; None: it is none."""
        claims = self._claims(identity, "JWT")
        return None if claims is None else claims.get("sid")

    def _claims(self, token: str, kind: str) -> dict[str, Any] | None:
        try:
            read = jwt.decode(token, self.keys, algorithms=[ALGORITHM])
        except (JoseError, ValueError):
            return None
        return read.claims if read.header.get("typ") == kind else None

    def _sign(self, claims: dict[str, Any], kind: str) -> str:
        key = self.keys.keys[0]
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": kind}, claims, key)


def person_claims(person: Person) -> dict[str, Any]:
    """What the provider says about a person."""
    return {"sub": person.id, "name": person.name, "preferred_username": person.id, "roles": list(person.roles)}


def _half_hash(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()
