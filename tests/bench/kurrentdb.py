"""KurrentDB: processor time of the client process per event, our adapter compared with the bare client.

Both use the same stand-in server. The unit is events per second of processor time, so more is better as in the other
parts; the adapter may cost at most 1.25 times as much. Both append to one stream after the other, because the store keeps
their order; the last line, without a limit, compares with a bare client that appends to many at once in no order.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from kurrentdbclient import AsyncKurrentDBClient, NewEvent, StreamState

from bench.measure import Result
from chassis.base.ports import Append
from chassis.store import open_store
from chassis.store.kurrent.read import AT_ONCE
from chassis.store.kurrent.store import KurrentStore
from schemas.base.envelope import NO_STREAM
from schemas.base.envelope import NewEvent as Written
from support.kurrentdb.process import running
from support.stores import event

STREAMS, EVENTS, TURNS, MARK = 500, 3, 3, 1 / 1.25
AT_ONCE_TOO = "append, bare at once"
DATA = b'{"text":"' + b"x" * 600 + b'"}'

Work = Callable[[int], Awaitable[object]]


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        return asyncio.run(_run(server.url))


async def _run(url: str) -> list[Result]:
    store, client = open_store(url), AsyncKurrentDBClient(url)
    assert isinstance(store, KurrentStore)
    await client.connect()
    await store.store_id()
    ours, bare = _ours(store), _bare(client)
    results = []
    for name, mark in [("append", MARK), ("read", MARK), ("follow", MARK), (AT_ONCE_TOO, None)]:
        pairs = [(await _pace(ours[name], turn), await _pace(bare[name], turn)) for turn in range(TURNS)]
        one, other = sorted(pairs, key=lambda pair: pair[0] / pair[1])[TURNS // 2]
        results.append(Result(f"(e) KurrentDB: {name}", one, other, "events/CPU s", mark, {"median of": TURNS}))
    await store.close()
    await client.close()
    return results


async def _pace(work: Work, turn: int) -> float:
    start = time.process_time()
    await work(turn)
    return STREAMS * EVENTS / (time.process_time() - start)


def _ours(store: KurrentStore) -> dict[str, Work]:
    async def append(turn: int, name: str = "ours") -> None:
        await store.append_many([Append(f"{name}-{turn}-{n}", NO_STREAM, _events(turn, n)) for n in range(STREAMS)])

    async def read(turn: int) -> None:
        found = await store.read_many([f"ours-{turn}-{n}" for n in range(STREAMS)])
        assert sum(map(len, found)) == STREAMS * EVENTS

    async def follow(turn: int) -> None:
        seen = 0
        async for page in store.subscribe(None, [f"ours-{turn}-"]):
            seen += len(page.events)
            if seen == STREAMS * EVENTS:
                return

    return {"append": append, "read": read, "follow": follow, AT_ONCE_TOO: lambda turn: append(turn, "ours-again")}


def _bare(client: AsyncKurrentDBClient) -> dict[str, Work]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(turn: int, number: int, name: str = "bare") -> None:
        events = [NewEvent(e.type, e.data, e.metadata, id=e.id) for e in _events(turn, number)]
        async with room:
            await client.append_to_stream(
                f"{name}-{turn}-{number}", events=events, current_version=StreamState.NO_STREAM
            )

    async def append(turn: int) -> None:
        for number in range(STREAMS):
            await one(turn, number)

    async def append_at_once(turn: int) -> None:
        await asyncio.gather(*[one(turn, number, "bare-again") for number in range(STREAMS)])

    async def read(turn: int) -> None:
        async def one(number: int) -> int:
            async with room:
                return len(await client.get_stream(f"bare-{turn}-{number}"))

        assert sum(await asyncio.gather(*map(one, range(STREAMS)))) == STREAMS * EVENTS

    async def follow(turn: int) -> None:
        subscription = await client.subscribe_to_all(
            filter_include=(f"bare-{turn}-",), filter_by_prefix=True, filter_by_stream_name=True, window_size=1000
        )
        for _ in range(STREAMS * EVENTS):
            await anext(subscription)
        await subscription.stop()

    return {"append": append, "read": read, "follow": follow, AT_ONCE_TOO: append_at_once}


def _events(turn: int, number: int) -> list[Written]:
    return [event(f"{turn} {number} {part}", data=DATA) for part in range(EVENTS)]
