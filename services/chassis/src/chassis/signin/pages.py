"""What every page is made with: who looks at it, who may, and errors as pages. Pages take only the session's cookie.

router = page_router()

@router.get("/petugas", dependencies=[page_allow(OFFICERS)])
async def inbox(request: Request, who: PageCaller) -> Response: ...
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends as DependsParam
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from chassis.access_log.entry import AccessLogger
from chassis.base.errors import ChassisError
from chassis.base.ports import TimeSource
from chassis.http.access import Allowed, Rule, limits_of, refused
from chassis.http.language import language
from chassis.pages.compressed import LANGUAGE_COOKIE, compress
from chassis.pages.navigation import entry_above
from chassis.pages.render import Kit, View
from chassis.pages.texts import LANGUAGES
from chassis.signin.code_flow import CodeFlow
from chassis.signin.session import Session
from chassis.signin.sessions import Sessions
from chassis.signin.texts import MESSAGES
from schemas import wording
from schemas.access.principal import PUBLIC, Principal
from schemas.base.refusals import InvalidField, NotAllowed, NotFound, NotSignedIn, Refusal

SIGN_IN: Final = "/masuk"
HEADERS: Final = {
    "cache-control": "no-store",
    # With `no-referrer` a browser sends `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    # Nothing inline and nothing of another site. `connect-src`: what htmx asks for.
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}
log = structlog.get_logger(__name__)
LANGUAGE_S: Final = 365 * 24 * 3600
_PAGES: Final = Kit("chassis.signin")


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the sign-in routes and `PageCaller` use, in `app.state.signin`. `key` seals what a sign-in remembers."""

    flow: CodeFlow
    sessions: Sessions
    key: bytes
    access_log: AccessLogger
    clock: TimeSource


class PageError(Exception):
    """Shown as a page. `name`: of its title and text in `MESSAGES`."""

    def __init__(self, status: int, name: str) -> None:
        super().__init__(name)
        self.status, self.name = status, name


class Found(NamedTuple):
    """The session of a request: the cookie's id, the session, and who it is."""

    id: str
    session: Session
    principal: Principal


def sign_in_of(request: Request) -> SignIn:
    """Raises PageError: no provider is set."""
    found: SignIn | None = getattr(request.app.state, "signin", None)
    if found is None:
        raise PageError(HTTPStatus.SERVICE_UNAVAILABLE, "no-provider")
    return found


def origin(request: Request) -> str:
    """The origin that the browser asked. Host and scheme were checked by `chassis.http.gate`."""
    return f"{request.scope['scheme']}://{request.headers.get('host', '')}"


def cookie_name(request: Request) -> str:
    """The name of the session's cookie. `__Host-`: browsers accept it only Secure, for `/` and for this host alone."""
    return "__Host-satupintu" if request.scope["scheme"] == "https" else "satupintu"


def set_cookie(request: Request, answer: Response, name: str, value: str, max_age_s: int | None = None) -> None:
    """Set a cookie for this host, which scripts cannot read and other sites' forms do not send. Not Secure over http,
    which is served on this machine only.
    """
    secure = request.scope["scheme"] == "https"
    answer.set_cookie(name, value, max_age_s, path="/", secure=secure, httponly=True, samesite="lax")


async def page_session(request: Request) -> Found | None:
    """The session that the cookie names; None: nobody is signed in. An Authorization header is ignored."""
    id_ = request.cookies.get(cookie_name(request))
    if not id_ or getattr(request.app.state, "signin", None) is None:
        return None
    found = await sign_in_of(request).sessions.find(id_)
    return None if found is None else Found(id_, *found)


PageSession = Annotated[Found | None, Depends(page_session)]


async def page_caller(found: PageSession) -> Principal:
    """Who looks at a page; the public if nobody is signed in."""
    return PUBLIC if found is None else found.principal


PageCaller = Annotated[Principal, Depends(page_caller)]


class PageAllowed(Allowed):
    """The dependency that checks a page's rule."""

    async def __call__(self, request: Request, who: PageCaller) -> None:
        """Raises NotSignedIn, NotAllowed, NotFound, or HTTPException: 429."""
        request.state.caller = who
        limits_of(request).check(request, who)
        if self.rule.allows(who, request.path_params):
            return
        if not who.signed_in:
            raise NotSignedIn
        refusal = NotFound(**request.path_params) if self.rule.hides else NotAllowed(who=self.rule.words)
        raise refused(request, who, refusal)


