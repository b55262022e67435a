"""The cache saves reads and never changes the state that is decided on."""

from collections.abc import Sequence
from uuid import UUID

from chassis.deadletter.port import MemoryDeadLetters
from chassis.keys.keyring import MemoryKeyRing
from chassis.react.reaction import Guard, per_complaint
from chassis.store.memory import MemoryStore
from chassis.write.cache import LONGEST_S, StreamCache
from chassis.write.command import handle
from chassis.write.repository import Cause, Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.ids import derived_id
from schemas.base.sealed import ERASED
from schemas.events.intake import ComplaintWithdrawn, PersonalDataErased
from support.background_tasks import SECRET_WORDS, T0, PlainKeys, add_detail, file, messages, note_once, number
from support.stores import copy_of, memory_store


class Watched:
    """A store that records how many events each load of streams returned."""

    def __init__(self, store: MemoryStore) -> None:
        self.store, self.read_many_gave = store, list[int]()

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    async def read_many(self, streams: Sequence[str], from_versions: Sequence[int] = ()) -> list[list[RecordedEvent]]:
        found = await self.store.read_many(streams, from_versions)
        self.read_many_gave.append(sum(map(len, found)))
        return found


class Watch:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def remembering(store: object, writer: str = "router", watch: Watch | None = None, keys: object = None) -> Repository:
    memory = StreamCache(monotonic=watch or Watch())
    return Repository(store, keys or PlainKeys(), writer, memory)  # type: ignore[arg-type]


def elsewhere(store: object, keys: object = None) -> Repository:
    """The repository of another process."""
    return Repository(store, keys or PlainKeys(), "intake")  # type: ignore[arg-type]


async def test_a_second_load_reads_only_what_was_added_since_and_the_last_event_known() -> None:
    store = Watched(memory_store())
    await file(elsewhere(store), number(1))
    repository = remembering(store)
    await repository.load(number(1))
    await add_detail(elsewhere(store.store), number(1), "the lamp, too")
    store.read_many_gave.clear()
    again = await repository.load(number(1))
    assert store.read_many_gave == [2]
    assert again == await elsewhere(store.store).load(number(1))


async def test_what_this_process_wrote_itself_need_not_be_read_again() -> None:
    store = Watched(memory_store())
    await file(elsewhere(store), number(1))
    await file(elsewhere(store), number(2))
    prompts = await messages(store.store)
    repository = remembering(store)
    await Guard(repository, per_complaint(note_once), MemoryDeadLetters())(prompts)
    store.read_many_gave.clear()
    events = (await store.store.read_all(None)).events
    remembered = await repository.load_with(events)
    assert store.read_many_gave == []
    fresh = await elsewhere(store.store).load_many([number(1), number(2)])
    assert [each.state for each in remembered] == [each.state for each in fresh]
    assert [each.ids for each in remembered] == [each.ids for each in fresh]


async def test_a_prompt_is_never_decided_on_a_state_older_than_itself() -> None:
    store = memory_store()
    await file(elsewhere(store), number(1))
    repository, seen = remembering(store), list[int]()
    await repository.load(number(1))
    await add_detail(elsewhere(store), number(1), "one more thing")
    await file(elsewhere(store), number(2))

    guard = Guard(repository, per_complaint(lambda loaded: seen.append(loaded.state.version)), MemoryDeadLetters())
    await guard(await messages(store))
    assert seen == [1, 0]


async def test_a_stale_memory_costs_a_conflict_and_not_a_wrong_fact() -> None:
    store = memory_store()
    ids = [number(1), number(2)]
    for each in ids:
        await file(elsewhere(store), each)
    first = await messages(store)
    repository = remembering(store)
    await repository.load_many(ids)
    await add_detail(elsewhere(store), ids[0], "written meanwhile")
    await Guard(repository, per_complaint(note_once), MemoryDeadLetters())(first)
    types = [event.type for event in await store.read(f"complaint-{ids[0]}")]
    assert types == ["ComplaintFiled", "DetailAdded", "ProgressRecorded"]


