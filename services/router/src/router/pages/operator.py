"""The operator's first page: the books, the processes, how far read models are behind, and the test clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from chassis.base.clock import advance
from chassis.base.errors import ChassisError
from chassis.base.numbers import whole_number
from chassis.http.access import OPERATOR
from chassis.pages.forms import Form
from chassis.pages.parts import parts
from chassis.pages.texts import N_
from chassis.signin.forms import OwnForm
from chassis.signin.pages import PageSession, page_allow, page_router, render
from router.context import Router
from router.http.request import Context
from router.pages.kit import PAGES, guard, translator
from schemas.base.refusals import NotFound
from schemas.registry.calendars import DEFAULT_ZONE

router: APIRouter = page_router()
BOOKS: Final = "/api/v1/books"
MOST_DAYS: Final = 400
HOLDERS: Final = {
    "router": N_("sedang dicarikan instansi"), "desk": N_("di meja triase"), "agency": N_("di instansi"),
    "arbiter": N_("menunggu putusan Ombudsman"),
}  # fmt: skip
PARTS: Final = {
    "front": N_("Pintu depan"), "intake": N_("Penerimaan"), "router": N_("Penempatan"),
    "agency_inbox": N_("Kotak masuk instansi"), "agency-inbox": N_("Kotak masuk instansi"),
    "escalation": N_("Tenggat dan jenjang"), "reporting": N_("Halaman publik dan angka"), "kafka": N_("Kafka"),
    "relay": N_("Penerus peristiwa ke Kafka"), "provisioner": N_("Pengguna Kafka"), "issuer": N_("Penyedia akun demo"),
}  # fmt: skip
KINDS: Final = {
    "store": N_("penyimpanan peristiwa"), "views": N_("tabel baca"), "vault": N_("brankas data pribadi"),
}  # fmt: skip
WRONG_DAYS: Final = N_("Tulis jumlah hari, 1 sampai %(most)s.")


class Process(NamedTuple):
    """A process, or what one depends on. `trouble`: what is wrong; empty if nothing is."""

    name: str
    trouble: str


@router.get("/operator", dependencies=[page_allow(OPERATOR)])
async def home(request: Request, found: PageSession, context: Context) -> Response:
    """Books, processes and lag at a glance."""
    return await _shown(request, context, guard(found))


@router.post("/operator/jam", dependencies=[page_allow(OPERATOR), OwnForm])
async def clock(request: Request, found: PageSession, context: Context, form: Form) -> Response:
    """Move the test clock forwards, where there is one."""
    if context.test_clock is None:
        raise NotFound(what="clock")
    days = form.get("hari", "")
    count = whole_number(days) or 0
    if not 1 <= count <= MOST_DAYS:
        errors = {"hari": translator(request)(WRONG_DAYS, most=MOST_DAYS)}
        return await _shown(request, context, guard(found), HTTPStatus.UNPROCESSABLE_ENTITY, errors, days)
    advance(context.test_clock, timedelta(days=count))
    return RedirectResponse("/operator?berhasil=jam", HTTPStatus.SEE_OTHER)


async def _shown(
    request: Request, context: Router, hidden: Mapping[str, str], code: int = HTTPStatus.OK,
    errors: Mapping[str, str] | None = None, days: str = "",
) -> Response:  # fmt: skip
    translate = translator(request)
    found = await parts(request, context.clock, {"books": BOOKS})
    books = found["books"]
    newest = await context.repository.store.newest()
    at = await context.feed.position() or 0
    return render(
        request, "operator.html", code, PAGES, hidden=hidden, zone=DEFAULT_ZONE, now=context.clock.now(),
        books=_books(books.body, translate) if books is not None else None,
        counted_at=books.at if books is not None else None,
        balanced=books is not None and books.body["balanced"],
        processes=await processes(request, translate), behind=max(0, newest - at),
        books_behind=max(0, newest - int(books.body["position"])) if books is not None else 0,
        clock=context.test_clock is not None, errors=errors or {}, days=days, most_days=MOST_DAYS,
        moved=request.query_params.get("berhasil") == "jam",
    )  # fmt: skip


def _books(books: Mapping[str, Any], translate: Any) -> list[tuple[str, int]]:
    """The books as lines that add up to what was filed."""
    held = Counter[str]()
    for holder, count in books["open"].items():
        held[holder if holder in HOLDERS else "agency"] += count  # each agency, and what the public may not see
    lines = [(translate(N_("diterima")), books["filed"])]
    lines += [(translate(text), held[holder]) for holder, text in HOLDERS.items()]
    joined = sum(books["joined"].values())
    return [
        *lines,
        (translate(N_("mengikuti laporan lain")), joined),
        (translate(N_("ditutup")), sum(books["closed"].values())),
    ]


async def processes(request: Request, translate: Any) -> Sequence[Process]:
    """What this process knows of itself and, on one machine, of the others: as its `/readyz` answers."""
    try:
        states: Mapping[str, str] = await request.app.state.ready()
    except ChassisError as error:
        return [Process(translate(N_("Layanan ini")), str(error))]
    named = [Process(_name(key, translate), "" if state == "ok" else state) for key, state in states.items()]
    return sorted(named, key=lambda each: (not each.trouble, each.name))


def _name(key: str, translate: Any) -> str:
    """The name of an entry of `/readyz` for people: `part.router-1`, `intake.store`."""
    first, _, rest = key.partition(".")
    if first == "part":
        stem, _, number = rest.rpartition("-")
        known, shown = (stem, f" {number}") if number.isdecimal() else (rest, "")
        return f"{translate(PARTS[known]) if known in PARTS else known}{shown}"
    service = translate(PARTS[first]) if first in PARTS else first
    return f"{service}: {translate(KINDS[rest]) if rest in KINDS else rest}" if rest else str(service)