def page_allow(rule: Rule) -> DependsParam:
    """For `dependencies=[page_allow(...)]` of a page."""
    dependency: DependsParam = Depends(PageAllowed(replace(rule, page=True)))
    return dependency


class PageRoute(APIRoute):
    """Answers errors as pages, and leads who is not signed in to the sign-in and back."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()

        async def with_pages(request: Request) -> Response:
            try:
                answer = await handle(request)
            except NotSignedIn:
                answer = _to_sign_in(request)
            except Refusal as refusal:
                lang = language_of(request)
                answer = message(request, refusal.status_hint, _title_of(refusal), said(refusal, lang))
            except PageError as error:
                answer = message(request, error.status, error.name)
            except RequestValidationError as error:
                answer = message(request, HTTPStatus.BAD_REQUEST, "refused", _wrong(error, language_of(request)))
            except HTTPException as error:
                answer = message(request, error.status_code, BY_STATUS.get(error.status_code, "refused"))
                answer.headers.update(error.headers or {})
            except ChassisError as error:
                log.error("page failed", route=self.path, error=type(error).__name__, reason=str(error))
                answer = message(request, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
            except Exception:
                log.exception("page broken", route=self.path)
                answer = message(request, HTTPStatus.INTERNAL_SERVER_ERROR, "unavailable")
            for name, value in HEADERS.items():
                answer.headers.setdefault(name, value)
            _keep_language(request, answer)
            return answer

        return with_pages


def page_router() -> APIRouter:
    """A router whose routes are pages."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)


def language_of(request: Request) -> str:
    """`lang` in the query, else what was chosen in this browser, else as for the API."""
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return language(chosen, request.headers.get("accept-language"))


def _keep_language(request: Request, answer: Response) -> None:
    """The language switch holds for the pages that follow."""
    chosen = request.query_params.get("lang", "")
    if chosen in LANGUAGES and chosen != request.cookies.get(LANGUAGE_COOKIE):
        set_cookie(request, answer, LANGUAGE_COOKIE, chosen, LANGUAGE_S)


def view_of(request: Request, lang: str | None = None) -> View:
    """Who looks at which page. `lang`: another language than the request's."""
    who: Principal = getattr(request.state, "caller", PUBLIC)
    return View(lang or language_of(request), request.url.path, request.url.query, who)


def render(request: Request, template: str, status: int = 200, pages: Kit = _PAGES, **values: Any) -> HTMLResponse:
    """A page from a template of `pages`, which are a service's own; everything that it shows is escaped."""
    page = HTMLResponse(pages.render(view_of(request), template, **values), status)
    compress(request, page)
    return page


def message(request: Request, status: int, name: str, detail: str = "", after: str | None = None) -> HTMLResponse:
    """A page with one title and text. `after`: where to go on."""
    title, text = (_PAGES.text(each, language_of(request)) for each in MESSAGES[name])
    who = view_of(request).who
    lacks_role = status == HTTPStatus.FORBIDDEN and who.signed_in
    back = entry_above(request.url.path, who)
    return render(
        request, "message.html", status, title=title, text=detail or text, after=after, back=back, lacks_role=lacks_role
    )


BY_STATUS: Final[dict[int, str]] = {HTTPStatus.NOT_FOUND: "not-found", HTTPStatus.TOO_MANY_REQUESTS: "too-many"}


def said(refusal: Refusal, lang: str) -> str:
    """A refusal as a sentence for people. What is wrong with a field is told without the field's name in programs."""
    if not isinstance(refusal, InvalidField):
        return wording.refusal(refusal, lang)
    return wording.as_sentence(wording.why(str(refusal.data["why"]), lang), lang)


def _wrong(error: RequestValidationError, lang: str) -> str:
    """What is wrong with an address: the name of the parameter as it stands there, and why."""
    first = error.errors()[0]
    why = wording.found(first["type"], first.get("ctx") or {}, first["msg"], lang)
    return wording.as_sentence(f"{first['loc'][-1]}: {why}", lang)


def _title_of(refusal: Refusal) -> str:
    return "not-found" if isinstance(refusal, NotFound) else "refused"


def _to_sign_in(request: Request) -> Response:
    if request.method not in ("GET", "HEAD"):
        return message(request, HTTPStatus.UNAUTHORIZED, "session-over", after=SIGN_IN)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{SIGN_IN}?lanjut={quote(path, safe='')}", HTTPStatus.SEE_OTHER)
