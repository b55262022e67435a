"""A random world of people and complaints, to hold the routes against: each word of it is unique, so that an answer that
tells it can be found. `support.strangers_rule` has the rule of who may know what.

Complaints are held by units and agencies, merged and dissolved ones among them; they are returned, contested, escalated,
disputed, split, joined and separated again, withdrawn and erased, and some accuse agencies.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from schemas.base.ids import derived_id
from schemas.base.values import Clock
from schemas.events.agency_inbox import ClarificationRequested, ComplaintReturned, OfficerNoteAdded, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated
from schemas.events.intake import (
    AttachmentAdded,
    AttachmentChecked,
    ComplaintWithdrawn,
    DetailAdded,
    JoinDeclined,
    OmbudsmanRequested,
    PersonalDataErased,
    ResolutionConfirmed,
    ResolutionDisputed,
)
from schemas.events.registry import AgenciesMerged, AgencyDissolved, AgencyRegistered, Unit
from schemas.events.router import (
    ArbitrationDecided,
    ArbitrationOpened,
    ComplaintArchived,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintRestated,
    ComplaintRouted,
    ComplaintSplit,
    ComplaintUnjoined,
    Part,
    PartOpened,
    ToldBefore,
)
from support.inbox import CITY, PLN, ROADS, T0
from support.lives import BASIS, filed, number_of

PROVINCE, ENTERPRISE = "provinsi", "pdam"
OLD, ENDED, GONE = "lama", "usang", "bubar"
"""Merged into ROADS; dissolved in favour of PROVINCE; dissolved without a successor."""
TODAY: Final = {OLD: ROADS, ENDED: PROVINCE}
OVER: Final = {ENTERPRISE: CITY}
UNITS: Final = {CITY: ("jalan", "taman"), PROVINCE: ("inspektorat",)}
LIVING: Final = (PLN, ROADS, CITY, PROVINCE, ENTERPRISE)
BODIES: Final = (*LIVING, OLD, ENDED, GONE)
NEW_BODIES: Final[tuple[Fact, ...]] = (
    AgencyRegistered(
        at=T0, agency=PROVINCE, name="Provinsi", kind="province", level="province", region="32",
        units=(Unit(id="inspektorat", name="Inspektorat"),),
    ),
    AgencyRegistered(at=T0, agency=ENTERPRISE, name="PDAM", kind="regional-enterprise", level="regency", parent=CITY),
    *(AgencyRegistered(at=T0, agency=body, name=body.title(), kind="ministry", level="national")
      for body in (OLD, ENDED, GONE)),
    AgenciesMerged(at=T0, agencies=(OLD,), successor=ROADS, reason="reorganisasi"),
    AgencyDissolved(at=T0, agency=ENDED, successor=PROVINCE, reason="reorganisasi"),
    AgencyDissolved(at=T0, agency=GONE, reason="reorganisasi"),
)  # fmt: skip
ROLES: Final = (
    "triage", "arbiter", "inspectorate", f"inspectorate:{PROVINCE}", f"inspectorate:{CITY}", "analyst", "operator",
    "gateway:sms", *(f"officer:{body}" for body in BODIES), *(f"agency:{body}" for body in LIVING),
    f"officer:{CITY}/jalan", f"unit-head:{CITY}/taman", f"officer:{PROVINCE}/inspektorat",
)  # fmt: skip
ROUTER, DESK, ARBITER, JOINED, NOBODY = "router", "desk", "arbiter", "joined", "closed"


class Step(NamedTuple):
    """A fact, the words that it adds, and who holds the complaint afterwards: `desk`, `pln`, `kota-bandung/jalan`,
    `closed pln`.
    """

    fact: Fact
    words: frozenset[str]
    holder: str


class File(NamedTuple):
    """A file of the reporter: its id, and the word that is its content."""

    id: UUID
    content: str


@dataclass(eq=False)
class Life:
    """One complaint, or a part of one."""

    id: UUID
    number: str
    secret: bool
    accused: tuple[str, ...] | None
    """None: not of supervision grade; empty: nobody is named."""
    steps: list[Step] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    lead: "Life | None" = None
    """The one that it follows."""
    whole: "Life | None" = None
    parts: "list[Life]" = field(default_factory=list)
    precedent: "Life | None" = None
    erased: bool = False

    @property
    def holder(self) -> str:
        return self.steps[-1].holder

    @property
    def graded(self) -> bool:
        """Of supervision grade, by a reading of it or of its whole."""
        own = any(isinstance(step.fact, ComplaintClassified) and step.fact.supervision for step in self.steps)
        return own or any(isinstance(step.fact, PartOpened) and step.fact.supervision for step in self.steps)

    def has(self, *kinds: type[Fact]) -> bool:
        """Whether one of these facts is among its steps."""
        return any(isinstance(step.fact, kinds) for step in self.steps)

    def add(self, fact: Fact, holder: str, *words: str) -> None:
        """One more step."""
        self.steps.append(Step(fact, frozenset(words), holder))

    def word(self) -> str:
        """A new word."""
        return f"kata{self.id.hex[:8]}x{len(self.steps)}z"


def world(random: Random, size: int) -> list[Life]:
    """Random complaints, parts after their wholes and those that follow another one after it."""
    lives: list[Life] = []
    for index in range(1, size + 1):
        life = _begun(random, index)
        lives.append(life)
        for _ in range(random.randint(1, 5)):
            _turn(random, life, lives)
        lives += life.parts
        for part in life.parts:
            for _ in range(random.randint(0, 3)):
                _turn(random, part, lives)
    for life in lives:
        _end(random, life)
    return lives


def people(random: Random, count: int) -> list[tuple[str, ...]]:
    """Random people by their roles, one to three each, and nobody signed in."""
    return [(), *(tuple(random.sample(ROLES, random.randint(1, 3))) for _ in range(count))]


def _begun(random: Random, index: int) -> Life:
    secret = random.random() < 0.5
    graded = random.random() < 0.4
    accused = random.choice([(), (CITY,), (PLN,), (ROADS,), (OLD,), (ENDED,), (GONE,), (CITY, PLN)]) if graded else None
    life = Life(derived_id("stranger", str(index)), number_of(index), secret, accused)
    said = life.word()
    text = f"Jalan berlubang besar di depan pasar, mohon segera diperbaiki, {said}"
    life.add(filed(index, text=text, secret=secret, anonymous=random.random() < 0.3), ROUTER, said)
    return life


def _turn(random: Random, life: Life, lives: list[Life]) -> None:
    if life.holder.startswith(NOBODY):
        return
    if life.holder in (ROUTER, DESK):
        _read(random, life)
        _place(random, life, lives)
    elif life.holder == ARBITER:
        reason = life.word()
        life.add(ArbitrationDecided(at=T0, agency=CITY, reason=reason), ARBITER, reason)
        life.add(ComplaintRouted(at=T0, agency=CITY, cause="binding", binding=True, basis=BASIS), CITY)
    elif life.holder == JOINED:
        _separate(random, life)
    else:
        _held(random, life, lives)


def _read(random: Random, life: Life) -> None:
    # Also of a part, which its router reads anew after a return.
    anew = life.whole is not None and random.random() < 0.5
    if anew:
        life.accused = life.accused or random.choice([(), (CITY,), (PLN,), (ROADS,)])
    if (anew or life.accused is not None) and not life.has(ComplaintClassified):
        body = {"at": T0, "class": "complaint", "supervision": True, "accused": life.accused, "basis": BASIS}
        life.add(ComplaintClassified.model_validate(body), life.holder)


def _place(random: Random, life: Life, lives: list[Life]) -> None:
    match random.choice(["desk", "agency", "agency", "agency", "arbiter", "join", "word"]):
        case "desk" if life.holder == ROUTER:
            life.add(ComplaintReferred(at=T0, reason="no_mandate"), DESK)
        case "arbiter":
            life.add(ArbitrationOpened(at=T0, reason="desk"), ARBITER)
        case "join" if life.whole is None:
            _join(random, life, lives)
        case "word" if life.whole is None:
            said = life.word()
            life.add(ComplaintRestated(at=T0, text=f"Rumusan meja: {said}"), life.holder, said)
        case _:
            _route(random, life, lives)


def _route(random: Random, life: Life, lives: list[Life]) -> None:
    body = random.choice(BODIES)
    unit = random.choice((None, *UNITS.get(body, ())))
    decided = [each for each in lives if each is not life and each.has(ArbitrationDecided)]
    life.precedent = random.choice([None, *decided])
    basis = BASIS.model_copy(update={"precedent": str(life.precedent.id)}) if life.precedent else BASIS
    routed = ComplaintRouted(
        at=T0, agency=body, unit=unit, cause="precedent" if life.precedent else "desk", basis=basis
    )
    life.add(routed, f"{body}/{unit}" if unit else body)


def _join(random: Random, life: Life, lives: list[Life]) -> None:
    earlier = [each for each in lives[: lives.index(life)] if each.whole is None and each.lead is not life]
    if earlier:
        life.lead = random.choice(earlier)
        life.add(ComplaintJoined(at=T0, lead=life.lead.id), JOINED)


def _separate(random: Random, life: Life) -> None:
    assert life.lead is not None
    if random.random() < 0.5:
        life.add(ComplaintUnjoined(at=T0, reason="desk"), ROUTER)
    else:
        said = life.word()
        life.add(JoinDeclined(at=T0, leads=(life.lead.id,), reason=said), ROUTER, said)
    life.lead = None


def _held(random: Random, life: Life, lives: list[Life]) -> None:
    body, said, holder = life.holder.partition("/")[0], life.word(), life.holder
    answer = ResponseGiven(at=T0, agency=body, text=f"Sudah selesai semuanya, {said}")
    moves = ["detail", "note", "note", "file", "return", "again", "late", "answer", "ask"]
    if life.whole is None and not life.parts:
        moves += ["climb", "dispute", "split", "split", "join"]
    match random.choice(moves):
        case "detail":
            life.add(DetailAdded(at=T0, text=said), holder, said)
        case "note":
            life.add(OfficerNoteAdded(at=T0, agency=body, text=said), holder, said)
        case "file" if life.whole is None:
            attach(life, said)
        case "return" if not life.parts:
            life.add(ComplaintReturned(at=T0, agency=body, reason=said), ROUTER, said)
        case "again" if not life.parts:
            life.add(ComplaintReturned(at=T0, agency=body, reason=said), ROUTER, said)
            _read(random, life)
            _route(random, life, lives)
        case "climb":
            life.add(OmbudsmanRequested(at=T0, reason=said), holder, said)
            life.add(ComplaintEscalated(at=T0, cause="direct", rung=3), holder)
        case "late":
            rung = random.choice([1, 2, 2, 3, 4])
            life.add(ComplaintEscalated(at=T0, rung=rung, clock=Clock.SETTLE, started_version=0), holder)
        case "answer" if life.whole is not None:
            life.add(answer, f"{NOBODY} {holder}", said)
        case "answer" if not life.parts:
            life.add(answer, holder, said)
            life.add(ResolutionConfirmed(at=T0, rating=4), f"{NOBODY} {holder}")
        case "ask":
            life.add(ClarificationRequested(at=T0, agency=body, question=said), holder, said)
            again = life.word()
            life.add(DetailAdded(at=T0, text=again), holder, again)
        case "dispute":
            life.add(answer, holder, said)
            again = life.word()
            life.add(ResolutionDisputed(at=T0, reason=again), holder, again)
        case "split":
            _split(random, life)
        case "join":
            _join(random, life, lives)


def attach(life: Life, name: str) -> Life:
    """With one more file of this name, whose content is a word."""
    content = f"isi{name}"
    file = File(derived_id("file", str(life.id), str(len(life.files))), content)
    life.files.append(file)
    size = len(content)
    added = AttachmentAdded(at=T0, attachment=file.id, media_type="image/jpeg", size_bytes=size, name=f"{name}.jpg")
    life.add(added, life.holder, name, content)
    checked = AttachmentChecked(at=T0, attachment=file.id, outcome="cleaned", media_type="image/jpeg", size_bytes=size)
    life.add(checked, life.holder)
    return life


def _split(random: Random, life: Life) -> None:
    bodies, holder = random.sample(LIVING, 2), life.holder
    task = life.word()
    named = [Part(id=derived_id("part", str(life.id), body), agency=body, task=f"{task}{body}") for body in bodies]
    life.add(ComplaintSplit(at=T0, parts=tuple(named)), holder, *(str(part.task) for part in named))
    life.parts = [opened_part(life, part) for part in named]


def opened_part(whole: Life, named: Part) -> Life:
    """A part of the whole as it is now, placed with its agency."""
    part = Life(named.id, whole.number, whole.secret, whole.accused if whole.graded else None, whole=whole)
    begun = whole.steps[0].fact
    details = [step.fact for step in whole.steps if isinstance(step.fact, DetailAdded)]
    opened = {
        "at": T0, "whole": whole.id, "mandatory": True, "task": named.task, "received_at": T0, "class": "complaint",
        "text": begun.text, "details": [ToldBefore(at=T0, text=detail.text) for detail in details],
        "secret": whole.secret, "supervision": whole.graded, "accused": part.accused or (), "channel": "web",
        "anonymous": begun.anonymous, "public_number": whole.number,
    }  # fmt: skip
    told = [step.words for step in whole.steps if step.fact is begun or step.fact in details]
    part.add(PartOpened.model_validate(opened), ROUTER, str(named.task), *frozenset().union(*told))
    part.add(ComplaintRouted(at=T0, agency=named.agency, cause="part", basis=BASIS), named.agency)
    return part


def _end(random: Random, life: Life) -> None:
    """Withdrawn, archived or erased, some of them."""
    if life.whole is not None:
        return
    match random.choice([*["on"] * 5, "withdrawn", "archived", "erased", "erased"]):
        case "withdrawn" if not life.holder.startswith(NOBODY) and not life.parts:
            reason = life.word()
            life.add(ComplaintWithdrawn(at=T0, reason=reason), _ended_holder(life), reason)
        case "archived" if life.holder == DESK:
            note = life.word()
            life.add(ComplaintArchived(at=T0, reason="content", note=note), NOBODY, note)
        case "erased":
            for each in (life, *life.parts):
                if not each.holder.startswith(NOBODY):
                    cause = "erasure" if each is life else "whole"
                    each.add(ComplaintWithdrawn(at=T0, cause=cause), _ended_holder(each))
                each.erased = True
            life.add(PersonalDataErased(at=T0), life.holder)
        case _:
            pass


def _ended_holder(life: Life) -> str:
    """What holds it after it is closed now: the agency that holds it keeps it."""
    held = life.holder not in (ROUTER, DESK, ARBITER, JOINED)
    life.lead = None
    return f"{NOBODY} {life.holder}" if held else NOBODY
