"""The operator's pages of the registry: bodies, their units and mandates, and every change with a preview."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import OPERATOR
from chassis.pages import dates
from chassis.pages.forms import KEY, Form, key_of, new_key
from chassis.pages.texts import N_
from chassis.signin.forms import FIELD, OwnForm
from chassis.signin.pages import PageCaller, PageSession, language_of, page_allow, page_router, render
from router.context import Router
from router.handlers import RegistryRequest
from router.http.registry import RegistryChange
from router.http.registry import register as register_body
from router.http.request import Context
from router.lexicon.files import place_data
from router.pages.bodies import SEARCH as BODIES
from router.pages.bodies import Option
from router.pages.decision import LEVELS, sectors_of
from router.pages.desk_forms import BodyUnclear
from router.pages.kit import GO, MOVE, PAGES, errors_of, guard, translator, unclear_errors
from router.pages.registry_forms import CHANGES, COVERAGE, NEW_FIELDS, DryChange, command_of, effects, new_body
from router.registry.coverage import Finding
from router.registry.mandates import day_of
from schemas.access.principal import Principal, Role, acting_as, client_of
from schemas.base import limits
from schemas.base.refusals import NotFound, Refusal
from schemas.base.values import Level
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.fold import Registry
from schemas.wording.names import agency as agency_name
from schemas.wording.sectors import sector

router: APIRouter = page_router()
SIZE: Final = 50
NOT_SENT: Final = (FIELD, GO, KEY)
"""Fields of a form that its preview writes anew."""
UNITS: Final = 100
"""Lines with units in which a fault is told at the field."""
SHOWN: Final = 20
"""Holes and overlaps that a page names."""
API: Final = "/api/v1/agencies"
KINDS: Final = {
    "ministry": N_("kementerian"), "agency": N_("lembaga"), "province": N_("pemerintah provinsi"),
    "regency": N_("pemerintah kabupaten"), "city": N_("pemerintah kota"),
    "state-enterprise": N_("badan usaha milik negara"),
    "regional-enterprise": N_("badan usaha milik daerah"), "insurer": N_("badan penyelenggara jaminan sosial"),
    "police": N_("kepolisian"), "oversight": N_("lembaga pengawas"),
}  # fmt: skip
FAULTS: Final = {
    "hole": N_("tidak ada yang berwenang"), "overlap": N_("lebih dari satu yang berwenang"),
    "not_at_this_level": N_("bukan urusan tingkat ini"),
}  # fmt: skip


@router.get("/operator/instansi", dependencies=[page_allow(OPERATOR)])
async def bodies(
    request: Request,
    context: Context,
    kata: Annotated[str, Query(max_length=200)] = "",
    semua: bool = False,
    sesudah: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The bodies by id, and the holes and overlaps of their mandates today."""
    registry, lang, translate = await context.registry.current(), language_of(request), translator(request)
    wanted = kata.casefold().split()
    found = [
        body for id_, body in sorted(registry.agencies.items())
        if id_ > sesudah and (semua or body.alive) and all(word in f"{body.name} {id_}".casefold() for word in wanted)
    ]  # fmt: skip
    kept = {name: value for name, value in (("kata", kata), ("semua", "1" if semua else "")) if value}
    next_at = f"/operator/instansi?{urlencode({**kept, 'sesudah': found[SIZE - 1].id})}" if len(found) > SIZE else ""
    covered = await asyncio.to_thread(COVERAGE.of, registry, day_of(context.clock.now()))
    return render(
        request, "operator_instansi.html", pages=PAGES, words=kata, all_of=semua, next_at=next_at,
        rows=[(body, translate(KINDS.get(body.kind, body.kind)), _region(body.region)) for body in found[:SIZE]],
        findings=[_finding(each, registry, lang, translate) for each in covered.findings[:SHOWN]],
        count=len(covered.findings), held=covered.held, living=sum(b.alive for b in registry.agencies.values()),
        done=request.query_params.get("berhasil", ""),
    )  # fmt: skip


@router.get("/operator/instansi-baru", dependencies=[page_allow(OPERATOR)])
async def blank(request: Request, found: PageSession, context: Context) -> Response:
    """The form of a new body."""
    return await _new(request, context, guard(found), {}, {}, HTTPStatus.OK)


