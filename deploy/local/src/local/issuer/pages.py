"""The pages of the demo provider: nothing but forms, every value escaped, no script."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from local.issuer.people import PEOPLE, Person

_STYLE: Final = (
    "body{font:1.1rem/1.5 sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}"
    "button{font:inherit;display:block;width:100%;text-align:left;padding:.6rem 1rem;margin:.4rem 0;"
    "border:2px solid #0b5;background:#fff;cursor:pointer}"
    "button:focus,input:focus{outline:3px solid #fd0}small{display:block;color:#444}"
    "input{font:inherit;padding:.4rem}"
)
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of every answer."""


def choose(fields: Mapping[str, str], redirect_uri: str) -> HTMLResponse:
    """The page on which somebody chooses whom to be. `fields`: of the authorization request, sent again with it."""
    hidden = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in fields.items())
    people = "".join(_button(person) for person in PEOPLE)
    body = (
        "<h1>Masuk sebagai siapa? <small>Sign in as whom?</small></h1>"
        "<p>Orang-orang ini tidak nyata dan tidak memerlukan kata sandi. "
        "<small>These people are made up and need no password. This page exists only on this machine.</small></p>"
        f'<form method="post" action="authorize">{hidden}{people}'
        '<p><label for="role">Peran lain <small>Another role, such as officer:pln</small></label> '
        '<input id="role" name="role" maxlength="200"><button name="person" value="">Masuk / Sign in</button></p>'
        '<button name="cancel" value="1">Batal / Cancel</button></form>'
    )
    # A browser applies `form-action` to the redirect after the form as well.
    target = urlsplit(redirect_uri)
    return _page(body, 200, f"'self' {target.scheme}://{target.netloc}")


def fault(what: str) -> HTMLResponse:
    """A request that cannot be answered by a redirect."""
    return _page(f"<h1>Permintaan tidak dapat dipenuhi</h1><p>{escape(what)}</p>", 400)


def about() -> HTMLResponse:
    """The front page."""
    return _page("<h1>Satupintu: demo sign-in</h1><p>Open Satupintu itself, and sign in there.</p>", 200)


def signed_out() -> HTMLResponse:
    """After the end of a session, if there is nowhere to go."""
    return _page("<h1>Anda sudah keluar</h1><p>You are signed out.</p>", 200)


def _button(person: Person) -> str:
    name, about = escape(person.name), escape(person.about)
    return f'<button name="person" value="{escape(person.id)}">{name}<small>{about}</small></button>'


def _page(body: str, status: int, form_action: str = "'none'") -> HTMLResponse:
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {form_action}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    document = (
        '<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Satupintu: demo</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return HTMLResponse(document, status, {"Content-Security-Policy": policy})
