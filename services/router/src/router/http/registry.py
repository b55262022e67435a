"""The registry over HTTP: which bodies there are, and what each has authority for."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from chassis.http.web import ClientId, IdempotencyKey
from router.context import Router
from router.handlers import change_registry
from router.registry import decide
from router.registry.seed import zone_in
from schemas.base import limits
from schemas.base.refusals import NotFound
from schemas.base.values import AgencyId, Day, Level, RegionGiven, Sector, UnitId
from schemas.events.base import Fact
from schemas.events.registry import AgencyKind, AgencyRegistered, MandateGiven, MandateWithdrawn, Unit, Zone
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.fold import Registry

router = APIRouter(prefix="/api/v1/agencies")

Name = Annotated[str, Field(min_length=1, max_length=limits.NAME)]
Reason = Annotated[str, Field(min_length=1, max_length=limits.NOTE)]


async def _router(request: Request) -> Router:
    context: Router = request.app.state.router
    return context


Context = Annotated[Router, Depends(_router)]


class RequestBody(BaseModel):
    """What a request says; an unknown field is refused rather than passed over."""

    model_config = ConfigDict(extra="forbid")


class AgencyBody(RequestBody):
    """A new body."""

    id: AgencyId
    name: Name
    kind: AgencyKind
    level: Level
    region: RegionGiven | None = None
    zone: Zone | None = None
    """Its region's if left out."""
    parent: AgencyId | None = None
    inspectorate: AgencyId | None = None
    units: tuple[Unit, ...] = ()
    template: AgencyId | None = None


class MandateBody(RequestBody):
    """An authority to give."""

    sector: Sector
    level: Level
    region: RegionGiven | None = None
    unit: UnitId | None = None
    valid_from: Day
    source: Name


class WithdrawalBody(RequestBody):
    """An authority to end, on that day (exclusive)."""

    sector: Sector
    level: Level
    region: RegionGiven | None = None
    valid_until: Day


class NameBody(RequestBody):
    """A new name."""

    name: Name


class MergerBody(RequestBody):
    """The bodies that go up in this one."""

    agencies: tuple[AgencyId, ...] = Field(min_length=1)
    reason: Reason


class DissolutionBody(RequestBody):
    """The end of a body; without a successor router places again what it held."""

    successor: AgencyId | None = None
    reason: Reason


class AgencyFilter(RequestBody):
    """Which bodies."""

    living: bool | None = None
    region: RegionGiven | None = None
    page: int = Field(default=0, ge=0, le=10_000)


class RegistryChange:
    """Where changes of the registry come in."""

    def __init__(self, context: Context, key: IdempotencyKey, client: ClientId, request: Request) -> None:
        self.context, self.at = context, context.clock.now()
        self._by = (client, request.url.path, key)

    async def change(self, decided: Callable[[Registry], Sequence[Fact]], body: RequestBody) -> Registry:
        """Decide on the registry as it is, and append."""
        return await change_registry(self.context, decided, self._by, body.model_dump_json().encode(), self.at)


RegistryChanges = Annotated[RegistryChange, Depends()]


@router.get("")
async def agencies(context: Context, wanted: Annotated[AgencyFilter, Query()]) -> dict[str, Any]:
    """All bodies, by id."""
    registry = await context.placement_context.registry.current()
    found = [
        body
        for _, body in sorted(registry.agencies.items())
        if wanted.living in (None, body.alive) and wanted.region in (None, body.region)
    ]
    first = wanted.page * limits.PAGE
    return {
        "version": registry.version,
        "page": wanted.page,
        "page_size": limits.PAGE,
        "total": len(found),
        "agencies": [_shown(body) for body in found[first : first + limits.PAGE]],
    }


@router.get("/{agency}")
async def one(agency: str, context: Context) -> dict[str, Any]:
    """One body, with its authority."""
    registry = await context.placement_context.registry.current()
    if agency not in registry.agencies:
        raise NotFound(agency=agency)
    return _with_mandates(registry, agency)


@router.post("", status_code=status.HTTP_201_CREATED)
async def register(body: AgencyBody, office: RegistryChanges, response: Response) -> dict[str, Any]:
    """A body that can hold complaints from now on, without a restart of anything."""
    fields = body.model_dump(exclude={"id"}) | {"zone": body.zone or zone_in(body.region)}
    asked = AgencyRegistered.model_validate({**fields, "agency": body.id, "at": office.at})
    registry = await office.change(lambda state: decide.register(state, asked), body)
    response.headers["Location"] = f"/api/v1/agencies/{body.id}"
    return _with_mandates(registry, body.id)


@router.post("/{agency}/mandates", status_code=status.HTTP_201_CREATED)
async def give(agency: AgencyId, body: MandateBody, office: RegistryChanges) -> dict[str, Any]:
    """Authority for a field."""
    asked = MandateGiven.model_validate({**body.model_dump(), "agency": agency, "at": office.at})
    return _with_mandates(await office.change(lambda s: decide.give_mandate(s, asked), body), agency)


@router.post("/{agency}/mandates/withdrawal")
async def withdraw(agency: AgencyId, body: WithdrawalBody, office: RegistryChanges) -> dict[str, Any]:
    """The end of an authority."""
    asked = MandateWithdrawn.model_validate({**body.model_dump(), "agency": agency, "at": office.at})
    return _with_mandates(await office.change(lambda s: decide.withdraw_mandate(s, asked), body), agency)


@router.post("/{agency}/name")
async def rename(agency: AgencyId, body: NameBody, office: RegistryChanges) -> dict[str, Any]:
    """Another name for the same body."""
    at = office.at
    registry = await office.change(lambda state: decide.rename(state, agency, body.name, at), body)
    return _with_mandates(registry, agency)


@router.post("/{agency}/merger")
async def merge(agency: AgencyId, body: MergerBody, office: RegistryChanges) -> dict[str, Any]:
    """Other bodies go up in this one, which holds from now on all that they held."""
    at, ended, why = office.at, body.agencies, body.reason
    registry = await office.change(lambda state: decide.merge(state, ended, agency, why, at), body)
    return _with_mandates(registry, agency)


@router.post("/{agency}/dissolution")
async def dissolve(agency: AgencyId, body: DissolutionBody, office: RegistryChanges) -> dict[str, Any]:
    """The body is no more."""
    at, heir, why = office.at, body.successor, body.reason
    registry = await office.change(lambda state: decide.dissolve(state, agency, heir, why, at), body)
    return _with_mandates(registry, agency)


def _with_mandates(registry: Registry, agency: str) -> dict[str, Any]:
    mine = [_mandate(mandate) for mandate in registry.mandates if mandate.agency == agency]
    return {**_shown(registry.agencies[agency]), "mandates": mine, "version": registry.version}


def _shown(body: Agency) -> dict[str, Any]:
    units = [{"id": unit, "name": name} for unit, name in body.units.items()]
    return {**body._asdict(), "units": units}


def _mandate(mandate: Mandate) -> dict[str, Any]:
    return {name: value for name, value in mandate._asdict().items() if name != "agency"}
