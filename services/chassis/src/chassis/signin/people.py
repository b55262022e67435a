"""The operator's page of who is signed in: each person with their roles, and a button that ends their sessions.

People and their roles are kept at the provider; ending a session does not keep anybody from signing in again.
"""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from chassis.http.access import OPERATOR
from chassis.pages.forms import Form
from chassis.signin.forms import OwnForm
from chassis.signin.pages import (
    PageCaller,
    PageSession,
    language_of,
    page_allow,
    page_router,
    render,
    sign_in_of,
)
from chassis.signin.session import csrf_token
from chassis.signin.texts import role_words
from schemas.base.refusals import NotSignedIn
from schemas.registry.calendars import DEFAULT_ZONE

router: APIRouter = page_router()
SIZE: Final = 50
PATH: Final = "/operator/akses"


@router.get(PATH, dependencies=[page_allow(OPERATOR)])
async def people(
    request: Request, found: PageSession, sesudah: Annotated[str, Query(max_length=300)] = "", berhasil: str = ""
) -> Response:
    """Who is signed in, by the provider's names."""
    if found is None:
        raise NotSignedIn
    lang, here = language_of(request), sign_in_of(request)
    signed_in = await here.sessions.people(sesudah, SIZE + 1)
    rows = [(one, [role_words(grant, lang) for grant in sorted(one.newest.grants, key=str)]) for one in signed_in]
    next_at = f"{PATH}?{urlencode({'sesudah': rows[SIZE - 1][0].newest.subject})}" if len(rows) > SIZE else ""
    ended = berhasil if berhasil.isascii() and berhasil.isdecimal() and len(berhasil) < len("1000") else ""
    return render(
        request, "akses.html", rows=rows[:SIZE], next_at=next_at, csrf=csrf_token(found.id), zone=DEFAULT_ZONE,
        ended=ended, own=found.principal.subject,
    )  # fmt: skip


@router.post(PATH, dependencies=[page_allow(OPERATOR), OwnForm])
async def end(request: Request, who: PageCaller, form: Form) -> Response:
    """End every session of one person, in all browsers."""
    ended = await sign_in_of(request).sessions.end_by_operator(form.get("orang", ""), who)
    return RedirectResponse(f"{PATH}?berhasil={ended}", HTTPStatus.SEE_OTHER)
