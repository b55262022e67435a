"""A random world of people and complaints, and an own rule of who may know what, to hold the routes against.

The rule here shares no code with `schemas.access`: it looks at who held a complaint after each step of its life, as the
generator noted it, and not at the folded state.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from schemas.base.ids import derived_id
from schemas.events.agency_inbox import ComplaintReturned, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated
from schemas.events.intake import DetailAdded, OmbudsmanRequested, ResolutionConfirmed, ResolutionDisputed
from schemas.events.registry import AgenciesMerged, AgencyRegistered, Unit
from schemas.events.router import (
    ArbitrationDecided,
    ArbitrationOpened,
    ComplaintClassified,
    ComplaintReferred,
    ComplaintRouted,
)
from support.inbox import CITY, PLN, ROADS, T0
from support.lives import BASIS, filed, number_of

PROVINCE, ENTERPRISE, OLD = "provinsi", "pdam", "lama"
UNITS: Final = {CITY: ("jalan", "taman"), PROVINCE: ("inspektorat",)}
BODIES: Final = (PLN, ROADS, CITY, PROVINCE, ENTERPRISE)
NEW_BODIES: Final[tuple[Fact, ...]] = (
    AgencyRegistered(
        at=T0, agency=PROVINCE, name="Provinsi", kind="province", level="province", region="32",
        units=(Unit(id="inspektorat", name="Inspektorat"),),
    ),
    AgencyRegistered(at=T0, agency=ENTERPRISE, name="PDAM", kind="regional-enterprise", level="regency", parent=CITY),
    AgencyRegistered(at=T0, agency=OLD, name="Lama", kind="ministry", level="national"),
    AgenciesMerged(at=T0, agencies=(OLD,), successor=ROADS, reason="reorganisasi"),
)  # fmt: skip
ROLES: Final = (
    "triage", "arbiter", "inspectorate", f"inspectorate:{PROVINCE}", f"inspectorate:{CITY}", "analyst", "operator",
    "gateway:sms", f"officer:{OLD}", *(f"officer:{body}" for body in BODIES), *(f"agency:{body}" for body in BODIES),
    f"officer:{CITY}/jalan", f"unit-head:{CITY}/taman", f"officer:{PROVINCE}/inspektorat",
)  # fmt: skip


class Step(NamedTuple):
    """A fact, the word that it adds, and who holds the complaint afterwards: `desk`, `pln`, `kota-bandung/jalan`."""

    fact: Fact
    word: str | None
    holder: str


@dataclass
class Life:
    """One complaint."""

    id: UUID
    number: str
    secret: bool
    accused: tuple[str, ...] | None
    """None: not of supervision grade; empty: nobody is named."""
    steps: list[Step] = field(default_factory=list)

    @property
    def being(self) -> set[str]:
        """What tells that it exists."""
        return {str(self.id), self.number}

    @property
    def words(self) -> set[str]:
        return {step.word for step in self.steps if step.word}

    def words_until(self, index: int) -> set[str]:
        return {step.word for step in self.steps[: index + 1] if step.word}


class Add(Protocol):
    """Adds a step to a life."""

    def __call__(self, fact: Fact, holder: str, word: str | None = None) -> None: ...


def world(random: Random, size: int) -> list[Life]:
    """Random complaints, each word of them unique."""
    return [_life(random, index) for index in range(1, size + 1)]


def people(random: Random, count: int) -> list[tuple[str, ...]]:
    """Random people by their roles, one to three each, and nobody signed in."""
    return [(), *(tuple(random.sample(ROLES, random.randint(1, 3))) for _ in range(count))]


def _life(random: Random, index: int) -> Life:
    secret = random.random() < 0.6
    graded = random.random() < 0.5
    accused = random.choice([(), (CITY,), (PLN,), (ROADS,), (OLD,), (CITY, PLN)]) if graded else None
    life = Life(derived_id("stranger", str(index)), number_of(index), secret, accused)

    def add(fact: Fact, holder: str, word: str | None = None) -> None:
        life.steps.append(Step(fact, word, holder))

    def word() -> str:
        return f"kata{index}x{len(life.steps)}z"

    add(filed(index, text=f"Mohon {word()}", secret=secret), "router", f"kata{index}x0z")
    for _ in range(random.randint(1, 4)):
        _turn(random, life, add, word)
    return life


def _turn(random: Random, life: Life, add: Add, word: Callable[[], str]) -> None:
    holder = life.steps[-1].holder
    if holder in ("router", "desk"):
        if life.accused is not None and not any(isinstance(step.fact, ComplaintClassified) for step in life.steps):
            body = {"at": T0, "class": "complaint", "supervision": True, "accused": life.accused, "basis": BASIS}
            add(ComplaintClassified.model_validate(body), holder)
        match random.choice(["desk", "agency", "agency", "agency", "arbiter"]):
            case "desk" if holder == "router":
                add(ComplaintReferred(at=T0, reason="no_mandate"), "desk")
            case "arbiter":
                add(ArbitrationOpened(at=T0, reason="desk"), "arbiter")
            case _:
                _route(random, add, "desk")
    elif holder == "arbiter":
        reason = word()
        add(ArbitrationDecided(at=T0, agency=CITY, reason=reason), "arbiter", reason)
        add(ComplaintRouted(at=T0, agency=CITY, cause="binding", binding=True, basis=BASIS), CITY)
    elif holder.startswith("closed"):
        return
    else:
        _held(random, holder.partition("/")[0], holder, add, word)


def _route(random: Random, add: Add, cause: str) -> None:
    body = random.choice((*BODIES, OLD))
    unit = random.choice((None, *UNITS.get(body, ())))
    today = ROADS if body == OLD else body
    add(
        ComplaintRouted(at=T0, agency=body, unit=unit, cause=cause, basis=BASIS),
        f"{today}/{unit}" if unit else today,
    )


def _held(random: Random, body: str, holder: str, add: Add, word: Callable[[], str]) -> None:
    said = word()
    match random.choice(["detail", "return", "again", "climb", "answer", "dispute"]):
        case "detail":
            add(DetailAdded(at=T0, text=said), holder, said)
        case "return":
            add(ComplaintReturned(at=T0, agency=body, reason=said), "router", said)
        case "again":
            add(ComplaintReturned(at=T0, agency=body, reason=said), "router", said)
            _route(random, add, "desk")
        case "climb":
            add(OmbudsmanRequested(at=T0, reason=said), holder, said)
            add(ComplaintEscalated(at=T0, cause="direct", rung=3), holder)
        case "answer":
            add(ResponseGiven(at=T0, agency=body, text=f"Sudah selesai semuanya, {said}"), holder, said)
            add(ResolutionConfirmed(at=T0, rating=4), f"closed {holder}")
        case _:
            add(ResponseGiven(at=T0, agency=body, text=f"Sudah selesai semuanya, {said}"), holder, said)
            again = word()
            add(ResolutionDisputed(at=T0, reason=again), holder, again)


def allowed(roles: tuple[str, ...], life: Life) -> set[str]:
    """The markers that somebody with these roles may see anywhere."""
    graded = any(isinstance(step.fact, ComplaintClassified) for step in life.steps)
    holder = life.steps[-1].holder.removeprefix("closed ")
    if graded and any(_tied(role, life.accused or (), holder.partition("/")[0], life) for role in roles):
        return set()
    read = any(isinstance(step.fact, ComplaintClassified | ComplaintRouted | ComplaintReferred) for step in life.steps)
    if read and not graded and not life.secret:
        return life.being | life.words
    found: set[str] = set()
    for role in roles:
        found |= _by(role, life, graded=graded)
    return found


def _tied(role: str, accused: tuple[str, ...], holder: str, life: Life) -> bool:
    kind, _, body = role.partition(":")
    body = body.partition("/")[0]
    if kind not in ("officer", "unit-head", "agency", "inspectorate") or not body:
        return False
    same = {OLD: ROADS}
    body, named = same.get(body, body), {same.get(each, each) for each in accused}
    holds = body == holder and not life.steps[-1].holder.startswith("closed")
    if not named:
        return not holds
    return body in named or (body == ENTERPRISE and CITY in named and not holds)


def _by(role: str, life: Life, *, graded: bool) -> set[str]:
    everything, holder = life.being | life.words, life.steps[-1].holder
    kind, _, rest = role.partition(":")
    body, _, unit = rest.partition("/")
    facts = [step.fact for step in life.steps]
    match kind:
        case "operator" | "analyst":
            return life.being
        case "triage":
            return everything if holder in ("router", "desk") else set()
        case "arbiter":
            contested = (ArbitrationOpened, ComplaintReturned, ResolutionDisputed, OmbudsmanRequested)
            return everything if any(isinstance(fact, contested) for fact in facts) else set()
        case "inspectorate" if not body:
            return everything if graded else set()
        case "inspectorate":
            return _held_by(body, "", life) if graded else set()
        case "officer" | "unit-head" | "agency" if body != OLD:
            return _held_by(body, unit, life)
    return set()


def _held_by(body: str, unit: str, life: Life) -> set[str]:
    def holds(holder: str) -> bool:
        held_by, _, held_unit = holder.removeprefix("closed ").partition("/")
        return held_by == body and (not unit or held_unit == unit)

    last = max((index for index, step in enumerate(life.steps) if holds(step.holder)), default=None)
    return life.being | life.words_until(last) if last is not None else set()
