"""A long history for measurements, written straight into the store: `python -m bench.history EVENTS` fills the store of
`SATUPINTU_STATE_DIR`, which must be new.

Seven of ten complaints were closed long ago, some travelled, and those of the last weeks are open. Streams overlap as
they do in a nation: a batch holds the facts of one hour of all complaints. Public numbers and tracking codes are written
to intake's tables as intake would have.
"""

import asyncio
import heapq
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from chassis.base.ports import Append
from chassis.base.settings import Settings, read_settings
from chassis.service.platform import Platform, open_platform
from chassis.sql.database import Database
from intake.storage import tables
from intake.storage.sql import execute
from intake.storage.tracking_codes import TrackingCodes
from local.platform.state_dir import make_secrets
from router.registry.apply_seed import apply_seed
from schemas.base.envelope import Metadata, NewEvent
from schemas.base.ids import derived_id, public_number
from schemas.base.sealed import Keys
from schemas.base.streams import complaint_stream
from schemas.base.values import Basis, Candidate, Clock, Place
from schemas.events.agency_inbox import (
    ClarificationRequested,
    ComplaintAcknowledged,
    ComplaintDelivered,
    ComplaintReturned,
    ProgressRecorded,
    ResponseGiven,
)
from schemas.events.base import Fact
from schemas.events.codec import encode
from schemas.events.escalation import ComplaintEscalated, ComplaintLapsed, DeadlineMissed, ReminderSent
from schemas.events.intake import ComplaintFiled, DetailAdded, ResolutionConfirmed, ResolutionDisputed
from schemas.events.router import ComplaintClassified, ComplaintReferred, ComplaintRouted

AT_ONCE: Final = 2_000
PER_COMPLAINT: Final = 8.0
YEARS: Final = 2.0
OPEN_DAYS: Final = 21
"""Complaints of the last days are not closed yet."""
WORDS: Final = ["jalan", "lampu", "sampah", "air", "got", "banjir", "sekolah", "guru", "puskesmas", "antre", "izin", "pajak", "pungutan", "kartu", "bantuan", "beras", "listrik", "mati", "rusak", "bocor", "macet", "parkir", "trotoar", "pasar", "bau", "asap", "bising", "warga", "malam", "pagi", "tadi", "minggu", "depan", "kantor", "petugas", "loket", "lambat", "menunggu", "surat", "nomor", "rekening", "tagihan", "meter", "tiang", "pohon", "tumbang", "jembatan", "retak", "sungai", "meluap", "saluran", "mampet", "tolong", "mohon", "segera", "diperbaiki", "ditindak", "belum", "sudah", "tiga", "empat", "lima", "hari", "bulan", "tahun", "lalu", "kami", "saya", "anak", "ibu", "bapak"]  # fmt: skip
REGIONS: Final = ("32.73", "31.71", "35.78", "33.74", "12.71", "73.71", "51.71", "36.71", "16.71", "64.72")
SECTORS: Final = ("roads", "waste", "water", "electricity", "health", "education", "licensing", "population")


class Step(NamedTuple):
    """One event to write: when, of which complaint, and its fact."""

    at: datetime
    complaint: UUID
    fact: Fact


def words(random_: random.Random, least: int, most: int) -> str:
    return " ".join(random_.choices(WORDS, k=random_.randint(least, most)))


def life(
    number: int, filed_at: datetime, until: datetime, agencies: Sequence[str], random_: random.Random
) -> list[Step]:
    """The facts of one complaint up to `until`."""
    complaint, at, steps = derived_id("history", str(number)), filed_at, list[Step]()
    agency, other = random_.sample(agencies, 2)
    sector, region = random_.choice(SECTORS), random_.choice(REGIONS)
    basis = Basis(registry_version=7, rules="2026-11", sector=sector, level="regency", region=region, words=("jalan",))

    def then(hours: float, fact: type[Fact], **content: object) -> None:
        nonlocal at
        at += timedelta(hours=hours * random_.uniform(0.5, 1.5))
        steps.append(Step(at, complaint, fact.model_validate({"at": at, **content})))

    place = Place(region=region, lat=-6.9 + random_.random(), lon=107.6 + random_.random())
    then(
        0, ComplaintFiled, received_at=filed_at, text=words(random_, 20, 90), title=words(random_, 3, 8), place=place,
        channel=random_.choice(("web", "api", "sms")), public_number=_number(filed_at, number),
        secret=random_.random() < 0.06, anonymous=random_.random() < 0.1,
    )  # fmt: skip
    alternatives = (Candidate(agency=other, score=0.4, reason="a neighbour"),)
    if random_.random() < 0.12:
        then(0.01, ComplaintReferred, reason="ambiguous", basis=basis, candidates=alternatives)
        then(20, ComplaintRouted, agency=agency, cause="desk", basis=basis)
    else:
        then(
            0.001, ComplaintClassified, **{"class": "complaint"}, sector=sector, basis=basis, alternatives=alternatives,
            supervision=random_.random() < 0.02,
        )  # fmt: skip
        then(0.001, ComplaintRouted, agency=agency, cause="mandate", basis=basis, alternatives=alternatives)
    _told(then, agency, number)
    if random_.random() < 0.06:
        then(30, ComplaintReturned, agency=agency, reason=words(random_, 5, 15), suggested=other)
        agency = other
        then(0.01, ComplaintRouted, agency=agency, cause="suggestion", basis=basis)
        _told(then, agency, number + 1)
    if random_.random() < 0.15:
        missed = {"clock": Clock.ACKNOWLEDGE, "started_version": len(steps) - 2, "due_at": at + timedelta(days=3)}
        then(50, ReminderSent, **missed, agency=agency)
        then(24, DeadlineMissed, **missed, agency=agency)
        then(0.01, ComplaintEscalated, rung=1, clock=Clock.ACKNOWLEDGE, started_version=len(steps) - 3)
    then(30, ComplaintAcknowledged, agency=agency)
    if random_.random() < 0.2:
        then(30, ClarificationRequested, agency=agency, question=words(random_, 5, 20))
        then(20, DetailAdded, text=words(random_, 5, 30))
    if random_.random() < 0.4:
        then(48, ProgressRecorded, agency=agency, text=words(random_, 8, 30))
    then(72, ResponseGiven, agency=agency, text=words(random_, 15, 50))
    if random_.random() < 0.1:
        then(48, ResolutionDisputed, reason=words(random_, 5, 20))
        then(100, ResponseGiven, agency=agency, text=words(random_, 15, 50))
    if random_.random() < 0.6:
        then(60, ResolutionConfirmed, rating=random_.randint(1, 5))
    else:
        then(24 * 10, ComplaintLapsed, cause="silence")
    return [step for step in steps if step.at < until]


