"""What was promised when: every period as versioned data with unit, starting fact, source in law and sureness.

A complaint keeps the policy in force when its clock started; a new version is a new file, never an edit.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Literal, NamedTuple

from schemas.base.values import Clock, HolderKind

Unit = Literal["wd", "d", "s"]
"""Working days, calendar days, seconds."""
Sureness = Literal["A", "B", "C", "own"]
"""How well the number is founded: A two primary sources, B one or a copy, C read in part, own: our default."""


class Rule(NamedTuple):
    """One period: `amount` of `unit` from the fact `starts`, because of `source` (by language)."""

    name: str
    clock: Clock
    amount: int
    unit: Unit
    starts: str
    source: Mapping[str, str]
    sureness: Sureness


class Rung(NamedTuple):
    """A rung of the ladder, and how many working days after the missed date it is climbed."""

    number: int
    after_wd: int


class Origin(NamedTuple):
    """Where a number comes from (by language), and how sure that is."""

    source: Mapping[str, str]
    sureness: Sureness


class Policy(NamedTuple):
    """All periods in force from `effective_at` on. `rules` by name: the clock's, for settle `settle.<kind>`."""

    id: str
    effective_at: datetime
    rules: Mapping[str, Rule]
    reminder_wd: int
    """Working days before a date at which its holder is reminded."""
    reminder_hours: tuple[time, time]
    """Within which local hours of the holder's zone."""
    ladder: Mapping[HolderKind, tuple[Rung, ...]]
    repeat_wd: int
    """Working days after which the last rung is climbed again."""
    returns: int
    """Returns by bodies after which the arbiter decides."""
    stops: int
    """Questions of one holder that stop the citizen's clock."""
    unconfirmed_d: int
    """Calendar days after which an address is forgotten that asked to hear of a report and was never confirmed."""
    news_d: int
    """Calendar days for which a fact is news: what nobody could be told for so long, is not told any more."""
    join_d: int
    """Calendar days within which two reports of one matter are joined by rule, without a person."""
    alike_d: int
    """Calendar days within which they are suggested to a person; later the second is about the next trouble."""
    letters_d: int
    """Calendar days after which a notice is given up that its address, though never for good, refuses."""
    unfinished_d: int
    """Calendar days after which a person is forgotten whose filing was begun and never finished."""
    inbox_d: int
    """Calendar days for which an agency's topics keep their messages, which hold plain text."""
    dead_letters_d: int
    """Calendar days for which a copy is kept of a message that nobody could handle; it may hold plain text."""
    origins: Mapping[str, Origin] = {}
    """Of the numbers that are no rule's, by the name without its unit."""


class Policies(NamedTuple):
    """Every version, oldest first; never empty."""

    versions: tuple[Policy, ...]

    def at(self, moment: datetime) -> Policy:
        """The version in force then; the first also for what came before it."""
        for policy in reversed(self.versions):
            if policy.effective_at <= moment:
                return policy
        return self.versions[0]
