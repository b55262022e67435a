"""What this version does with facts and metadata that only a newer version knows, and when it writes its own new ones."""

import asyncio
import json
from collections.abc import Sequence
from uuid import UUID

import pytest

from chassis.base.errors import NotFinished
from chassis.keys.keyring import MemoryKeyRing
from chassis.project.registry import RegistryView
from chassis.store.memory import MemoryStore
from chassis.write.cache import StreamCache
from chassis.write.command import handle, handle_registry
from chassis.write.level import FeatureLevel
from chassis.write.repository import Cause, Repository
from reporting.export.facts import row_of
from schemas.base.envelope import NewEvent
from schemas.base.streams import REGISTRY, complaint_stream
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events import levels
from schemas.events.base import Fact
from schemas.events.codec import UnknownEvent, decode, metadata_of
from schemas.events.intake import ComplaintFiled, DetailAdded
from schemas.events.levels import LEVEL
from schemas.events.registry import AgencyRenamed
from schemas.events.router import ComplaintRouted
from support.given import COMPLAINT, NOON, filed, routed

CAUSE = Cause(UUID(int=8), UUID(int=9), NOON)
FUTURE = "ComplaintSettledByLottery"


def future(type_: str = FUTURE, **metadata: object) -> NewEvent:
    data = {"at": NOON.isoformat(), "winner": "Siti Aminah"}
    written = {"writer": "router", "correlation_id": str(UUID(int=1)), "causation_id": str(UUID(int=2))}
    stamped = written | {"at": NOON.isoformat(), "schema_version": 1} | metadata
    return NewEvent(UUID(int=77), type_, json.dumps(data).encode(), json.dumps(stamped).encode())


async def world(*then: NewEvent) -> Repository:
    """A complaint, routed, and then these events of a newer version."""
    repository = Repository(MemoryStore(lambda: NOON, UUID(int=1)), MemoryKeyRing(), "router", StreamCache())
    loaded = await repository.with_keys(await repository.load(COMPLAINT), COMPLAINT)
    events = repository.encode(loaded.stream, [filed(), routed()], CAUSE, loaded.keys)
    await repository.store.append(loaded.stream, -1, [*events, *then])
    return repository


async def test_whoever_shows_a_complaint_carries_the_unknown_fact() -> None:
    repository = await world(future())
    for _ in range(2):  # the second time from the cache
        loaded = await repository.reader.load(COMPLAINT)
        assert (loaded.state.version, loaded.state.status, loaded.unknown) == (2, Status.ROUTED, (FUTURE,))
        assert [type(each.fact) for each in loaded.facts()] == [ComplaintFiled, ComplaintRouted]
        assert [each.type for each in loaded.recorded][-1] == FUTURE
    assert (await repository.reader.load_for(loaded.recorded[-1:]))[0].state.version == 2
    assert (await repository.reader.load_with(loaded.recorded[-1:]))[0].state.version == 2


async def test_nobody_decides_on_a_complaint_with_an_unknown_fact() -> None:
    repository, decided = await world(future()), list[Complaint]()

    def decide(state: Complaint) -> Sequence[Fact]:
        decided.append(state)
        return [DetailAdded(at=NOON, text="lagi")]

    for _ in range(2):
        with pytest.raises(UnknownEvent, match=FUTURE):
            await handle(repository, COMPLAINT, decide, CAUSE)
    assert decided == []
    carried = await repository.reader.load(COMPLAINT)
    with pytest.raises(UnknownEvent, match=FUTURE):
        repository.prepare(carried, [DetailAdded(at=NOON, text="lagi")], CAUSE)
    assert await repository.store.newest() == 3


async def test_a_known_fact_after_the_unknown_one_is_carried_and_not_decided_on() -> None:
    repository = await world(future())
    keys = (await repository.reader.load(COMPLAINT)).keys
    [after] = repository.encode(complaint_stream(COMPLAINT), [DetailAdded(at=NOON, text="lagi")], CAUSE, keys)
    await repository.store.append(complaint_stream(COMPLAINT), 2, [after])
    loaded = await repository.reader.load(COMPLAINT)
    assert (loaded.state.version, len(loaded.state.details)) == (3, 1)
    with pytest.raises(UnknownEvent):
        await repository.load(COMPLAINT)


