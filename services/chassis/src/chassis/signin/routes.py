"""Signing in and out on pages: /masuk, /masuk/kembali, /keluar, and one's own page /saya.

The provider must know two addresses of ours: `/masuk/kembali` (redirect) and `/keluar` (after signing out), and may be
told `/keluar/dari-penyedia` for its back-channel logout.
"""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from chassis.access_log.entry import Kind
from chassis.http.access import SIGNED_IN, Rule
from chassis.pages import routes as delivered
from chassis.pages.navigation import first_page
from chassis.pages.parts import Call, asked
from chassis.signin import people
from chassis.signin.addresses import CALLBACK, SIGNED_OUT
from chassis.signin.code_flow import Person, SignInRefused
from chassis.signin.fetch import ProviderUnavailable
from chassis.signin.forms import OwnForm
from chassis.signin.pages import (
    PageError,
    PageSession,
    SignIn,
    cookie_name,
    language_of,
    message,
    origin,
    page_allow,
    page_router,
    render,
    set_cookie,
    sign_in_of,
)
from chassis.signin.return_path import own_path
from chassis.signin.session import csrf_token
from chassis.signin.state_cookie import VALID, Attempt, name_of, new_attempt, seal, unseal
from chassis.signin.texts import role_words
from schemas.access.principal import PUBLIC, Principal
from schemas.base.refusals import NotSignedIn

ANYONE: Final = Rule("anyone", lambda _who, _path: True, public=True)
PROVIDER: Final = Rule("the OpenID Connect provider, with a logout token that it signed", ANYONE.allows, public=True)
WHY_PAGE: Final = {"state": "sign-in-expired", "replayed": "sign-in-expired", "code": "sign-in-expired"}
router: Final = page_router()
router.include_router(delivered.router)
router.include_router(people.router)


@router.get("/masuk", dependencies=[page_allow(ANYONE)])
async def sign_in(request: Request, found: PageSession, lanjut: Annotated[str | None, Query()] = None) -> Response:
    """Lead the browser to the provider. `lanjut`: the path of ours to return to."""
    return_to = own_path(lanjut) if lanjut is not None else ""
    if found is not None:
        return RedirectResponse(return_to or first_page(found.principal), HTTPStatus.SEE_OTHER)
    here = sign_in_of(request)
    attempt = new_attempt(return_to, here.clock.now())
    try:
        address = await here.flow.address(
            origin(request) + CALLBACK, attempt.state, attempt.nonce, attempt.code_verifier
        )
    except ProviderUnavailable as error:
        raise PageError(HTTPStatus.SERVICE_UNAVAILABLE, "provider-away") from error
    answer = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    max_age_s = int(VALID.total_seconds())
    set_cookie(request, answer, _attempt_cookie(request, attempt.state), seal(here.key, attempt), max_age_s)
    return answer


