"""Access tokens of the API, `Authorization: Bearer`: from a token to the principal that the routes' rules ask about."""

from collections import OrderedDict
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

import structlog

from chassis.base.metrics import TOKENS_REFUSED
from chassis.signin.claims import display_name, is_access_token, roles
from chassis.signin.jws import Verifier
from schemas.access.principal import Principal
from schemas.base.refusals import NotSignedIn

KEPT: Final = 4096
"""Verified tokens that are remembered, so that a client's next request costs no signature."""
LONGEST_SUBJECT: Final = 255
"""OpenID Connect Core 1.0, section 2."""
log = structlog.get_logger(__name__)


class Tokens(Protocol):
    """See `chassis.http.access.Authenticator`."""

    async def bearer(self, token: str) -> Principal: ...
    async def close(self) -> None: ...


class NoProvider:
    """Accepts no token: no provider is set."""

    async def bearer(self, token: str) -> Principal:
        """Raises NotSignedIn, always."""
        del token
        raise _refused(NotSignedIn(why="no-provider"), set="SATUPINTU_OIDC_ISSUER")

    async def close(self) -> None:
        """Nothing is open."""


class _Known(NamedTuple):
    principal: Principal
    ends_at: float
    """Seconds since 1970."""


class AccessTokens:
    """Accepts access tokens of the provider for `audience`, with the roles in `roles_claim`."""

    def __init__(self, verifier: Verifier, audience: str, roles_claim: str) -> None:
        self._verifier, self._audience, self._roles_claim = verifier, audience, roles_claim
        # By digest, so that no token lies in memory for longer than its request.
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._changes = 0

    async def bearer(self, token: str) -> Principal:
        """Who the token is for.

        Raises:
            NotSignedIn: it is not valid; `why` says why.
            ProviderUnavailable: it cannot be checked, because the provider has been away from the start.
        """
        digest = sha256(token.encode(errors="surrogateescape")).digest()
        await self._verifier.provider.refresh()
        known = self._remembered(digest)
        if known is None:
            try:
                known = await self._verify(token)
            except NotSignedIn as refusal:
                raise _refused(refusal) from refusal
            self._remember(digest, known)
        return known.principal

    async def close(self) -> None:
        """Close the connections to the provider."""
        await self._verifier.provider.close()

    async def _verify(self, token: str) -> _Known:
        header, claims = await self._verifier.verified(token, self._audience)
        if not is_access_token(header, claims):
            raise NotSignedIn(why="no-access-token")
        subject = claims["sub"]
        if not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
            raise NotSignedIn(why="claims")
        grants = roles(claims, self._roles_claim)
        return _Known(Principal(claims["iss"], subject, grants, display_name(claims)), claims["exp"])

    def _remembered(self, digest: bytes) -> _Known | None:
        if self._changes != self._verifier.provider.changes:  # a key may have been withdrawn
            self._known.clear()
            self._changes = self._verifier.provider.changes
        known = self._known.get(digest)
        if known is None or known.ends_at + self._verifier.skew_s <= self._verifier.now():
            return None
        self._known.move_to_end(digest)
        return known

    def _remember(self, digest: bytes, known: _Known) -> None:
        # A key may have been withdrawn since `_remembered`; the next request then clears this one too.
        self._known[digest] = known
        if len(self._known) > KEPT:
            self._known.popitem(last=False)


def _refused(refusal: NotSignedIn, **more: str) -> NotSignedIn:
    why = refusal.data["why"]
    TOKENS_REFUSED.labels(why).inc()
    log.info("token refused", why=why, **more)
    return refusal
