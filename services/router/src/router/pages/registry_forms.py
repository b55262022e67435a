"""Changes of the registry as forms, each with a preview: the same function as behind the API's route, once without
writing and once with it. Nothing here decides.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel

from router.context import Router
from router.handlers import RegistryRequest
from router.http import registry as routes
from router.http.registry import RegistryChange
from router.http.request import RequestBody
from router.lexicon.files import place_data, rule_data
from router.pages.bodies import FOUND, BodySearch, Option
from router.pages.desk_forms import CHOSEN, BodyUnclear
from router.placement import views
from router.registry.coverage import Coverage, Finding, check_coverage, divisions
from router.registry.mandates import MandateIndex
from schemas.complaint.fold import RecordedFact
from schemas.events.base import Fact
from schemas.registry.fold import Registry, fold_registry

UNIT_LINE: Final = re.compile(r"\s*([^:\s]+)\s*:\s*(.+?)\s*")
BODIES: Final = ("digabung", "penerus", "induk", "inspektorat")
"""Fields in which a body's name, or its id, is typed."""
MOST: Final = 40
Carry = Callable[[str, Any, RegistryChange], Awaitable[Any]]


class Change(NamedTuple):
    """A change. `fields`: the command's, by those of the form. `route`: the API's path below the agency."""

    body: type[BaseModel]
    fields: Mapping[str, str]
    route: str
    carry: Carry


CHANGES: Final[Mapping[str, Change]] = {
    "beri": Change(
        routes.MandateBody,
        {"bidang": "sector", "tingkat": "level", "wilayah": "region", "unit": "unit", "mulai": "valid_from",
         "dasar": "source"},
        "mandates", routes.give,
    ),
    "cabut": Change(
        routes.WithdrawalBody,
        {"bidang": "sector", "tingkat": "level", "wilayah": "region", "sampai": "valid_until"},
        "mandates/withdrawal", routes.withdraw,
    ),
    "nama": Change(routes.NameBody, {"nama": "name"}, "name", routes.rename),
    "gabung": Change(routes.MergerBody, {"digabung": "agencies", "alasan_gabung": "reason"}, "merger", routes.merge),
    "bubar": Change(
        routes.DissolutionBody, {"penerus": "successor", "alasan_bubar": "reason"}, "dissolution", routes.dissolve
    ),
}  # fmt: skip
NEW_FIELDS: Final = {
    "nama": "name", "kode": "id", "bentuk": "kind", "tingkat": "level", "wilayah": "region", "induk": "parent",
    "inspektorat": "inspectorate", "pola": "template", "unit_baru": "units",
}  # fmt: skip


def command_of(change: Change, form: Mapping[str, str], search: BodySearch) -> BaseModel:
    """What the form says. Raises ValidationError, BodyUnclear."""
    form = with_bodies(form, search)
    given: dict[str, Any] = {to: form[field] for field, to in change.fields.items() if form.get(field, "").strip()}
    if "agencies" in given:
        given["agencies"] = [given["agencies"]]
    return change.body.model_validate(given)


def with_bodies(form: Mapping[str, str], search: BodySearch) -> dict[str, str]:
    """The form with the ids of the bodies whose names were typed. Raises BodyUnclear."""
    found, unclear = dict(form), dict[str, list[Option]]()
    for field in BODIES:
        typed = form.get(field, "").strip()
        if not typed:
            continue
        options = [each for each in search.find(typed, MOST) if "/" not in each.value][:FOUND]
        if chosen := form.get(field + CHOSEN):
            found[field] = chosen
        elif typed in search.registry.agencies:
            found[field] = typed
        elif len(options) == 1:
            found[field] = options[0].value
        else:
            unclear[field] = options
    if unclear:
        raise BodyUnclear(unclear)
    return found


def new_body(form: Mapping[str, str], search: BodySearch) -> routes.AgencyBody:
    """The new body of the form; its units are lines such as `pu: Dinas Pekerjaan Umum`.

    Raises:
        ValidationError, BodyUnclear.
    """
    form = with_bodies(form, search)
    given: dict[str, Any] = {to: form[field] for field, to in NEW_FIELDS.items() if form.get(field, "").strip()}
    lines = [line for line in str(given.pop("units", "")).splitlines() if line.strip()]
    found = [UNIT_LINE.fullmatch(line) for line in lines]
    given["units"] = [
        {"id": one[1], "name": one[2]} if one else {"id": line} for one, line in zip(found, lines, strict=True)
    ]
    return routes.AgencyBody.model_validate(given)


class DryChange(RegistryChange):
    """A change that is tried and not written: `facts` and `after` are what it would do."""

    def __init__(self, context: Router, before: Registry) -> None:
        super().__init__(context, RegistryRequest("", "", ""))
        self.before, self.after = before, before
        self.facts: Sequence[Fact] = ()

    async def carry_out(self, decision: Callable[[Registry], Sequence[Fact]], body: RequestBody) -> Registry:
        del body
        self.facts = decision(self.before)
        start = self.before.version + 1
        recorded = [RecordedFact(fact, UUID(int=0), version) for version, fact in enumerate(self.facts, start)]
        self.after = fold_registry(self.before, recorded)
        return self.after


class Moving(NamedTuple):
    """Open reports that get another holder. `to`: None: they are placed again."""

    agency: str
    to: str | None
    reports: int


class Effects(NamedTuple):
    """What a change would do. `opened` and `closed`: holes and overlaps that it makes and mends."""

    moving: Sequence[Moving]
    mandates: int
    opened: Sequence[Finding]
    closed: Sequence[Finding]


async def effects(context: Router, tried: DryChange, today: date) -> Effects:
    """Compare the registry before and after."""
    ended = [
        body.id for body in tried.after.agencies.values() if not body.alive and tried.before.agencies[body.id].alive
    ]
    counts = await context.database.read(lambda connection: views.count_held(connection, ended)) if ended else {}
    heirs = {each: tried.after.living(each) for each in ended}
    moving = [Moving(each, heir.id if heir else None, counts.get(each, 0)) for each, heir in heirs.items()]
    before = await asyncio.to_thread(COVERAGE.of, tried.before, today)
    after = await asyncio.to_thread(coverage, tried.after, today) if tried.facts else before
    known, then = set(before.findings), set(after.findings)
    mandates = sum(mandate.agency in ended for mandate in tried.before.mandates)
    opened = [each for each in after.findings if each not in known]
    closed = [each for each in before.findings if each not in then]
    return Effects(moving, mandates, opened, closed)


class CoverageCache:
    """Holes and overlaps of the newest registry that was asked for: computing them for the whole nation takes a quarter
    of a second.
    """

    def __init__(self) -> None:
        self._of: tuple[Registry, date] | None = None
        self._kept = Coverage(0, {}, ())

    def of(self, registry: Registry, day: date) -> Coverage:
        """As `satupintu registry check` finds them on that day."""
        if self._of is None or self._of[0] is not registry or self._of[1] != day:
            self._kept, self._of = coverage(registry, day), (registry, day)
        return self._kept


COVERAGE: Final = CoverageCache()


def coverage(registry: Registry, day: date) -> Coverage:
    """Holes and overlaps of any registry on that day."""
    regions = {*place_data().places, *(body.region for body in registry.agencies.values() if body.region)}
    return check_coverage(MandateIndex(registry), divisions(), rule_data().sectors, sorted(regions), day)
