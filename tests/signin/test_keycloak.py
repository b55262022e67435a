"""Access tokens of a real Keycloak, for people and for systems."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.base.settings import read_settings
from chassis.signin.jws import Verifier
from chassis.signin.provider import RETRY_S, STALE_S, Provider
from chassis.signin.tokens import AccessTokens
from local.front import create_app
from local.platform.state_dir import make_secrets
from schemas.access.principal import Grant, Role
from schemas.base.refusals import NotSignedIn
from support.inbox import keep_registry
from support.keycloak import AUDIENCE, PEOPLE, ROLES_CLAIM, Keycloak

pytestmark = [pytest.mark.keycloak, pytest.mark.slow]


class Hurried:
    """A clock that a test moves, so that it need not wait for the keys to be read again."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Hurried:
    return Hurried()


@pytest.fixture
async def tokens(keycloak: Keycloak, clock: Hurried) -> AsyncIterator[AccessTokens]:
    opened = AccessTokens(Verifier(Provider(keycloak.issuer, monotonic=clock)), AUDIENCE, ROLES_CLAIM)
    yield opened
    await opened.close()


async def why(tokens: AccessTokens, token: str) -> str:
    with pytest.raises(NotSignedIn) as refused:
        await tokens.bearer(token)
    return str(refused.value.data["why"])


async def test_people_have_the_roles_of_their_realm(keycloak: Keycloak, tokens: AccessTokens) -> None:
    for user, roles in PEOPLE.items():
        who = await tokens.bearer(keycloak.token(user)["access_token"])
        assert who.issuer == keycloak.issuer
        assert {str(grant) for grant in who.grants} == set(roles)
    assert who.subject == keycloak.user_id(user)


async def test_a_system_has_the_role_of_its_service_account(keycloak: Keycloak, tokens: AccessTokens) -> None:
    who = await tokens.bearer(keycloak.system_token("agency-kota-bandung"))
    assert who.grants == {Grant(Role.AGENCY, "kota-bandung")}
    gateway = await tokens.bearer(keycloak.system_token("gateway-wa"))
    assert gateway.grants == {Grant(Role.GATEWAY, "wa")}


async def test_other_tokens_are_refused(keycloak: Keycloak, tokens: AccessTokens) -> None:
    answer = keycloak.token("dewi")
    assert await why(tokens, answer["id_token"]) == "audience"
    assert await why(tokens, answer["refresh_token"]) == "algorithm"  # an HMAC of Keycloak itself
    assert await why(tokens, keycloak.system_token("elsewhere")) == "audience"


async def test_an_id_token_is_refused_even_if_it_were_for_us(keycloak: Keycloak) -> None:
    tokens = AccessTokens(Verifier(Provider(keycloak.issuer)), "password-of-tests", ROLES_CLAIM)
    assert await why(tokens, keycloak.token("dewi")["id_token"]) == "no-access-token"
    await tokens.close()


async def test_a_token_of_another_realm_is_refused(keycloak: Keycloak) -> None:
    other = AccessTokens(Verifier(Provider(f"{keycloak.address}/realms/master")), AUDIENCE, ROLES_CLAIM)
    assert await why(other, keycloak.token("dewi")["access_token"]) == "unknown-key"
    await other.close()


async def test_a_role_that_was_taken_away_is_gone_with_the_next_token(keycloak: Keycloak, tokens: AccessTokens) -> None:
    first = keycloak.token("maya")
    assert (await tokens.bearer(first["access_token"])).has(Role.TRIAGE)
    keycloak.set_roles("maya", "analyst")
    try:
        second = keycloak.refreshed(first["refresh_token"])
        assert (await tokens.bearer(second["access_token"])).grants == {Grant(Role.ANALYST)}
    finally:
        keycloak.set_roles("maya", "triage", "analyst")


async def test_the_front_door_takes_them_by_its_settings(
    keycloak: Keycloak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("STATE_DIR", tmp_path), ("OIDC_ISSUER", keycloak.issuer), ("OIDC_ROLES_CLAIM", ROLES_CLAIM)):
        monkeypatch.setenv(f"SATUPINTU_{name}", str(value))
    make_secrets(tmp_path)
    app = create_app(read_settings())
    inbox, person = "/api/v1/agencies/kota-bandung/inbox", keycloak.token("dewi")
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://door") as web:

        async def status(path: str, token: str) -> int:
            return (await web.get(path, headers={"Authorization": f"Bearer {token}"})).status_code

        await keep_registry(app.state.intake.repository.store, app.state.intake.repository)
        system = keycloak.system_token("agency-kota-bandung")
        assert await status(inbox, system) == 200
        assert await status("/api/v1/agencies/pln/inbox", system) == 404
        assert await status("/api/v1/triage", system) == 403
        assert await status("/api/v1/triage", person["access_token"]) == 200
        assert await status("/api/v1/triage", person["id_token"]) == 401
        assert await status("/api/v1/books", person["id_token"]) == 401
        assert (await web.get("/api/v1/books")).status_code == 200


async def test_keys_rotate(keycloak: Keycloak, tokens: AccessTokens, clock: Hurried) -> None:
    old = keycloak.token("dewi")["access_token"]
    await tokens.bearer(old)
    keycloak.new_key()
    new = keycloak.token("dewi")["access_token"]
    clock.s += RETRY_S
    await tokens.bearer(new)
    await tokens.bearer(old)
    keycloak.withdraw_old_keys()
    clock.s += STALE_S + 1
    assert await why(tokens, old) == "unknown-key"
    await tokens.bearer(new)


async def test_while_the_provider_is_away_known_keys_go_on(
    keycloak: Keycloak, tokens: AccessTokens, clock: Hurried
) -> None:
    one, other = keycloak.token("dewi")["access_token"], keycloak.system_token("gateway-wa")
    await tokens.bearer(one)
    keycloak.pause()
    try:
        clock.s += STALE_S + 1
        await tokens.bearer(one)
        await tokens.bearer(other)
    finally:
        keycloak.resume()
    clock.s += STALE_S + 1
    await tokens.bearer(keycloak.token("dewi")["access_token"])
