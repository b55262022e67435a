"""Whether a form was sent from a page of ours (CSRF).

Signed-in forms carry a token of their session (OWASP's synchronizer token). Citizens' forms have no session, so the
browser's own word on where the request comes from must do, by OWASP's Cross-Site Request Forgery Prevention Cheat
Sheet, "Fetch Metadata" with its fallback to Origin and Referer. A request with none of the three is refused, as it
advises: browsers since 2020 send one of them with every form, and programs have the API.
"""

from collections.abc import Mapping
from hmac import compare_digest
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from chassis.http.access import refused
from chassis.signin.pages import PageError, PageSession, origin
from chassis.signin.session import csrf_token
from schemas.access.principal import PUBLIC
from schemas.base.refusals import NotSignedIn, Refusal

FIELD: Final = "csrf"
HEADER: Final = "x-csrf-token"
OURS: Final = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site. `none`: the person began it, as by reloading; no page can."""


class ForeignForm(Refusal):
    """The form was not sent from a page of this platform."""

    status_hint = 403


def is_own_form(headers: Mapping[str, str], own: str) -> bool:
    """Whether a request that changes something comes from a page of the origin `own`, such as `https://lapor.go.id`.
    `headers`: with names in lower case, or case-insensitive.
    """
    if (site := headers.get("sec-fetch-site")) is not None:
        return site in OURS
    if (given := headers.get("origin")) is not None:
        return given == own
    return _origin_of(headers.get("referer", "")) == own


async def citizens_form(request: Request) -> None:
    """For forms without sign-in. Raises PageError."""
    if not is_own_form(request.headers, origin(request)):
        refused(request, PUBLIC, ForeignForm(why="origin"))
        raise PageError(HTTPStatus.FORBIDDEN, "foreign-form")


async def csrf(request: Request, found: PageSession) -> None:
    """For forms of who is signed in, with the token in the field `csrf` or the header `X-CSRF-Token`.

    Raises:
        NotSignedIn, PageError.
    """
    if found is None:
        raise NotSignedIn
    await citizens_form(request)
    given = request.headers.get(HEADER) or (await request.form()).get(FIELD, "")
    if isinstance(given, UploadFile) or not compare_digest(given.encode(), csrf_token(found.id).encode()):
        refused(request, found.principal, ForeignForm(why="csrf"))
        raise PageError(HTTPStatus.FORBIDDEN, "foreign-form")


OwnForm: Final = Depends(csrf)
CitizensForm: Final = Depends(citizens_form)


def _origin_of(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
