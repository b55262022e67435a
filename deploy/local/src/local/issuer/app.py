"""The demo provider's endpoints: OpenID Connect for the code flow with PKCE, refresh and client credentials."""

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from chassis.pages import routes as delivered
from local.issuer import pages
from local.issuer.grants import Code, Grants, SignIn
from local.issuer.people import Person, person_of
from local.issuer.request import Clients, Fault, check_authorization, check_returnable, parameters
from local.issuer.state import ALGORITHM
from local.issuer.tokens import ACCESS_S, Signer, person_claims

SCOPES: Final = ("openid", "profile", "roles")
MOST_BYTES: Final = 16_384
router: Final = APIRouter()


@dataclass(frozen=True, slots=True)
class Issuer:
    """Everything that the endpoints need."""

    signer: Signer
    clients: Clients
    grants: Grants = field(default_factory=Grants)

    @property
    def address(self) -> str:
        return self.signer.issuer


def create_app(issuer: Issuer) -> FastAPI:
    """The provider as an app."""
    app = FastAPI(openapi_url=None)
    app.state.issuer = issuer
    app.include_router(router)
    app.include_router(delivered.router)
    app.add_exception_handler(Fault, _fault)
    app.middleware("http")(_guard)

    async def ready() -> dict[str, str]:
        return {"keys": "ok"}

    app.state.ready = ready
    return app


async def _guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    length = request.headers.get("content-length", "0")
    too_long = not length.isdigit() or int(length) > MOST_BYTES or "transfer-encoding" in request.headers
    answer = Response(status_code=413) if too_long else await call(request)
    answer.headers.update({name: value for name, value in pages.HEADERS.items() if name not in answer.headers})
    return answer


async def _fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, Fault)
    if request.url.path == "/authorize":
        return pages.fault(request, error.description)
    headers = {"WWW-Authenticate": "Basic"} if error.status == 401 else {}
    return JSONResponse({"error": error.error, "error_description": error.description}, error.status, headers)


def _issuer(request: Request) -> Issuer:
    issuer: Issuer = request.app.state.issuer
    return issuer


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Fault("invalid_request", "a form is needed")
    return parameters((await request.body()).decode(errors="replace"))


