"""After filing: number and code, also as a QR code, what happens next and by when, and a receipt to print."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

import segno
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from chassis.signin.pages import language_of, origin, page_allow, page_router, render
from intake.http.filing import Context, receipt
from intake.http.reporter import TrackedComplaint
from intake.pages.file_faults import from_address
from intake.pages.kit import KEY, PAGES, new_key
from intake.pages.opened import opened
from intake.pages.track import CODE_IN_BROWSER
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.limits import ATTACHMENTS
from schemas.complaint.attachments import attached

QUIET: Final = 4
"""Empty modules around a QR code (ISO/IEC 18004)."""
router: APIRouter = page_router()


def qr_code(address: str) -> Markup:
    """A QR code as SVG: black on white in every colour scheme, without style and script."""
    made = segno.make(address, error="m", micro=False)
    svg = made.svg_inline(
        dark="#000", light="#fff", border=QUIET, omitsize=True, svgclass="qr", lineclass=None, svgversion=None
    )
    return Markup(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S704 - segno's own


@router.get("/lapor/terkirim/{key}", dependencies=[page_allow(CODE_IN_BROWSER)])
async def sent(
    key: str, request: Request, context: Context, gagal: Annotated[Sequence[str], Query(max_length=20)] = ()
) -> Response:
    """What was filed: number, code and what happens next. `gagal`: files that were not taken."""
    try:
        number = parse_public_number(key)
    except MalformedCode:
        return RedirectResponse("/lapor", HTTPStatus.SEE_OTHER)
    code, lang = opened(request).get(number), language_of(request)
    if code is None:
        return RedirectResponse(f"/lacak?nomor={number}", HTTPStatus.SEE_OTHER)
    with context.guesses.attempt(request):
        complaint = await context.codes.open(code)
    values = await _values(context, complaint, code, lang)
    address = f"{origin(request)}/lacak/{code}"
    return render(
        request, "lapor_terkirim.html", pages=PAGES, **values, file_faults=from_address(gagal, lang),
        qr=qr_code(address), key_field=KEY, key=new_key, most_files=ATTACHMENTS, limits=_limits(context),
    )  # fmt: skip


async def _values(context: Any, complaint: UUID, code: str, lang: str) -> dict[str, Any]:
    loaded = await context.repository.load(complaint)
    page = await TrackedComplaint(context, complaint, code, lang).page(Response())
    facts = [one.fact for one in loaded.facts()]
    return {
        "receipt": await receipt(context, loaded.state, code, lang),
        "page": page,
        "due": next((due for due in page["due"] if due["state"] == "running"), None),
        "files": attached(facts, scans=context.attachments.scans),
        "now": context.clock.now(),
    }


def _limits(context: Any) -> dict[str, int]:
    return {kind.value: most for kind, most in context.attachment_bytes.items()}