async def test_a_newer_version_of_a_known_fact_is_unknown() -> None:
    repository = await world(future(ComplaintRouted.__name__, schema_version=9))
    assert (await repository.reader.load(COMPLAINT)).unknown == (f"version 9 of {ComplaintRouted.__name__}",)
    with pytest.raises(UnknownEvent, match="version 9"):
        await repository.load(COMPLAINT)


async def test_unknown_metadata_is_carried_by_everybody() -> None:
    trace = {"trace": {"parent": "00-1-2-01"}}
    repository = await world()
    keys = (await repository.load(COMPLAINT)).keys
    [made] = repository.encode(complaint_stream(COMPLAINT), [DetailAdded(at=NOON, text="lagi")], CAUSE, keys)
    more = made._replace(metadata=json.dumps(json.loads(made.metadata) | trace).encode())
    await repository.store.append(complaint_stream(COMPLAINT), 1, [more])
    loaded = await repository.load(COMPLAINT)
    assert len(loaded.state.details) == 1
    assert metadata_of(loaded.recorded[-1]).writer == "router"
    assert json.loads(loaded.recorded[-1].metadata)["trace"] == trace["trace"], "kept as it was stored"


async def test_the_registry_is_shown_with_an_unknown_fact_and_decides_nothing() -> None:
    repository = await world()
    await repository.store.append(REGISTRY, -1, [future("AgencyTwinned")])
    view = RegistryView(repository)
    assert (await view.carried()).version == 0
    for strict in (view.current, view.now, repository.registry):
        with pytest.raises(UnknownEvent, match="AgencyTwinned"):
            await strict()
    with pytest.raises(UnknownEvent):
        await handle_registry(repository, lambda _: [AgencyRenamed(at=NOON, agency="city", name="Kota")], CAUSE)


async def test_an_export_holds_the_unknown_fact_without_its_fields() -> None:
    repository = await world(future())
    row = row_of((await repository.reader.load(COMPLAINT)).recorded[-1])
    assert (row["type"], row["version"], row["data"]) == (FUTURE, 2, None)
    assert "Siti" not in str(row)


async def test_a_new_kind_of_fact_is_written_only_once_the_upgrade_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "NEEDED", {DetailAdded.__name__: LEVEL})
    level = FeatureLevel(LEVEL - 1)
    repository = Repository(MemoryStore(lambda: NOON, UUID(int=1)), MemoryKeyRing(), "intake", level=level)

    async def write() -> int:
        facts = [filed(), DetailAdded(at=NOON, text="lagi")]
        return (await handle(repository, COMPLAINT, lambda _: facts, CAUSE, opens=COMPLAINT)).version

    with pytest.raises(NotFinished, match=f"DetailAdded needs feature level {LEVEL}.*satupintu migrate --finish"):
        await write()
    assert await repository.store.newest() == 0
    stored = [LEVEL - 1, LEVEL]

    async def read() -> int:
        return stored.pop(0)

    monkeypatch.setattr("chassis.write.level.PERIOD_S", 0.0)
    await asyncio.wait_for(level.follow(read), 10)
    assert await write() == 1


def test_every_fact_that_needs_a_level_exists_and_needs_no_later_one() -> None:
    from schemas.events import BY_NAME

    assert set(levels.NEEDED) <= set(BY_NAME)
    assert max(levels.NEEDED.values(), default=LEVEL) <= LEVEL


async def test_decoding_refuses_only_what_is_newer() -> None:
    repository = await world()
    event = (await repository.load(COMPLAINT)).recorded[1]
    for metadata in (b"{}", b"no json", b'{"schema_version": 1}', b'{"schema_version":"2"}'):
        assert type(decode(event._replace(metadata=metadata))) is ComplaintRouted