@router.get("/.well-known/openid-configuration")
async def discovery(request: Request) -> dict[str, Any]:
    at = _issuer(request).address
    return {
        "issuer": at,
        "authorization_endpoint": f"{at}/authorize",
        "token_endpoint": f"{at}/token",
        "userinfo_endpoint": f"{at}/userinfo",
        "end_session_endpoint": f"{at}/end-session",
        "jwks_uri": f"{at}/keys",
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


@router.get("/keys")
async def keys(request: Request) -> dict[str, Any]:
    return dict(_issuer(request).signer.keys.as_dict(private=False))


@router.get("/")
async def front_page(request: Request) -> Response:
    return pages.about(request)


@router.get("/authorize")
async def authorize(request: Request) -> Response:
    fields = parameters(request.url.query)
    address = check_returnable(_issuer(request).clients, fields)
    try:
        check_authorization(fields)
    except Fault as fault:
        return _back(request, address, fields, error=fault.error, error_description=fault.description)
    return pages.choose(request, fields, address)


@router.post("/authorize")
async def chosen(request: Request) -> Response:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Fault("invalid_request", "the form must be sent from this page")
    issuer, fields = _issuer(request), await _form(request)
    address = check_returnable(issuer.clients, fields)
    check_authorization(fields)
    if "cancel" in fields:
        return _back(request, address, fields, error="access_denied", error_description="nobody was chosen")
    person = person_of(fields.get("person") or fields.get("role", "").strip())
    if person is None:
        raise Fault("invalid_request", "there is no such person or role")
    scope = " ".join(each for each in fields["scope"].split() if each in SCOPES)
    sign_in = SignIn(token_urlsafe(16), person.id, fields["client_id"], scope, int(time.time()))
    code = issuer.grants.give_code(Code(sign_in, address, fields["code_challenge"], fields.get("nonce")))
    return _back(request, address, fields, code=code)


def _back(request: Request, address: str, fields: dict[str, str], **answer: str) -> Response:
    whole = answer | {"iss": _issuer(request).address} | ({"state": fields["state"]} if "state" in fields else {})
    return RedirectResponse(f"{address}?{urlencode(whole)}", 303)


@router.post("/token")
async def token(request: Request) -> Response:
    issuer, fields = _issuer(request), await _form(request)
    client = issuer.clients.authenticated(request.headers.get("authorization"), fields)
    match fields.get("grant_type"):
        case "authorization_code" if client == issuer.clients.pages:
            code = _redeemed(issuer, client, fields)
            answer = _signed_in(issuer, code.sign_in, code.nonce)
        case "refresh_token" if client == issuer.clients.pages:
            answer = _signed_in(issuer, _refreshed(issuer, client, fields), None)
        case "client_credentials" if client != issuer.clients.pages:
            answer = _bearer(issuer.signer.access(client, client, (client,), client, "", int(time.time())))
        case _:
            raise Fault("unsupported_grant_type", "not for this client")
    return JSONResponse(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _redeemed(issuer: Issuer, client: str, fields: dict[str, str]) -> Code:
    code = issuer.grants.take_code(fields.get("code", ""))
    if code is None or code.sign_in.client != client or code.redirect_uri != fields.get("redirect_uri"):
        raise Fault("invalid_grant", "the code is not valid")
    digest = sha256(fields.get("code_verifier", "").encode()).digest()
    if not hmac.compare_digest(urlsafe_b64encode(digest).rstrip(b"=").decode(), code.challenge):
        raise Fault("invalid_grant", "the code_verifier does not match")
    return code


def _refreshed(issuer: Issuer, client: str, fields: dict[str, str]) -> SignIn:
    sign_in = issuer.grants.take_refresh(fields.get("refresh_token", ""))
    if sign_in is None or sign_in.client != client:
        raise Fault("invalid_grant", "the refresh token is not valid")
    return sign_in


def _signed_in(issuer: Issuer, sign_in: SignIn, nonce: str | None) -> dict[str, Any]:
    person, now = _person(sign_in.person), int(time.time())
    access = issuer.signer.access(person.id, sign_in.client, person.roles, person.name, sign_in.scope, now)
    identity = issuer.signer.identity(person, sign_in, access, nonce, now)
    more = {"scope": sign_in.scope, "id_token": identity, "refresh_token": issuer.grants.give_refresh(sign_in)}
    return _bearer(access) | more


def _bearer(access: str) -> dict[str, Any]:
    return {"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_S}


def _person(id_: str) -> Person:
    person = person_of(id_)
    if person is None:
        raise Fault("invalid_grant", "there is no such person any more")
    return person


@router.api_route("/userinfo", methods=["GET", "POST"])
async def userinfo(request: Request) -> Response:
    issuer = _issuer(request)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    subject = issuer.signer.subject_of(given.strip(), int(time.time())) if scheme.lower() == "bearer" else None
    person = person_of(subject) if subject else None
    if person is None:
        return Response(status_code=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return JSONResponse(person_claims(person))


@router.api_route("/end-session", methods=["GET", "POST"])
async def end_session(request: Request) -> Response:
    issuer = _issuer(request)
    fields = await _form(request) if request.method == "POST" else parameters(request.url.query)
    if session := issuer.signer.session_of(fields.get("id_token_hint", "")):
        issuer.grants.end(session)
    address = fields.get("post_logout_redirect_uri", "")
    if address not in issuer.clients.after:
        return pages.signed_out(request)
    state = {"state": fields["state"]} if "state" in fields else {}
    return RedirectResponse(f"{address}?{urlencode(state)}" if state else address, 303)
