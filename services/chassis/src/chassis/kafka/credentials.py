"""Makes, lists and ends the Kafka credentials of agencies and gateways, as the administrator.

A password is made on request, shown once and kept nowhere: Kafka stores only what verifies it.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from chassis.kafka.users import Quota, UserAdmin
from schemas.access.kafka import rights_of
from schemas.access.kafka_users import MOST, Credential, Kind, ends_at, next_credential, of_owner

PASSWORD_BYTES: Final = 32


class Refused(Exception):
    """The request cannot be met; the text says why and what helps."""


class Owners(Protocol):
    """Whom credentials of one kind are for."""

    @property
    def kind(self) -> Kind: ...

    async def check(self, id_: str) -> None:
        """Raises Refused: there is none of this id, or it has ended."""
        ...

    async def ensure_topics(self, id_: str) -> None:
        """Create its topics, unless they exist."""
        ...


class NewCredential(NamedTuple):
    """What is shown once. `older`: the credential that still works until `older_ends_at`."""

    name: str
    password: str
    older: str | None = None
    older_ends_at: datetime | None = None


class Credentials:
    """The credentials of some owners. Every method raises `BrokerUnavailable` and `KafkaDenied`."""

    def __init__(self, users: UserAdmin, owners: Owners, now: Callable[[], datetime], quota: Quota) -> None:
        """`now`: real time. `quota`: of each credential."""
        self._users, self._owners, self._now, self._quota = users, owners, now, quota

    async def make(self, id_: str) -> NewCredential:
        """Make a credential; an owner that has one gets a second, and the first ends a week later. The owner's topics
        exist on return.

        Raises:
            Refused: no such living owner, or it has two credentials already.
        """
        await self._owners.check(id_)
        existing = await self._of(id_)
        if len(existing) >= MOST:
            names = " and ".join(each.name for each in existing)
            raise Refused(f"{id_} has {names}: end one of them with --end before another is made")
        made = next_credential(existing, self._owners.kind, id_, self._now().replace(microsecond=0))
        await self._owners.ensure_topics(id_)
        await self._users.set_rights({made.name: rights_of(made)})
        await self._users.set_quotas([made.name], self._quota)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        await self._users.set_passwords({made.name: password})
        if not existing:
            return NewCredential(made.name, password)
        return NewCredential(made.name, password, existing[0].name, ends_at(existing[0], [*existing, made]))

    async def of(self, id_: str) -> list[tuple[Credential, datetime | None]]:
        """Those of an owner, the oldest first, with when each ends of itself."""
        found = await self._of(id_)
        return [(each, ends_at(each, found)) for each in found]

    async def end(self, id_: str, name: str) -> None:
        """End one now. Raises Refused: the owner has no such credential."""
        if name not in (names := [each.name for each in await self._of(id_)]):
            raise Refused(f"{id_} has no credential {name}" + (f", but {', '.join(names)}" if names else ""))
        await self._users.end([name], self._quota)

    async def _of(self, id_: str) -> list[Credential]:
        return of_owner(await self._users.users(), self._owners.kind, id_)
