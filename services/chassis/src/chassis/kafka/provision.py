"""Makes the platform's own Kafka users and all rights, at start and again after the broker lost them, and ends
agencies' credentials that are due.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Final, Protocol

import structlog

from chassis.base.cluster import Cluster
from chassis.base.ports import TimeSource
from chassis.base.retry import RetryPolicy
from chassis.kafka.users import Quota, UserAdmin
from schemas.access.kafka import RIGHTS, rights_of
from schemas.access.kafka_users import REMOVED, Credential, credential_of, ended, of_removed_gateways
from schemas.registry.fold import Registry

PERIOD_S: Final = 5.0
log = structlog.get_logger(__name__)


class CurrentRegistry(Protocol):
    """The part of `chassis.project.registry.RegistryView` that is used here."""

    async def current(self) -> Registry: ...


NoteEnding = Callable[[Credential, str], Awaitable[None]]
"""Writes down that a credential ends, and why; once, also if it is asked again."""


class Provisioner:
    """A background task. Several may run: each change may be repeated."""

    def __init__(
        self,
        kafka: Cluster,
        passwords: Mapping[str, str],
        quota: Quota,
        registry: CurrentRegistry,
        clock: TimeSource,
        note_ending: NoteEnding,
        period_s: float = PERIOD_S,
        gateways: Collection[str] | None = None,
    ) -> None:
        """`kafka`: as the administrator. `passwords`: of the platform's own users. `quota`: of each agency's and
        gateway's user. `clock`: real time, by which credentials end. `gateways`: those that exist; None: it was not
        said, so no gateway's credential ends for that.
        """
        self._gateways = gateways
        self._admin, self._passwords, self._quota = UserAdmin(kafka), passwords, quota
        self._registry, self._clock, self._note_ending, self._period_s = registry, clock, note_ending, period_s
        self._retry_policy, self._unready = RetryPolicy(longest_s=0.5), "making Kafka's users"
        self._begun, self._limited = False, frozenset[str]()

    async def run(self) -> None:
        """Run until cancelled; wait while the broker is away."""
        try:
            while True:
                await self._retry_policy.until_up(self.once, "Kafka's users")
                self._unready = ""
                await asyncio.sleep(self._period_s)
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self._admin.close()

    def unready(self) -> str | None:
        """Why this task is not ready yet; None if the platform's users were made."""
        return self._unready or None

    async def once(self) -> None:
        """Make what is missing, end what is due."""
        there = await self._admin.users()
        outsiders = {name: credential for name in there if (credential := credential_of(name)) is not None}
        # Rights before users: who can sign in, can work. The libraries take a refused sign-in for a broker that is
        # away and try again; a refused topic would end their clients.
        await self._admin.set_rights({**RIGHTS, **{name: rights_of(each) for name, each in outsiders.items()}})
        missing = {name: word for name, word in self._passwords.items() if not self._begun or name not in there}
        await self._admin.set_passwords(missing)
        self._begun = True
        if missing:
            log.info("made Kafka users", users=sorted(missing))
        await self._admin.set_quotas(outsiders.keys() - self._limited, self._quota)
        self._limited = frozenset(outsiders)
        await self._end(outsiders, self._clock.now())

    async def _end(self, outsiders: Mapping[str, Credential], now: datetime) -> None:
        if not outsiders:
            return
        registry = await self._registry.current()
        gone = frozenset(body.id for body in registry.agencies.values() if not body.alive)
        removed = () if self._gateways is None else of_removed_gateways(outsiders, self._gateways)
        due = ended(outsiders, now, gone) | dict.fromkeys(removed, REMOVED)
        # Written first: what ended unwritten would never be found again.
        for credential, why in due.items():
            await self._note_ending(credential, why)
        if due:
            users = [credential.name for credential in due]
            await self._admin.end(users, self._quota)
            log.warning("ended Kafka credentials", users=users)
