"""An own rule of who may know what in the world of `support.strangers`, to hold the routes against.

It shares no code with `schemas.access`: it looks at who held a complaint after each step of its life, as the generator
noted it, and not at the folded state.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from schemas.events.agency_inbox import ComplaintReturned, OfficerNoteAdded, ResponseGiven
from schemas.events.escalation import ComplaintEscalated
from schemas.events.intake import ComplaintFiled, OmbudsmanRequested, ResolutionDisputed
from schemas.events.router import (
    ArbitrationDecided,
    ComplaintClassified,
    ComplaintReferred,
    ComplaintRestated,
    ComplaintRouted,
)
from support.strangers import ARBITER, DESK, GONE, JOINED, NOBODY, OVER, ROUTER, TODAY, Life

Roles = tuple[str, ...]
AT_AN_AGENCY: Final = ("officer", "unit-head", "agency")
CONTESTED: Final = (ComplaintReturned, ResolutionDisputed, OmbudsmanRequested)
READ: Final = (ComplaintClassified, ComplaintRouted, ComplaintReferred)
FOR_ALL: Final = (ComplaintFiled, ComplaintRestated, ResponseGiven)
"""The facts whose words the public reads."""


class Right(NamedTuple):
    """What may be read of one complaint: that it exists, and the words of its steps up to this one; -1: none."""

    being: bool = False
    until: int = -1


NOTHING: Final = Right()


class Role(NamedTuple):
    """A role as `officer:kota-bandung/jalan` spells it."""

    kind: str
    body: str
    unit: str

    @classmethod
    def of(cls, text: str) -> "Role":
        kind, _, rest = text.partition(":")
        body, _, unit = rest.partition("/")
        return cls(kind, body, unit)


def allowed(roles: Roles, lives: Sequence[Life]) -> set[str]:
    """Everything that somebody with these roles may see anywhere: ids, numbers and words."""
    found: set[str] = set()
    for life in lives:
        found |= _public(life)
        right = right_of(roles, life)
        if right.being:
            found |= {str(life.id), life.number}
        if right.until >= 0:
            found |= _words(life, right.until)
            found |= _beside(roles, life, right) | _notes(roles, life)
            found |= (
                _decision(life.precedent) if life.precedent is not None and not _kept(roles, life.precedent) else set()
            )
            found |= {mark for part in life.parts for mark in _share(part, known=not _kept(roles, part))}
        if any(role in ("triage", "arbiter") for role in roles) and not _kept(roles, life):
            found |= _decision(life)
    return found


def reporters(life: Life) -> set[str]:
    """Everything that the reporter of this complaint may see: their own, and what is public of the one it follows."""
    root = _root(life)
    own = {str(life.id), life.number} | _words(life, len(life.steps) - 1)
    own |= {mark for part in life.parts for mark in _share(part, known=True)}
    return own | _public(root) | (_public(life.lead) if life.lead is not None else set())


def may_know(roles: Roles, life: Life) -> bool:
    """Whether they may know that it exists, from what is public or by a role."""
    return bool(_public(life)) or right_of(roles, life).being


def right_of(roles: Roles, life: Life) -> Right:
    """What their roles let them read beyond what is public."""
    if _kept(roles, life):
        return NOTHING
    return max((_by(Role.of(role), roles, life) for role in roles), default=NOTHING)


def _public(life: Life) -> set[str]:
    if not is_public(life):
        return set()
    shown = {mark for step in life.steps if isinstance(step.fact, FOR_ALL) for mark in step.words}
    return {str(life.id), life.number} | (set() if life.erased else shown)


def is_public(life: Life) -> bool:
    """Everybody may read it."""
    return life.has(*READ) and not life.graded and not life.secret and life.whole is None


def _words(life: Life, until: int) -> set[str]:
    if life.erased:
        return set()
    told = [step for step in life.steps[: until + 1] if not isinstance(step.fact, OfficerNoteAdded)]
    return {mark for step in told for mark in step.words}


def _notes(roles: Roles, life: Life) -> set[str]:
    """What officers noted: for those of the agency that wrote it, as far as they read the case, and for the arbiter."""
    found: set[str] = set()
    for role in map(Role.of, () if life.erased else roles):
        until = _by(role, roles, life).until
        for step in life.steps[: until + 1]:
            if isinstance(step.fact, OfficerNoteAdded):
                own = role.kind in AT_AN_AGENCY and role.body == TODAY.get(step.fact.agency, step.fact.agency)
                found |= step.words if own or role.kind == "arbiter" else set()
    return found


def _beside(roles: Roles, life: Life, right: Right) -> set[str]:
    """Of a part, what its holder must know of the whole: which one it is, and the reporter's files."""
    if life.whole is None:
        return set()
    names = {str(life.whole.id), life.whole.number}
    if life.whole.erased or _kept(roles, life.whole) or right.until < len(life.steps) - 1:
        return names
    contents = {file.content for file in life.whole.files}
    files = {mark for step in life.whole.steps if step.words & contents for mark in step.words}
    return names | files


