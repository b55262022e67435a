"""A join that is looked at before it is made: both reports beside each other, the earlier one by its public number."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from fastapi import Request

from chassis.pages.parts import ask
from chassis.pages.texts import N_
from chassis.signin.pages import language_of, said
from router import handlers
from router.context import Router
from router.desk.decide import apart
from router.pages.case import public_words
from router.pages.kit import translator
from schemas import wording
from schemas.access.principal import Principal
from schemas.access.reading import Case, as_desk
from schemas.base.client_keys import is_uuid
from schemas.base.ids import MalformedCode, parse_public_number
from schemas.base.refusals import CannotJoin
from schemas.complaint.state import Complaint
from schemas.wording.names import agency

NUMBER: Final = "nomor_utama"
COMPARE: Final = "banding"
NO_NUMBER: Final = N_("Tulis nomornya seperti SP-2026-004213-7, atau pilih salah satu laporan yang mirip.")
UNKNOWN: Final = N_("Tidak ada laporan publik dengan nomor itu. Periksa nomornya.")


class NotNamed(Exception):
    """The form names no report; `why`: a sentence for whoever sent it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Compared(NamedTuple):
    """The earlier report as the public reads it. `follows`: the number that was asked for, where that one follows it.
    `refusal`: why the two cannot be joined; empty: they can.
    """

    id: UUID
    number: str
    shown: Mapping[str, Any]
    follows: str
    refusal: str


async def compared(
    request: Request, context: Router, who: Principal, state: Complaint, form: Mapping[str, str]
) -> Compared:
    """The report that the form names. Raises NotNamed."""
    asked, lang, registry = await _asked(request, form), language_of(request), await context.registry.current()
    named = (await context.repository.load(asked)).state
    root = await handlers.root_of(context, asked)
    if root.version < 0 or not root.may_be_public or not as_desk(who, Case(root, registry, list)):
        raise NotNamed(translator(request)(UNKNOWN))
    why = apart(state, root)
    place = root.place.region if root.place else None
    reader = (await context.placement_context.current()).reader
    shown = {
        **public_words(root, registry, lang),
        "received_at": root.received_at,
        "status_text": wording.status(root.status, lang, root.closed),
        "region": (reader.place_name(place) or place) if place else "",
        "agency": agency(root.agency, None, registry) if root.agency else "",
    }
    follows = named.public_number if named.id != root.id else ""
    return Compared(root.id, root.public_number, shown, follows, said(CannotJoin(why=why), lang) if why else "")


async def _asked(request: Request, form: Mapping[str, str]) -> UUID:
    translate, typed = translator(request), form.get(NUMBER, "").strip()
    if not typed and is_uuid(form.get("utama", "")):
        return UUID(form["utama"])
    try:
        number = parse_public_number(typed)
    except MalformedCode:
        raise NotNamed(translate(NO_NUMBER)) from None
    found = await ask(request, f"/api/v1/numbers/{number}")
    if found is None:
        raise NotNamed(translate(UNKNOWN))
    return UUID(found["complaint"])