@router.get(CALLBACK, dependencies=[page_allow(ANYONE)])
async def signed_in(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """Where the provider sends the browser back to: begin a session with a new id."""
    here = sign_in_of(request)
    try:
        attempt = await _attempt(here, request, state)
        person = await _person(here, request, attempt, code, error, iss)
    except SignInRefused as refusal:
        here.access_log.call_refused(PUBLIC, {"why": refusal.why}, Kind.SIGN_IN_REFUSED)
        name = WHY_PAGE.get(refusal.why, "cancelled" if error == "access_denied" else "sign-in-refused")
        answer: Response = message(request, HTTPStatus.BAD_REQUEST, name, after="/masuk")
    except ProviderUnavailable:
        here.access_log.call_refused(PUBLIC, {"why": "provider-away"}, Kind.SIGN_IN_REFUSED)
        answer = message(request, HTTPStatus.SERVICE_UNAVAILABLE, "provider-away", after="/masuk")
    else:
        if (before := request.cookies.get(cookie_name(request))) is not None:
            await here.sessions.end(before)
        who = Principal(here.flow.issuer, person.subject, person.grants)
        answer = RedirectResponse(attempt.return_to or first_page(who), HTTPStatus.SEE_OTHER)
        set_cookie(request, answer, cookie_name(request), await here.sessions.begin(person))
    set_cookie(request, answer, _attempt_cookie(request, state), "", 0)
    return answer


@router.get(SIGNED_OUT, dependencies=[page_allow(ANYONE)])
async def signed_out(request: Request, found: PageSession) -> Response:
    """Where the provider sends the browser to after it has ended its own session."""
    if found is not None:
        return RedirectResponse("/saya", HTTPStatus.SEE_OTHER)
    return message(request, HTTPStatus.OK, "signed-out", after="/masuk")


@router.post(SIGNED_OUT, dependencies=[page_allow(SIGNED_IN), OwnForm])
async def sign_out(request: Request, found: PageSession) -> Response:
    """End this session, and the provider's."""
    if found is None:
        raise NotSignedIn
    here = sign_in_of(request)
    await here.sessions.end(found.id)
    return await _left(here, request, found.session.id_token)


@router.post("/keluar/semua", dependencies=[page_allow(SIGNED_IN), OwnForm])
async def sign_out_everywhere(request: Request, found: PageSession) -> Response:
    """End all sessions of the person, in every browser, and the provider's of this browser."""
    if found is None:
        raise NotSignedIn
    here = sign_in_of(request)
    await here.sessions.end_all(found.session)
    return await _left(here, request, found.session.id_token)


@router.post("/keluar/dari-penyedia", dependencies=[page_allow(PROVIDER)])
async def ended_by_provider(request: Request, logout_token: Annotated[str, Form(max_length=16_384)]) -> Response:
    """End the sessions that the provider ended (OpenID Connect Back-Channel Logout 1.0)."""
    here = sign_in_of(request)
    try:
        await here.sessions.end_by_provider(*await here.flow.ended(logout_token))
    except NotSignedIn:
        return Response(status_code=HTTPStatus.BAD_REQUEST)
    return Response()


@router.get("/saya", dependencies=[page_allow(SIGNED_IN)])
async def own_page(request: Request, found: PageSession) -> Response:
    """Who is signed in, with which roles, and how to sign out."""
    if found is None:
        raise NotSignedIn
    lang = language_of(request)
    grants = sorted(found.principal.grants, key=str)
    calls = {each.body: Call(f"/api/v1/agencies/{each.body}") for each in grants if each.body}
    bodies = await asked(request, calls)
    roles = [role_words(grant, lang, bodies) for grant in grants]
    lost = bool(found.session.grants) and not roles
    return render(request, "saya.html", who=found.principal, roles=roles, csrf=csrf_token(found.id), provider_away=lost)


def _attempt_cookie(request: Request, state: str) -> str:
    return f"{cookie_name(request)}-masuk-{name_of(state)}"


async def _attempt(here: SignIn, request: Request, state: str) -> Attempt:
    """The sign-in that this browser began, once. Raises SignInRefused."""
    sealed = request.cookies.get(_attempt_cookie(request, state), "")
    attempt = unseal(here.key, sealed, state, here.clock.now())
    if attempt is None:
        raise SignInRefused("state")
    if not await here.sessions.use_state(state):
        raise SignInRefused("replayed")
    return attempt


async def _person(here: SignIn, request: Request, attempt: Attempt, code: str, error: str, iss: str | None) -> Person:
    """Raises SignInRefused, ProviderUnavailable."""
    if iss is not None and iss != here.flow.issuer:  # RFC 9207: the answer of another provider
        raise SignInRefused("issuer")
    if error or not code:
        raise SignInRefused("provider")
    return await here.flow.exchange(code, attempt.code_verifier, attempt.nonce, origin(request) + CALLBACK)


async def _left(here: SignIn, request: Request, id_token: str) -> Response:
    # A page that goes on, not a redirect: browsers apply the policy for forms (`form-action`) to redirects after them.
    after = await here.flow.leave(id_token, origin(request) + SIGNED_OUT)
    answer = message(request, HTTPStatus.OK, "signed-out", after=after or "/masuk")
    if after is not None:
        answer.headers["refresh"] = f"0; url={after}"
    set_cookie(request, answer, cookie_name(request), "", 0)
    return answer
