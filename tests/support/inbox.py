"""Facts, a registry and streams for tests of agency-inbox."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.base.ports import Store
from chassis.write.repository import Cause, Repository
from schemas.base.ids import derived_id
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY, support_stream
from schemas.base.values import Basis
from schemas.complaint.fold import RecordedFact, fold
from schemas.complaint.state import Complaint, new
from schemas.events.agency_inbox import ComplaintAcknowledged
from schemas.events.base import Fact
from schemas.events.intake import ComplaintFiled, DetailAdded
from schemas.events.registry import AgenciesMerged, AgencyRegistered, Unit
from schemas.events.reporting import ContentReported
from schemas.events.router import ComplaintReferred, ComplaintRouted
from schemas.registry.fold import Registry, fold_registry

T0 = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
WORDS = "Lampu jalan padam di depan pasar sejak Senin"
ANSWER = "Lampu jalan di depan pasar sudah diganti pada 4 Maret."
BASIS = Basis(registry_version=0, rules="test")
PLN, ROADS, CITY = "pln", "pu", "kota-bandung"


def complaint(index: int = 0) -> UUID:
    return derived_id("inbox", str(index))


def hours(count: float) -> datetime:
    return T0 + timedelta(hours=count)


def filed(at: datetime = T0, **more: object) -> ComplaintFiled:
    said = {"text": WORDS, "title": "Lampu padam", "channel": "web", "public_number": "SP-2026-000001-8"}
    return ComplaintFiled.model_validate({"at": at, "received_at": at, **said, **more})


def routed(agency: str = PLN, at: datetime = T0, **more: object) -> ComplaintRouted:
    return ComplaintRouted.model_validate({"at": at, "agency": agency, "cause": "mandate", "basis": BASIS, **more})


def acknowledged(agency: str = PLN, at: datetime = T0) -> ComplaintAcknowledged:
    return ComplaintAcknowledged(at=at, agency=agency)


def detail(text: str = "Sudah tiga malam gelap.", at: datetime = T0) -> DetailAdded:
    return DetailAdded(at=at, text=text)


def referred(at: datetime = T0) -> ComplaintReferred:
    return ComplaintReferred(at=at, reason="no_mandate")


def told(facts: Sequence[Fact], stream: str = "complaint") -> list[RecordedFact]:
    return [
        RecordedFact(fact, derived_id("event", stream, str(version)), version) for version, fact in enumerate(facts)
    ]


def given(*facts: Fact, id_: UUID | None = None) -> Complaint:
    """The complaint after these facts."""
    owner = id_ or complaint()
    return fold(new(owner), told(facts, str(owner)))


def then(state: Complaint, facts: Sequence[Fact]) -> Complaint:
    """The complaint after more facts."""
    start = state.version + 1
    more = [RecordedFact(f, derived_id("event", str(state.id), str(start + n)), start + n) for n, f in enumerate(facts)]
    return fold(state, more)


def registry_facts(*more: Fact) -> list[Fact]:
    units = (Unit(id="jalan", name="Bidang Jalan"), Unit(id="taman", name="Bidang Pertamanan"))
    return [
        AgencyRegistered(at=T0, agency=PLN, name="PLN", kind="state-enterprise", level="national"),
        AgencyRegistered(at=T0, agency=ROADS, name="Kementerian PU", kind="ministry", level="national"),
        AgencyRegistered(
            at=T0, agency=CITY, name="Kota Bandung", kind="city", level="regency", region="32.73", units=units
        ),
        *more,
    ]


def merged(*agencies: str, successor: str) -> AgenciesMerged:
    return AgenciesMerged(at=T0, agencies=agencies, successor=successor, reason="reorganisation")


def registry(*more: Fact) -> Registry:
    return fold_registry(Registry(), told(registry_facts(*more), REGISTRY))


async def keep(store: Store, repository: Repository, complaint_id: UUID, facts: Sequence[Fact]) -> None:
    """Append facts to a complaint's stream."""
    loaded = await repository.load(complaint_id)
    if not loaded.recorded:
        loaded = await repository.with_keys(loaded, complaint_id)
    cause = Cause(derived_id("test", str(complaint_id), str(loaded.state.version)), complaint_id, facts[0].at)
    append = repository.prepare(loaded, facts, cause)
    await store.append(append.stream, append.expected_version, append.events, append.seen)


async def report_content(store: Store, repository: Repository, complaint_id: UUID, fact: ContentReported) -> None:
    """Append that somebody reported the content of a complaint, as the public route does."""
    loaded, stream = await repository.load(complaint_id), support_stream(complaint_id)
    recorded = await store.read(stream)
    cause = Cause(derived_id("content", str(complaint_id), str(len(recorded))), complaint_id, fact.at)
    event = repository.encode(stream, [fact], cause, loaded.keys)
    await store.append(stream, len(recorded) - 1, event, [one.id for one in recorded])


async def keep_registry(store: Store, repository: Repository, *more: Fact) -> None:
    """Fill an empty registry."""
    state = await repository.registry()
    facts = registry_facts(*more) if state.version < 0 else list(more)
    cause = Cause(derived_id("registry", str(state.version)), derived_id("registry"), T0)
    await store.append(REGISTRY, state.version, repository.encode(REGISTRY, facts, cause, Keys()))
