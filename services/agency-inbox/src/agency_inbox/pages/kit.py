"""What the officers' pages share: whose office it is, names of what they show, and the frame around them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from agency_inbox.context import Inbox
from agency_inbox.http.context import Context
from chassis.http.access import Rule, has
from chassis.pages.forms import KEY, new_key
from chassis.pages.parts import Call, asked
from chassis.pages.render import Kit
from chassis.signin.pages import PageCaller, PageSession, language_of, render
from chassis.signin.session import csrf_token
from schemas.access.principal import Principal, Role, officer_id
from schemas.base.refusals import NotFound
from schemas.registry.fold import Registry

PAGES: Final = Kit("agency_inbox.pages")
ROLES: Final = (Role.OFFICER, Role.UNIT_HEAD)
OFFICER: Final = Rule("officers and unit heads of an agency", has(*ROLES))
DISTRICT: Final = 8
"""Length of a district's code: a village is shown by its district."""


class Office(NamedTuple):
    """Who works for which agency on this page. `bodies`: all agencies that they work for."""

    context: Inbox
    who: Principal
    agency: str
    bodies: tuple[str, ...]
    registry: Registry
    lang: str
    csrf: str

    @property
    def id(self) -> UUID:
        """The officer's opaque id."""
        return officer_id(self.who)

    @property
    def zone(self) -> str:
        """The agency's time zone."""
        return self.registry.agencies[self.agency].zone

    @property
    def units(self) -> Mapping[str, str]:
        """Names of the units whose cases the officer sees."""
        mine, named = self.who.units(self.agency), self.registry.agencies[self.agency].units
        return {unit: name for unit, name in named.items() if mine is None or unit in mine}

    def gettext(self, message: str, **values: Any) -> str:
        """A text of these pages in the reader's language."""
        return PAGES.text(message, self.lang, **values)


async def _office(
    request: Request,
    who: PageCaller,
    session: PageSession,
    context: Context,
    instansi: Annotated[str | None, Query(max_length=64)] = None,
) -> Office:
    """Raises NotFound: the agency that they work for is not in the registry, or `instansi` is none of theirs."""
    registry = await context.registry.current()
    bodies = tuple(body for body in sorted(who.agencies) if _is_here(who, body, registry))
    agency = instansi if instansi is not None else next(iter(bodies), None)
    if agency is None or agency not in bodies:
        raise NotFound(agency=agency or "")
    office = Office(
        context, who, agency, bodies, registry, language_of(request), csrf_token(session.id) if session else ""
    )
    await context.offices.saw(agency, office.id, who.name or office.gettext("Petugas"), context.clock.now())
    return office


def _is_here(who: Principal, body: str, registry: Registry) -> bool:
    return body in registry.agencies and any(grant.body == body for grant in who.in_role(*ROLES))


AtOffice = Annotated[Office, Depends(_office)]


def show(request: Request, office: Office, template: str, status: int = 200, **values: Any) -> Response:
    """A page in the officers' frame."""
    frame = {
        "office": office,
        "office_name": office.registry.agencies[office.agency].name,
        "bodies": [(body, office.registry.agencies[body].name) for body in office.bodies],
        "zone": office.zone,
        "now": office.context.clock.now(),
        "csrf": office.csrf,
        "key_field": KEY,
        "key": new_key,
        "errors": {},
        "suffix": f"?instansi={office.agency}" if len(office.bodies) > 1 else "",
    }
    return render(request, template, status, PAGES, **{**frame, **values})


async def region_names(request: Request, codes: Iterable[str | None]) -> dict[str, str]:
    """Names by code, of those that can be named now; a village's code has the name of its district."""
    wanted = sorted({code for code in codes if code})
    if not wanted:
        return {}
    answer = (await asked(request, {"regions": Call("/api/v1/regions", {"code": wanted[:100]})}))["regions"]
    found = {each["code"]: each["name"] for each in (answer or {}).get("regions", ())}
    return {code: name for code in wanted if (name := found.get(code) or found.get(code[:DISTRICT]))}


async def officer_names(office: Office) -> dict[str, str]:
    """Names of the agency's officers by their ids."""
    return {each.id: each.name for each in await office.context.offices.officers(office.agency)}
