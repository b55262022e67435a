"""(a) From filing to the agency's topic: the sustained rate, and the delay at 100/s, compared with the bare loop; and
(f) the processor time of one complaint from end to end.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import UUID, uuid5

from bench import bare
from bench.arrivals import Arrivals, arriving
from bench.load import BODY
from bench.measure import Result, cpu_s, percentile
from chassis.base.settings import Settings
from chassis.kafka.admin import Admin
from chassis.kafka.sign_in import options
from chassis.service.platform import open_platform
from intake.app import open_intake
from intake.context import Intake
from intake.filing import Filing, file
from local.kafka import jars
from local.kafka.server import KafkaServer
from local.paths import free_port, kafka_cache
from local.platform.processes import PlatformLayout, ProcessSpec, process_specs
from local.platform.state_dir import kafka_secrets, make_secrets
from local.platform.supervisor import Supervisor
from local.process.child import ManagedProcess
from schemas.base.topics import Topic, agency_inbox
from schemas.contract.submission import Complaining

OURS = ("provisioner", "relay", "router-1", "agency-inbox-1")
COMPLAINTS, PACED, PER_S, AT_ONCE = 6_000, 1_500, 100.0, 200
ENOUGH_PER_S, LATEST_MS = 1_000, 250
SEED, AGENCY = UUID(int=815), "kota-bandung"
COMMAND = Complaining.model_validate(BODY)


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ours, class_path = home / "ours", jars.ensure(kafka_cache())
        kafka = KafkaServer(ours / "kafka", class_path, secrets=kafka_secrets(ours), superuser="bench")
        kafka.start()
        try:
            kafka.wait_ready()
            figures = asyncio.run(_ours(ours, kafka))
        finally:
            kafka.stop()
        sample = _sample(ours, figures.pop("message"))
        kafka = KafkaServer(home / "kafka2", class_path, superuser="bench")
        kafka.start()
        try:
            kafka.wait_ready()
            plain = asyncio.run(_bare(home / "bare", kafka, sample))
        finally:
            kafka.stop()
    void = "" if plain["rate"] >= ENOUGH_PER_S else f"void: the bare loop is below {ENOUGH_PER_S:,}/s"
    repeats = {"repeats": figures["repeats"]}
    return [
        Result(
            "(a) filed -> agency's topic",
            float(figures["rate"]),
            plain["rate"],
            "complaints/s",
            0.55,
            repeats,
            void=void,
        ),
        Result("(a) at 100/s: median", float(figures["p50_ms"]), plain["p50_ms"], "ms"),
        Result("(a) at 100/s: 99th", float(figures["p99_ms"]), plain["p99_ms"], "ms", most=LATEST_MS),
        Result("(f) CPU a complaint", float(figures["cpu_us"]), plain["cpu_us"], "microseconds"),
    ]


async def _ours(state: Path, kafka: KafkaServer) -> dict[str, float | str]:
    make_secrets(state)
    layout = PlatformLayout(state, free_port(), kafka.bootstrap)
    specs = [c for c in process_specs(layout) if c.name in OURS]
    supervisor = Supervisor(specs, state / "logs")
    supervisor.start()
    try:
        await asyncio.to_thread(supervisor.wait_ready, lambda _: None)
        await _topic(kafka, agency_inbox(AGENCY))
        settings = _settings(specs[0])
        async with open_platform(settings) as platform, open_intake(platform) as intake:
            async with arriving(kafka.cluster, [agency_inbox(AGENCY)]) as arrivals:

                async def send(names: Sequence[str], per_s: float) -> None:
                    await _file(intake, names, per_s)

                pids = [kafka.pid, *(process.pid for _, process in supervisor.members()), os.getpid()]
                figures = await _figures(arrivals, send, pids, lambda name: str(_filing(name).complaint))
        message = await _message(kafka, agency_inbox(AGENCY))
        return {**figures, "message": message}
    finally:
        supervisor.stop(lambda _: None)


async def _bare(home: Path, kafka: KafkaServer, sample: bare.Sample) -> dict[str, float]:
    home.mkdir()
    (home / "sample.json").write_text(json.dumps(sample))
    (home / "kafka.json").write_text(json.dumps(options(kafka.cluster)))
    database = str(home / "store.db")
    bare.connect(database).close()
    for name, count in ((bare.EVENTS, 12), ("relay-checkpoint", 1), (bare.INBOX, 1)):
        await _topic(kafka, name, count)
    env = {"PYTHONPATH": "tests"}
    rest = [str(home / "kafka.json"), database, str(home / "sample.json")]
    argv = {role: [sys.executable, "-m", "bench.bare", role, *rest] for role in ("relay", "router", "inbox")}
    processes = [ManagedProcess(role, line, home / f"{role}.log", env) for role, line in argv.items()]
    for process in processes:
        process.start()
    try:
        async with arriving(kafka.cluster, [bare.INBOX]) as arrivals:

            async def send(names: Sequence[str], per_s: float) -> None:
                await asyncio.to_thread(bare.file, database, sample, names, per_s)

            pids = [kafka.pid, *(process.pid for process in processes), os.getpid()]
            return await _figures(arrivals, send, pids, str)
    finally:
        for process in processes:
            process.stop(5)


async def _figures(
    arrivals: Arrivals,
    send: Callable[[Sequence[str], float], Awaitable[None]],
    pids: Sequence[int],
    named: Callable[[str], str],
) -> dict[str, float]:
    await send([f"warm-{n}" for n in range(500)], 0)
    await arrivals.wait(500)
    await asyncio.sleep(2)
    # The steady load comes first, since the burst leaves work behind that would be measured with it.
    names, begun = [f"paced-{n}" for n in range(PACED)], time.monotonic()
    await send(names, PER_S)
    await arrivals.wait(500 + PACED)
    delays = [arrivals.at[named(name)] - (begun + n / PER_S) for n, name in enumerate(names)][100:]
    before, start = sum(map(cpu_s, pids)), time.monotonic()
    await send([f"full-{n}" for n in range(COMPLAINTS)], 0)
    await arrivals.wait(500 + COMPLAINTS + PACED)
    took = max(arrivals.at.values()) - start
    used = sum(map(cpu_s, pids)) - before
    return {
        "rate": COMPLAINTS / took,
        "cpu_us": used / COMPLAINTS * 1e6,
        "p50_ms": percentile(delays, 0.5) * 1000,
        "p99_ms": percentile(delays, 0.99) * 1000,
        "repeats": arrivals.repeats,
    }


def _filing(name: str) -> Filing:
    return Filing("", str(uuid5(SEED, name)), COMMAND)


async def _file(intake: Intake, names: Sequence[str], per_s: float) -> None:
    slots, start = asyncio.Semaphore(AT_ONCE), time.monotonic()

    async def one(index: int, name: str) -> None:
        if per_s:
            await asyncio.sleep(max(0.0, start + index / per_s - time.monotonic()))
        async with slots:
            await file(intake, _filing(name))

    await asyncio.gather(*(one(index, name) for index, name in enumerate(names)))


def _settings(child: ProcessSpec) -> Settings:
    os.environ.update(child.env)
    return Settings()


async def _topic(kafka: KafkaServer, name: str, partitions: int = 1) -> None:
    admin = Admin(kafka.cluster)
    await admin.ensure([Topic(name, partitions)])
    await admin.close()


async def _message(kafka: KafkaServer, topic: str) -> str:
    from chassis.kafka.clients import consumer, running

    async with running(consumer(kafka.cluster, topic)) as client:
        record = await client.getone()
        return str(record.value.decode())


def _sample(state: Path, message: object) -> bare.Sample:
    """The stored bytes of one complaint of ours, by event type."""
    import sqlite3

    link = sqlite3.connect(state / "store.db")
    table, columns = "events", [row[1] for row in link.execute("pragma table_info(events)")]
    assert {"stream", "type", "data", "metadata"} <= set(columns), columns
    found = link.execute(
        f"select type, data, metadata from {table} where stream = (select stream from {table} "
        "where type = 'ComplaintDelivered' limit 1)"
    ).fetchall()
    sample = {type_: bytes(data).decode() for type_, data, _ in found}
    return {**sample, "metadata": bytes(found[0][2]).decode(), "message": str(message)}
