"""Opens what the sign-in of pages needs, by a process's settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from chassis.access_log.entry import AccessLogger
from chassis.base.clock import SystemClock
from chassis.base.settings import Settings
from chassis.signin.code_flow import CodeFlow
from chassis.signin.jws import Verifier
from chassis.signin.pages import SignIn
from chassis.signin.provider import Provider
from chassis.signin.session_table import SessionTable
from chassis.signin.sessions import Sessions

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_sign_in(settings: Settings, access_log: AccessLogger) -> AsyncIterator[SignIn | None]:
    """Open it; the provider is not asked before the first sign-in. None: no provider is set."""
    if settings.oidc_issuer is None:
        yield None
        return
    key, clock = settings.session_key.get_secret_value(), SystemClock()
    provider = Provider(settings.oidc_issuer)
    verifier = Verifier(provider, settings.oidc_clock_skew_s)
    secret, claim, scopes = _client_secret(settings), settings.oidc_roles_claim, settings.oidc_scopes
    flow = CodeFlow(verifier, settings.oidc_client_id, secret, claim, scopes, settings.oidc_audience)
    table = SessionTable(settings.sessions_url, key)
    await table.database.check()
    sessions = Sessions(table, flow, access_log, clock)
    sweeping = asyncio.create_task(sessions.sweep(), name="sweep sessions")
    try:
        yield SignIn(flow, sessions, key, access_log, clock)
    finally:
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping
        await table.close()
        await flow.close()
        await provider.close()


def _client_secret(settings: Settings) -> str | None:
    try:
        return settings.oidc_client_secret_file.read_text().strip() or None
    except FileNotFoundError:
        log.warning("signing in as a public client", because=f"there is no {settings.oidc_client_secret_file}")
        return None
