"""Which bearer tokens are accepted: pure rules and the key cache, against a provider in process.

`test_issuer.py` and `test_keycloak.py` ask the same of real ones.
"""

import base64
import hmac
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from chassis.base.settings import BadSetting, read_settings
from chassis.signin.fetch import LIMIT_BYTES, ProviderUnavailable
from chassis.signin.provider import REFRESH_S, RETRY_S, STALE_S
from chassis.signin.tokens import AccessTokens, NoProvider
from schemas.access.principal import Grant, Role
from schemas.base.refusals import NotSignedIn
from support.provider import AUDIENCE, DISCOVERY, ISSUER, KEYS, StandIn, new_key

FIRST, SECOND = new_key("first"), new_key("second")


@pytest.fixture
def there() -> StandIn:
    return StandIn(FIRST)


async def why(tokens: AccessTokens, token: str) -> str:
    with pytest.raises(NotSignedIn) as refused:
        await tokens.bearer(token)
    return str(refused.value.data["why"])


def b64(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_a_valid_token_names_a_person_with_roles(there: StandIn) -> None:
    roles = ["officer:kota-bandung/pu", "triage", "offline_access", 7, "officer"]
    who = await there.tokens().bearer(there.signed(roles=roles, name="Sari"))
    assert (who.issuer, who.subject, who.name) == (ISSUER, "u-1", "Sari")
    assert who.grants == {Grant(Role.OFFICER, "kota-bandung", "pu"), Grant(Role.TRIAGE)}


@pytest.mark.parametrize(
    ("path", "claims"),
    [
        ("roles", {"roles": ["triage"]}),
        ("roles", {"roles": "offline triage"}),
        ("realm_access.roles", {"realm_access": {"roles": ["triage"]}}),
        ("https://satupintu.go.id/roles", {"https://satupintu.go.id/roles": ["triage"]}),
        ("resource_access.satupintu.go.id.roles", {"resource_access": {"satupintu.go.id": {"roles": ["triage"]}}}),
    ],
)
async def test_roles_are_read_where_the_setting_says(there: StandIn, path: str, claims: dict[str, Any]) -> None:
    who = await there.tokens(path).bearer(there.signed(**{"roles": None, **claims}))
    assert who.grants == {Grant(Role.TRIAGE)}


@pytest.mark.parametrize("found", [None, {}, {"triage": True}, 3, [["triage"]], "nobody"])
async def test_whoever_has_no_role_of_ours_is_signed_in_all_the_same(there: StandIn, found: Any) -> None:
    who = await there.tokens().bearer(there.signed(roles=found))
    assert who.signed_in
    assert not who.grants


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://id.example.go.id/realms/other"}, "issuer"),
        ({"iss": ISSUER + "/"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "satupintu"}, "audience"),
        ({"aud": ["account", "other"]}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": {"satupintu-api": 1}}, "audience"),
        ({"exp": None}, "claims"),
        ({"exp": "tomorrow"}, "claims"),
        ({"exp": float("nan")}, "claims"),
        ({"sub": None}, "claims"),
        ({"sub": ""}, "claims"),
        ({"sub": 12}, "claims"),
        ({"sub": "u" * 256}, "claims"),
        ({"sub": "u\n1"}, "claims"),
    ],
)
async def test_wrong_claims(there: StandIn, claims: dict[str, Any], reason: str) -> None:
    assert await why(there.tokens(), there.signed(**claims)) == reason


@pytest.mark.parametrize(
    ("claim", "offset_s", "reason"),
    [
        ("exp", -29, None), ("exp", -30, "expired"), ("exp", -3600, "expired"),
        ("nbf", 30, None), ("nbf", 32, "not-yet-valid"), ("iat", 30, None), ("iat", 32, "not-yet-valid"),
    ],
)  # fmt: skip
async def test_times_allow_for_clocks_that_differ_by_half_a_minute(
    there: StandIn, claim: str, offset_s: int, reason: str | None
) -> None:
    there.now = float(int(there.now))
    tokens, token = there.tokens(), there.signed(**{claim: int(there.now) + offset_s})
    if reason is None:
        assert await tokens.bearer(token)
    else:
        assert await why(tokens, token) == reason


async def test_a_remembered_token_ends_in_time(there: StandIn) -> None:
    tokens, token = there.tokens(), there.signed()
    assert await tokens.bearer(token) == await tokens.bearer(token)
    there.now += 300 + 29
    await tokens.bearer(token)
    there.now += 2
    assert await why(tokens, token) == "expired"


