"""The decisions of a run, drawn one at a time from a seed. A run is its list of decisions and can be replayed."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from schemas.base.topics import COMPLAINT_EVENTS
from schemas.complaint.fold import allows
from schemas.complaint.lifecycle import Status
from schemas.events.intake import ResolutionDisputed
from simulation.people import BODIES, HEIRS, PICKS, POTHOLE, Ask, filed_id
from simulation.ports import WRITE
from simulation.world import SHOWS, World
from support.placing import CITY

FAULTY: Final = 0.14
"""Share of the scheduled tasks that meet a fault."""
DEEP: Final = 9
HOURS: Final = (0.2, 5, 24, 24, 72, 24 * 8, 24 * 20)
GROUPS: Final = ("router.reactions", "agency-inbox.delivery", "intake.notices", "reporting.summary")
LASTING: Final = frozenset({"kemen-pu", "kemendagri"})
"""Bodies that take over others' work and never end themselves."""
REORGANISED: Final = 0.15
"""Share of the runs in which bodies are merged, dissolved and renamed all the time."""
NOBODYS_FIELD: Final = 0.2
"""Share of the runs in which every body returns everything."""
CODES_RENEWED: Final = 0.2
"""Share of the changes from outside that change the secret of tracking codes."""
MANY: Final = 3
TRIES: Final = 8
"""How many complaints are looked at to find one for which somebody has a request."""
ONE_MATTER: Final = 0.3
"""Share of the runs in which all reports are about the same pothole, and the desk joins them."""
TEMPERS: Final = ("diligent", "ignores", "bounces", "flip-flops")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. `kind` run: task `name` continues; do: a person makes a request; otherwise a fault or the passing
    of time. `at` and `fault`: see `ports.Turn`.
    """

    kind: str
    name: str = ""
    ask: Ask | None = None
    at: int = 0
    fault: str = ""
    amount: float = 0

    def calm(self) -> "Decision":
        """The same decision without its fault."""
        return replace(self, at=0, fault="")


def carry_out(world: World, decision: Decision) -> str | None:
    """Carry out the decision. Returns what the fault struck (empty: nothing), or None if there was nothing to do."""
    match decision.kind:
        case "run":
            return world.go_on(decision.name, decision.at, decision.fault) if decision.name in world.tasks else None
        case "do":
            assert decision.ask is not None
            return world.ask(decision.ask, decision.at, decision.fault)
        case "crash":
            return "" if world.crash(decision.name) else None
        case "start":
            return "" if world.start(decision.name) else None
        case "store":
            world.store_up = not world.store_up
        case "broker":
            world.broker.up = not world.broker.up
        case "wipe":
            world.broker.wipe()
        case "again":
            world.broker.again(decision.name, COMPLAINT_EVENTS, int(decision.amount))
        case "time":
            world.pass_by(decision.amount * 3600)
        case "dark":
            for name in world.processes:
                world.crash(name)
            world.pass_by(decision.amount * 3600)
        case "all":
            return _all(world, decision)
    return ""


def _all(world: World, decision: Decision) -> str:
    """Every task with something new to see continues, one after another; the fault strikes the `amount`-th of them."""
    came = ""
    ready = [name for name, task in world.tasks.items() if task.kind not in SHOWS and world.has_news(name)]
    for number, name in enumerate(ready):
        struck = number == int(decision.amount) % len(ready)
        came = world.go_on(name, decision.at if struck else 0, decision.fault) or came
    return came


class Player:
    """Draws decisions. It mostly tries what can succeed, and sometimes what cannot."""

    def __init__(self, world: World, random: Random, lives: int) -> None:
        self._world, self._random = world, random
        self._asked, self._filed = 0, list[int]()
        nobodys = random.random() < NOBODYS_FIELD
        tempers = ("bounces",) if nobodys else TEMPERS
        self._tempers = {body: random.choice(tempers) for body in BODIES}
        self._crowd = random.random() < ONE_MATTER
        self._desk = nobodys or random.random() < 0.8
        self._haste = 0.5 if nobodys else random.choice((0.0, 0.15, 0.5))
        self._lives = min(lives, 3) if nobodys else lives
        self._arbiter = random.random() < 0.7
        self._reorganised = random.random() < REORGANISED

    def next(self) -> Decision:
        chance, random = self._random.random(), self._random
        down = [name for name, up in self._world.processes.items() if up is None]
        if down and random.random() < (0.6 if len(down) > MANY else 0.25):
            return Decision("start", random.choice(down))
        if chance < 0.42:
            together = Decision("all", amount=random.randrange(len(self._world.tasks) + 1))
            return self._faulty(together) if random.random() < self._haste else self._run()
        if chance < 0.88:
            return self._do()
        if chance < 0.94:
            return Decision("time", amount=random.choice(HOURS))
        return self._trouble()

    def _faulty(self, decision: Decision) -> Decision:
        if self._random.random() >= FAULTY:
            return decision
        return replace(decision, at=self._random.randint(1, DEEP), fault=self._random.choice(WRITE))

    def _run(self) -> Decision:
        tasks, random = self._world.tasks, self._random
        paused = [name for name, task in tasks.items() if task.paused]
        if paused and random.random() < 0.5:
            return self._faulty(Decision("run", random.choice(paused)))
        ready = [name for name in tasks if self._world.has_news(name)] if random.random() < 0.85 else []
        names = ready or list(tasks)
        return self._faulty(Decision("run", random.choice(names))) if names else Decision("time", amount=1)

    def _trouble(self) -> Decision:
        random, world = self._random, self._world
        kind = random.choice(("crash", "crash", "crash", "again", "again", "store", "broker", "wipe", "dark"))
        if not world.store_up and random.random() < 0.7:
            kind = "store"
        if not world.broker.up and random.random() < 0.6:
            kind = "broker"
        if kind == "crash":
            return Decision(kind, random.choice(list(world.processes)))
        if kind == "again":
            return Decision(kind, random.choice(GROUPS), amount=random.randint(1, 5))
        return Decision(kind, amount=random.choice(HOURS) if kind == "dark" else 0)

    def _do(self) -> Decision:
        random, number = self._random, self._asked
        self._asked += 1
        begun = bool(self._world.watch.states)
        if (len(self._filed) < self._lives or not begun) and random.random() < (0.3 if begun else 0.9):
            self._filed.append(number)
            pick = random.choice(POTHOLE) if self._crowd else random.randrange(PICKS)
            return self._faulty(Decision("do", ask=Ask(number, "files", number, pick=pick)))
        if not self._filed:
            return self._run()
        if random.random() < (0.2 if self._reorganised else 0.07):
            return self._faulty(Decision("do", ask=self._registry_change(number)))
        for _ in range(TRIES):
            if (ask := self._about(number, random.choice(self._filed))) is not None:
                return self._faulty(Decision("do", ask=ask))
        return self._run()

    def _registry_change(self, number: int) -> Ask:
        random = self._random
        if random.random() < CODES_RENEWED:
            kind = random.choice(("the code secret is renewed", "the code secret is renewed", "a code secret is ended"))
            return Ask(number, kind, 0, pick=random.randrange(12))
        kinds = ("merges away", "is dissolved", "is renamed", "a body is founded")
        if not self._reorganised:
            kinds = ("merges away", "is dissolved", "days off are decreed", "days off are decreed", *kinds[2:])
        kind, body, pick = random.choice(kinds), self._ending(), random.randrange(100)
        if kind == "merges away" and random.random() < 0.6:
            pick = self._heir_that_returned(body, pick)
        return Ask(number, kind, 0, pick=pick, body=body)

    def _heir_that_returned(self, body: str, pick: int) -> int:
        """The number of a successor that has returned something which `body` holds; else `pick`."""
        states = self._world.watch.states.values()
        returned = sorted({one for state in states if state.agency == body for one in state.returned_by} & set(HEIRS))
        return HEIRS.index(self._random.choice(returned)) if returned else pick

    def _ending(self) -> str:
        """A body that may be dissolved: mostly one that holds something."""
        holders = sorted({state.agency for state in self._world.watch.states.values() if state.agency} - LASTING)
        if holders and self._random.random() < 0.7:
            return self._random.choice(holders)
        return self._random.choice((CITY, "pln", "kpk"))

    def _about(self, number: int, about: int) -> Ask | None:
        random, world = self._random, self._world
        whole = world.watch.state(filed_id(about))
        part = random.randint(1, len(whole.parts)) if whole.parts and random.random() < 0.6 else 0
        state = world.watch.state(whole.parts[part - 1].id) if part else whole
        kind, body = self._kind(state)
        if kind is None:
            return None
        lead = min(random.choice(self._filed), random.choice(self._filed))
        pick = lead if kind == "desk joins" else random.randrange(12)
        return Ask(number, kind, about, part, pick, body)

    def _kind(self, state: Any) -> tuple[str | None, str]:
        """The kind of request for a complaint in that state, and the body that makes it or is named."""
        random = self._random
        anybody = random.choice(BODIES)
        if random.random() < 0.08:
            return random.choice(("returns it", "answers", "acknowledges", "withdraws", "disputes", "desk archives",
                                  "confirms", "asks to be forgotten", "is bound", "answers on its topic",
                                  "calls the Ombudsman")), anybody  # fmt: skip
        if random.random() < 0.06:
            return random.choice(("follows it", "supports it")), ""
        if random.random() < 0.06:
            holder = self._world.watch.registry.holder(state.holder).agency
            return random.choice(("asks for the data", "reads the contact", "reads the contact")), holder or anybody
        if state.erasure is not None and not state.erased and random.random() < 0.4:
            return random.choice(("erases as asked", "refuses the erasure", None)), state.holder.agency or anybody
        if state.supervision and state.is_open and state.agency and random.random() < 0.2:
            return "asks to be forgotten", anybody
        match state.status:
            case Status.UNPLACED:
                return random.choice(("tells more", None, None)), ""
            case Status.TRIAGE:
                asked = ("is given it", "is given it", "is given it", "is given it", "desk asks", "desk restates", "desk archives",
                         "desk asks the arbiter", "desk joins", "desk splits")  # fmt: skip
                asked = ("desk joins", "is given it") if self._crowd and random.random() < 0.5 else asked
                return (random.choice(asked) if self._desk else None), anybody
            case Status.ARBITRATION:
                return ("is bound" if self._arbiter else None), anybody
            case Status.AWAITING_REPORTER:
                return random.choice(("tells more", "tells more", "answers", None)), state.holder.agency or anybody
            case Status.ANSWERED:
                return random.choice(("confirms", "disputes", "disputes", None, None, "asks to be forgotten")), anybody
            case Status.CLOSED:
                if not allows(state, ResolutionDisputed):
                    return random.choice((None, None, None, "asks to be forgotten")), anybody
                return random.choice(("disputes", "disputes", None, "asks to be forgotten")), anybody
            case Status.JOINED:
                return random.choice(("desk unjoins", "undoes the join", "disputes", "withdraws", None, None)), anybody
            case _:
                return self._held(state)

    def _held(self, state: Any) -> tuple[str | None, str]:
        random, body = self._random, self._world.watch.registry.holder(state.holder).agency or CITY
        temper = self._tempers.get(body, "diligent")
        others = self._world.watch.states.values()
        if (state.parts or any(other.lead == state.id for other in others)) and random.random() < 0.3:
            return random.choice(("withdraws", "asks to be forgotten")), body
        if self._crowd and random.random() < 0.3:
            return "desk joins", body
        if random.random() < 0.25:
            return random.choice(
                ("tells more", "withdraws", "desk joins", "desk splits", "asks to be forgotten", "calls the Ombudsman")
            ), body
        match temper:
            case "diligent":
                return random.choice(("acknowledges", "tells how far it is", "answers", "answers",
                                      "answers on its topic", "asks the reporter")), body  # fmt: skip
            case "bounces":
                return "returns it", body
            case "flip-flops":
                return random.choice(("acknowledges", "returns it", "asks the reporter")), body
            case _:
                return None, body
