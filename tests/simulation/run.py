"""One run, from a seed or from a list of decisions. Then the faults end, time passes, and nothing may be left open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Final

from escalation.ladder import OMBUDSMAN, PUBLIC_LIST
from schemas.base.streams import complaint_stream
from schemas.complaint.state import Complaint
from schemas.deadlines import next_action
from simulation.decisions import Decision, Player, carry_out
from simulation.processes import standing_in
from simulation.shown import no_strangers, told_and_shown
from simulation.watch import Lost
from simulation.world import SERVICES, SHOWS, World
from support.world import POLICIES

LATE: Final = timedelta(seconds=240)
"""How late an action may be once everything runs again: the grace of a reaction, a pause of a sweep, two rounds."""
ROUNDS: Final = 60
REST_S: Final = 65
JUMP: Final = timedelta(days=55)
JUMPS: Final = 12
UNFINISHED: Final = timedelta(days=POLICIES.versions[-1].unfinished_d)
WIPED_LAST: Final = 0.2
"""Share of the runs that end with the loss of all of Kafka."""
WHOLE: Final = 7
"""The audit walks the whole store at the end of every seventh run, about once in a thousand steps."""


@dataclass
class Outcome:
    """The result of a run. `decisions`: without those that had nothing to do; `story`: the same in words."""

    trace: str = ""
    lives: int = 0
    steps: int = 0
    twins: Sequence[str] = ()
    decisions: list[Decision] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    lost: Lost | None = None


def shape(seed: int) -> tuple[Random, int, int, tuple[str, ...]]:
    """The random generator, lives, number of decisions and services with two processes of a seed."""
    random = Random(seed)
    lives = random.choice((1, 2, 3, 4, 6, 8, 12, 16, 24))
    twins = tuple(service for service in SERVICES if random.random() < 0.08)
    return random, lives, random.randint(10, 30) + 5 * lives, twins


@standing_in()
def play(seed: int, made: type[World] = World) -> Outcome:
    """Play a seed."""
    random, lives, length, twins = shape(seed)
    outcome, world = Outcome(twins=twins), made(twins)
    player = Player(world, random, lives)
    try:
        with world.surface:
            for _ in range(length):
                _decide(world, player.next(), outcome)
            if random.random() < WIPED_LAST:
                _decide(world, Decision("wipe"), outcome)
            finish(world, whole=seed % WHOLE == 0)
    except Lost as lost:
        outcome.lost = lost
    return _ended(world, outcome)


@standing_in()
def replay(decisions: Sequence[Decision], twins: Sequence[str], made: type[World] = World) -> Outcome:
    """Play these decisions again; those with nothing to do are skipped."""
    outcome, world = Outcome(twins=twins), made(twins)
    try:
        with world.surface:
            for decision in decisions:
                _decide(world, decision, outcome)
            finish(world)
    except Lost as lost:
        outcome.lost = lost
    return _ended(world, outcome)


def _decide(world: World, decision: Decision, outcome: Outcome) -> None:
    outcome.decisions.append(decision)
    try:
        came = carry_out(world, decision)
    except Lost:
        outcome.story.append(told(decision, "", world))
        raise
    if came is None:
        outcome.decisions.pop()
        return
    outcome.story.append(told(decision, came, world))


def _ended(world: World, outcome: Outcome) -> Outcome:
    outcome.trace, outcome.steps = world.trace(), world.steps
    outcome.lives = sum(state.whole is None for state in world.watch.states.values())
    if outcome.lost is not None:
        outcome.story.append(str(outcome.lost))
    world.close()
    return outcome


def told(decision: Decision, came: str, world: World) -> str:
    """One line of the story."""
    ask = decision.ask
    what = {"all": "everything goes on"}.get(decision.kind, f"{decision.kind} {decision.name}".strip())
    if ask is not None:
        about = f" #{ask.about}" if ask.kind not in WITHOUT else ""
        what = f"{ask.body} {ask.kind}{about}".strip() + (f" (part {ask.part})" if ask.part else "")
    if decision.kind == "time":
        what = f"{decision.amount:g} hours pass"
    if decision.kind == "dark":
        what = f"every process is down for {decision.amount:g} hours"
    fault = f" [{came}]" if came else ""
    news = ", ".join(f"{event.type}@{event.version}" for event in world.watch.news) if decision.kind in "run do" else ""
    return f"{what}{fault}" + (f" -> {news}" if news else "")


WITHOUT: Final = frozenset({"merges away", "is dissolved", "days off are decreed", "a body is founded"})


def finish(world: World, *, whole: bool = True) -> None:
    """End the faults, let everything finish, then let time pass without any person acting. Raises Lost."""
    world.store_up = world.broker.up = True
    rest(world)
    world.watch.kept(world.promised)
    world.watch.late(LATE)
    told_and_shown(world)
    for _ in range(JUMPS):
        if not [state for state in world.watch.open().values() if not _at_the_end(world, state)]:
            break
        time_passes(world)
    for state in world.watch.open().values():
        if not _at_the_end(world, state):
            raise Lost("waits-for-ever", f"{complaint_stream(state.id)} is {state.status.value} with {state.holder}")
    world.pass_by(UNFINISHED.total_seconds() + REST_S)
    rest(world)
    if whole:
        world.watch.whole(world.clock.now(), LATE)
    world.watch.late(LATE)
    told_and_shown(world)
    no_strangers(world)


def _at_the_end(world: World, state: Complaint) -> bool:
    """Whether the complaint is on rung 3 or 4 with its repeated notice."""
    action = next_action(state, world.watch.registry, POLICIES)
    return (
        action is not None
        and action.what == "escalate"
        and action.rung in (OMBUDSMAN, PUBLIC_LIST)
        and action.repetition > 0
    )


def rest(world: World) -> None:
    """Run all tasks until none has anything to do. Raises Lost."""
    for name in world.processes:
        world.start(name)
    for name in world.tasks:
        world.look_again(name)  # it may have looked while something was down
    for number in range(ROUNDS):
        _time_has_passed(world)
        changed = _rounds(world, SHOWS) > 1
        changed = _rounds(world, frozenset()) > 1 or changed
        if number and not changed:
            return
        # Again a while later: work that was left to reactions is now the sweeps', and tasks that were sleeping are awake.
        world.pass_by(REST_S)
    raise Lost("never-rests", f"still busy after {ROUNDS} rounds: {sorted(world.tasks)}")


def time_passes(world: World) -> None:
    """Let time pass without any person acting; only tasks that decide run. Raises Lost."""
    world.clock.advance(JUMP)
    _time_has_passed(world)
    _rounds(world, CAN_WAIT)


def _rounds(world: World, without: frozenset[str]) -> int:
    """The number of rounds until one changed nothing."""
    for number in range(1, ROUNDS):
        if not _round(world, without):
            return number
    raise Lost("never-rests", f"still busy after {ROUNDS} rounds: {sorted(world.tasks)}")


def _time_has_passed(world: World) -> None:
    for name in [name for name in world.seen if name.endswith(TIMED)]:
        world.look_again(name)


def _round(world: World, without: frozenset[str]) -> bool:
    before, busy = world.reached(), False
    for name in list(world.tasks):
        task = world.tasks.get(name)
        if task is None or (task.kind in without and not task.paused):
            continue
        if not world.has_news(name):
            continue
        busy = busy or task.paused or name.startswith("ask ")
        world.go_on(name)
        # A task that retried only finished what it had begun; an agent's new records are counted.
        busy = busy or (name not in world.seen and not name.endswith(" agent"))
        for down in [name for name, up in world.processes.items() if up is None]:
            busy = world.start(down)
    return busy or world.reached() != before


TIMED: Final = (" sweep", " trailing", " keeper", " lead", " orphans")
"""Tasks that may have work once time has passed, although nothing else happened."""
CAN_WAIT: Final = frozenset({
    "relay lead", "router agent", "agency-inbox agent", "agency-inbox sweep", "agency-inbox keeper",
    "agency-inbox view", "escalation ladder", "intake agent", "intake trailing", "reporting agent", "reporting view",
    "reporting figures", "reporting supports", "intake relations", "intake post", "intake orphans", "router duplicates",
})  # fmt: skip
"""Tasks that only transport or show what other tasks decide."""
