"""The simulated world: store, keys, databases, broker, time, processes and their tasks."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from chassis.base.clock import FixedClock
from chassis.base.errors import ChassisError, WrongStore
from chassis.base.message import Message
from chassis.keys.keyring import MemoryKeyRing
from chassis.react.reaction import Guard, StopProcess
from chassis.sql.database import fetch
from chassis.store.memory import MemoryStore
from intake.reaction import EVENT_TYPES as INTAKE_EVENT_TYPES
from intake.storage.open_requests import EVENT_TYPES as REQUEST_EVENTS
from router.duplicates.index import EVENT_TYPES
from router.placement.status import PLACE_AFTER_EVENT
from schemas.base.streams import REGISTRY
from schemas.base.topics import COMPLAINT_EVENTS
from simulation.link import disk
from simulation.people import KINDS, Ask, filed_id, insist
from simulation.ports import Poll, Ports, SimCodeSecrets, Turn
from simulation.processes import MAKERS, METADATA, Process
from simulation.remembered import START, STORE_ID, founding
from simulation.stepper import Surface, Task, at_once
from simulation.watch import Lost, Watch

SERVICES: Final = tuple(MAKERS)
AGENTS: Final = {
    "router": "router.reactions", "agency-inbox": "agency-inbox.delivery", "intake": "intake.notices",
    "reporting": "reporting.summary",
}  # fmt: skip
"""The consumer group of each service's agent."""

SHOWS: Final = frozenset({
    "agency-inbox view", "escalation ladder", "reporting view", "reporting figures",
    "reporting supports", "reporting listed", "intake relations", "intake post", "intake orphans",
})  # fmt: skip
"""Tasks that nobody waits for: they catch up once all others are at rest."""


FINDS: Final[Mapping[str, Collection[str]]] = {
    "trailing": INTAKE_EVENT_TYPES, "duplicates": EVENT_TYPES, "supports": ("ComplaintSupported",), "orphans": ("ComplaintFiled",),
    "relations": ("ComplaintFiled", "ComplaintJoined", *REQUEST_EVENTS), "feed": (*PLACE_AFTER_EVENT, "ComplaintFiled", "ComplaintClassified", "PartOpened",
    "ComplaintRouted", "ComplaintSplit", "DetailAdded", "ResponseGiven", "ComplaintLapsed", "ResolutionDisputed", "OmbudsmanRequested"),
}  # fmt: skip
"""The event types that each of these tasks looks for."""

SWEEPS: Final = frozenset({"sweep", "trailing", "keeper", "duplicates", "lookout", "feed"})
"""Tasks that run behind the reactions: they leave to these what is younger than `GRACE_S` seconds."""
GRACE_S: Final = 30
SECOND: Final = timedelta(seconds=1)


