"""Mistakes that a change could make, and with which complaint of `support.odd_lives` each is found."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import true

from reporting.statistics import cells
from schemas.access import reading
from schemas.access.principal import FOR_AN_AGENCY
from schemas.access.reading import EVERYTHING, Case, Reading
from schemas.complaint.lifecycle import Status
from schemas.wording import precedents

_HELD_BY, _OWNER_OF, _DECISION = reading._held_by, reading.owner_of, precedents.decision  # noqa: SLF001
_COUNTS = cells._counts  # noqa: SLF001


class Mistake(NamedTuple):
    """With which complaint it is found, and what is patched by what."""

    odd: str
    patched: Mapping[str, Any]


def _never(*_: Any, **__: Any) -> bool:
    return False


async def _nothing(*_: Any, **__: Any) -> None:
    return None


async def _loaded_anyway(context: Any, _who: Any, complaint: Any, _office: Any) -> Any:
    return await context.repository.load(complaint)


async def _held_anyway(context: Any, _who: Any, complaint: Any, _agency: Any) -> Any:
    return (await context.repository.load(complaint)).state, await context.registry.current()


async def _checked_first(condition: Any, loaded: Any, _decide: Any, tag_of: Any = None) -> None:
    condition.check(str(loaded.state.version) if tag_of is None else await tag_of(loaded))


def _by_part(agency: str, units: Any, case: Case) -> Reading:
    return EVERYTHING if any(part.agency == agency for part in case.state.parts) else _HELD_BY(agency, units, case)


async def _once_joined(repository: Any, state: Any) -> Any:
    return (await repository.load(state.not_same_as[-1])).state if state.not_same_as else None


def _owner_of_lead(state: Any, lead: Any = None) -> Any:
    return _OWNER_OF(state) if lead is None else _OWNER_OF(lead)


def _last_placed(state: Any, lead: Any = None) -> Any:
    if state.status is Status.CLOSED and state.routed is not None:
        return state.holder._replace(kind="agency", agency=state.routed.agency)
    return _OWNER_OF(state, lead)


def _unguarded(state: Any, *more: Any) -> Any:
    return _DECISION(state._replace(secret=False, supervision=False), *more)


def _by_name(agency: str, state: Any, _registry: Any) -> bool:
    return agency in state.news


def _named(agency: str, units: Any, owner: Any, _registry: Any) -> bool:
    return owner is not None and owner.agency == agency and (units is None or owner.unit in units)


def _attributed(case: Any) -> Any:
    return _COUNTS(case._replace(public=True))


PLANTED: Final[dict[str, Mistake]] = {
    "the accused agency reads": Mistake(
        "a desk's officer of the accused agency", {"schemas.access.reading.is_kept_from": _never}
    ),
    "the accused agency's desk lists": Mistake(
        "a desk's officer of the accused agency", {"router.http.lists.is_kept_from": _never}
    ),
    "an inspector works for no agency": Mistake(
        "a desk's inspector of the accused agency", {"schemas.access.accused.WORKS_FOR": FOR_AN_AGENCY}
    ),
    "the name before a merger is accused alone": Mistake(
        "a desk's officer of the accused agency's successor",
        {"schemas.access.accused._today": lambda agency, _registry: agency},
    ),
    "an old holder reads on": Mistake(
        "an old holder", {"agency_inbox.queries.as_read": lambda loaded, _reading: loaded}
    ),
    "a unit reads its whole agency": Mistake(
        "an officer of another unit", {"schemas.access.principal.Principal.units": lambda *_: None}
    ),
    "who works for a dissolved agency reads on": Mistake(
        "an officer of a dissolved agency",
        {"schemas.access.reading._is_own": _named, "schemas.access.reading.ever_held": _by_name},
    ),
    "the ladder shows all": Mistake(
        "another agency than the late one", {"escalation.readers._offices": lambda *_: [true()]}
    ),
    "the agency over the holder looks too early": Mistake(
        "the agency over a late one before it climbed", {"escalation.readers.SUPERVISOR": 1}
    ),
    "the public list has what accuses": Mistake(
        "the public of a late one that accuses", {"escalation.readers.PUBLIC": true()}
    ),
    "the holder of a part reads the whole": Mistake(
        "the holder of a part of the whole", {"schemas.access.reading._held_by": _by_part}
    ),
    "the lead reads a part that accuses it": Mistake(
        "the lead of a part that accuses it", {"agency_inbox.access.is_kept_from": _never}
    ),
    "every agency reads the followers": Mistake(
        "another agency than the lead's holder", {"router.http.duplicates._held": _held_anyway}
    ),
    "followers are not asked whom they accuse": Mistake(
        "the lead's holder of a follower that accuses it", {"router.http.duplicates.is_kept_from": _never}
    ),
    "a join holds after it was undone": Mistake(
        "the holder of what was its lead",
        {"chassis.write.cases.root_lead": _once_joined, "schemas.access.reading.owner_of": _owner_of_lead},
    ),
    "who returned it owns it when it is closed": Mistake(
        "an old holder of a withdrawn one", {"schemas.access.reading.owner_of": _last_placed}
    ),
    "files open without being asked for": Mistake(
        "the desk of a placed one's files", {"router.http.cases.read": _loaded_anyway}
    ),
    "a secret decision is told": Mistake("the desk of a secret decision", {"router.http.cases.decision": _unguarded}),
    "a version is told before the rule is asked": Mistake(
        "the desk of a placed one", {"chassis.write.command.meet": _checked_first}
    ),
}
"""In what routes read."""
PLANTED_BEFORE: Final[dict[str, Mistake]] = {
    "numbers by region have what accuses": Mistake(
        "the public of a late one that accuses", {"reporting.statistics.cells._counts": _attributed}
    ),
    "an erasure destroys nothing": Mistake("the holder of an erased one", {"support.asking.destroy": _nothing}),
    "whatever was read is public": Mistake(
        "the desk of a placed one",
        {"schemas.complaint.state.Complaint.is_public": property(lambda state: state.version > 0)},
    ),
}
"""In what is written before routes read it."""
