"""Several processes on one store: no acknowledged append is lost and no event is skipped, also after kills."""

import asyncio
import multiprocessing
from collections import Counter
from uuid import UUID

import pytest

from chassis.base.errors import Conflict
from chassis.base.ports import Append, Store
from chassis.store import open_store
from support.stores import event, read_until, write_in_turns, write_without_end

spawn = multiprocessing.get_context("spawn")

WRITERS, APPENDS, STREAMS = 4, 40, 5


@pytest.mark.slow
async def test_a_follower_misses_nothing_of_what_processes_commit_side_by_side(shared_url: str) -> None:
    store = open_store(shared_url)
    expected = WRITERS * APPENDS * 2
    pipes = [spawn.Pipe(duplex=False) for _ in range(WRITERS)]
    writers = [
        spawn.Process(target=write_in_turns, args=(shared_url, number, APPENDS, STREAMS, pipes[number][1]))
        for number in range(WRITERS)
    ]
    for writer, (_, writer_end) in zip(writers, pipes, strict=True):
        writer.start()
        writer_end.close()  # so that a writer's death causes an end of file here
    # Read once all of them write: their start-up time is not the store's.
    acknowledged = [await asyncio.to_thread(reader.recv) for reader, _ in pipes]
    following = asyncio.create_task(read_until(store, lambda events, _: len(events) >= expected))
    acknowledged += [ack for reader, _ in pipes for ack in await asyncio.to_thread(_acks, reader)]
    for writer in writers:
        await asyncio.to_thread(writer.join)

    events = [one for page in await following for one in page.events]
    await store.close()

    positions = [one.position for one in events]
    assert positions == sorted(set(positions))
    assert len(events) == expected
    held = Counter((one.stream, one.id) for one in events)
    assert held == Counter((stream, one) for stream, ids in acknowledged for one in ids)
    for stream in {one.stream for one in events}:
        versions = [one.version for one in events if one.stream == stream]
        assert versions == list(range(len(versions)))


async def test_what_was_acknowledged_survives_the_kill_of_its_writer(shared_url: str) -> None:
    told, tell = spawn.Pipe(duplex=False)
    writer = spawn.Process(target=write_without_end, args=(shared_url, tell))
    writer.start()
    tell.close()
    acknowledged = [await asyncio.to_thread(told.recv) for _ in range(300)]
    writer.kill()
    await asyncio.to_thread(writer.join)
    acknowledged += await asyncio.to_thread(_rest, told)

    store = open_store(shared_url)
    found = await store.read_many(acknowledged)
    assert {len(events) for events in found} == {2}
    pages = await read_until(store, lambda _, page: page.caught_up)
    streams = Counter(one.stream for page in pages for one in page.events)
    assert set(streams.values()) == {2}, "an append is there whole or not at all"
    assert len(streams) <= len(set(acknowledged)) + 20, "only what was under way may be there unacknowledged"
    assert (await store.append("complaint-after", -1, [event("after")])).written
    await store.close()


async def test_processes_that_start_together_make_one_store(shared_url: str) -> None:
    stores = [open_store(shared_url) for _ in range(4)]

    ids: list[UUID] = await asyncio.gather(*[store.store_id() for store in stores])

    assert len(set(ids)) == 1
    await asyncio.gather(*[store.close() for store in stores])


async def test_a_writer_that_was_overtaken_between_looking_and_writing_gets_a_conflict(shared_url: str) -> None:
    stores = [open_store(shared_url) for _ in range(4)]

    async def race(store: Store, name: int) -> int:
        won = 0
        for number in range(30):
            both = [Append(f"complaint-{number}", -1, [event(f"{name} {number}")]),
                    Append(f"complaint-own-{name}-{number}", -1, [event("own")])]  # fmt: skip
            contested, own = await store.append_many(both)
            assert not isinstance(own, Exception), "a neighbour's conflict is not mine"
            won += not isinstance(contested, Conflict)
        return won

    won = await asyncio.gather(*[race(store, name) for name, store in enumerate(stores)])

    assert sum(won) == 30
    await asyncio.gather(*[store.close() for store in stores])


def _acks(reader: multiprocessing.connection.Connection) -> list[tuple[str, list[UUID]]]:
    return list(iter(reader.recv, None))


def _rest(reader: multiprocessing.connection.Connection) -> list[str]:
    rest = []
    try:
        while True:
            rest.append(reader.recv())
    except EOFError:
        return rest
