"""What somebody may read of one complaint: one rule for each role, shared by interfaces, pages, lists, counts and
exports.

An agency reads what it holds, and of what it held the state until its holding ended; the desk what is not placed; the
arbiter what is contested or climbed to it; an inspectorate what is of supervision grade. Operators and analysts read no
words. Everybody reads what the public reads. What accuses an agency is kept from all who work for it
(`schemas.access.accused`), whichever of their roles they use.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from schemas.access.accused import is_kept_from
from schemas.access.principal import FOR_AN_AGENCY, Principal, Role
from schemas.base.values import Holder, HolderKind
from schemas.complaint.fold import RecordedFact, evolve
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.registry.fold import Registry

SUPERVISOR: Final = 2
"""The rung of the ladder at which the agency over the holder looks at it."""
OMBUDSMAN: Final = 3
"""The rung of the ladder at which the Ombudsman, who is the arbiter, looks at it."""


class Extent(IntEnum):
    """How much may be read."""

    NOTHING = 0
    """Not even that it exists."""
    OUTLINE = 1
    """Its status, holder and dates; no word and no identity."""
    PUBLIC = 2
    """What the public reads."""
    PAST = 3
    """The state at an earlier version, besides what the public reads."""
    EVERYTHING = 4
    """Everything but the reporter's identity, which has rules of its own."""


class Reading(NamedTuple):
    """How much may be read. `version`: of `Extent.PAST`, the last version of the stream that may be read."""

    extent: Extent
    version: int | None = None

    def __bool__(self) -> bool:
        """Whether the reader may know that it exists."""
        return self.extent > Extent.NOTHING

    @property
    def words(self) -> bool:
        """More than the public may read of it: the text as sent."""
        return self.extent >= Extent.PAST


Units = frozenset[str] | None
"""The units that somebody is limited to; None: the whole agency."""
NOTHING: Final = Reading(Extent.NOTHING)
EVERYTHING: Final = Reading(Extent.EVERYTHING)


class Case(NamedTuple):
    """A complaint to be read. `history`: its facts, asked for only where they are needed. `lead`: the root of the
    complaints that a joined one follows, if it is known.
    """

    state: Complaint
    registry: Registry
    history: Callable[[], Sequence[RecordedFact]]
    lead: Complaint | None = None


def reading(who: Principal, case: Case) -> Reading:
    """The most that any role of `who` lets them read."""
    by_agency = [as_agency(who, agency, case) for agency in sorted(_bodies(who))]
    return max(as_desk(who, case), as_arbiter(who, case), as_inspectorate(who, case), as_office(who, case), *by_agency)


def as_public(case: Case) -> Reading:
    """What anybody reads."""
    return Reading(Extent.PUBLIC if case.state.version >= 0 and case.state.is_public else Extent.NOTHING)


def as_agency(who: Principal, agency: str, case: Case) -> Reading:
    """As somebody who works for this agency: what it holds, or held when the complaint was closed; of what it held, the
    state until its holding ended. Whoever works for one unit reads what that unit holds or held.
    """
    return as_public(case) if _kept(who, case) else _held_by(agency, who.units(agency), case)


def as_desk(who: Principal, case: Case) -> Reading:
    """As the triage desk: what no agency and no arbiter holds yet."""
    if not who.has(Role.TRIAGE) or _kept(who, case):
        return as_public(case)
    unplaced = case.registry.holder(case.state.holder).kind in (HolderKind.ROUTER, HolderKind.DESK)
    return EVERYTHING if unplaced and case.state.version >= 0 else as_public(case)


def as_arbiter(who: Principal, case: Case) -> Reading:
    """As the arbiter, who is the Ombudsman: what is contested, or has climbed to the Ombudsman's rung."""
    if not who.has(Role.ARBITER) or _kept(who, case):
        return as_public(case)
    return EVERYTHING if is_contested(case.state) or has_climbed(case.state) else as_public(case)


