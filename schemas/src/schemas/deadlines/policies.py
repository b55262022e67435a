"""Every period as versioned data: its unit, the event it starts from, its source in law, and how certain that is.

A clock keeps the policy in force when it started. A new version is a new file in `schemas/data/policies`, never an edit
of an old one; `schemas.reference.policy_file` reads and checks them. A decree in the registry changes single periods
from a later moment on.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final, Literal, NamedTuple

from schemas.base.values import Clock, HolderKind
from schemas.complaint.state import Complaint
from schemas.events.registry import PolicyDecreed
from schemas.registry.fold import Registry

Unit = Literal["wd", "d", "s"]
"""Working days, calendar days, seconds."""
Sureness = Literal["A", "B", "C", "own"]
"""How certain the source is: A two primary sources, B one or a copy, C read in part, own: our own default."""


class Rule(NamedTuple):
    """One period: `amount` of `unit` from the event `starts`, by `source` (text by language)."""

    name: str
    clock: Clock
    amount: int
    unit: Unit
    starts: str
    source: Mapping[str, str]
    sureness: Sureness


class Rung(NamedTuple):
    """A rung of the ladder, and how many working days after the missed date it is reached."""

    number: int
    after_wd: int


class Origin(NamedTuple):
    """Where a number comes from (text by language), and how certain that is."""

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
    """Local hours of the holder's zone within which reminders are sent."""
    ladder: Mapping[HolderKind, tuple[Rung, ...]]
    repeat_wd: int
    """Working days after which the last rung is repeated."""
    returns: int
    """Returns by agencies after which the arbiter decides."""
    stops: int
    """Questions of one holder that stop the citizen's clock."""
    unconfirmed_d: int
    """Calendar days after which an address that subscribed to a report and was never confirmed is deleted."""
    news_d: int
    """Calendar days after which an event is too old for notifications."""
    join_d: int
    """Calendar days within which two reports of one matter are joined by rule, without a person."""
    alike_d: int
    """Calendar days within which similar reports are suggested to a person; a later one is a new matter."""
    letters_d: int
    """Calendar days after which a notification that its address refuses temporarily is given up."""
    unfinished_d: int
    """Calendar days after which the personal data of an unfinished filing is deleted."""
    double_min: int
    """Minutes after the first within which a keyless report that is equal in every field is the same one sent again."""
    sms_parts_h: int
    """Hours for which the parts of one SMS wait for the missing ones; then what came is filed."""
    inbox_d: int
    """Calendar days for which an agency's inbox topic keeps its messages, which hold plain text."""
    superseded_d: int
    """Calendar days after which a message in an inbox topic is removed if a newer one of its complaint follows it."""
    replies_d: int
    """Calendar days for which an agency's replies topic keeps its messages, which hold plain text."""
    submissions_d: int
    """Calendar days for which the topic of channel gateways keeps names, contacts and texts."""
    dead_letters_d: int
    """Calendar days for which a copy of a message that could not be handled is kept; it may hold plain text."""
    origins: Mapping[str, Origin] = {}
    """Origins of the numbers that are not rules, by the name without its unit."""


class Policies(NamedTuple):
    """Every version, oldest first; never empty."""

    versions: tuple[Policy, ...]

    def at(self, moment: datetime) -> Policy:
        """The version in force at `moment`; the first version also before its own date."""
        for policy in reversed(self.versions):
            if policy.effective_at <= moment:
                return policy
        return self.versions[0]

    def returns_used_up(self, complaint: Complaint) -> bool:
        """Whether bodies have returned it as often as is allowed, so that only the arbiter can place it."""
        return len(complaint.returned_by) >= self.at(complaint.received_at).returns


DECREED: Final[Sureness] = "A"
"""How certain the source of a decreed period is: the decree itself."""


def with_decrees(policies: Policies, registry: Registry) -> Policies:
    """The reviewed versions and the registry's decrees, oldest first. The same object for the same two."""
    decreed = registry.policies
    if not decreed.decrees:
        return policies
    found = decreed.kept.get(id(policies))
    if found is None or found[0] is not policies:
        found = decreed.kept[id(policies)] = policies, _together(policies, decreed.decrees)
    together: Policies = found[1]
    return together


def _together(policies: Policies, decrees: tuple[PolicyDecreed, ...]) -> Policies:
    # A decree changes what is in force at its moment; a reviewed version of the same or a later one replaces it whole.
    versions = list[Policy]()
    reviewed = {policy.effective_at for policy in policies.versions}
    both: list[Policy | PolicyDecreed] = [*policies.versions, *decrees]
    for one in sorted(both, key=lambda each: each.effective_at):
        if isinstance(one, Policy):
            versions.append(one)
        elif versions and one.effective_at not in reviewed:
            versions.append(_decreed(versions[-1], one))
    return Policies(tuple(versions))


def _decreed(before: Policy, decree: PolicyDecreed) -> Policy:
    source = {"id": decree.source, "en": decree.source}
    changed = {
        each.rule: before.rules[each.rule]._replace(amount=each.amount, unit=each.unit, source=source, sureness=DECREED)
        for each in decree.periods
        if each.rule in before.rules
    }
    at = decree.effective_at
    return before._replace(id=at.isoformat(), effective_at=at, rules={**before.rules, **changed})
