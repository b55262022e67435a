"""Endpoints of the registry: bodies and their mandates."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import Field

from chassis.http.access import ANYONE, OPERATOR, Caller, allow
from chassis.http.web import ClientId, Conditional, DeviceId, IdempotencyKey, StrictRoute, etag
from chassis.write.precondition import UNCONDITIONAL, Precondition
from router.context import Router
from router.handlers import RegistryRequest, change_registry
from router.http.answers import AGENCY, AGENCY_CREATED, Agencies
from router.http.request import Context, RequestBody
from router.registry import decide
from router.registry.seed import zone_in
from schemas.access.principal import Role, acting_as
from schemas.base import limits
from schemas.base.refusals import NotFound
from schemas.base.values import AgencyId, Day, Level, RegionGiven, Sector, UnitId
from schemas.contract.base import NameText
from schemas.events.base import Fact
from schemas.events.registry import AgencyKind, AgencyRegistered, MandateGiven, MandateWithdrawn, Zone
from schemas.registry.bodies import Agency, Mandate
from schemas.registry.fold import Registry

router = APIRouter(prefix="/api/v1/agencies", route_class=StrictRoute)

Reason = Annotated[str, Field(min_length=1, max_length=limits.NOTE)]


class UnitBody(RequestBody):
    """A unit of a body."""

    id: UnitId
    name: NameText


class AgencyBody(RequestBody):
    """A new body."""

    id: AgencyId
    name: NameText
    kind: AgencyKind
    level: Level
    region: RegionGiven | None = None
    zone: Zone | None = None
    """The zone of its region if left out."""
    parent: AgencyId | None = None
    inspectorate: AgencyId | None = None
    units: tuple[UnitBody, ...] = ()
    template: AgencyId | None = None


class MandateBody(RequestBody):
    """A mandate to give."""

    sector: Sector
    level: Level
    region: RegionGiven | None = None
    unit: UnitId | None = None
    valid_from: Day
    source: NameText


class WithdrawalBody(RequestBody):
    """A mandate to end: `valid_until` is the first day without it."""

    sector: Sector
    level: Level
    region: RegionGiven | None = None
    valid_until: Day


class NameBody(RequestBody):
    """A new name."""

    name: NameText


class MergerBody(RequestBody):
    """The bodies that are merged into this one."""

    agencies: tuple[AgencyId, ...] = Field(min_length=1)
    reason: Reason


class DissolutionBody(RequestBody):
    """The end of a body; without a successor router places what it held again."""

    successor: AgencyId | None = None
    reason: Reason


class AgencyFilter(RequestBody):
    """The bodies to list."""

    living: bool | None = None
    region: RegionGiven | None = None
    page: int = Field(default=0, ge=0, le=10_000)


class RegistryChange:
    """A change of the registry that is asked for. `by`: who asks, and under which key."""

    def __init__(
        self, context: Router, by: RegistryRequest, condition: Precondition = UNCONDITIONAL,
        response: Response | None = None,
    ) -> None:  # fmt: skip
        self.context, self.at = context, context.clock.now()
        self._by, self._condition, self._response = by, condition, response or Response()

    async def carry_out(self, decision: Callable[[Registry], Sequence[Fact]], body: RequestBody) -> Registry:
        """Decide and append; the registry afterwards."""
        request = body.model_dump_json().encode()
        registry = await change_registry(self.context, decision, self._by, request, self.at, self._condition)
        etag(self._response, registry.version)
        return registry

    async def carry_out_for(
        self, agency: str, decision: Callable[[Registry], Sequence[Fact]], body: RequestBody
    ) -> dict[str, Any]:
        """Decide and append; the agency with its mandates afterwards."""
        return _with_mandates(await self.carry_out(decision, body), agency)


async def registry_change(
    context: Context,
    who: Caller,
    key: IdempotencyKey,
    client: ClientId,
    device: DeviceId,
    condition: Conditional,
    request: Request,
    response: Response,
) -> RegistryChange:
    """The change that a request asks for."""
    by = RegistryRequest(client, request.url.path, key, device, acting_as(who, Role.OPERATOR))
    return RegistryChange(context, by, condition, response)


RegistryChanges = Annotated[RegistryChange, Depends(registry_change)]


@router.get("", dependencies=[allow(ANYONE)], responses={200: {"model": Agencies}})
async def agencies(context: Context, query: Annotated[AgencyFilter, Query()], response: Response) -> dict[str, Any]:
    """The bodies, by id."""
    registry = await context.registry.current()
    etag(response, registry.version)
    found = [
        body
        for _, body in sorted(registry.agencies.items())
        if query.living in (None, body.alive) and query.region in (None, body.region)
    ]
    first = query.page * limits.PAGE
    return {
        "version": registry.version,
        "page": query.page,
        "page_size": limits.PAGE,
        "total": len(found),
        "agencies": [_shown(body) for body in found[first : first + limits.PAGE]],
    }


@router.get("/{agency}", dependencies=[allow(ANYONE)], summary="One agency", responses=AGENCY)
async def one(agency: str, context: Context, response: Response) -> dict[str, Any]:
    """One body, with its mandates."""
    registry = await context.registry.current()
    if agency not in registry.agencies:
        raise NotFound(agency=agency)
    etag(response, registry.version)
    return _with_mandates(registry, agency)


@router.post("", dependencies=[allow(OPERATOR)], status_code=status.HTTP_201_CREATED, responses=AGENCY_CREATED)
async def register(body: AgencyBody, change: RegistryChanges, response: Response) -> dict[str, Any]:
    """Register a body. It can hold complaints at once, without a restart."""
    fields = body.model_dump(exclude={"id"}) | {"zone": body.zone or zone_in(body.region)}
    fact = AgencyRegistered.model_validate({**fields, "agency": body.id, "at": change.at})
    response.headers["Location"] = f"/api/v1/agencies/{body.id}"
    return await change.carry_out_for(body.id, lambda state: decide.register(state, fact), body)


@router.post(
    "/{agency}/mandates", dependencies=[allow(OPERATOR)], status_code=status.HTTP_201_CREATED, responses=AGENCY_CREATED
)
async def give(agency: AgencyId, body: MandateBody, change: RegistryChanges) -> dict[str, Any]:
    """Give a mandate."""
    fact = MandateGiven.model_validate({**body.model_dump(), "agency": agency, "at": change.at})
    return await change.carry_out_for(agency, lambda state: decide.give_mandate(state, fact), body)


@router.post("/{agency}/mandates/withdrawal", dependencies=[allow(OPERATOR)], summary="End a mandate", responses=AGENCY)
async def withdraw(agency: AgencyId, body: WithdrawalBody, change: RegistryChanges) -> dict[str, Any]:
    """End a mandate."""
    fact = MandateWithdrawn.model_validate({**body.model_dump(), "agency": agency, "at": change.at})
    return await change.carry_out_for(agency, lambda state: decide.withdraw_mandate(state, fact), body)


@router.post("/{agency}/name", dependencies=[allow(OPERATOR)], responses=AGENCY)
async def rename(agency: AgencyId, body: NameBody, change: RegistryChanges) -> dict[str, Any]:
    """Rename a body."""
    return await change.carry_out_for(agency, lambda state: decide.rename(state, agency, body.name, change.at), body)


@router.post("/{agency}/merger", dependencies=[allow(OPERATOR)], responses=AGENCY)
async def merge(agency: AgencyId, body: MergerBody, change: RegistryChanges) -> dict[str, Any]:
    """Merge other bodies into this one, which then holds what they held."""
    return await change.carry_out_for(
        agency, lambda state: decide.merge(state, body.agencies, agency, body.reason, change.at), body
    )


@router.post("/{agency}/dissolution", dependencies=[allow(OPERATOR)], responses=AGENCY)
async def dissolve(agency: AgencyId, body: DissolutionBody, change: RegistryChanges) -> dict[str, Any]:
    """Dissolve a body."""
    return await change.carry_out_for(
        agency, lambda state: decide.dissolve(state, agency, body.successor, body.reason, change.at), body
    )


def _with_mandates(registry: Registry, agency: str) -> dict[str, Any]:
    mine = [_mandate(mandate) for mandate in registry.mandates if mandate.agency == agency]
    return {**_shown(registry.agencies[agency]), "mandates": mine, "version": registry.version}


def _shown(body: Agency) -> dict[str, Any]:
    units = [{"id": unit, "name": name} for unit, name in body.units.items()]
    return {**body._asdict(), "units": units}


def _mandate(mandate: Mandate) -> dict[str, Any]:
    return {name: value for name, value in mandate._asdict().items() if name != "agency"}
