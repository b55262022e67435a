"""Everything a placing rests on besides the complaint, kept fresh: registry, rules, precedents, policies."""

import time

from chassis.registry_view import RegistryView
from chassis.sql import Database
from router import views
from router.authority import Authority
from router.placing import Known, Precedent, PrecedentKey
from router.reading import plain_reader, reader
from router.settings import PRECEDENTS_FRESH_S
from schemas.policies import Policies
from schemas.registry import Registry


class Knowing:
    """Asks the registry and the precedents for what is new; what follows from them is worked out once a version.

    Raises BadRules when it is made: a broken rule file refuses to start.
    """

    def __init__(self, registry: RegistryView, database: Database, policies: Policies) -> None:
        self.registry, self.policies, self._database = registry, policies, database
        self._reader = plain_reader()
        self._authority = Authority(Registry())
        self._precedents: dict[PrecedentKey, Precedent] = {}
        self._read_at = float("-inf")

    async def current(self, *, at_least: int = -1) -> Known:
        """What is known now; of the registry at least this version, if the store has it."""
        registry = await self.registry.current(at_least=at_least)
        if registry is not self._authority.registry:
            self._reader = reader(registry)
            self._authority = Authority(registry)
        if time.monotonic() - self._read_at >= PRECEDENTS_FRESH_S:
            self._precedents = await self._database.read(views.precedents)
            self._read_at = time.monotonic()
        return Known(self._authority, self._reader, self._precedents, self.policies)
