"""Months of finished and open reports, appended to the store at once, so that charts have something to show."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Final

from chassis.base.ports import Append
from chassis.write.repository import Cause, Repository
from schemas.base.envelope import NO_STREAM, NewEvent
from schemas.base.ids import derived_id, public_number
from schemas.base.streams import complaint_stream
from schemas.base.values import Basis, Clock, Place
from schemas.events import OWNER
from schemas.events.agency_inbox import ComplaintAcknowledged, ComplaintReturned, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintLapsed, DeadlineMissed
from schemas.events.intake import ComplaintFiled, ResolutionConfirmed
from schemas.events.registry import AgencyRegistered
from schemas.events.router import ComplaintRouted
from support.inbox import CITY, PLN, ROADS, keep_registry

LONG_NAME: Final = "Dinas Pekerjaan Umum, Penataan Ruang, Perumahan dan Kawasan Permukiman Kepulauan"
LONG: Final = "dinas-panjang"
NEW: Final = "badan-baru"
"""It has held no report yet."""
AGENCIES: Final = (PLN, PLN, ROADS, ROADS, ROADS, LONG, LONG, CITY)
REGIONS: Final = (
    "32.73", "32.73", "32.04", "32.16", "31.71", "31.74", "33.74", "35.78", "35.78", "73.71", "12.71", "64.72", "91.71",
    "51.71", "53.71", "71.71", "16.71", "13.71", "81.71",
)  # fmt: skip
SECTORS: Final = (
    "roads",
    "roads",
    "street-lighting",
    "waste",
    "drainage-flood",
    "water-supply",
    "electricity",
    "transport",
)
FIRST_NUMBER: Final = 700_000


async def set_figures(repository: Repository, now: datetime, count: int = 260) -> None:
    """Append that many reports of the last eleven months."""
    long = AgencyRegistered(at=now, agency=LONG, name=LONG_NAME, kind="agency", level="province", region="21")
    new = AgencyRegistered(at=now, agency=NEW, name="Badan Baru", kind="agency", level="national")
    await keep_registry(repository.store, repository, long, new)
    ids = [derived_id("figures", str(index)) for index in range(count)]
    keys = await repository.keyring.ensure(ids)
    appends = []
    for index, id_ in enumerate(ids):
        events: list[NewEvent] = []
        for ordinal, fact in enumerate(_life(Random(index), index, now)):
            owner = Repository(repository.store, repository.keyring, OWNER[type(fact).__name__])
            cause = Cause(derived_id("figures", str(index), str(ordinal)), id_, fact.at)
            events += owner.encode(complaint_stream(id_), [fact], cause, keys[id_])
        appends.append(Append(complaint_stream(id_), NO_STREAM, events))
    await repository.store.append_many(appends)


def _life(random: Random, index: int, now: datetime) -> Iterator[Fact]:
    # More of them lately, as while people get to know the service.
    at = now - timedelta(days=330 * random.random() ** 1.5, hours=1)
    region, agency = random.choice(REGIONS), random.choice(AGENCIES)
    basis = Basis(registry_version=0, rules="test", sector=random.choice(SECTORS), level="regency", region=region)
    number = public_number(at.date(), FIRST_NUMBER + index)
    yield ComplaintFiled(
        at=at, received_at=at, text=f"Mohon diperbaiki, lubang ke-{index}.", title="Mohon diperbaiki", channel="web",
        public_number=number, place=Place(region=region),
    )  # fmt: skip
    for step in _work(random, at, agency, basis):
        if step.at > now:
            return
        yield step


def _work(random: Random, received: datetime, agency: str, basis: Basis) -> Iterator[Fact]:
    at = received + timedelta(hours=random.expovariate(1 / 6))
    if random.random() < 0.2:
        first = random.choice([each for each in (PLN, ROADS, LONG) if each != agency])
        yield ComplaintRouted(at=at, agency=first, cause="mandate", basis=basis)
        at += timedelta(hours=random.expovariate(1 / 30))
        yield ComplaintReturned(at=at, agency=first, reason="Bukan kewenangan kami.")
        at += timedelta(hours=random.expovariate(1 / 10))
    yield ComplaintRouted(at=at, agency=agency, cause="mandate", basis=basis)
    at += timedelta(hours=random.expovariate(1 / 40))
    yield ComplaintAcknowledged(at=at, agency=agency)
    answered = at + timedelta(days=random.expovariate(1 / (30 if agency == LONG else 11)))
    missed = received + timedelta(days=22)
    if answered > missed:
        yield DeadlineMissed(at=missed, clock=Clock.SETTLE, started_version=0, due_at=missed, agency=agency)
    if random.random() < 0.12:
        return
    yield ResponseGiven(at=answered, agency=agency, text="Sudah diperbaiki.")
    if random.random() < 0.45:
        yield ResolutionConfirmed(at=answered + timedelta(days=random.random() * 8), rating=random.randint(2, 5))
    else:
        yield ComplaintLapsed(at=answered + timedelta(days=14), cause="silence")
