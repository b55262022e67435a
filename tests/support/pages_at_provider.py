"""A real small provider in process, and our pages beside it."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from canaille.oidc.basemodels import Client
from fastapi import FastAPI
from pytest_iam import Server

from chassis.access_log.entry import MemoryAccessLog
from chassis.http.web import install
from chassis.signin.code_flow import SCOPES, CodeFlow
from chassis.signin.jws import Verifier
from chassis.signin.pages import SignIn
from chassis.signin.provider import Provider
from chassis.signin.routes import router
from chassis.signin.session_table import SessionTable
from chassis.signin.sessions import Sessions
from support.browser_of_pages import KeycloakBrowser, Pages, ShiftedClock, Wire
from support.keycloak import AUDIENCE, CLIENT, CLIENT_SECRET, ROLES_CLAIM, Keycloak

ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture
def client(iam_server: Server) -> Iterator[Client]:
    """Our client at the provider."""
    with iam_server.app.app_context():
        client = iam_server.models.Client(
            client_id="satupintu",
            client_secret="client-secret",
            client_name="Satupintu",
            client_uri=ORIGIN,
            redirect_uris=[f"{ORIGIN}/masuk/kembali"],
            post_logout_redirect_uris=[f"{ORIGIN}/keluar"],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code", "token", "id_token"],
            token_endpoint_auth_method="client_secret_basic",
            scope=["openid", "profile", "groups"],
        )
        iam_server.backend.save(client)
        client.audience = [client]
        iam_server.backend.save(client)
        yield client
        iam_server.backend.delete(client)


@pytest.fixture
def officer(iam_server: Server, client: Client) -> Iterator[Any]:
    """A person who is an officer of PLN and works at the triage desk."""
    with iam_server.app.app_context():
        user = iam_server.models.User(
            user_name="sari", family_name="Dewi", formatted_name="Sari Dewi", emails=["sari@example.go.id"]
        )
        iam_server.backend.save(user)
        groups = [iam_server.models.Group(display_name=name, members=[user]) for name in ("officer:pln", "triage")]
        for group in groups:
            iam_server.backend.save(group)
        iam_server.login(user)
        iam_server.consent(user, client)
        yield user
        iam_server.logout()
        for made in (*groups, user):
            iam_server.backend.delete(made)


@pytest.fixture
async def pages(iam_server: Server, client: Client, tmp_path: Path) -> AsyncIterator[Pages]:
    """Our pages, signing in at a small provider over HTTP."""
    ours = ("satupintu", "client-secret", "groups", "openid profile groups")
    async with opened(iam_server.url.rstrip("/"), tmp_path, iam_server.test_client, *ours) as pages:
        yield pages


@pytest.fixture
async def pages_at_keycloak(keycloak: Keycloak, tmp_path: Path) -> AsyncIterator[Pages]:
    """Our pages, signing in at Keycloak."""
    ours = (CLIENT, CLIENT_SECRET, ROLES_CLAIM, SCOPES, AUDIENCE)
    async with opened(keycloak.issuer, tmp_path, KeycloakBrowser(), *ours) as pages:
        yield pages


@asynccontextmanager
async def opened(issuer: str, folder: Path, provider_web: Any, *ours: str) -> AsyncIterator[Pages]:
    """`ours`: what `CodeFlow` takes after the verifier."""
    clock, log, wire = ShiftedClock(), MemoryAccessLog(), Wire()
    provider = Provider(issuer, monotonic=lambda: time.monotonic() + clock.ahead.total_seconds())
    flow = CodeFlow(Verifier(provider), *ours, transport=wire)
    table = SessionTable(f"sqlite:///{folder}/sessions.db", bytes(32))
    app = FastAPI()
    app.include_router(router)
    app.state.signin = SignIn(flow, Sessions(table, flow, log, clock), bytes(32), log, clock)
    app.state.access_log = log

    async def ready() -> dict[str, str]:
        return {}

    install(app, ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as web:
        yield Pages(app, web, provider_web, clock, log, provider, wire)
    await table.close()
    await flow.close()
    await provider.close()
