"""The operator's pages of periods: every version of the deadline policy, and a decree with what it would move."""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from itertools import pairwise
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from chassis.http.access import OPERATOR
from chassis.pages import dates
from chassis.pages.forms import KEY, Form, key_of, new_key
from chassis.pages.texts import N_
from chassis.signin.forms import OwnForm
from chassis.signin.pages import PageCaller, PageSession, language_of, page_allow, page_router, render
from router.context import Router
from router.http.calendars import PolicyBody, start_of
from router.http.calendars import decree_policy as decree_periods
from router.http.request import Context
from router.pages.decrees import AFTER, change_of, moves, sent
from router.pages.kit import GO, PAGES, errors_of, guard, translator
from router.pages.registry_forms import DryChange
from router.registry.decide import DECREEABLE
from router.registry.mandates import day_of
from schemas.base import limits
from schemas.base.refusals import Refusal
from schemas.base.values import HolderKind
from schemas.deadlines.policies import Policy, Rule, with_decrees
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry

router: APIRouter = page_router()
API: Final = "/api/v1/policies"
PREVIEW: Final = "/api/v1/due-dates/policy-preview"
FIELDS: Final = {"mulai": "effective_on", "dasar": "source"}
NAMES: Final = {
    "place": N_("Penempatan otomatis"), "forward": N_("Penerusan ke instansi"),
    "triage": N_("Pemilahan di meja triase"),
    "acknowledge": N_("Tindak lanjut pertama instansi"), "settle.information": N_("Penyelesaian permintaan informasi"),
    "settle.complaint": N_("Penyelesaian pengaduan"),
    "settle.supervision": N_("Penyelesaian pengaduan berkadar pengawasan"),
    "settle.aspiration": N_("Penyelesaian aspirasi"), "rework": N_("Pengerjaan ulang setelah disanggah"),
    "completion": N_("Jawaban pelapor atas pertanyaan"), "silence": N_("Tanggapan pelapor atas jawaban"),
    "arbitration": N_("Putusan Ombudsman"), "dispute": N_("Penyanggahan sesudah ditutup"),
    "erasure": N_("Keputusan tentang penghapusan data"),
}  # fmt: skip
"""The periods for people, in the order of a report's life."""
UNITS: Final = {"wd": N_("%(num)s hari kerja"), "d": N_("%(num)s hari"), "s": N_("%(num)s detik")}
LADDERS: Final = {
    HolderKind.AGENCY: N_("Jenjang laporan di instansi"), HolderKind.DESK: N_("Jenjang laporan di meja triase"),
    HolderKind.ARBITER: N_("Jenjang laporan di Ombudsman"),
}  # fmt: skip
NOTHING: Final = N_("Ubah sedikitnya satu jangka waktu.")


class Period(NamedTuple):
    """One period as it is shown. `before`: what it was in the version before, if that was another; else empty."""

    rule: str
    name: str
    value: str
    amount: int
    unit: str
    before: str
    source: str


@router.get("/operator/kebijakan", dependencies=[page_allow(OPERATOR)])
async def policies(request: Request, context: Context) -> Response:
    """What is in force, what will be, and what was."""
    registry, lang, now = await context.registry.current(), language_of(request), context.clock.now()
    found = with_decrees(context.policies, registry).versions
    current = with_decrees(context.policies, registry).at(now)
    at = found.index(current)
    decreed = {each.effective_at: each for each in registry.policies.decrees}
    return render(
        request, "operator_kebijakan.html", pages=PAGES, zone=DEFAULT_ZONE, current=current,
        decreed=decreed, periods=_periods(current, None, lang), others=_others(current, lang),
        coming=[(each, _changed(each, before, lang)) for before, each in pairwise(found[at:])],
        past=[(each, after.effective_at) for each, after in pairwise(found[: at + 1])][::-1],
        done=request.query_params.get("berhasil") == "1",
    )  # fmt: skip


@router.get("/operator/kebijakan/tetapkan", dependencies=[page_allow(OPERATOR)])
async def blank(request: Request, found: PageSession, context: Context) -> Response:
    """The form of a decree, with the periods in force."""
    return await _form(request, guard(found), {}, {}, HTTPStatus.OK, context)


@router.post("/operator/kebijakan/tetapkan", dependencies=[page_allow(OPERATOR), OwnForm])
async def decree(request: Request, who: PageCaller, found: PageSession, context: Context, form: Form) -> Response:
    """Show what a decree changes and which open dates it would move; make it once that was seen."""
    registry = await context.registry.current()
    try:
        given = _given(form, context, registry)
        if not given["periods"] and form.get("mulai", "").strip():
            error = {"mulai": translator(request)(NOTHING)}
            return await _form(request, guard(found), error, form, HTTPStatus.UNPROCESSABLE_ENTITY, context)
        body = PolicyBody.model_validate(given)
        tried = DryChange(context, registry)
        await decree_periods(body, tried, language_of(request))
        if form.get(GO) == "simpan":
            await decree_periods(body, change_of(context, who, form, API), language_of(request))
            return RedirectResponse("/operator/kebijakan?berhasil=1", HTTPStatus.SEE_OTHER)
        return await _preview(request, guard(found), form, body, tried)
    except (ValidationError, Refusal) as error:
        names = {to: field for field, to in FIELDS.items()}
        each = {f"periods.{row}.amount": one["rule"] for row, one in enumerate(given["periods"])}
        errors = errors_of(error, names | each | {"periods": "mulai"}, language_of(request))
    return await _form(request, guard(found), errors, form, HTTPStatus.UNPROCESSABLE_ENTITY, context)