async def test_no_signature_and_no_hmac(there: StandIn) -> None:
    tokens = there.tokens()
    header, claims, signature = there.signed().split(".")
    for alg in ("none", "None", "NONE", "HS256", "RS1", ""):
        forged = b64({"alg": alg, "kid": "first", "typ": "at+jwt"})
        assert await why(tokens, f"{forged}.{claims}.{signature}") == "algorithm"
        assert await why(tokens, f"{forged}.{claims}.") == "algorithm"
    # The public key as the secret of an HMAC, which a verifier that believes the header would check with it.
    signed_part = f"{b64({'alg': 'HS256', 'kid': 'first', 'typ': 'at+jwt'})}.{claims}"
    tag = hmac.digest(FIRST.as_pem(private=False), signed_part.encode(), "sha256")
    assert await why(tokens, f"{signed_part}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}") == "algorithm"
    assert await why(tokens, f"{header}.{b64({'sub': 'operator'})}.{signature}") == "signature"
    assert await why(tokens, f"{header}.{claims}.{signature[:-8]}AAAAAAAA") == "signature"


async def test_a_symmetric_key_in_the_key_set_is_never_used(there: StandIn) -> None:
    secret = OctKey.generate_key(256, {"kid": "shared"})
    there.extra = [secret.as_dict(private=True)]
    token = jwt.encode({"alg": "HS256", "kid": "shared", "typ": "at+jwt"}, {"sub": "u"}, secret)
    assert await why(there.tokens(), token) == "algorithm"


@pytest.mark.parametrize(
    ("kind", "size", "alg"),
    [("RSA", 2048, "RS512"), ("RSA", 2048, "PS256"), ("EC", "P-256", "ES256"), ("OKP", "Ed25519", "EdDSA")],
)
async def test_every_kind_of_key_pair(kind: str, size: Any, alg: str) -> None:
    there = StandIn(new_key("k", kind, size))
    assert await there.tokens().bearer(there.signed(alg=alg))


async def test_a_key_is_used_for_its_own_purpose_and_algorithm_only(there: StandIn) -> None:
    there.keys = [new_key("e", use="enc", alg="RSA-OAEP"), new_key("p", alg="PS256"), FIRST]
    tokens = there.tokens()
    assert await why(tokens, there.signed(there.keys[0])) == "unknown-key"
    assert await why(tokens, there.signed(there.keys[1])) == "unknown-key"
    assert await tokens.bearer(there.signed(there.keys[1], alg="PS256"))
    assert await why(tokens, there.signed(SECOND)) == "unknown-key"


@pytest.mark.parametrize(
    "token", ["a", "a.b.c", "..", "....", "\0", "é.é.é", "a" * 20_000, b64({"alg": "RS256"}) + ".x.y"]
)
async def test_no_token_at_all(there: StandIn, token: str) -> None:
    assert await why(there.tokens(), token) in {"malformed", "signature"}


@pytest.mark.parametrize(
    ("typ", "claims"),
    [("at+jwt", {}), ("application/AT+JWT", {}), ("JWT", {"typ": "Bearer"}), ("at+jwt", {"nonce": "n", "azp": "x"})],
)
async def test_access_tokens_of_rfc_9068_and_of_keycloak(there: StandIn, typ: str, claims: dict[str, Any]) -> None:
    assert await there.tokens().bearer(there.signed(header_typ=typ, **claims))


@pytest.mark.parametrize(
    ("typ", "claims"),
    [
        ("JWT", {}),
        ("JWT", {"nonce": "n", "at_hash": "h"}),
        ("JWT", {"typ": "ID"}),
        ("JWT", {"typ": "Refresh"}),
        ("JWT", {"typ": "DPoP"}),
        ("JWT", {"scope": "openid"}),
        ("logout+jwt", {"typ": "Bearer"}),
        ("at+jwt", {"cnf": {"jkt": "x"}}),
    ],
)
async def test_other_tokens_of_the_provider_are_no_access_tokens(
    there: StandIn, typ: str, claims: dict[str, Any]
) -> None:
    assert await why(there.tokens(), there.signed(header_typ=typ, **claims)) == "no-access-token"


