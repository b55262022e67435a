"""Kafka's users: the platform's own, and those of agencies and gateways with when each ends."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

RELAY: Final = "relay"
INTAKE: Final = "intake"
ROUTER: Final = "router"
AGENCY_INBOX: Final = "agency-inbox"
REPORTING: Final = "reporting"
OPERATOR: Final = "operator"
"""Who runs a command on the command line."""
PLATFORM: Final = (RELAY, INTAKE, ROUTER, AGENCY_INBOX, REPORTING, OPERATOR)
"""Users of SCRAM-SHA-512 on the clients' listener. Escalation reads the store alone and has none."""
BROKER: Final = "broker"
ADMINISTRATOR: Final = "administrator"
"""Makes users and rights. It and the broker use PLAIN on listeners of their own; no right is refused to them."""
OVERLAP: Final = timedelta(days=7)
"""How long the older of two credentials still works after the newer one was made."""
REPLACED: Final = "replaced"
"""Why a credential ended: a newer one was made `OVERLAP` before."""
GONE: Final = "agency-ended"
"""Why a credential ended: the agency was merged or dissolved."""
REMOVED: Final = "gateway-removed"
"""Why a credential ended: its gateway is not named any more."""
MOST: Final = 2
"""Credentials that one agency or gateway may have at a time."""
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(r"(?P<kind>agency|gateway)\.(?P<id>[a-z0-9][a-z0-9-]{0,62})(?:\.(?P<stamp>\d{8}T\d{6}Z))?")


class Kind(StrEnum):
    """Of whom a credential is."""

    AGENCY = "agency"
    GATEWAY = "gateway"


class Credential(NamedTuple):
    """One Kafka user of an agency or a gateway. The first one is named `agency.<id>`; the name of a later one also says
    when it was made, so that Kafka alone knows when the one before it ends: `agency.<id>.20261130T092000Z`.
    """

    kind: Kind
    id: str
    made_at: datetime | None = None
    """None: before the others of this owner."""

    @property
    def owner(self) -> tuple[Kind, str]:
        """The agency or gateway."""
        return self.kind, self.id

    @property
    def name(self) -> str:
        """The name of the Kafka user."""
        stamp = f".{self.made_at.astimezone(UTC):{_STAMP}}" if self.made_at else ""
        return f"{self.kind}.{self.id}{stamp}"


def credential_of(name: str) -> Credential | None:
    """The credential that a user's name stands for; None: a user of another kind."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        made_at = datetime.strptime(match["stamp"], _STAMP).replace(tzinfo=UTC) if match["stamp"] else None
    except ValueError:
        return None
    return Credential(Kind(match["kind"]), match["id"], made_at)


def of_owner(names: Iterable[str], kind: Kind, id_: str) -> list[Credential]:
    """The credentials of an agency or gateway among these users, the oldest first."""
    found = filter(None, map(credential_of, names))
    return sorted((each for each in found if each.owner == (kind, id_)), key=_age)


def next_credential(existing: Collection[Credential], kind: Kind, id_: str, now: datetime) -> Credential:
    """The credential to make beside the existing ones of its owner."""
    return Credential(kind, id_, now if existing else None)


def ends_at(credential: Credential, all_: Collection[Credential]) -> datetime | None:
    """When it ends, because its owner has a newer one; None: not of itself."""
    of_owner = (each for each in all_ if each.owner == credential.owner and _age(each) > _age(credential))
    newer = [each.made_at for each in of_owner if each.made_at]
    return min(newer) + OVERLAP if newer else None


def ended(names: Iterable[str], now: datetime, gone: Collection[str]) -> dict[Credential, str]:
    """The credentials to end now, with why: those with a newer one for `OVERLAP`, and those of agencies that are
    `gone`: merged or dissolved.
    """
    all_ = list(filter(None, map(credential_of, names)))
    due = {each: REPLACED for each in all_ if (end := ends_at(each, all_)) is not None and end <= now}
    return due | {each: GONE for each in all_ if each.kind is Kind.AGENCY and each.id in gone}


def of_removed_gateways(names: Iterable[str], gateways: Collection[str]) -> list[Credential]:
    """The credentials of gateways that are not among these: removed, or merged into another."""
    all_ = filter(None, map(credential_of, names))
    return [each for each in all_ if each.kind is Kind.GATEWAY and each.id not in gateways]


def _age(credential: Credential) -> datetime:
    return credential.made_at or datetime.min.replace(tzinfo=UTC)
