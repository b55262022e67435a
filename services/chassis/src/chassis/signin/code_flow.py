"""Authorization code flow with PKCE towards the provider (OpenID Connect Core 1.0, section 3.1; RFC 7636).

Authlib's client builds and authenticates the requests. The sign-in's state is ours (`state_cookie.py`), because several
processes answer callbacks; ID tokens are verified as access tokens are (`jws.py`): same keys, same algorithms.
"""

import asyncio
from hmac import compare_digest
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from chassis.signin.claims import Claims, display_name, is_access_token, roles
from chassis.signin.fetch import LIMIT_S, ProviderUnavailable
from chassis.signin.jws import Verifier
from chassis.signin.session import Session
from schemas.access.principal import Grant
from schemas.base.refusals import NotSignedIn

SCOPES: Final = "openid profile"
LONGEST_SUBJECT: Final = 255
BACKCHANNEL: Final = "http://schemas.openid.net/event/backchannel-logout"
OVER: Final = frozenset({"invalid_grant", "invalid_token"})
"""Errors of a refresh that mean that the person's session at the provider is over (RFC 6749, section 5.2)."""


class SignInRefused(Exception):
    """The sign-in cannot go on. `why` in one word, for the access log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class SessionOver(Exception):
    """The provider says that the person's session has ended, or is somebody else's now."""


class Person(NamedTuple):
    """Who signed in, as the provider says."""

    subject: str
    grants: frozenset[Grant]
    name: str
    provider_session: str
    refresh_token: str
    id_token: str

    def __repr__(self) -> str:
        return f"Person({self.subject})"


class CodeFlow:
    """The flow for one client of the provider. `secret`: None for a public client, which PKCE alone protects.
    `audience`: of access tokens, whose roles count where ID tokens have none.
    """

    def __init__(
        self,
        verifier: Verifier,
        client_id: str,
        secret: str | None,
        roles_claim: str,
        scopes: str = SCOPES,
        audience: str = "",
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.issuer = verifier.provider.issuer
        self._verifier, self._client_id, self._roles_claim = verifier, client_id, roles_claim
        self._audience = audience
        self._client: Any = AsyncOAuth2Client(
            client_id,
            secret,
            scope=scopes,
            code_challenge_method="S256",
            timeout=LIMIT_S,
            follow_redirects=False,
            transport=transport,
        )

    async def address(self, return_to: str, state: str, nonce: str, code_verifier: str) -> str:
        """Where the browser signs in. `return_to`: our callback. Raises ProviderUnavailable."""
        endpoint = (await self._verifier.provider.metadata()).authorization_endpoint
        url, _ = self._client.create_authorization_url(
            endpoint, state, code_verifier=code_verifier, redirect_uri=return_to, nonce=nonce
        )
        return str(url)

    async def exchange(self, code: str, code_verifier: str, nonce: str, return_to: str) -> Person:
        """Who the code is for.

        Raises:
            SignInRefused: the provider does not accept the code, or its answer is not valid.
            ProviderUnavailable.
        """
        endpoint = (await self._verifier.provider.metadata()).token_endpoint
        try:
            answer = await self._asked(
                self._client.fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=code_verifier,
                    redirect_uri=return_to,
                )
            )
        except OAuthError as error:
            raise SignInRefused("code" if error.error == "invalid_grant" else "provider") from error
        claims = await self._id_claims(answer)
        given = claims.get("nonce")
        if not isinstance(given, str) or not compare_digest(given.encode(), nonce.encode()):
            raise SignInRefused("nonce")
        if not answer.get("refresh_token"):  # without one, roles could not be read again
            raise SignInRefused("no-refresh-token")
        return await self._person(claims, answer)

    async def renew(self, session: Session) -> Person:
        """The person again, with present roles.

        Raises:
            SessionOver: the provider refuses.
            ProviderUnavailable: it cannot be asked, or not understood.
        """
        endpoint = (await self._verifier.provider.metadata()).token_endpoint
        try:
            answer = await self._asked(self._client.refresh_token(endpoint, session.refresh_token))
            claims = await self._id_claims(answer) if "id_token" in answer else {"sub": session.subject}
        except OAuthError as error:
            if error.error in OVER:
                raise SessionOver from error
            raise ProviderUnavailable(f"{endpoint}: {error.error}") from error
        except SignInRefused as error:
            raise SessionOver from error
        if claims["sub"] != session.subject:
            raise SessionOver
        person = await self._person(claims, answer)
        return person._replace(
            refresh_token=person.refresh_token or session.refresh_token,
            id_token=person.id_token or session.id_token,
            name=person.name or session.name,
            provider_session=person.provider_session or session.provider_session,
        )

    async def leave(self, id_token: str, return_to: str) -> str | None:
        """Where the browser ends the provider's own session (RP-Initiated Logout 1.0); None: it has no such place."""
        try:
            endpoint = (await self._verifier.provider.metadata()).end_session_endpoint
        except ProviderUnavailable:
            return None
        if endpoint is None:
            return None
        given = {"id_token_hint": id_token, "post_logout_redirect_uri": return_to, "client_id": self._client_id}
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(given)}"

    async def ended(self, logout_token: str) -> tuple[str, str]:
        """Subject and session of the provider, either of them empty, that it says it ended (Back-Channel Logout 1.0,
        section 2.6). Raises NotSignedIn: not such a token. ProviderUnavailable.
        """
        _, claims = await self._verifier.verified(logout_token, self._client_id, needs_subject=False)
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(BACKCHANNEL), dict) or "nonce" in claims:
            raise NotSignedIn(why="no-logout-token")
        subject, session = claims.get("sub", ""), claims.get("sid", "")
        if not isinstance(subject, str) or not isinstance(session, str) or not (subject or session):
            raise NotSignedIn(why="claims")
        return subject, session

    async def close(self) -> None:
        """Close the connections to the provider."""
        await self._client.aclose()

    async def _id_claims(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The claims of a valid ID token for us (OpenID Connect Core 1.0, section 3.1.3.7)."""
        try:
            header, claims = await self._verifier.verified(str(answer.get("id_token", "")), self._client_id)
        except NotSignedIn as refusal:
            raise SignInRefused(str(refusal.data["why"])) from refusal
        subject = claims["sub"]
        if is_access_token(header, claims) or "events" in claims:
            raise SignInRefused("no-id-token")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client_id) != self._client_id:
            raise SignInRefused("audience")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
            raise SignInRefused("claims")
        return claims

    async def _person(self, claims: Claims, answer: dict[str, Any]) -> Person:
        access_token = str(answer.get("access_token", ""))
        grants = roles(claims, self._roles_claim) or await self._grants_of(access_token, claims["sub"])
        if not grants or not display_name(claims):
            more = await self._user_info(access_token, claims["sub"])
            grants, claims = grants or roles(more, self._roles_claim), {**more, **claims}
        session, refresh_token = claims.get("sid", ""), answer.get("refresh_token", "")
        return Person(
            claims["sub"],
            grants,
            display_name(claims),
            session if isinstance(session, str) else "",
            str(refresh_token or ""),
            str(answer.get("id_token", "")),
        )

    async def _grants_of(self, access_token: str, subject: str) -> frozenset[Grant]:
        """The roles in an access token for our API, where providers such as Keycloak put them first."""
        try:
            header, claims = await self._verifier.verified(access_token, self._audience)
        except NotSignedIn:
            return frozenset()  # for another audience, or not a JWT
        mine = is_access_token(header, claims) and claims["sub"] == subject
        return roles(claims, self._roles_claim) if mine else frozenset()

    async def _user_info(self, access_token: str, subject: str) -> dict[str, Any]:
        """The claims that the provider does not put into ID tokens (section 5.3)."""
        endpoint = (await self._verifier.provider.metadata()).userinfo_endpoint
        if endpoint is None:
            return {}
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        answer = await self._asked(self._client.request("GET", endpoint, withhold_token=True, headers=headers))
        try:
            found = answer.raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderUnavailable(f"{endpoint}: {type(error).__name__}") from error
        # Section 5.3.2: claims about somebody else must not be used.
        if not isinstance(found, dict) or found.get("sub") != subject:
            raise ProviderUnavailable(f"{endpoint}: claims about somebody else")
        return found

    async def _asked(self, request: Any) -> Any:
        try:
            async with asyncio.timeout(LIMIT_S):
                return await request
        except OAuthError:
            raise
        except (httpx2.HTTPError, TimeoutError, OSError, ValueError, TypeError, AttributeError) as error:
            raise ProviderUnavailable(f"{self.issuer}: {type(error).__name__}") from error