def _share(part: Life, *, known: bool) -> set[str]:
    """Of a part, what the lead agency reads: which one it is, since it named it, and its answer."""
    answers = {mark for step in part.steps if isinstance(step.fact, ResponseGiven) for mark in step.words}
    return {str(part.id)} | (answers if known and not part.erased else set())


def _decision(life: Life) -> set[str]:
    """What others than its holder read of a complaint that was a precedent."""
    decided = [step for step in life.steps if isinstance(step.fact, ArbitrationDecided)]
    if not decided or life.graded or life.secret:
        return set()
    reasons = set() if life.erased else set(decided[-1].words)
    return {str(life.id), life.number} | reasons


def _kept(roles: Roles, life: Life) -> bool:
    return life.graded and any(_tied(Role.of(role), life) for role in roles)


def _tied(role: Role, life: Life) -> bool:
    """Whether the role ties somebody to a body that the complaint accuses."""
    if role.kind not in (*AT_AN_AGENCY, "inspectorate") or not role.body:
        return False
    holds = role.body == _body(life.holder) and not life.holder.startswith(NOBODY)
    if not life.accused:
        return not holds
    body, named = TODAY.get(role.body, role.body), {TODAY.get(each, each) for each in life.accused}
    return body in named or (OVER.get(body) in named and not holds)


def _by(role: Role, roles: Roles, life: Life) -> Right:
    everything = Right(being=True, until=len(life.steps) - 1)
    match role.kind:
        case "operator" | "analyst":
            return Right(being=True)
        case "triage" if _body(life.holder) in (ROUTER, DESK):
            return everything
        case "arbiter" if life.has(*CONTESTED) or _decides(life) or _climbed(life, 3):
            return everything
        case "inspectorate" if life.graded:
            return _held_by(role.body, "", life) if role.body else everything
        case "officer" | "unit-head" | "agency":
            whole = any(
                each.body == role.body and not each.unit for each in map(Role.of, roles) if each.kind in AT_AN_AGENCY
            )
            return _held_by(role.body, "" if whole else role.unit, life)
    return NOTHING


def _held_by(body: str, unit: str, life: Life) -> Right:
    """What a body reads, or one unit of it: what it holds, of what it held the state until then, and that something
    of a body under it climbed to it.
    """
    if body in TODAY or body == GONE:
        return NOTHING  # nobody works there any more
    if _holds(body, unit, _root(life).holder):
        return Right(being=True, until=len(life.steps) - 1)
    last = max(_steps_of(body, unit, life), default=-1)
    running = not life.holder.startswith(NOBODY)
    over = running and not unit and OVER.get(_body(life.holder)) == body and _climbed(life, 2)
    return Right(being=last >= 0 or over, until=last)


def _steps_of(body: str, unit: str, life: Life) -> Iterator[int]:
    return (index for index, step in enumerate(life.steps) if _holds(body, unit, step.holder))


def _holds(body: str, unit: str, holder: str) -> bool:
    held_unit = holder.removeprefix(f"{NOBODY} ").partition("/")[2]
    return _body(holder) == body and (not unit or held_unit == unit)


def _body(holder: str) -> str:
    """The body that holds it today, or held it when it was closed; `router` and so on where none does."""
    body = holder.removeprefix(f"{NOBODY} ").partition("/")[0]
    closed = holder.startswith(NOBODY)
    return (NOBODY if closed else ROUTER) if body == GONE else TODAY.get(body, body)


def _root(life: Life) -> Life:
    while life.holder == JOINED and life.lead is not None:
        life = life.lead
    return life


def _decides(life: Life) -> bool:
    """In arbitration, or with the body that the arbiter chose."""
    routed = [step.fact for step in life.steps if isinstance(step.fact, ComplaintRouted)]
    placed = bool(routed) and routed[-1].binding and not life.holder.startswith(NOBODY)
    return life.holder == ARBITER or (placed and life.holder not in (ROUTER, DESK, JOINED))


def _climbed(life: Life, rung: int) -> bool:
    return any(isinstance(step.fact, ComplaintEscalated) and step.fact.rung >= rung for step in life.steps)
