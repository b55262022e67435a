"""Whom a complaint of supervision grade accuses, and who must therefore not learn of it.

Suspected misconduct is examined by the inspectorate over the accused agency, never by that agency (Government
Regulation 12/2017 on supervision of regional government): neither it nor anybody who works for it may know of it.
"""

from typing import Final

from schemas.access.principal import FOR_AN_AGENCY, Principal, Role
from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry

WORKS_FOR: Final = FOR_AN_AGENCY | {Role.INSPECTORATE}
"""Roles that tie somebody to an agency."""


def is_kept_from(who: Principal, state: Complaint, registry: Registry) -> bool:
    """Whether any role of `who`, whichever is used, ties them to an accused agency."""
    if not state.supervision:
        return False
    return any(is_accused(grant.body, state, registry) for grant in who.in_role(*WORKS_FOR) if grant.body)


def is_accused(agency: str, state: Complaint, registry: Registry) -> bool:
    """Whether a complaint of supervision grade accuses this agency: by name, before or after a merger, or because it
    stands under an accused one. Where nobody is named, everybody but the holder may be accused.
    """
    holds = registry.holder(state.holder).agency == agency
    if not state.accused:
        return not holds
    accused = {_today(each, registry) for each in state.accused}
    if _today(agency, registry) in accused:
        return True
    return not holds and not accused.isdisjoint(_over(agency, registry))


def names_accused(agency: str, state: Complaint, registry: Registry) -> bool:
    """Whether this agency, or one that it took over or was taken over by, is one of the named accused."""
    return state.supervision and _today(agency, registry) in {_today(each, registry) for each in state.accused}


def _today(agency: str, registry: Registry) -> str:
    """The agency that it is today; its own id if it ended without a successor or is unknown."""
    living = registry.living(agency)
    return living.id if living is not None else agency


def _over(agency: str, registry: Registry) -> set[str]:
    """The agencies that it stands under, as they are today."""
    over, found = set[str](), registry.agencies.get(_today(agency, registry))
    while found is not None and found.parent is not None and (parent := _today(found.parent, registry)) not in over:
        over.add(parent)
        found = registry.agencies.get(parent)
    return over
