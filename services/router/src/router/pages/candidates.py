"""The likeliest bodies for a report, each with the reason why: which mandate it has, and what is in question."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from chassis.pages.texts import N_
from router.pages.bodies import value_of
from router.registry.mandates import AgencyUnit
from schemas.registry.fold import Registry
from schemas.wording.names import agency
from schemas.wording.sectors import sector

SHOWN: Final = 3
MANDATES: Final = 3
QUESTION: Final = {
    "mandate": N_("Bidangnya jelas; yang belum pasti adalah tingkat pemerintahannya."),
    "region": N_("Bila kejadiannya di wilayah instansi ini."),
    "sector": N_("Bila laporan ini tentang bidangnya."),
}
"""By the reason of a candidate: on what it depends."""
BACK: Final = N_("Instansi ini sudah mengembalikan laporan ini; hanya Ombudsman yang dapat menetapkannya lagi.")


class Card(NamedTuple):
    """A body to choose. `reasons`: sentences. `percent`: how well it fits. `returned`: it cannot be chosen."""

    value: str
    name: str
    reasons: Sequence[str]
    percent: int
    returned: bool


def cards(file: Mapping[str, Any], registry: Registry, lang: str, translate: Any) -> list[Card]:
    """The first three candidates of a case file."""
    back = {each["agency"] for each in file["returned_by"]}
    return [_card(each, file, registry, lang, translate, back) for each in file["candidates"][:SHOWN]]


def _card(
    each: Mapping[str, Any], file: Mapping[str, Any], registry: Registry, lang: str, translate: Any, back: set[str]
) -> Card:
    body, returned = AgencyUnit(each["agency"], each["unit"]), each["agency"] in back
    fields = _fields(body, registry, (file["basis"] or {}).get("sector"), lang)
    reasons = [translate(N_("Berwenang atas %(fields)s."), fields=", ".join(fields))] if fields else []
    doubt = BACK if returned else QUESTION.get(each["reason"], "")
    shown = [*reasons, translate(doubt)] if doubt else reasons
    return Card(value_of(body), agency(body.agency, body.unit, registry), shown, round(each["score"] * 100), returned)


def _fields(body: AgencyUnit, registry: Registry, read: str | None, lang: str) -> list[str]:
    """The sectors of the body's mandates, the one that the report was read as alone if it is among them."""
    held = [mandate for mandate in registry.mandates if mandate.agency == body.agency]
    of_unit = [mandate.sector for mandate in held if body.unit is not None and mandate.unit == body.unit]
    sectors = list(dict.fromkeys(of_unit or [mandate.sector for mandate in held]))
    return [sector(each, lang) for each in ([read] if read in sectors and read else sectors[:MANDATES])]
