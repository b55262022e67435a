"""One run: from a seed, or a list of decisions told again; then the faults end, time passes, and nothing may be left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import select

from agency_inbox.views import INBOX
from agency_inbox.views import METADATA as INBOX_METADATA
from agency_inbox.views import row_of as inbox_row
from escalation.ladder import OMBUDSMAN, PUBLIC_LIST
from reporting import queries
from reporting.tally import row_of
from schemas.complaint import Complaint
from schemas.deadlines import next_action
from schemas.outward_summary import summary
from schemas.streams import complaint_stream
from schemas.topics import agency_inbox
from simulation.decisions import Decision, Player, carry_out
from simulation.ports import disk
from simulation.processes import standing_in
from simulation.watch import Lost
from simulation.world import SERVICES, World
from support.world import POLICIES

LATE: Final = timedelta(seconds=240)
"""How late an action may be once everything runs again: the grace of a reaction, a rest of a sweep, two rounds."""
ROUNDS: Final = 60
REST_S: Final = 65
JUMP: Final = timedelta(days=55)
JUMPS: Final = 12


@dataclass
class Outcome:
    """What came of it. `decisions` without those that had nothing to do; `story` says the same in words."""

    trace: str = ""
    lives: int = 0
    steps: int = 0
    decisions: list[Decision] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    lost: Lost | None = None


def shape(seed: int) -> tuple[Random, int, int, tuple[str, ...]]:
    """Chance, lives, decisions and twins of a seed."""
    random = Random(seed)
    lives = random.choice((1, 2, 3, 4, 5, 6))
    twins = tuple(service for service in SERVICES if random.random() < 0.08)
    return random, lives, random.randint(15, 40) + 10 * lives, twins


@standing_in()
def play(seed: int, made: type[World] = World) -> Outcome:
    """The run of that seed."""
    random, lives, length, twins = shape(seed)
    outcome, world = Outcome(), made(twins)
    player = Player(world, random, lives)
    try:
        for _ in range(length):
            _decide(world, player.next(), outcome)
        finish(world)
    except Lost as lost:
        outcome.lost = lost
    return _ended(world, outcome)


@standing_in()
def replay(decisions: Sequence[Decision], twins: Sequence[str], made: type[World] = World) -> Outcome:
    """The same decisions again; what has nothing to do is passed over."""
    outcome, world = Outcome(), made(twins)
    try:
        for decision in decisions:
            _decide(world, decision, outcome)
        finish(world)
    except Lost as lost:
        outcome.lost = lost
    return _ended(world, outcome)


def _decide(world: World, decision: Decision, outcome: Outcome) -> None:
    outcome.decisions.append(decision)
    before = len(world.watch.news)
    try:
        came = carry_out(world, decision)
    except Lost:
        outcome.story.append(told(decision, "", world))
        raise
    if came is None:
        outcome.decisions.pop()
        return
    assert before >= 0
    outcome.story.append(told(decision, came, world))


def _ended(world: World, outcome: Outcome) -> Outcome:
    world.close()
    outcome.trace, outcome.steps = world.trace.hexdigest(), world.steps
    outcome.lives = sum(state.whole is None for state in world.watch.states.values())
    if outcome.lost is not None:
        outcome.story.append(str(outcome.lost))
    return outcome


def told(decision: Decision, came: str, world: World) -> str:
    """One line of the story."""
    ask = decision.ask
    what = f"{decision.kind} {decision.name}".strip()
    if ask is not None:
        about = f" #{ask.about}" if ask.kind not in WITHOUT else ""
        what = f"{ask.body} {ask.kind}{about}".strip() + (f" (part {ask.part})" if ask.part else "")
    if decision.kind == "time":
        what = f"{decision.amount:g} hours pass"
    fault = f" [{came}]" if came else ""
    news = ", ".join(f"{event.type}@{event.version}" for event in world.watch.news) if decision.kind in "run do" else ""
    return f"{what}{fault}" + (f" -> {news}" if news else "")


WITHOUT: Final = frozenset({"merges away", "is dissolved", "days off are decreed", "a body is founded"})


def finish(world: World) -> None:
    """Faults end; everything comes to rest; then time passes and nobody acts. Raises Lost."""
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
    rest(world)
    world.watch.whole(world.clock.now(), LATE)
    told_and_shown(world)


def _at_the_end(world: World, state: Complaint) -> bool:
    """On rung 3 or 4, with the notice that comes again and again."""
    action = next_action(state, world.watch.registry, POLICIES)
    return (
        action is not None
        and action.what == "escalate"
        and action.rung in (OMBUDSMAN, PUBLIC_LIST)
        and action.repetition > 0
    )


def rest(world: World) -> None:
    """Let everything run until nothing is left to do. Raises Lost."""
    for name in world.processes:
        world.start(name)
    world.seen.clear()  # who looked while something was down must look again
    for number in range(ROUNDS):
        _time_has_passed(world)
        if _rounds(world, frozenset()) == 1 and number:
            return
        # Once more, a while later: what reactions were given time for is the sweeps' by now, and what rests is awake.
        world.pass_by(REST_S)
    raise Lost("never-rests", f"still busy after {ROUNDS} rounds: {sorted(world.tasks)}")


def time_passes(world: World) -> None:
    """Nobody acts, and only what decides runs. Raises Lost."""
    world.clock.advance(JUMP)
    _time_has_passed(world)
    _rounds(world, CAN_WAIT)


def _rounds(world: World, without: frozenset[str]) -> int:
    """How many until one changed nothing."""
    for number in range(1, ROUNDS):
        if not _round(world, without):
            return number
    raise Lost("never-rests", f"still busy after {ROUNDS} rounds: {sorted(world.tasks)}")


def _time_has_passed(world: World) -> None:
    for name in [name for name in world.seen if name.endswith(TIMED)]:
        del world.seen[name]


def road_of(name: str) -> str:
    """The service and its road, whichever of two processes it is."""
    process, _, road = name.partition(" ")
    return f"{process.partition('.')[0]} {road}"


def _round(world: World, without: frozenset[str]) -> bool:
    before, busy = world.reached(), False
    for name in list(world.tasks):
        task = world.tasks.get(name)
        if task is None or (road_of(name) in without and not task.paused):
            continue
        if not world.has_news(name):
            continue
        busy = busy or task.paused or name.startswith("ask ")
        world.go_on(name)
        for down in [name for name, up in world.processes.items() if up is None]:
            busy = world.start(down)
    return busy or world.reached() != before


TIMED: Final = (" sweep", " trailing", " keeper", " lead")
"""Roads that have something to do once time has passed, though nothing else has happened."""
CAN_WAIT: Final = frozenset({
    "relay lead", "router agent", "agency-inbox agent", "agency-inbox sweep", "agency-inbox keeper",
    "agency-inbox view", "escalation ladder", "intake agent", "intake trailing", "reporting agent", "reporting view",
    "reporting books",
})  # fmt: skip
"""Roads that only carry, tell and show what the others decide."""


def told_and_shown(world: World) -> None:
    """Every body was told, each holder in the topic it reads today; the read models show what is. Raises Lost."""
    for letter in world.letters:
        raise Lost("set-aside", f"{letter.service}: {letter.reason}")
    topics = world.broker.topics
    for state in world.watch.states.values():
        for agency, news in state.news.items():
            receipt = state.receipts.get(agency)
            if receipt is None or receipt.message_id != news.event_id:
                raise Lost("not-told", f"{agency} was not told of {news.kind} of {complaint_stream(state.id)}")
            if not state.is_open or state.agency != agency:
                continue
            topic = topics.get(agency_inbox(agency))
            if topic is None or str(topic.id) != receipt.topic_id:
                raise Lost("not-told", f"{agency} holds {complaint_stream(state.id)}, and its topic does not have it")
            message = topic.partitions[0][receipt.offset]
            if dict(message.headers)["ce_id"].decode() != str(receipt.message_id):
                raise Lost("false-receipt", f"{message.place} tells something else")
    _shown(world)
    _published(world)


def _published(world: World) -> None:
    for state in world.watch.states.values():
        line = summary(state, world.watch.registry, None)
        shown = world.lines.get(state.public_number)
        if line is not None and (shown is None or shown.version != line.version):
            raise Lost("not-published", f"open data shows version {shown and shown.version} of {line.public_number}")


def _shown(world: World) -> None:
    rows = {row.complaint: (row.version, row.status) for row in _rows("reporting", queries.METADATA, queries.REPORTS)}
    book = {row.complaint: (row.version, row.status) for row in _rows("reporting", queries.METADATA, queries.BOOK)}
    inbox = {row.complaint: (row.version, row.agency) for row in _rows("agency-inbox", INBOX_METADATA, INBOX)}
    for state in world.watch.states.values():
        row, own = row_of(state), inbox_row(state, world.watch.registry, POLICIES)
        for name, shown in (("reports", rows), ("book", book)):
            if shown.get(row.complaint) != (row.version, row.status):
                raise Lost("shown-wrong", f"{name} shows {row.complaint} as {shown.get(row.complaint)}, not {row}")
        expected = (own.version, own.agency) if own.agency else None
        if inbox.get(own.complaint) != expected:
            raise Lost("shown-wrong", f"the inbox has {own.complaint} as {inbox.get(own.complaint)}, not {expected}")


def _rows(service: str, metadata: Any, table: Any) -> list[Any]:
    return disk(service, metadata).act(lambda connection: list(connection.execute(select(table))))
