"""A small country for tests of router: a few bodies with mandates, and complaints."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import UUID, uuid5

from chassis.react.reaction import Reactor
from chassis.write.repository import Cause
from router.context import Router
from router.placement.context import PlacementContext, Precedent, PrecedentKey
from router.reading.model_files import default
from router.reading.reader import reader
from router.registry.mandates import MandateIndex
from router.registry.seed import seeded_registry
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY
from schemas.base.values import Basis, Level
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import Complaint, new
from schemas.events.agency_inbox import ComplaintReturned
from schemas.events.base import Fact
from schemas.events.intake import ComplaintFiled
from schemas.events.registry import AgenciesMerged, AgencyDissolved, AgencyRegistered, MandateGiven, Unit
from schemas.events.router import ComplaintReferred, ComplaintRouted
from schemas.reference.load import policies
from schemas.registry.fold import Registry, fold_registry

T0 = datetime(2026, 4, 14, 5, tzinfo=UTC)
COMPLAINT = UUID(int=11)
BASIS = Basis(registry_version=0, rules="test")
CITY, REGENCY, PROVINCE = "kota-bandung", "kabupaten-bandung", "provinsi-jawa-barat"
POTHOLE = "Jalan berlubang besar di depan pasar"
HERE = {"place": {"region": "32.73"}}

_UNITS = {unit: Unit(id=unit, name=unit.title()) for unit in ("pu", "lingkungan", "inspektorat")}


def body(agency: str, level: str = "national", region: str | None = None, **more: object) -> AgencyRegistered:
    kind = {"national": "ministry", "province": "province", "regency": "city"}[level]
    said = {"at": T0, "agency": agency, "name": agency, "kind": kind, "level": level, "region": region}
    return AgencyRegistered.model_validate({**said, **more})


def mandate(
    agency: str, sector: str, level: str, region: str | None = None, unit: str | None = None, **more: object
) -> MandateGiven:
    said = {"at": T0, "agency": agency, "sector": sector, "level": level, "region": region, "unit": unit}
    return MandateGiven.model_validate({**said, "valid_from": date(2020, 1, 1), "source": "test", **more})


def country(*more: Fact) -> list[Fact]:
    local = {"parent": PROVINCE, "inspectorate": PROVINCE, "units": tuple(_UNITS.values())}
    return [
        body("kpk"),
        body("ombudsman", inspectorate="kpk"),
        body("kemendagri", inspectorate="ombudsman", units=(_UNITS["inspektorat"],)),
        body("kemen-pu", inspectorate="ombudsman"),
        body("pln", inspectorate="ombudsman"),
        body(PROVINCE, "province", "32", parent="kemendagri", inspectorate="kemendagri", units=tuple(_UNITS.values())),
        body(CITY, "regency", "32.73", **local),
        body(REGENCY, "regency", "32.04", **local),
        mandate("pln", "electricity", "national"),
        mandate("kemen-pu", "roads", "national"),
        mandate(PROVINCE, "roads", "province", "32", "pu"),
        mandate(CITY, "roads", "regency", "32.73", "pu"),
        mandate(REGENCY, "roads", "regency", "32.04", "pu"),
        mandate(CITY, "waste", "regency", "32.73", "lingkungan"),
        *more,
    ]


def registry(*more: Fact) -> Registry:
    return grown(Registry(), *country(*more))


def grown(state: Registry, *more: Fact) -> Registry:
    start = state.version + 1
    return fold_registry(
        state, [RecordedFact(fact, uuid5(COMPLAINT, f"r{n}"), n) for n, fact in enumerate(more, start)]
    )


def known(
    state: Registry | None = None, precedents: Mapping[PrecedentKey, Precedent] | None = None
) -> PlacementContext:
    bodies = state or registry()
    return PlacementContext(MandateIndex(bodies), reader(bodies), precedents or {}, policies())


@cache
def nation() -> PlacementContext:
    """The first registry, read with the model that ships."""
    bodies = seeded_registry((), T0)
    return PlacementContext(MandateIndex(bodies), reader(bodies).with_model(default()[0]), {}, policies())


def filed(text: str = POTHOLE, at: datetime = T0, **more: object) -> ComplaintFiled:
    said = {"at": at, "received_at": at, "text": text, "channel": "web", "public_number": "SP-2026-000001-8"}
    return ComplaintFiled.model_validate(said | more)


def given(*facts: Fact, id_: UUID = COMPLAINT) -> Complaint:
    return then(new(id_), *facts)


def then(state: Complaint, *facts: Fact) -> Complaint:
    """The complaint after more facts."""
    start = state.version + 1
    return fold(state, [RecordedFact(fact, uuid5(state.id, str(n)), n) for n, fact in enumerate(facts, start)])


def routed(agency: str = CITY, at: datetime = T0, **more: object) -> ComplaintRouted:
    said = {"at": at, "agency": agency, "cause": "mandate", "basis": BASIS}
    return ComplaintRouted.model_validate({**said, **more})


def referred(at: datetime = T0) -> ComplaintReferred:
    return ComplaintReferred(at=at, reason="no_sector")


def returned(agency: str = CITY, days: float = 1, **more: object) -> ComplaintReturned:
    said = {"at": T0 + timedelta(days=days), "agency": agency, "reason": "bukan kewenangan kami"}
    return ComplaintReturned.model_validate({**said, **more})


def merged(*agencies: str, successor: str) -> AgenciesMerged:
    return AgenciesMerged(at=T0, agencies=agencies, successor=successor, reason="penggabungan")


def dissolved(agency: str, successor: str | None = None) -> AgencyDissolved:
    return AgencyDissolved(at=T0, agency=agency, successor=successor, reason="pembubaran")


def level(name: str) -> Level:
    return Level(name)


class Country:
    """Writes to router's store what other services would write."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self._asked = 0

    async def decree(self, *facts: Fact) -> None:
        """Append to the registry."""
        repository, state = self.router.repository, await self.router.repository.registry()
        events = repository.encode(REGISTRY, facts, self._cause(), Keys())
        await repository.store.append(REGISTRY, state.version, events)

    async def add(self, complaint: UUID, *facts: Fact) -> None:
        """Append to a complaint's stream, which may be new."""
        repository, loaded = self.router.repository, await self.router.repository.load(complaint)
        if not loaded.recorded:
            loaded = await repository.with_keys(loaded, complaint)
        append = repository.prepare(loaded, facts, self._cause())
        await repository.store.append(append.stream, append.expected_version, append.events, append.seen)

    async def react(self, *complaints: UUID) -> None:
        """Run the reaction for these complaints, then feed the read model."""
        failures = await Reactor(self.router.repository, self.router.reaction).handle(complaints)
        assert not failures
        await self.router.feed.catch_up()

    async def state(self, complaint: UUID) -> Complaint:
        return (await self.router.repository.load(complaint)).state

    def _cause(self) -> Cause:
        self._asked += 1
        return Cause(uuid5(COMPLAINT, f"asked {self._asked}"), COMPLAINT, self.router.clock.now())
