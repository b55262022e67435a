"""The faults of the storm: which, when, and how each is caused."""

import asyncio
import random
import re
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from chaos.people import AgencySystem, Officer
from chassis.base.message import Message
from chassis.kafka.admin import Admin
from chassis.kafka.clients import producer, running
from chassis.kafka.cloudevents import to_headers
from chassis.service.platform import open_platform
from local.issuer.state import keys_file
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.base.topics import COMPLAINT_EVENTS, agency_replies, gateway_submissions
from support.foreign import forged
from support.load import Load
from support.supervised import Supervised, send, wait_gone

VICTIMS: Final = (
    "relay", "router-1", "agency-inbox-1", "intake-1", "front", "escalation-1", "reporting-1", "provisioner", "issuer",
)  # fmt: skip
SPECIAL: Final = ("early", "supervisor", "foreign", "flood", "restore", "broker", "rotate", "away", "keys")
EVERY: Final = 2
"""Every second fault is one of these, each kind once before any comes again."""
BETWEEN_S, STOPPED_S, EARLY_S = 2.0, (1.0, 3.0), 2.5
FLOOD: Final = 10_000
OF_A_PROCESS: Final = frozenset({"kill", "stop", "term", "early"})
AWAY: Final = 5
"""Requests of the officer that are answered while the provider is away."""
READS_S: Final = 120.0
TOPIC_S: Final = 120.0
BROKER: Final = "Kafka"
"""Its name among the parts."""


class Fault(NamedTuple):
    """One fault, and the delay since the one before. `victim`: empty, unless it befalls one process."""

    victim: str
    how: str
    after_s: float
    lasts_s: float


def faults(count: int, seed: int) -> list[Fault]:
    """The faults of a seed, always the same list; every process is hit once before any is hit again."""
    dice = random.Random(seed)
    victims, kinds = _turns(VICTIMS, dice), _turns(SPECIAL, dice)
    found = []
    for number in range(count):
        special = number % EVERY == EVERY - 1
        how = next(kinds) if special else dice.choice(("kill", "stop", "term"))
        victim = next(victims) if how in OF_A_PROCESS else ""
        lasts_s = dice.uniform(0, EARLY_S) if special else dice.uniform(*STOPPED_S)
        found.append(Fault(victim, how, dice.uniform(0.5, 1.5) * BETWEEN_S, lasts_s))
    return found


def _turns(every: Sequence[str], dice: random.Random) -> Iterator[str]:
    while True:
        yield from dice.sample(every, len(every))


