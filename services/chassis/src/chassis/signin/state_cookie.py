"""What a sign-in must remember between our redirect and the provider's: sealed in a cookie of the browser.

So the callback is bound to the browser that began (RFC 6749, section 10.12), any process can answer it, and whoever
asks for `/masuk` writes nothing to a database. That a state is used once is for the table of used states.
"""

import json
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VALID: Final = timedelta(minutes=15)
"""How long somebody may take to sign in at the provider."""
NONCE_BYTES: Final = 12


class Attempt(NamedTuple):
    """One sign-in that has begun. `until`: seconds since 1970."""

    state: str
    nonce: str
    code_verifier: str
    return_to: str
    until: int

    def __repr__(self) -> str:
        return "Attempt()"


def new_attempt(return_to: str, now: datetime) -> Attempt:
    """Of 256 random bits each; the verifier is 64 characters long (RFC 7636, section 4.1)."""
    state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    return Attempt(state, nonce, verifier, return_to, int((now + VALID).timestamp()))


def name_of(state: str) -> str:
    """Part of the cookie's name, so that two tabs can sign in at the same time."""
    return sha256(state.encode()).hexdigest()[:16]


def seal(key: bytes, attempt: Attempt) -> str:
    """The cookie's value."""
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, json.dumps(attempt).encode(), _ABOUT)
    return urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def unseal(key: bytes, value: str, state: str, now: datetime) -> Attempt | None:
    """The attempt of this state; None: forged, of another state, or too old."""
    try:
        raw = urlsafe_b64decode(value + "=" * (-len(value) % 4))
        attempt = Attempt(*json.loads(AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _ABOUT)))
    except (InvalidTag, ValueError, TypeError):
        return None
    genuine = secrets.compare_digest(attempt.state.encode(), state.encode(errors="replace"))
    return attempt if genuine and now.timestamp() < attempt.until else None


_ABOUT: Final = b"sign-in of pages"