def _told(then: object, agency: str, number: int) -> None:
    receipt = {
        "cluster": "c" * 22,
        "topic_id": "t" * 36,
        "partition": 0,
        "offset": number,
        "message_id": UUID(int=number),
    }
    then(0.01, ComplaintDelivered, agency=agency, **receipt)  # type: ignore[operator]


def _number(filed_at: datetime, number: int) -> str:
    return public_number(filed_at.date(), number + 1)


def steps(complaints: int, now: datetime, agencies: Sequence[str], seed: int = 1) -> Iterator[Step]:
    """The facts of this many complaints, merged by time."""
    random_, waiting, order = random.Random(seed), list[tuple[datetime, int, Step]](), 0
    begin, length = now - timedelta(days=365 * YEARS), timedelta(days=365 * YEARS)
    for number in range(complaints):
        filed_at = begin + length * (number / complaints)
        while waiting and waiting[0][0] < filed_at:
            yield heapq.heappop(waiting)[2]
        for step in life(number, filed_at, now, agencies, random_):
            heapq.heappush(waiting, (step.at, order := order + 1, step))
    while waiting:
        yield heapq.heappop(waiting)[2]


async def write(platform: Platform, settings: Settings, events: int, now: datetime | None = None) -> int:
    """Write about this many events; their number."""
    repository, now = platform.repository("history"), now or datetime.now(UTC)  # noqa: TID251 - compared with real time
    await apply_seed(repository, platform.clock)
    registry = await platform.registry.now()
    agencies = sorted(each for each, agency in registry.agencies.items() if agency.alive)[:400]
    intake = Database(settings.vault_url, tables.metadata)
    codes = TrackingCodes(intake, settings.code_secrets)
    written, versions, keys = 0, Counter[UUID](), dict[UUID, Keys]()
    complaints = max(1, round(events / PER_COMPLAINT))
    years = Counter[int]()
    for batch in _batches(steps(complaints, now, agencies)):
        missing = {step.complaint for step in batch} - keys.keys()
        keys |= await repository.keyring.ensure(missing)
        rows = []
        for step in batch:
            if isinstance(step.fact, ComplaintFiled):
                rows.append(codes.row(step.complaint, codes.of(step.complaint, 1), 1))
                years[step.at.year] = max(years[step.at.year], int(step.fact.public_number.split("-")[2]))
        appends = [_append(step, versions, keys[step.complaint]) for step in batch]
        for start in range(0, len(appends), AT_ONCE):
            await repository.store.append_many(appends[start : start + AT_ONCE])
        await codes._insert(rows)  # noqa: SLF001
        written += len(batch)
        closed = [s.complaint for s in batch if isinstance(s.fact, ResolutionConfirmed | ComplaintLapsed)]
        for each in closed:
            keys.pop(each, None)
        if written % 50_000 < AT_ONCE:
            sys.stderr.write(f"{written} events\n")
    for year, last in years.items():
        await execute(intake, "insert into counters (year, taken) values (%s, %s)", year, last + 1000)
    await intake.close()
    return written


def _append(step: Step, versions: Counter[UUID], keys: Keys) -> Append:
    version = versions[step.complaint]
    versions[step.complaint] += 1
    cause = derived_id(str(step.complaint), str(version))
    metadata = Metadata(writer="history", correlation_id=step.complaint, causation_id=cause, at=step.at)
    event: NewEvent = encode(step.fact, cause, metadata, keys)
    return Append(complaint_stream(step.complaint), version - 1, [event])


def _batches(of: Iterator[Step]) -> Iterator[list[Step]]:
    batch: list[Step] = []
    for step in of:
        batch.append(step)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


async def _main(events: int) -> None:
    settings = read_settings()
    settings.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_secrets(settings.state_dir.resolve())
    async with open_platform(settings) as platform:
        sys.stdout.write(f"{await write(platform, settings, events)} events written\n")


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
