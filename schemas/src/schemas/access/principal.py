"""Who asks: a person, a system or anybody, with the roles that an access token or a session gives them."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from schemas.base.client_keys import PRINCIPAL, gateway_client, gateway_of_client
from schemas.base.envelope import Actor
from schemas.base.ids import derived_id


class Role(StrEnum):
    """What somebody may do. A person may have several roles at once."""

    OFFICER = "officer"
    """Works for an agency, or for one unit of it; without a unit also assigns units."""
    UNIT_HEAD = "unit-head"
    """Leads one unit of an agency."""
    TRIAGE = "triage"
    """Works at the triage desk."""
    ARBITER = "arbiter"
    """Decides contested complaints."""
    INSPECTORATE = "inspectorate"
    """Examines suspected misconduct: of an agency's inspectorate, or without one of the national inspectorate."""
    ANALYST = "analyst"
    """Reads figures and histories without words and identities."""
    OPERATOR = "operator"
    """Runs the platform and keeps the registry; reads no complaint."""
    AGENCY = "agency"
    """The system of an agency."""
    GATEWAY = "gateway"
    """A channel gateway."""


class Grant(NamedTuple):
    """One role. `body`: the agency, or the gateway of `Role.GATEWAY`; None where the role needs none."""

    role: Role
    body: str | None = None
    unit: str | None = None

    def __str__(self) -> str:
        return self.role + (f":{self.body}" if self.body else "") + (f"/{self.unit}" if self.unit else "")


NEEDS_BODY: Final = frozenset({Role.OFFICER, Role.UNIT_HEAD, Role.AGENCY, Role.GATEWAY})
MAY_HAVE_BODY: Final = NEEDS_BODY | {Role.INSPECTORATE}
NEEDS_UNIT: Final = frozenset({Role.UNIT_HEAD})
MAY_HAVE_UNIT: Final = frozenset({Role.OFFICER, Role.UNIT_HEAD})
FOR_AN_AGENCY: Final = frozenset({Role.OFFICER, Role.UNIT_HEAD, Role.AGENCY})
SYSTEMS: Final = frozenset({Role.AGENCY, Role.GATEWAY})
_ID: Final = "[a-z0-9][a-z0-9-]{1,62}"
_GRANT: Final = re.compile(rf"(?P<role>[a-z-]+)(?::(?P<body>{_ID})(?:/(?P<unit>{_ID}))?)?")


class Principal(NamedTuple):
    """Somebody who asks, as their token or session says. `issuer` and `subject` together name one person or system."""

    issuer: str = ""
    subject: str = ""
    grants: frozenset[Grant] = frozenset()
    name: str = ""
    """For people on pages; empty if the provider gives none. Never stored with an event."""

    @property
    def signed_in(self) -> bool:
        """Not the public."""
        return bool(self.subject)

    def has(self, role: Role) -> bool:
        """In whatever body."""
        return any(grant.role is role for grant in self.grants)

    def in_role(self, *roles: Role) -> frozenset[Grant]:
        """The grants of these roles."""
        return frozenset(grant for grant in self.grants if grant.role in roles)

    @property
    def agencies(self) -> frozenset[str]:
        """The agencies that this principal acts for, as an officer, a unit's head or a system."""
        return frozenset(grant.body for grant in self.in_role(*FOR_AN_AGENCY) if grant.body)

    def units(self, agency: str) -> frozenset[str] | None:
        """The units of this agency that the principal is limited to; None: the whole agency. Empty: none of it."""
        of_agency = [grant for grant in self.in_role(*FOR_AN_AGENCY) if grant.body == agency]
        if any(grant.unit is None for grant in of_agency):
            return None
        return frozenset(grant.unit for grant in of_agency if grant.unit)


def client_of(who: Principal) -> str:
    """Whose idempotency keys the keys of somebody signed in are: the gateway's, or this one person's or system's."""
    gateways = [grant.body for grant in who.in_role(Role.GATEWAY) if grant.body]
    if len(gateways) == 1:
        return gateway_client(gateways[0])
    return f"{PRINCIPAL}{derived_id(who.issuer, who.subject)}"


def officer_id(who: Principal) -> UUID:
    """The opaque id of somebody who works for an agency: it says neither name nor account."""
    return derived_id("officer", who.issuer, who.subject)


PUBLIC: Final = Principal()
"""Anybody: nobody is signed in. Also a reporter, whose tracking code is their key."""


def acting_as(who: Principal, *roles: Role, body: str | None = None) -> Actor | None:
    """Who gives a command, for the event: by one of these roles, where one is named for this agency or gateway. None:
    nobody is signed in, or has none of them.
    """
    used = sorted(str(grant) for grant in who.in_role(*roles) if body in (None, grant.body))
    return Actor(issuer=who.issuer, subject=who.subject, role=used[0]) if who.signed_in and used else None


def system_acting(who: Principal) -> Actor | None:
    """The system that files or moves a complaint for its reporter: a gateway, or else an agency's system. None for a
    person: whoever complains may be anonymous, so a token that they happen to send must not name them.
    """
    return acting_as(who, Role.GATEWAY) or acting_as(who, Role.AGENCY)


def system_of(agency: str) -> Principal:
    """The system of an agency, as its topic names it."""
    return Principal("kafka", f"agency.{agency}", frozenset({Grant(Role.AGENCY, agency)}))


def actor_of_client(client: str) -> Actor | None:
    """Who files on the topic of a channel gateway; None: `client` is none."""
    gateway = gateway_of_client(client)
    if gateway is None:
        return None
    return Actor(issuer="kafka", subject=f"gateway.{gateway}", role=str(Grant(Role.GATEWAY, gateway)))


def grant_of(text: str) -> Grant | None:
    """The role that a value names: `triage`, `officer:pln`, `officer:kota-bandung/pu`; None: no role of ours."""
    match = _GRANT.fullmatch(text)
    if match is None or match["role"] not in frozenset(Role):
        return None
    grant = Grant(Role(match["role"]), match["body"], match["unit"])
    return grant if _complete(grant) else None


def grants_of(values: Iterable[object]) -> frozenset[Grant]:
    """The roles among the values of a claim. Others, which providers add for their own use, are left out."""
    found = (grant_of(value) for value in values if isinstance(value, str))
    return frozenset(grant for grant in found if grant is not None)


def _complete(grant: Grant) -> bool:
    body, unit = grant.body is not None, grant.unit is not None
    return (grant.role in MAY_HAVE_BODY if body else grant.role not in NEEDS_BODY) and (
        grant.role in MAY_HAVE_UNIT if unit else grant.role not in NEEDS_UNIT
    )
