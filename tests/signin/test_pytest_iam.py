"""A third provider, in process, which signs with RS512 and issues access tokens that do not say what they are."""

import base64
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from chassis.signin.jws import Verifier
from chassis.signin.provider import Provider
from chassis.signin.tokens import AccessTokens
from schemas.base.refusals import NotSignedIn

CLIENT, SECRET, RETURNS = "satupintu", "secret-of-the-pages", "http://127.0.0.1:8000/masuk/kembali"
CODE_VERIFIER = "v" * 43


@pytest.fixture
def iam(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("iam_server")


@pytest.fixture
def answer(iam: Any) -> Iterator[dict[str, Any]]:
    """The token answer for a person, by the code flow with PKCE."""
    client = iam.models.Client(
        client_id=CLIENT,
        client_secret=SECRET,
        client_name="Satupintu",
        client_uri="http://127.0.0.1:8000",
        redirect_uris=[RETURNS],
        grant_types=["authorization_code"],
        response_types=["code"],
        token_endpoint_auth_method="client_secret_basic",
        scope=["openid", "profile", "groups"],
    )
    iam.backend.save(client)
    client.audience = [client]
    iam.backend.save(client)
    user = iam.random_user()
    iam.login(user)
    iam.consent(user, client)
    challenge = base64.urlsafe_b64encode(sha256(CODE_VERIFIER.encode()).digest()).rstrip(b"=").decode()
    with httpx2.Client(base_url=iam.url, timeout=30) as web:
        request = {
            "client_id": CLIENT, "redirect_uri": RETURNS, "response_type": "code", "scope": "openid profile groups",
            "nonce": "n", "state": "s", "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        sent_back = web.get("/oauth/authorize", params=request).headers["location"]
        fields = {
            "grant_type": "authorization_code", "redirect_uri": RETURNS, "code_verifier": CODE_VERIFIER,
            "code": parse_qs(urlsplit(sent_back).query)["code"][0],
        }  # fmt: skip
        yield web.post("/oauth/token", data=fields, auth=(CLIENT, SECRET)).json()
    iam.logout()
    iam.backend.delete(client)
    iam.backend.delete(user)


@pytest.fixture
async def verifier(iam: Any) -> AsyncIterator[Verifier]:
    provider = Provider(iam.url.removesuffix("/"))
    yield Verifier(provider)
    await provider.close()


async def test_its_id_token_is_verified_for_the_client(answer: dict[str, Any], verifier: Verifier) -> None:
    verified = await verifier.verified(answer["id_token"], CLIENT)
    assert verified.claims["nonce"] == "n"
    with pytest.raises(NotSignedIn) as refused:
        await verifier.verified(answer["id_token"], "satupintu-api")
    assert refused.value.data["why"] == "audience"


@pytest.mark.parametrize("kind", ["id_token", "access_token"])
async def test_neither_of_its_tokens_is_taken_for_an_access_token(
    answer: dict[str, Any], verifier: Verifier, kind: str
) -> None:
    # Both have the same form. Whoever took its access tokens would take its ID tokens.
    with pytest.raises(NotSignedIn) as refused:
        await AccessTokens(verifier, CLIENT, "groups").bearer(answer[kind])
    assert refused.value.data["why"] == "no-access-token"
