"""What accepts access tokens in a process, by its settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from chassis.base.settings import PREFIX, Settings
from chassis.signin.jws import Verifier
from chassis.signin.provider import Provider
from chassis.signin.tokens import AccessTokens, NoProvider, Tokens

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_access(settings: Settings) -> AsyncIterator[Tokens]:
    """Open it; the provider is not asked before the first token. Without a provider every token is refused."""
    if settings.oidc_issuer is None:
        log.warning("no access token will be accepted", because=f"{PREFIX}OIDC_ISSUER is not set")
        yield NoProvider()
        return
    provider = Provider(settings.oidc_issuer)
    tokens = AccessTokens(
        Verifier(provider, settings.oidc_clock_skew_s), settings.oidc_audience, settings.oidc_roles_claim
    )
    try:
        yield tokens
    finally:
        await tokens.close()