async def test_events_with_a_piece_missing_before_them_make_the_stream_be_read() -> None:
    store = memory_store()
    await file(elsewhere(store), number(1))
    for name in ("one", "two"):
        await add_detail(elsewhere(store), number(1), name)
    last = (await store.read_all(None)).events[-1:]
    [loaded] = await remembering(store).load_with(last)
    assert [text for _, text in loaded.state.details] == ["one", "two"]


async def test_events_with_a_piece_missing_between_them_make_the_stream_be_read() -> None:
    store = memory_store()
    await file(elsewhere(store), number(1))
    for name in ("one", "two"):
        await add_detail(elsewhere(store), number(1), name)
    first, _, last = (await store.read_all(None)).events
    [loaded] = await remembering(store).load_with([first, last])
    assert [text for _, text in loaded.state.details] == ["one", "two"], "a view is not given types that it ignores"


async def test_an_old_page_of_events_does_not_make_a_remembered_state_older() -> None:
    store = memory_store()
    await file(elsewhere(store), number(1))
    await add_detail(elsewhere(store), number(1), "newer")
    repository, first = remembering(store), (await store.read_all(None)).events[:1]
    await repository.load(number(1))
    [loaded] = await repository.load_with(first)
    assert loaded.state.version == 1


async def test_text_that_was_erased_is_remembered_by_nobody() -> None:
    store, keys = memory_store(), MemoryKeyRing()
    await keys.ensure([number(1)])
    await file(elsewhere(store, keys), number(1))
    repository = remembering(store, keys=keys)
    assert (await repository.load(number(1))).state.text == SECRET_WORDS
    await _erase(elsewhere(store, keys), number(1))
    await keys.destroy(number(1))
    assert (await repository.load(number(1))).state.text == ERASED
    [loaded] = await repository.load_with((await store.read_all(None)).events)
    assert loaded.state.text == ERASED


async def test_nothing_is_remembered_for_longer_than_keys_may_be() -> None:
    store, watch = Watched(memory_store()), Watch()
    await file(elsewhere(store), number(1))
    repository = remembering(store, watch=watch)
    await repository.load(number(1))
    watch.now_s = LONGEST_S - 1
    await add_detail(elsewhere(store.store), number(1), "does not make it younger")
    await repository.load(number(1))
    watch.now_s = LONGEST_S
    store.read_many_gave.clear()
    await repository.load(number(1))
    assert store.read_many_gave == [2]


async def test_what_an_older_restored_store_does_not_hold_is_not_served_from_the_cache() -> None:
    store = memory_store()
    await file(elsewhere(store), number(1))
    await file(elsewhere(store), number(2))
    older = copy_of(store)
    await add_detail(elsewhere(store), number(1), "lost with the newer store")
    await file(elsewhere(store), number(3))
    repository = remembering(store)
    await repository.load_many([number(1), number(2), number(3)])
    await add_detail(elsewhere(older), number(1), "written after the restore")
    repository.store = older
    loaded = await repository.load_many([number(1), number(2), number(3)])
    assert loaded == await elsewhere(older).load_many([number(1), number(2), number(3)])


async def test_no_more_than_so_many_are_remembered() -> None:
    store = Watched(memory_store())
    for index in range(3):
        await file(elsewhere(store), number(index))
    repository = Repository(store, PlainKeys(), "router", StreamCache(limit=2))  # type: ignore[arg-type]
    await repository.load_many([number(0), number(1), number(2)])
    store.read_many_gave.clear()
    await repository.load_many([number(0), number(1), number(2)], {number(index): 0 for index in range(3)})
    assert store.read_many_gave == [1]


async def _erase(repository: Repository, complaint: UUID) -> None:
    cause = Cause(derived_id("erasure", str(complaint)), complaint, T0)
    facts = [ComplaintWithdrawn(at=T0, cause="erasure"), PersonalDataErased(at=T0)]
    await handle(repository, complaint, lambda _: facts, cause)