@router.post("/operator/instansi-baru", dependencies=[page_allow(OPERATOR), OwnForm])
async def add(request: Request, who: PageCaller, found: PageSession, context: Context, form: Form) -> Response:
    """Register a body; it can hold reports at once."""
    options: Mapping[str, Sequence[Option]] = {}
    try:
        body = new_body(form, BODIES.of(await context.registry.current()))
        change = _change(context, who, form, API)
        await register_body(body, change, Response())
        return RedirectResponse(f"/operator/instansi/{body.id}?berhasil=baru", HTTPStatus.SEE_OTHER)
    except BodyUnclear as unclear:
        options, errors = unclear.options, unclear_errors(unclear, translator(request))
    except (ValidationError, Refusal) as error:
        names = {to: field for field, to in NEW_FIELDS.items()}
        units = {f"units.{row}.{part}": "unit_baru" for row in range(UNITS) for part in ("id", "name")}
        errors = errors_of(error, names | units, language_of(request))
    return await _new(request, context, guard(found), errors, form, HTTPStatus.UNPROCESSABLE_ENTITY, options)


@router.get("/operator/instansi/{agency}", dependencies=[page_allow(OPERATOR)])
async def one(agency: str, request: Request, found: PageSession, context: Context) -> Response:
    """One body with its units, its mandates and the changes that can be made."""
    return await _shown(request, context, guard(found), agency, {}, {}, HTTPStatus.OK)


@router.post("/operator/instansi/{agency}", dependencies=[page_allow(OPERATOR), OwnForm])
async def change(
    agency: str, request: Request, who: PageCaller, found: PageSession, context: Context, form: Form
) -> Response:
    """Show what a change would do; carry it out once that was seen."""
    lang, name = language_of(request), form.get(MOVE, "")
    if name not in CHANGES:
        raise NotFound(change=name)
    asked = CHANGES[name]
    options: Mapping[str, Sequence[Option]] = {}
    try:
        command = command_of(asked, form, BODIES.of(await context.registry.current()))
        tried = DryChange(context, await context.registry.current())
        await asked.carry(agency, command, tried)
        if form.get(GO) == "simpan":
            await asked.carry(agency, command, _change(context, who, form, f"{API}/{agency}/{asked.route}"))
            return RedirectResponse(f"/operator/instansi/{agency}?berhasil={name}", HTTPStatus.SEE_OTHER)
        return await _preview(request, context, guard(found), agency, form, tried)
    except BodyUnclear as unclear:
        options = unclear.options
        errors = unclear_errors(unclear, translator(request))
    except (ValidationError, Refusal) as error:
        if isinstance(error, NotFound):
            raise
        errors = errors_of(error, {to: field for field, to in asked.fields.items()}, lang)
    code = HTTPStatus.UNPROCESSABLE_ENTITY
    return await _shown(request, context, guard(found), agency, errors, form, code, options)


def _change(context: Router, who: Principal, form: Mapping[str, str], path: str) -> RegistryChange:
    by = RegistryRequest(client_of(who), path, key_of(form), None, acting_as(who, Role.OPERATOR))
    return RegistryChange(context, by)


async def _preview(
    request: Request, context: Router, hidden: Mapping[str, str], agency: str, form: Mapping[str, str], tried: DryChange
) -> Response:
    lang, translate = language_of(request), translator(request)
    found = await effects(context, tried, day_of(context.clock.now()))
    names = tried.after if tried.after.agencies else tried.before
    moving = [
        (agency_name(each.agency, None, tried.before), _body(each.to, names), each.reports) for each in found.moving
    ]
    return render(
        request, "operator_pratinjau.html", pages=PAGES, hidden=hidden, agency=agency, move=form[MOVE],
        name=agency_name(agency, None, tried.before), sent={k: v for k, v in form.items() if k not in NOT_SENT},
        key=key_of(form), moving=moving, mandates=found.mandates, nothing=not tried.facts,
        opened=[_finding(each, tried.after, lang, translate) for each in found.opened[:SHOWN]],
        closed=[_finding(each, tried.before, lang, translate) for each in found.closed[:SHOWN]],
        opened_count=len(found.opened), closed_count=len(found.closed), what=_said(form, tried.before, lang, translate),
    )  # fmt: skip