class World:
    """One run. `twins`: services with two processes."""

    def __init__(self, twins: Sequence[str] = ()) -> None:
        self.surface, self.turn = Surface(), Turn()
        self.clock, self._real_s = FixedClock(START), 0.0
        self.store = MemoryStore(self.real, STORE_ID)
        self.keyring = MemoryKeyRing()
        self.code_secrets, self.codes = SimCodeSecrets(), dict[UUID, str]()
        self.store_up, self.broker = True, MAKERS and _broker()
        self.mailbox: dict[UUID, dict[UUID, Any]] = {}
        self.lines: dict[str, Any] = {}
        self.letters: list[Any] = []
        self.promised: list[tuple[str, UUID | None]] = []
        self.notes, self.steps, self._planned = list[str](), 0, 0
        self.watch = Watch(self.store, self.keyring, FINDS)
        self.seen: dict[str, Any] = {}
        self._looked_s: dict[str, float] = {}
        self.leases: dict[str, tuple[int, float]] = {}
        self.processes: dict[str, Process | None] = {}
        self.tasks: dict[str, Task] = {}
        for service, metadata in METADATA.items():
            disk(service, metadata).clear()
        at_once(self.store.append(REGISTRY, -1, founding()[0]))
        self._look()
        for service in SERVICES:
            for number in (1, 2) if service in twins else (1,):
                self.processes[f"{service}.{number}"] = None
        for name in self.processes:
            self.start(name)

    # time

    def real(self) -> datetime:
        return START + timedelta(seconds=self._real_s)

    def monotonic(self) -> float:
        return self._real_s

    def pass_by(self, seconds: float) -> None:
        self._real_s += seconds
        self.clock.advance(SECOND if seconds == 1 else timedelta(seconds=seconds))

    async def nap(self) -> None:
        await asyncio.sleep(1)

    def trace(self) -> str:
        """A hash of everything that was done, in order."""
        return blake2b("\n".join(self.notes).encode(), digest_size=16).hexdigest()

    # processes and tasks

    def look_again(self, name: str) -> None:
        """Let this task look again, whatever it has seen."""
        self.seen.pop(name, None)
        self._looked_s.pop(name, None)

    def planned_anew(self, service: str) -> None:
        """A sweep of that service has new work, in whichever process holds the lease."""
        self._planned += 1
        for name in [name for name in self.seen if name.startswith(f"{service}.") and name.endswith(" sweep")]:
            self.look_again(name)

    def start(self, name: str) -> bool:
        """Start a process; whether it was down. A replay without twins ignores processes that do not exist."""
        if name not in self.processes or self.processes[name] is not None:
            return False
        made = self.processes[name] = Process(self, name, name.rpartition(".")[0])
        for role, begin in made.background_tasks.items():
            self.tasks[f"{name} {role}"] = Task(f"{name} {role}", name, begin(), self.surface)
        return True

    def crash(self, name: str) -> bool:
        """Kill a process as with kill -9; whether it was running."""
        process = self.processes.get(name)
        if process is None:
            return False
        process.ports.dead = True
        for task in [task for task in self.tasks.values() if task.process == name]:
            task.kill()
            del self.tasks[task.name]
            self.look_again(task.name)
        self.processes[name] = None
        return True

    def go_on(self, name: str, at: int = 0, fault: str = "") -> str:
        """Continue one task until it waits. Returns the fault that struck it, or an empty text."""
        task = self.tasks.get(name)
        if task is None:
            return ""
        self.turn = Turn(name, at, fault)
        if task.paused:
            self.seen.pop(name, None)  # it continues with what it had read; it has not seen what came since
        else:
            self.seen[name] = self._sign(task)
        self.pass_by(1)
        self.steps += 1
        self._looked_s[name] = self._real_s
        self.surface.tried_again = False
        task.go_on()
        if task.crashed:
            self.crash(task.process)
        if self.surface.tried_again:
            self.look_again(name)
        if task.done:
            self._ended(task)
        self._look()
        return f"{self.turn.fault} at {self.turn.hit}" if self.turn.hit else ""

    def _ended(self, task: Task) -> None:
        self.tasks.pop(task.name, None)
        error = task.error
        if error is None:
            return
        if isinstance(error, ChassisError | StopProcess) and not isinstance(error, WrongStore):
            self.crash(task.process)  # the process ends itself, and its supervisor starts it again
            return
        raise Lost("task-failed", f"{task.name}: {type(error).__name__}: {error}") from error

    def _look(self) -> None:
        self.watch.now = self.clock.now()
        self.watch.look()
        for event in self.watch.news:
            self.notes += (event.stream, event.type, str(event.id))
        if self.steps and self.steps % 1000 == 0:
            self.watch.whole(self.clock.now())

    # people

    def ask(self, ask: Ask, at: int = 0, fault: str = "") -> str:
        """Begin a request, which continues by itself until it waits."""
        complaint = self.complaint(ask)
        service = KINDS[ask.kind][0]
        name = next((name for name, up in self.processes.items() if up and up.service == service), None)
        if name is None or complaint is None:
            return ""
        process = self.processes[name]
        assert process is not None
        task = Task(f"ask {ask.number}", name, insist(self, process, ask, complaint), self.surface)
        self.tasks[task.name] = task
        return self.go_on(task.name, at, fault)

    def complaint(self, ask: Ask) -> UUID | None:
        """The complaint that the request is about; None if it does not exist."""
        whole = filed_id(ask.about)
        if not ask.part:
            return whole
        parts = self.watch.state(whole).parts
        return parts[ask.part - 1].id if ask.part <= len(parts) else None

    def printed(self, complaint: UUID, code: str) -> None:
        """A reporter was given this code. Raises Lost: an earlier answer to the same filing gave another one."""
        if self.codes.setdefault(complaint, code) != code:
            raise Lost("code-changed", f"a repeated filing of {complaint} gave another tracking code")

    # replaced by planted mistakes

    async def acknowledging(self, guard: Guard, poll: Poll, batch: Sequence[Message]) -> None:
        """Handle first, acknowledge after."""
        await guard(batch)
        await poll.commit(batch)

    def summaries(self, ports: Ports) -> Any:
        return Summaries(ports)

    def has_news(self, name: str) -> bool:
        """Whether a task has something new to see, apart from the passing of time."""
        task = self.tasks[name]
        if task.paused:
            return True
        role = task.role
        if role == "agent" and COMPLAINT_EVENTS in self.broker.topics:
            return self.broker.lag(AGENTS[task.service], COMPLAINT_EVENTS) > 0
        if role == "post":
            return bool(disk("intake", METADATA["intake"]).look(_waiting))
        if role in SWEEPS and self._real_s < self._looked_s.get(name, -GRACE_S) + GRACE_S:
            return False  # its work is not due earlier
        return self.seen.get(name) != self._sign(task)

    def reached(self) -> Any:
        """The sizes of store and broker, and the number of times that work was planned."""
        return self.watch.read, self.broker.size(COMPLAINT_EVENTS), self._planned

    def _sign(self, task: Task) -> Any:
        """The state in which the task would find something new: its events, recreated topics, another registry."""
        match task.role:
            case "view" | "agent":
                return self.broker.size(COMPLAINT_EVENTS)
            case "lead":
                return self.watch.read, self.broker.born
            case "keeper":
                return self.watch.registry.version, self.broker.born
            case "lookout":
                return self.watch.registry.version, self.seen.get(f"{task.process} feed")
            case role:
                return self.watch.found[role] if role in FINDS else self.watch.read

    def close(self) -> None:
        """End all processes and break reference cycles, so that nothing is left for the garbage collector."""
        gone = [process for process in self.processes.values() if process is not None]
        for name in self.processes:
            self.crash(name)
        for each in (*gone, self.broker, self.watch, self.store, self):
            vars(each).clear()


def _waiting(connection: Any) -> list[Any]:
    return fetch(connection, "select 1 from letters where due_at is not null limit 1")


class Summaries:
    """Open data (`reporting.reaction.Summaries`): the newest line of each complaint."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def send(self, lines: Sequence[Any]) -> None:
        from chassis.base.errors import BrokerUnavailable

        kept = self._ports.world.lines

        def put() -> None:
            for line in lines:
                if kept.get(line.public_number, line).version <= line.version:
                    kept[line.public_number] = line

        await self._ports.call("summary", put, BrokerUnavailable, writes=True)


def _broker() -> Any:
    from simulation.broker import Broker

    return Broker()
