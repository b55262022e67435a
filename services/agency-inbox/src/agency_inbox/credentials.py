"""Makes, lists and ends the Kafka credentials of agencies, as the administrator.

A password is made on request, shown once and kept nowhere: Kafka stores only what verifies it.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from agency_inbox.agency_topics import AgencyTopics
from chassis.kafka.users import Quota, UserAdmin
from schemas.access.kafka import rights_of
from schemas.access.kafka_users import MOST, Credential, Kind, ends_at, next_credential, of_owner
from schemas.registry.fold import Registry

PASSWORD_BYTES: Final = 32


class CurrentRegistry(Protocol):
    """The part of `chassis.project.registry.RegistryView` that is used here."""

    async def now(self) -> Registry: ...


class Refused(Exception):
    """The request cannot be met; the text says why and what helps."""


class NewCredential(NamedTuple):
    """What is shown once. `older`: the credential that still works until `older_ends_at`."""

    name: str
    password: str
    older: str | None = None
    older_ends_at: datetime | None = None


class Credentials:
    """The credentials of agencies. Every method raises `BrokerUnavailable` and `KafkaDenied`."""

    def __init__(
        self,
        users: UserAdmin,
        topics: AgencyTopics,
        registry: CurrentRegistry,
        now: Callable[[], datetime],
        quota: Quota,
    ) -> None:
        """`now`: real time. `quota`: of each credential."""
        self._users, self._topics, self._registry = users, topics, registry
        self._now, self._quota = now, quota

    async def make(self, agency: str) -> NewCredential:
        """Make a credential; an agency that has one gets a second, and the first ends a week later. The agency's topics
        exist on return.

        Raises:
            Refused: no such living agency, or it has two credentials already.
        """
        registry = await self._registry.now()
        if agency not in registry.agencies:
            raise Refused(f"the registry has no agency {agency}")
        if not registry.agencies[agency].alive:
            successor = registry.living(agency)
            raise Refused(f"{agency} exists no more" + (f"; its successor is {successor.id}" if successor else ""))
        existing = await self._of(agency)
        if len(existing) >= MOST:
            names = " and ".join(each.name for each in existing)
            raise Refused(f"{agency} has {names}: end one of them with --end before another is made")
        made = next_credential(existing, Kind.AGENCY, agency, self._now().replace(microsecond=0))
        await self._topics.inboxes([agency])
        await self._users.set_rights({made.name: rights_of(made)})
        await self._users.set_quotas([made.name], self._quota)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        await self._users.set_passwords({made.name: password})
        if not existing:
            return NewCredential(made.name, password)
        return NewCredential(made.name, password, existing[0].name, ends_at(existing[0], [*existing, made]))

    async def of(self, agency: str) -> list[tuple[Credential, datetime | None]]:
        """Those of an agency, the oldest first, with when each ends of itself."""
        found = await self._of(agency)
        return [(each, ends_at(each, found)) for each in found]

    async def end(self, agency: str, name: str) -> None:
        """End one now. Raises Refused: the agency has no such credential."""
        if name not in (names := [each.name for each in await self._of(agency)]):
            raise Refused(f"{agency} has no credential {name}" + (f", but {', '.join(names)}" if names else ""))
        await self._users.end([name], self._quota)

    async def _of(self, agency: str) -> list[Credential]:
        return of_owner(await self._users.users(), Kind.AGENCY, agency)