async def test_a_new_key_is_fetched_at_once_and_the_old_one_holds_until_it_is_withdrawn(there: StandIn) -> None:
    tokens = there.tokens()
    old = there.signed()
    await tokens.bearer(old)
    there.keys = [SECOND, FIRST]
    there.clock += RETRY_S
    await tokens.bearer(there.signed(SECOND))
    await tokens.bearer(old)
    there.keys = [SECOND]
    there.clock += STALE_S + 1
    assert await why(tokens, old) == "unknown-key"
    await tokens.bearer(there.signed(SECOND))


async def test_unknown_keys_are_asked_for_once_in_a_while(there: StandIn) -> None:
    tokens = there.tokens()
    await tokens.bearer(there.signed())
    for number in range(50):
        there.clock += 0.01
        assert await why(tokens, there.signed(new_key(f"x{number}") if number < 2 else SECOND)) == "unknown-key"
    assert there.asked[KEYS] == 1
    there.clock += RETRY_S
    await why(tokens, there.signed(SECOND))
    assert there.asked[KEYS] == 2
    assert there.asked[DISCOVERY] == 1


async def test_with_the_provider_away_known_keys_go_on(there: StandIn) -> None:
    tokens = there.tokens()
    await tokens.bearer(there.signed())
    there.away = True
    for _ in range(3):
        there.clock += STALE_S + 1
        await tokens.bearer(there.signed(jti=str(there.clock)))
    assert await why(tokens, there.signed(SECOND)) == "unknown-key"
    there.away, there.keys = False, [SECOND]
    there.clock += STALE_S + 1
    await tokens.bearer(there.signed(SECOND))


async def test_a_request_does_not_wait_for_the_keys_that_are_read_again(there: StandIn) -> None:
    tokens = there.tokens()
    await tokens.bearer(there.signed())
    there.clock += REFRESH_S + 1
    before = there.asked[KEYS]
    await tokens.bearer(there.signed())
    assert there.asked[KEYS] == before  # it has begun, and the request has its answer


async def test_without_keys_from_the_start_nobody_can_tell(there: StandIn) -> None:
    there.away = True
    tokens = there.tokens()
    with pytest.raises(ProviderUnavailable):
        await tokens.bearer(there.signed())
    there.away = False
    there.clock += RETRY_S
    assert await tokens.bearer(there.signed())


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://id.example.go.id/realms/other"},
        {"jwks_uri": "http://id.example.go.id/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"token_endpoint": "https://user:secret@id.example.go.id/token"},
    ],
)
async def test_a_discovery_document_that_is_wrong_is_not_followed(there: StandIn, changed: dict[str, Any]) -> None:
    there.metadata |= changed
    with pytest.raises(ProviderUnavailable):
        await there.tokens().bearer(there.signed())
    assert there.asked[KEYS] == 0


async def test_answers_of_the_provider_are_limited(there: StandIn) -> None:
    import httpx2

    for answer in (
        httpx2.Response(200, content=b"[" * (LIMIT_BYTES + 1)),
        httpx2.Response(302, headers={"Location": KEYS}),
        httpx2.Response(500),
        httpx2.Response(200, content=b"\xff"),
        httpx2.Response(200, json=[]),
    ):
        there.answer = answer
        there.clock += RETRY_S
        with pytest.raises(ProviderUnavailable):
            await there.tokens().bearer(there.signed())


async def test_keys_that_cannot_be_used_do_not_spoil_the_others(there: StandIn) -> None:
    there.extra = [{"kty": "AKP", "kid": "pq"}, {"kty": "RSA", "kid": "broken", "n": "x"}, {}, {"kty": "EC"}]
    assert await there.tokens().bearer(there.signed())


async def test_without_a_provider_every_token_is_refused() -> None:
    with pytest.raises(NotSignedIn) as refused:
        await NoProvider().bearer("x")
    assert refused.value.data["why"] == "no-provider"


@pytest.mark.parametrize(
    "issuer",
    ["http://id.example.go.id", "ftp://id.example.go.id", "https://a:b@id.example.go.id", "https://id/?x", "nonsense"],
)
def test_an_issuer_that_is_not_safe_is_named(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    monkeypatch.setenv("SATUPINTU_OIDC_ISSUER", issuer)
    with pytest.raises(BadSetting, match=r"SATUPINTU_OIDC_ISSUER: .*https"):
        read_settings()


def test_the_audience_is_not_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUPINTU_OIDC_CLIENT_ID", AUDIENCE)
    with pytest.raises(BadSetting, match=r"SATUPINTU_OIDC_CLIENT_ID: .*audience"):
        read_settings()
