"""The decreed periods of the deadline policy, by the moment from which they apply."""

from dataclasses import dataclass, field
from typing import Any, Final

from schemas.events.registry import PolicyDecreed


@dataclass(frozen=True, slots=True, eq=False)
class PolicyDecrees:
    """One decree for each moment, the earliest first. Compared by identity, so that what is made of it can be kept."""

    decrees: tuple[PolicyDecreed, ...] = ()
    kept: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    """What `schemas.deadlines.policies.with_decrees` made of it, by the identity of the policies below."""

    def with_one(self, decree: PolicyDecreed) -> "PolicyDecrees":
        """With one more, which replaces an earlier one of the same moment."""
        others = [each for each in self.decrees if each.effective_at != decree.effective_at]
        return PolicyDecrees(tuple(sorted((*others, decree), key=lambda each: each.effective_at)))


NO_DECREES: Final = PolicyDecrees()