def _said(form: Mapping[str, str], registry: Registry, lang: str, translate: Any) -> list[tuple[str, str]]:
    """What the form asks for, as names and values for people."""
    shown: dict[str, tuple[str, Callable[[str], str]]] = {
        "bidang": (N_("Bidang"), lambda v: sector(v, lang)),
        "tingkat": (N_("Tingkat"), lambda v: translate(LEVELS[Level(v)])),
        "wilayah": (N_("Wilayah"), lambda v: _region(v) or v),
        "unit": (N_("Unit"), lambda v: v),
        "mulai": (N_("Berlaku mulai"), lambda v: dates.date(date.fromisoformat(v), lang)),
        "sampai": (N_("Hari pertama tanpa kewenangan"), lambda v: dates.date(date.fromisoformat(v), lang)),
        "dasar": (N_("Dasar hukum"), lambda v: v),
        "nama": (N_("Nama baru"), lambda v: v),
        "digabung": (N_("Instansi yang digabung"), lambda v: agency_name(v, None, registry)),
        "penerus": (N_("Penerus"), lambda v: agency_name(v, None, registry)),
        "alasan_gabung": (N_("Alasan"), lambda v: v),
        "alasan_bubar": (N_("Alasan"), lambda v: v),
    }
    return [(translate(name), str(show(form[field]))) for field, (name, show) in shown.items() if form.get(field)]


async def _shown(
    request: Request, context: Router, hidden: Mapping[str, str], agency: str, errors: Mapping[str, str],
    form: Mapping[str, str], code: int, options: Mapping[str, Sequence[Option]] | None = None,
) -> Response:  # fmt: skip
    registry, lang, translate = await context.registry.current(), language_of(request), translator(request)
    body = registry.agencies.get(agency)
    if body is None:
        raise NotFound(agency=agency)
    mine = [each for each in registry.mandates if each.agency == agency]
    today = day_of(context.clock.now())
    return render(
        request, "operator_instansi_satu.html", code, PAGES, hidden=hidden, body=body, errors=errors, form_sent=form,
        kind=translate(KINDS.get(body.kind, body.kind)), level=translate(LEVELS[Level(body.level)]),
        region=_region(body.region), options=options or {},
        parent=_body(body.parent, registry), inspectorate=_body(body.inspectorate, registry),
        successor=_body(body.successor, registry),
        mandates=[_mandate(each, body, lang, translate) for each in sorted(mine, key=_order)], today=today,
        sectors=sectors_of(lang), levels=[(level.value, translate(text)) for level, text in LEVELS.items()],
        done=request.query_params.get("berhasil", ""), key_field=KEY, key=new_key,
        most=limits.NOTE,
    )  # fmt: skip


async def _new(
    request: Request, context: Router, hidden: Mapping[str, str], errors: Mapping[str, str], form: Mapping[str, str],
    code: int, options: Mapping[str, Sequence[Option]] | None = None,
) -> Response:  # fmt: skip
    registry, translate = await context.registry.current(), translator(request)
    return render(
        request, "operator_instansi_baru.html", code, PAGES, hidden=hidden, errors=errors, form_sent=form,
        kinds=[(kind, translate(text)) for kind, text in KINDS.items()],
        levels=[(level.value, translate(text)) for level, text in LEVELS.items()],
        templates=[("", translate(N_("tanpa pola"))), *((each, each) for each in sorted(registry.templates))],
        options=options or {}, key_field=KEY, key=new_key,
    )  # fmt: skip


def _order(mandate: Mandate) -> tuple[bool, str, str]:
    return mandate.valid_until is not None, mandate.sector, mandate.region or ""


def _mandate(mandate: Mandate, body: Agency, lang: str, translate: Any) -> dict[str, Any]:
    return {
        **mandate._asdict(),
        "sector_name": sector(mandate.sector, lang),
        "level_name": translate(LEVELS[Level(mandate.level)]),
        "region_name": _region(mandate.region),
        "unit_name": body.units.get(mandate.unit, mandate.unit) if mandate.unit else "",
    }


def _finding(each: Finding, registry: Registry, lang: str, translate: Any) -> str:
    where = _region(each.region) or translate(N_("seluruh Indonesia"))
    named = "; ".join(agency_name(body.agency, body.unit, registry) for body in each.bodies)
    said = f"{sector(each.sector, lang)}, {translate(LEVELS[each.level])}, {where}: {translate(FAULTS[each.fault])}"
    return f"{said} ({named})" if named else said


def _region(code: str | None) -> str:
    known = place_data().places.get(code) if code else None
    return known[0] if known else (code or "")


def _body(id_: str | None, registry: Registry) -> str:
    return agency_name(id_, None, registry) if id_ else ""
