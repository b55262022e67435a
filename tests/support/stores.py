"""Events without meaning, and processes that write them, for tests of event stores."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime
from itertools import count
from multiprocessing.connection import Connection
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import Engine
from sqlalchemy import event as sqlalchemy_event

from chassis.base.errors import Conflict
from chassis.base.ports import Page, Store
from chassis.store import open_store
from chassis.store.memory import MemoryStore
from chassis.store.sql.store import SqlStore
from schemas.base.envelope import NewEvent, RecordedEvent

STORE_ID = UUID(int=1)
PATIENCE_S = 30


def event(name: str, *, data: bytes = b'{"n":1}', type_: str = "Happened") -> NewEvent:
    """An event whose id is derived from `name`."""
    return NewEvent(uuid5(NAMESPACE_OID, name), type_, data, b'{"writer":"test"}')


@contextmanager
def listening(name: str, listener: Callable[..., object]) -> Iterator[None]:
    """Call `listener` at this SQLAlchemy event of any engine."""
    sqlalchemy_event.listen(Engine, name, listener)
    try:
        yield
    finally:
        sqlalchemy_event.remove(Engine, name, listener)


def memory_store() -> MemoryStore:
    """A memory store that records each append a second after the one before."""
    seconds = count(1_800_000_000)
    return MemoryStore(lambda: datetime.fromtimestamp(next(seconds), UTC), STORE_ID)


async def read_until(store: Store, enough: Callable[[list[RecordedEvent], Page], bool], **wanted: Any) -> list[Page]:
    """Pages of a subscription until `enough(events so far, this page)` is true."""
    pages: list[Page] = []
    events: list[RecordedEvent] = []
    subscription: AsyncIterator[Page] = store.subscribe(wanted.get("after"), wanted.get("prefixes", ()))
    async with asyncio.timeout(PATIENCE_S), aclosing(subscription) as stream:  # type: ignore[type-var]
        async for page in stream:
            pages.append(page)
            events += page.events
            if enough(events, page):
                return pages
    raise AssertionError("a subscription ended")


def write_in_turns(url: str, writer: int, appends: int, streams: int, acks: Connection) -> None:
    """A process that appends two events at a time to streams that others write too, deciding again after each conflict.
    Prints each acknowledged append as (stream, ids). Now and then it holds an SQL transaction for 30 ms before the
    commit.
    """
    ticks = count(writer)

    def dawdling() -> datetime:
        if next(ticks) % 10 == 0:
            time.sleep(0.03)
        return datetime.now(UTC)  # noqa: TID251

    store = open_store(url) if url.startswith("kurrentdb") else SqlStore(url, dawdling)
    asyncio.run(_write_in_turns(store, writer, appends, streams, acks))


async def _write_in_turns(store: Store, writer: int, appends: int, streams: int, acks: Connection) -> None:
    for number in range(appends):
        stream = f"complaint-{number % streams}"
        events = [event(f"{writer} {number} {part}") for part in "ab"]
        while True:
            version = len(await store.read(stream)) - 1
            try:
                await store.append(stream, version, events)
            except Conflict:
                continue
            acks.send((stream, [one.id for one in events]))
            break
    await store.close()
    acks.send(None)


def write_without_end(url: str, acks: Connection) -> None:
    """A process with twenty coroutines that append without end, each to its own streams; prints each acknowledged
    append.
    """

    async def one(store: Store, name: int) -> None:
        for number in count():
            stream = f"complaint-{name}-{number}"
            await store.append(stream, -1, [event(f"{stream} a"), event(f"{stream} b")])
            acks.send(stream)

    async def all_of_them() -> None:
        store = open_store(url)
        await asyncio.gather(*[one(store, name) for name in range(20)])

    asyncio.run(all_of_them())


def copy_of(store: MemoryStore) -> MemoryStore:
    """A copy as of now, under the same id."""
    made = MemoryStore(store._now, store._id)  # noqa: SLF001 - there is no restore for a store in memory
    for event in store.events:
        made.events.append(event)
        made._streams.setdefault(event.stream, []).append(event)  # noqa: SLF001
        made._ids.add((event.stream, event.id))  # noqa: SLF001
    made._head.advance(len(made.events))  # noqa: SLF001
    return made
