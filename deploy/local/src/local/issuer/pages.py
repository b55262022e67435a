"""The pages of the demo provider, in the layout of all pages: nothing but forms, every value escaped, no script."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.http.language import language
from chassis.pages.render import Kit, View
from chassis.pages.texts import N_
from local.issuer.people import PEOPLE

OK: Final = 200
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of every answer."""
_PAGES: Final = Kit("local.issuer")


def choose(request: Request, fields: Mapping[str, str], redirect_uri: str) -> HTMLResponse:
    """The page on which somebody chooses whom to be. `fields`: of the authorization request, sent again with it."""
    target = urlsplit(redirect_uri)
    # A browser applies `form-action` to the redirect after the form as well.
    action = f"'self' {target.scheme}://{target.netloc}"
    return _page(request, "choose.html", 200, action, fields=fields, people=PEOPLE)


def fault(request: Request, what: str) -> HTMLResponse:
    """A request that cannot be answered by a redirect. `what`: in the words of the protocol."""
    return _message(request, N_("Permintaan tidak dapat dipenuhi"), what, 400)


def about(request: Request) -> HTMLResponse:
    """The front page."""
    return _message(request, N_("Masuk untuk mencoba"), N_("Bukalah Satupintu, dan masuklah dari sana."))


def signed_out(request: Request) -> HTMLResponse:
    """After the end of a session, if there is nowhere to go."""
    return _message(request, N_("Anda sudah keluar"), N_("Anda dapat menutup halaman ini."))


def _message(request: Request, title: str, text: str, status: int = 200) -> HTMLResponse:
    lang = _language_of(request)
    return _page(request, "said.html", status, title=_PAGES.text(title, lang), text=_PAGES.text(text, lang))


def _page(request: Request, template: str, status: int, form_action: str = "'none'", **values: Any) -> HTMLResponse:
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {form_action}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    # The query of a request that was refused is not repeated, not even in the language switch.
    view = View(_language_of(request), request.url.path, request.url.query if status == OK else "")
    body = _PAGES.render(view, template, navigation=[], **values)
    return HTMLResponse(body, status, {"Content-Security-Policy": policy})


def _language_of(request: Request) -> str:
    return language(request.query_params.get("lang"), request.headers.get("accept-language"))
