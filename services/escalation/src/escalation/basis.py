"""Fingerprints of what due dates depend on besides a complaint's own events: calendars, time zones, mergers, policies.

Rows of open work carry the fingerprint; a row with an old one is planned again.
"""

import hashlib
from typing import Final

from chassis.project.registry import RegistryView
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry

COMMON_ZONE: Final = "Asia/Jakarta"
"""The zone of most agencies. Living agencies in it are left out, so that a new one changes no fingerprint."""


DATE_NUMBERS: Final = (
    "id", "effective_at", "rules", "reminder_wd", "reminder_hours", "ladder", "repeat_wd", "returns", "stops",
)  # fmt: skip


class PlanBasis:
    """Fingerprints as 16 hexadecimal digits, cached for the newest registry."""

    def __init__(self, registry: RegistryView, policies: Policies) -> None:
        self.policies = policies
        self._registry, self._policies_text = registry, date_numbers(policies)
        self._last: tuple[Registry | None, str] = None, ""

    async def now(self) -> str:
        """Of the present registry. Raises what the store raises."""
        return self.of(await self._registry.current())

    def of(self, registry: Registry) -> str:
        """Of this registry."""
        if self._last[0] is not registry:
            self._last = registry, fingerprint(registry, self._policies_text)
        return self._last[1]


def date_numbers(policies: Policies) -> str:
    """The numbers on which dates depend, as text; not those of how long something is stored."""
    return repr([[getattr(policy, name) for name in DATE_NUMBERS] for policy in policies.versions])


def fingerprint(registry: Registry, policies: str) -> str:
    """Equal for registries that give equal dates. `policies`: their `date_numbers`."""
    bodies = sorted(
        (a.id, a.zone, a.successor) for a in registry.agencies.values() if not a.alive or a.zone != COMMON_ZONE
    )
    decrees = [(decree.calendar, decree.year, decree.at.isoformat()) for decree in registry.calendars.values()]
    text = repr((bodies, sorted(decrees), policies))
    if registry.policies.decrees:  # without one it is the text of the version before, whose rows then keep their basis
        text += repr(registry.policies.decrees)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
