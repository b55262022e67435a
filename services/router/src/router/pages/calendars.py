"""The operator's pages of days off: the calendars by their decrees, and a new decree with what it would move."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import OPERATOR
from chassis.pages.forms import KEY, Form, key_of, new_key
from chassis.pages.texts import N_
from chassis.signin.forms import OwnForm
from chassis.signin.pages import PageCaller, PageSession, language_of, page_allow, page_router, render
from router.http.calendars import DecreeBody
from router.http.calendars import decree as decree_calendar
from router.http.request import Context
from router.lexicon.files import place_data
from router.pages.calendar_forms import FIELDS, MOST, BadLine, decree_of, lines, versions
from router.pages.decrees import AFTER, change_of, moves, sent
from router.pages.kit import GO, PAGES, errors_of, guard, translator
from router.pages.registry_forms import DryChange
from schemas.base import limits
from schemas.base.refusals import Refusal
from schemas.registry.calendars import DEFAULT_ZONE, NATIONAL

router: APIRouter = page_router()
API: Final = "/api/v1/calendars"
PREVIEW: Final = "/api/v1/due-dates/preview"
BAD_LINE: Final = N_("Baris “%(line)s” harus dimulai dengan tanggal, misalnya 2027-01-01 Tahun Baru.")
SIZE: Final = 50
"""Decrees on one page of the list."""
LINES: Final = ("libur", "cuti", "daerah")


@router.get("/operator/kalender", dependencies=[page_allow(OPERATOR)])
async def calendars(
    request: Request, context: Context, sebelum: Annotated[int, Query(ge=0, le=1_000_000)] = 0
) -> Response:
    """Every decree on days off, the newest first."""
    registry, lang = await context.registry.current(), language_of(request)
    found = versions(registry)
    number = dict(zip((id(each.decree) for each in found), range(len(found), 0, -1), strict=True))
    shown = [each for each in found if not sebelum or number[id(each.decree)] < sebelum]
    last = number[id(shown[SIZE - 1].decree)] if len(shown) > SIZE else 0
    now = context.clock.now()
    return render(
        request, "operator_kalender.html", pages=PAGES, zone=DEFAULT_ZONE, year=now.year,
        rows=[(each, _name(each.decree.calendar, lang)) for each in shown[:SIZE]],
        next_at=f"/operator/kalender?sebelum={last}" if last else "",
        missing=[year for year in (now.year, now.year + 1) if (NATIONAL, year) not in registry.calendars],
        done=request.query_params.get("berhasil") == "1",
    )  # fmt: skip


@router.get("/operator/kalender/tetapkan", dependencies=[page_allow(OPERATOR)])
async def blank(
    request: Request,
    found: PageSession,
    context: Context,
    wilayah: Annotated[str, Query(max_length=limits.NAME)] = "",
    tahun: Annotated[str, Query(max_length=4)] = "",
) -> Response:
    """The form of a decree, filled with the days that are in force for that year."""
    registry = await context.registry.current()
    year = int(tahun) if tahun.isascii() and tahun.isdecimal() else 0
    known = registry.calendars.get((wilayah.strip() or NATIONAL, year))
    form = {"wilayah": wilayah.strip(), "tahun": tahun, **(lines(known.days, language_of(request)) if known else {})}
    return _form(request, guard(found), {}, form, HTTPStatus.OK, known=known is not None)


@router.post("/operator/kalender/tetapkan", dependencies=[page_allow(OPERATOR), OwnForm])
async def decree(request: Request, who: PageCaller, found: PageSession, context: Context, form: Form) -> Response:
    """Show which open dates a decree would move; make it once that was seen."""
    registry = await context.registry.current()
    try:
        body = decree_of(form)
        tried = DryChange(context, registry)
        await decree_calendar(body, tried, Response())
        if form.get(GO) == "simpan":
            await decree_calendar(body, change_of(context, who, form, API), Response())
            return RedirectResponse("/operator/kalender?berhasil=1", HTTPStatus.SEE_OTHER)
        return await _preview(request, guard(found), form, body, tried)
    except BadLine as bad:
        errors = {bad.field: translator(request)(BAD_LINE, line=bad.line)}
    except (ValidationError, Refusal) as error:
        errors = errors_of(error, _names(form), language_of(request))
    return _form(request, guard(found), errors, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _names(form: Mapping[str, str]) -> dict[str, str]:
    # The command's fields, and what a day of any line may be refused for.
    days = next((field for field in LINES if form.get(field, "").strip()), "libur")
    count = sum(len(form.get(field, "").splitlines()) for field in LINES)
    each = {f"days.{row}.{part}": days for row in range(count) for part in ("on", "name", "kind")}
    return {to: field for field, to in FIELDS.items()} | {"days": days, "days.name": days} | each


async def _preview(
    request: Request, hidden: Mapping[str, str], form: Mapping[str, str], body: DecreeBody, tried: DryChange
) -> Response:
    lang = language_of(request)
    asked = body.model_dump(mode="json", exclude={"source"})
    found = await moves(request, PREVIEW, asked, form.get(AFTER, "")) if tried.facts else None
    known = tried.before.calendars.get((body.calendar, body.year))
    old = {day.on: day.name for day in known.days} if known else {}
    new = {day.on: day.name for day in body.days}
    return render(
        request, "operator_kalender_pratinjau.html", pages=PAGES, hidden=hidden, zone=DEFAULT_ZONE, sent=sent(form),
        key=key_of(form), key_field=KEY, after_field=AFTER, found=found, nothing=not tried.facts, year=body.year,
        name=_name(body.calendar, lang), source=body.source, action="/operator/kalender/tetapkan",
        added=[(on, name) for on, name in sorted(new.items()) if on not in old],
        removed=[(on, name) for on, name in sorted(old.items()) if on not in new],
        back_at=f"/operator/kalender/tetapkan?{urlencode({n: form.get(n, '') for n in ('wilayah', 'tahun')})}",
    )  # fmt: skip


def _form(
    request: Request, hidden: Mapping[str, str], errors: Mapping[str, str], form: Mapping[str, str], code: int,
    *, known: bool = False,
) -> Response:  # fmt: skip
    national = not form.get("wilayah", "").strip()
    return render(
        request, "operator_kalender_baru.html", code, PAGES, hidden=hidden, errors=errors, form_sent=form,
        national=national, known=known, name=_name(form.get("wilayah", "").strip() or NATIONAL, language_of(request)),
        key_field=KEY, key=new_key, most=MOST, note=limits.NOTE,
    )  # fmt: skip


def _name(calendar: str, lang: str) -> str:
    """The calendar's region for people."""
    if calendar == NATIONAL:
        return PAGES.text(N_("Nasional"), lang)
    known: Any = place_data().places.get(calendar)
    return str(known[0]) if known else calendar
