"""What open dates rest on besides a complaint's own events: days off, zones, mergers, and the policies' numbers."""

import hashlib
from typing import Final

from chassis.project.registry import RegistryView
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry

MOST: Final = "Asia/Jakarta"
"""The zone of most bodies, of which a new one changes none of the old dates."""


class PlanBasis:
    """Fingerprints of it, which rows of open work carry: 16 hexadecimal digits."""

    def __init__(self, registry: RegistryView, policies: Policies) -> None:
        self.policies = policies
        self._registry, self._numbers = registry, repr(policies)
        self._last: tuple[Registry | None, str] = None, ""

    async def now(self) -> str:
        """Of the present registry. Raises what the store raises."""
        return self.of(await self._registry.current())

    def of(self, registry: Registry) -> str:
        """Of this one."""
        if self._last[0] is not registry:
            self._last = registry, fingerprint(registry, self._numbers)
        return self._last[1]


def fingerprint(registry: Registry, numbers: str) -> str:
    """The same for two registries that give every date alike. `numbers`: the policies, written out."""
    bodies = sorted((a.id, a.zone, a.successor) for a in registry.agencies.values() if not a.alive or a.zone != MOST)
    decrees = [(decree.calendar, decree.year, decree.at.isoformat()) for decree in registry.calendars.values()]
    said = repr((bodies, sorted(decrees), numbers))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