def _given(form: Mapping[str, str], context: Router, registry: Registry) -> dict[str, Any]:
    """The command of the form: the periods whose number was changed from what is in force on that day."""
    written = {to: form[field].strip() for field, to in FIELDS.items() if form.get(field, "").strip()}
    rules = _policy_on(written.get("effective_on", ""), context, registry).rules
    typed = {rule: form.get(rule, "").strip() for rule in NAMES if rule in DECREEABLE}
    periods = [
        {"rule": rule, "amount": int(text) if text.isascii() and text.isdecimal() else text, "unit": rules[rule].unit}
        for rule, text in typed.items()
        if text != str(rules[rule].amount) and rule in form
    ]
    return {**written, "periods": periods}


def _policy_on(day: str, context: Router, registry: Registry) -> Policy:
    found = with_decrees(context.policies, registry)
    try:
        return found.at(start_of(date.fromisoformat(day)))
    except (ValueError, OverflowError):  # the field is refused where the command is checked
        return found.at(context.clock.now())


async def _preview(
    request: Request, hidden: Mapping[str, str], form: Mapping[str, str], body: PolicyBody, tried: DryChange
) -> Response:
    lang = language_of(request)
    at, context = start_of(body.effective_on), tried.context
    asked = {"effective_at": at.isoformat(), "periods": [each.model_dump() for each in body.periods]}
    found = await moves(request, PREVIEW, asked, form.get(AFTER, "")) if tried.facts else None
    before = with_decrees(context.policies, tried.before).at(at)
    return render(
        request, "operator_kebijakan_pratinjau.html", pages=PAGES, hidden=hidden, zone=DEFAULT_ZONE, sent=sent(form),
        key=key_of(form), key_field=KEY, after_field=AFTER, found=found, nothing=not tried.facts, source=body.source,
        action="/operator/kebijakan/tetapkan", day=dates.date(body.effective_on, lang),
        changed=_changed(with_decrees(context.policies, tried.after).at(at), before, lang),
        back_at="/operator/kebijakan/tetapkan",
    )  # fmt: skip


async def _form(
    request: Request, hidden: Mapping[str, str], errors: Mapping[str, str], form: Mapping[str, str], code: int,
    context: Router,
) -> Response:  # fmt: skip
    registry, lang, now = await context.registry.current(), language_of(request), context.clock.now()
    newest = with_decrees(context.policies, registry).at(now)
    return render(
        request, "operator_kebijakan_baru.html", code, PAGES, hidden=hidden, errors=errors, form_sent=form,
        periods=[each for each in _periods(newest, None, lang) if each.rule in DECREEABLE], today=day_of(now),
        labels={rule: f"{PAGES.text(name, lang)}:" for rule, name in NAMES.items()}, key_field=KEY, key=new_key,
        note=limits.NOTE,
    )  # fmt: skip


def _periods(policy: Policy, before: Policy | None, lang: str) -> Sequence[Period]:
    def shown(rule: Rule) -> str:
        return PAGES.text(UNITS[rule.unit], lang, num=rule.amount)

    def was(rule: Rule) -> str:
        old = before.rules[rule.name] if before is not None else rule
        return shown(old) if (old.amount, old.unit) != (rule.amount, rule.unit) else ""

    rules = [policy.rules[name] for name in NAMES]
    return [
        Period(r.name, PAGES.text(NAMES[r.name], lang), shown(r), r.amount, r.unit, was(r), r.source[lang])
        for r in rules
    ]


def _changed(policy: Policy, before: Policy, lang: str) -> Sequence[Period]:
    return [each for each in _periods(policy, before, lang) if each.before]


def _others(policy: Policy, lang: str) -> Sequence[tuple[str, str]]:
    """The numbers that no decree changes: they come with a release."""

    def text(message: str, **values: Any) -> str:
        return PAGES.text(message, lang, **values)

    rungs = [
        (text(name), ", ".join(str(rung.after_wd) for rung in policy.ladder[kind])) for kind, name in LADDERS.items()
    ]
    after = N_("hari kerja ke-%(days)s sesudah tenggat")
    return [
        (text(N_("Pengingat")), text(N_("%(num)s hari kerja sebelum tenggat"), num=policy.reminder_wd)),
        *((name, text(after, days=days)) for name, days in rungs),
        (text(N_("Pengembalian sebelum Ombudsman memutus")), str(policy.returns)),
        (text(N_("Pertanyaan yang menghentikan waktu, tiap pemegang")), str(policy.stops)),
    ]
