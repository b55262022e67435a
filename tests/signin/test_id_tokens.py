"""The provider's answers at sign-in: only a valid ID token for us, of this sign-in, signs anybody in."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from chassis.signin.code_flow import BACKCHANNEL, CodeFlow, SessionOver, SignInRefused
from chassis.signin.fetch import ProviderUnavailable
from chassis.signin.jws import Verifier
from chassis.signin.session import Session
from schemas.access.principal import grants_of
from schemas.base.refusals import NotSignedIn
from support.provider import StandIn, new_key

KEY, OTHER = new_key("one"), new_key("two")
T0 = datetime(2026, 12, 1, tzinfo=UTC)


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


class Side:
    """Our flow, and a provider that answers its token endpoint with what a test says."""

    def __init__(self) -> None:
        self.standin = StandIn(KEY)
        self.answer: Any = {}
        self.status = 200
        transport = httpx2.MockTransport(lambda _request: httpx2.Response(self.status, json=self.answer))
        verifier = Verifier(self.standin.provider(), 30, lambda: self.standin.now)
        self.flow = CodeFlow(verifier, "satupintu", "secret", "roles", audience="satupintu-api", transport=transport)

    def id_token(self, **claims: Any) -> str:
        plain = {"aud": "satupintu", "nonce": "n", "sid": "s", "name": "Sari"}
        return self.standin.signed(header_typ=claims.pop("header_typ", "JWT"), **(plain | claims))

    async def exchange(self, id_token: str | None, **more: Any) -> Any:
        answer = {"access_token": "a", "refresh_token": "r", "id_token": id_token} | more
        self.answer = {name: value for name, value in answer.items() if value is not None}
        return await self.flow.exchange("code", "verifier", "n", "https://lapor.go.id/masuk/kembali")


@pytest.fixture
def side() -> Side:
    return Side()


async def test_a_valid_id_token_signs_in(side: Side) -> None:
    person = await side.exchange(side.id_token())
    assert (person.subject, person.name, person.grants) == ("u-1", "Sari", grants_of(["triage"]))
    assert (person.provider_session, person.refresh_token) == ("s", "r")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda side: unsigned(side.id_token()), "algorithm"),
        (lambda side: side.id_token()[:-4] + "AAAA", "signature"),
        (lambda side: side.standin.signed(OTHER, "JWT", aud="satupintu", nonce="n"), "unknown-key"),
        (lambda side: side.id_token(aud="another-client"), "audience"),
        (lambda side: side.id_token(aud="satupintu-api"), "audience"),
        (lambda side: side.id_token(aud=["satupintu", "another"], azp="another"), "audience"),
        (lambda side: side.id_token(aud=["satupintu", "another"]), "audience"),
        (lambda side: side.id_token(iss="https://evil.test"), "issuer"),
        (lambda side: side.id_token(exp=int(side.standin.now) - 31), "expired"),
        (lambda side: side.id_token(iat=int(side.standin.now) + 60), "not-yet-valid"),
        (lambda side: side.id_token(nonce="of another sign-in"), "nonce"),
        (lambda side: side.id_token(nonce=None), "nonce"),
        (lambda side: side.id_token(nonce=["n"]), "nonce"),
        (lambda side: side.id_token(header_typ="at+jwt"), "no-id-token"),
        (lambda side: side.id_token(typ="Bearer"), "no-id-token"),
        (lambda side: side.id_token(events={BACKCHANNEL: {}}), "no-id-token"),
        (lambda side: side.id_token(sub=""), "claims"),
        (lambda side: side.id_token(sub="a\nb"), "claims"),
        (lambda side: side.id_token(sub="x" * 256), "claims"),
        (lambda _side: None, "malformed"),
        (lambda _side: "", "malformed"),
        (lambda _side: 7, "malformed"),
        (lambda _side: "a.b.c", "malformed"),
    ],
)
async def test_any_other_is_refused(side: Side, make: Callable[[Side], str], why: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        await side.exchange(make(side))
    assert refused.value.why == why


async def test_a_provider_that_gives_no_refresh_token_is_not_set_up_for_us(side: Side) -> None:
    with pytest.raises(SignInRefused, match="no-refresh-token"):
        await side.exchange(side.id_token(), refresh_token=None)


@pytest.mark.parametrize("answer", [[], "x", 7, None])
async def test_nonsense_of_the_provider_is_no_sign_in(side: Side, answer: Any) -> None:
    side.answer = answer
    with pytest.raises(ProviderUnavailable):
        await side.flow.exchange("code", "verifier", "n", "https://lapor.go.id/masuk/kembali")


@pytest.mark.parametrize(
    ("status", "error", "why"), [(400, "invalid_grant", "code"), (401, "invalid_client", "provider")]
)
async def test_the_providers_no_is_told_apart(side: Side, status: int, error: str, why: str) -> None:
    side.status = status
    with pytest.raises(SignInRefused, match=why):
        await side.exchange(None, error=error)


async def test_a_new_key_of_the_provider_is_read_while_somebody_is_signed_in(side: Side) -> None:
    await side.exchange(side.id_token())
    side.standin.keys, side.standin.clock = [OTHER], side.standin.clock + 10
    person = await side.exchange(side.standin.signed(OTHER, "JWT", aud="satupintu", nonce="n"))
    assert person.subject == "u-1"


SESSION = Session("", "u-1", grants_of(["triage"]), T0, T0, T0, name="Sari", refresh_token="r", id_token="i")


async def renew(side: Side, status: int = 200, **answer: Any) -> Any:
    side.status, side.answer = status, {"access_token": "a"} | answer
    return await side.flow.renew(SESSION)


async def test_a_renewal_gives_present_roles_and_keeps_what_is_not_sent_again(side: Side) -> None:
    await side.exchange(side.id_token())
    person = await renew(side, id_token=side.id_token(roles=["arbiter"], nonce=None, name=None))
    assert (person.grants, person.name, person.refresh_token) == (grants_of(["arbiter"]), "Sari", "r")


async def test_a_renewal_for_somebody_else_ends_the_session(side: Side) -> None:
    await side.exchange(side.id_token())
    with pytest.raises(SessionOver):
        await renew(side, id_token=side.id_token(sub="u-2"))
    with pytest.raises(SessionOver):
        await renew(side, id_token=unsigned(side.id_token()))


@pytest.mark.parametrize(
    ("status", "error", "raised"),
    [
        (400, "invalid_grant", SessionOver),
        (401, "invalid_client", ProviderUnavailable),
        (500, "server_error", ProviderUnavailable),
        (503, "temporarily_unavailable", ProviderUnavailable),
    ],
)
async def test_only_the_providers_no_ends_a_session(
    side: Side, status: int, error: str, raised: type[Exception]
) -> None:
    await side.exchange(side.id_token())
    with pytest.raises(raised):
        await renew(side, status, error=error)


async def test_a_logout_token_names_whom_to_sign_out(side: Side) -> None:
    token = side.id_token(nonce=None, events={BACKCHANNEL: {}}, header_typ="logout+jwt")
    assert await side.flow.ended(token) == ("u-1", "s")
    only_session = side.id_token(nonce=None, events={BACKCHANNEL: {}}, sub=None)
    assert await side.flow.ended(only_session) == ("", "s")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"nonce": None},
        {"events": {BACKCHANNEL: {}}},
        {"nonce": None, "events": {}},
        {"nonce": None, "events": [BACKCHANNEL]},
        {"nonce": None, "events": {BACKCHANNEL: {}}, "aud": "another"},
        {"nonce": None, "events": {BACKCHANNEL: {}}, "sub": None, "sid": None},
        {"nonce": None, "events": {BACKCHANNEL: {}}, "sid": ["s"]},
    ],
)
async def test_no_other_token_signs_anybody_out(side: Side, claims: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        await side.flow.ended(side.id_token(**claims))
    with pytest.raises(NotSignedIn):
        await side.flow.ended(unsigned(side.id_token(nonce=None, events={BACKCHANNEL: {}})))