class Storm:
    """Causes faults on a platform and knows what each changes in what must hold afterwards."""

    def __init__(self, platform: Supervised, load: Load, officer: Officer, wait: Callable[[], Awaitable[None]]) -> None:
        """`officer`: of the body whose topics are used. `wait`: returns when all parts are ready."""
        self._platform, self._load, self._city, self._wait = platform, load, officer.body, wait
        self._officer = officer
        self.system = AgencySystem(platform, officer.body)
        self._copy: Path | None = None
        self.lost: set[str] = set()
        """Complaints that a restored older store does not hold."""
        self.placed_anew: set[str] = set()
        """Those whose placing it does not hold: their dates begin anew."""
        self.new_keys = 0
        """How often the provider came back with another key."""

    async def suffer(self, fault: Fault) -> None:
        """Cause one."""
        await asyncio.sleep(fault.after_s)
        if fault.how in SPECIAL:
            await getattr(self, f"_{fault.how}")(fault)
            return
        pid = await asyncio.to_thread(self._platform.pid, fault.victim)
        match fault.how:
            case "stop":
                send(pid, signal.SIGSTOP)
                await asyncio.sleep(fault.lasts_s)
                send(pid, signal.SIGCONT)
            case "term":
                send(pid, signal.SIGTERM)
                await asyncio.to_thread(wait_gone, pid)
            case _:
                send(pid, signal.SIGKILL)
        if self._copy is None:
            self._copy = await asyncio.to_thread(self._back_up)

    async def _early(self, fault: Fault) -> None:
        """SIGTERM at a random moment of a start."""
        before = await asyncio.to_thread(self._platform.pid, fault.victim)
        send(before, signal.SIGKILL)
        pid = await asyncio.to_thread(self._platform.pid, fault.victim, before)
        await asyncio.sleep(fault.lasts_s)
        send(pid, signal.SIGTERM)
        await asyncio.to_thread(wait_gone, pid)

    async def _supervisor(self, fault: Fault) -> None:
        """SIGKILL for the supervisor, twice: the second time at a random moment of its start."""
        await asyncio.to_thread(self._platform.kill)
        self._platform.start()
        await asyncio.sleep(fault.lasts_s)
        await asyncio.to_thread(self._platform.kill)
        self._platform.start()
        await self._wait()

    async def _foreign(self, _fault: Fault) -> None:
        """Records of strangers on topics of events, submissions and replies."""
        async with open_platform(self._platform.settings) as opened:
            [event, *_] = (await opened.store.read_all(None, (COMPLAINT_PREFIX,), limit=1)).events
        key = event.stream.removeprefix(COMPLAINT_PREFIX).encode()
        records = [record for _, record in forged(Message(COMPLAINT_EVENTS, 0, 0, key, event.data, to_headers(event)))]
        async with running(producer(self._platform.kafka)) as client:
            for topic in (COMPLAINT_EVENTS, gateway_submissions("sms"), agency_replies(self._city)):
                await self._exists(topic)
                for record in (record for record in records * 4 if record.key or record.value):
                    await client.send(topic, record.value, key=record.key, headers=list(record.headers))
            await client.flush()

    async def _flood(self, _fault: Fault) -> None:
        """One agency's system sends its replies without a key and without sense."""
        topic = agency_replies(self._city)
        await self._exists(topic)
        async with running(producer(self._platform.kafka)) as client:
            for number in range(FLOOD):
                await client.send(topic, b'{"complaint": "%d"}' % number)
            await client.flush()

    async def _broker(self, _fault: Fault) -> None:
        """The broker crashes, and comes back with its users and rights."""
        send(await asyncio.to_thread(self._platform.pid, BROKER), signal.SIGKILL)

    async def _rotate(self, _fault: Fault) -> None:
        """The agency gets a new credential while the provisioner, which keeps users and rights, is killed."""
        await self._wait()  # else the agency's topic may not be there yet
        rotating = asyncio.create_task(self.system.rotate())
        send(await asyncio.to_thread(self._platform.pid, "provisioner"), signal.SIGKILL)
        await rotating

    async def _away(self, _fault: Fault) -> None:
        """The provider hangs: who is signed in reads on."""
        await self._wait()
        await self._officer_reads()
        pid = await asyncio.to_thread(self._platform.pid, "issuer")
        send(pid, signal.SIGSTOP)
        try:
            await self._officer_reads()
        finally:
            send(pid, signal.SIGCONT)

    async def _keys(self, _fault: Fault) -> None:
        """The provider comes back with a new key, and without the one that signed the tokens in use."""
        self.new_keys += 1
        keys_file(self._platform.state).unlink()
        before = await asyncio.to_thread(self._platform.pid, "issuer")
        send(before, signal.SIGKILL)
        await asyncio.to_thread(self._platform.pid, "issuer", before)
        await self._wait()

    async def _officer_reads(self) -> None:
        before = self._officer.read
        async with asyncio.timeout(READS_S):
            while self._officer.read < before + AWAY:
                await asyncio.sleep(0.1)

    async def _exists(self, topic: str) -> None:
        """Wait until the platform has made the topic: an agency's with its first message."""
        admin = Admin(self._platform.kafka)
        try:
            async with asyncio.timeout(TOPIC_S):
                while topic not in await admin.topic_ids([topic]):
                    await asyncio.sleep(0.2)
        finally:
            await admin.close()

    async def _restore(self, _fault: Fault) -> None:
        """Put an older copy of the store in place of the newer one, as a person would, then follow the refusal."""
        assert self._copy is not None
        await asyncio.to_thread(self._platform.stop)
        before = set(await self._filed())
        store = self._platform.state / "store.db"
        for suffix in ("-wal", "-shm"):
            Path(f"{store}{suffix}").unlink(missing_ok=True)
        store.write_bytes(self._copy.read_bytes())
        self.lost |= before - set(await self._filed())
        self._load.forget(self.lost)
        self.placed_anew |= before - set(await self._filed("ComplaintRouted"))
        self._platform.start()
        command = await asyncio.to_thread(self._named_command)
        done = await asyncio.to_thread(self._platform.satupintu, *command)
        assert done.returncode == 0, done.stderr
        await self._wait()
        self._copy = await asyncio.to_thread(self._back_up)

    def _named_command(self) -> list[str]:
        """The command that the relay's refusal names."""
        end = time.monotonic() + 120
        while True:
            why = self._platform.parts().get("relay", {}).get("why", "")
            if found := re.search(r"`satupintu ([a-z ]+)`", why):
                return found[1].split()
            assert time.monotonic() < end, f"the relay did not refuse the older store: {self._platform.log_ends()}"
            time.sleep(0.1)

    async def _filed(self, fact: str = "ComplaintFiled") -> list[str]:
        async with open_platform(self._platform.settings) as opened:
            events = (await opened.store.read_all(None, (COMPLAINT_PREFIX,), limit=1_000_000)).events
        return [event.stream.removeprefix(COMPLAINT_PREFIX) for event in events if event.type == fact]

    def _back_up(self) -> Path:
        copy = self._platform.state / "store.copy"
        copy.unlink(missing_ok=True)
        with sqlite3.connect(self._platform.state / "store.db") as source, sqlite3.connect(copy) as target:
            source.backup(target)
        source.close()
        target.close()
        return copy