def as_inspectorate(who: Principal, case: Case) -> Reading:
    """As an inspectorate: supervision grade that its agency holds, or held; the national one reads all of it."""
    grants = who.in_role(Role.INSPECTORATE)
    if not case.state.supervision or not grants or _kept(who, case):
        return as_public(case)
    if any(grant.body is None for grant in grants):
        return EVERYTHING
    return max(_held_by(grant.body or "", None, case) for grant in grants)


def as_office(who: Principal, case: Case) -> Reading:
    """As an operator or analyst, who read no words."""
    counts = who.has(Role.OPERATOR) or who.has(Role.ANALYST)
    if not counts or case.state.version < 0 or _kept(who, case):
        return as_public(case)
    return max(Reading(Extent.OUTLINE), as_public(case))


def may_act(who: Principal, agency: str, state: Complaint, registry: Registry) -> bool:
    """Whether somebody who works for this agency may act on a complaint as far as their unit is concerned, and nothing
    accuses an agency that they work for. Whether the agency holds it is for `decide`, which explains.
    """
    if is_kept_from(who, state, registry):
        return False
    return who.units(agency) is None or _is_own(agency, who.units(agency), owner_of(state), registry)


def ever_held(agency: str, state: Complaint, registry: Registry) -> bool:
    """Whether this agency, or one that ended in its favour, holds the complaint or held it. An agency that ended is
    told of nothing any more.
    """
    # Every agency that holds a complaint is told of it.
    return any(registry.holder(Holder(HolderKind.AGENCY, told)).agency == agency for told in state.news)


def owner_of(state: Complaint, lead: Complaint | None = None) -> Holder | None:
    """The agency that holds the complaint, or held it when it was closed; a merged agency by its former name. A joined
    complaint is held by whoever holds its lead.
    """
    if state.status is Status.JOINED and lead is not None:
        return owner_of(lead)
    if state.agency is not None:
        return state.holder
    return state.held_when_closed if state.status is Status.CLOSED else None


def is_contested(state: Complaint) -> bool:
    """Whether agencies disagreed about who is responsible, or the reporter disputes the outcome."""
    return state.status is Status.ARBITRATION or state.last_return is not None or state.disputes > 0 or state.binding


def has_climbed(state: Complaint) -> bool:
    """Whether it reached the Ombudsman's rung, by a deadline or because the reporter asked for it."""
    return state.rung >= OMBUDSMAN or state.ombudsman is not None


def _kept(who: Principal, case: Case) -> bool:
    return is_kept_from(who, case.state, case.registry)


def _bodies(who: Principal) -> set[str]:
    return {grant.body for grant in who.in_role(*FOR_AN_AGENCY) if grant.body}


def _held_by(agency: str, units: Units, case: Case) -> Reading:
    if _is_own(agency, units, owner_of(case.state, case.lead), case.registry):
        return EVERYTHING
    version = _held_until(agency, units, case)
    if version is not None:
        return Reading(Extent.PAST, version)
    looks = units is None and _supervises(agency, case)
    return max(Reading(Extent.OUTLINE), as_public(case)) if looks else as_public(case)


def _supervises(agency: str, case: Case) -> bool:
    """Whether this agency stands over the holder, and the complaint has climbed to it."""
    if case.state.agency is None or case.state.rung < SUPERVISOR:
        return False
    holder = case.registry.agencies.get(case.registry.holder(case.state.holder).agency or "")
    over = case.registry.living(holder.parent) if holder is not None and holder.parent is not None else None
    return over is not None and over.id == agency


def _is_own(agency: str, units: Units, owner: Holder | None, registry: Registry) -> bool:
    if owner is None:
        return False
    today = registry.holder(owner)
    return today.agency == agency and (units is None or today.unit in units)


def _held_until(agency: str, units: Units, case: Case) -> int | None:
    """The last version at which the agency, or one of these units of it, was the owner; None: never."""
    registry = case.registry
    if not ever_held(agency, case.state, registry):
        return None
    state, until = new(case.state.id), None
    for recorded in case.history():
        state = evolve(state, recorded)
        until = state.version if _is_own(agency, units, owner_of(state), registry) else until
    return until
