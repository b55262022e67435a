"""What becomes of appends, reads and subscriptions when a KurrentDB server is lost, changes its leader, or says no."""

import asyncio
import itertools
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from uuid import UUID

import pytest
import structlog
from httpx import ASGITransport, AsyncClient
from kurrentdbclient import KurrentDBClient, StreamState

from chassis.base.errors import (
    AccessDenied,
    Conflict,
    EventTooLarge,
    OutcomeUnknown,
    Retryable,
    StoreUnavailable,
    StreamDeleted,
    WrongStore,
)
from chassis.base.ports import Append, Appended, Page, Store
from chassis.base.retry import RetryPolicy
from chassis.http.health import health_app
from chassis.store import open_store
from chassis.store.kurrent import connection
from schemas.base.envelope import NO_STREAM, NewEvent, RecordedEvent
from support.kurrentdb.certificates import self_signed
from support.kurrentdb.process import StandIn, running
from support.stores import event, read_until

A, B, C = event("a"), event("b"), event("c")


@pytest.fixture
async def store(kurrentdb: StandIn) -> AsyncIterator[Store]:
    opened = open_store(kurrentdb.url)
    yield opened
    await opened.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StandIn]:
    """One of our own, to be killed."""
    with running(tmp_path) as started:
        yield started


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("refuse", id="connection broken before it was written"),
        pytest.param("lose", id="connection broken after it was written"),
        pytest.param("stall", id="timed out and not written"),
        pytest.param("swallow", id="timed out but written"),
    ],
)
async def test_an_append_whose_answer_is_lost_is_recognised_as_our_own_or_sent_again_and_written_once(
    kurrentdb: StandIn, store: Store, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_S", 0.5)
    first = await store.append("complaint-1", NO_STREAM, [A])
    kurrentdb.tell(fault, 1)

    second = await store.append("complaint-1", 0, [B, C], seen={A.id})

    assert second.version == 2
    assert [one.id for one in await store.read("complaint-1")] == [A.id, B.id, C.id]
    assert second.position > first.position


async def test_an_append_that_stays_unanswered_is_neither_success_nor_failure_until_asked_again(
    kurrentdb: StandIn, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "RETRY", RetryPolicy(attempts=1))
    await store.append("complaint-1", NO_STREAM, [A])
    kurrentdb.tell("lose", 50)
    with pytest.raises(OutcomeUnknown, match="complaint-1"):
        await store.append("complaint-1", 0, [B], seen={A.id})
    kurrentdb.tell("lose", -50)

    assert (await store.append("complaint-1", 0, [B], seen={A.id})).version == 1
    assert [one.id for one in await store.read("complaint-1")] == [A.id, B.id]


async def test_a_conflict_met_after_a_lost_answer_is_a_conflict_only_if_the_stream_holds_anothers_events(
    kurrentdb: StandIn, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_S", 2.0)
    await store.append("complaint-1", NO_STREAM, [A])
    other = open_store(kurrentdb.url)
    await other.read("complaint-1")  # connected before ours waits for its answer
    kurrentdb.tell("stall", 1)
    ours = asyncio.create_task(store.append("complaint-1", 0, [B], seen={A.id}))
    await asyncio.sleep(0)
    while kurrentdb.tell("left", "stall") != "0":
        await asyncio.sleep(0.01)
    await other.append("complaint-1", 0, [C], seen={A.id})

    with pytest.raises(Conflict):
        await ours
    assert [one.id for one in await store.read("complaint-1")] == [A.id, C.id]
    await other.close()


async def test_what_is_under_way_when_the_connection_is_made_anew_is_asked_again(
    kurrentdb: StandIn, store: Store
) -> None:
    streams = [f"complaint-{number}" for number in range(20)]
    await store.append_many([Append(each, NO_STREAM, [event(f"{each} {part}") for part in "abcd"]) for each in streams])
    lost = [f"complaint-lost-{number}" for number in range(5)]
    begun = asyncio.Event()

    def enough(events: list[RecordedEvent], _page: Page) -> bool:
        begun.set()
        return lost[-1] in {one.stream for one in events}

    following = asyncio.create_task(read_until(store, enough))
    await begun.wait()
    for stream in lost:
        under_way = [asyncio.create_task(store.read_many(streams)) for _ in range(5)]
        await asyncio.sleep(0.005)
        kurrentdb.tell("lose", 1)  # after which the client makes its connection anew
        assert (await store.append(stream, NO_STREAM, [event(stream)])).version == 0
        assert len(await store.read(streams[0])) == 4
        assert [[len(events) for events in found] for found in await asyncio.gather(*under_way)] == [[4] * 20] * 5
    told = [one.stream for page in await following for one in page.events]
    assert Counter(told) == Counter(streams * 4) + Counter(lost)


async def test_who_is_cancelled_while_it_reads_is_cancelled(server: StandIn) -> None:
    store = open_store(server.url)
    await store.append("complaint-1", NO_STREAM, [A])
    server.signal(signal.SIGSTOP)
    reading = asyncio.create_task(store.read("complaint-1"))
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(reading, 5)
    server.signal(signal.SIGCONT)
    await store.close()


async def test_a_twin_on_another_process_is_told_that_it_wrote_nothing(kurrentdb: StandIn, store: Store) -> None:
    other = open_store(kurrentdb.url)
    in_other_words = NewEvent(A.id, A.type, b'{"n":2}', A.metadata)
    await other.store_id()
    assert (await store.append("complaint-1", NO_STREAM, [A])).written is True

    assert (await other.append("complaint-1", NO_STREAM, [in_other_words])).written is False
    [of_many] = await other.append_many([Append("complaint-1", NO_STREAM, [in_other_words])])
    assert isinstance(of_many, Appended)
    assert of_many.written is False
    await other.close()


async def test_a_server_that_is_not_there_takes_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as gone:
        pass
    store = open_store(gone.url)

    for call in (store.append("complaint-1", NO_STREAM, [A]), store.read("complaint-1"), store.store_id()):
        with pytest.raises(StoreUnavailable, match=gone.target):
            await call
    with pytest.raises(StoreUnavailable, match=gone.target):
        await read_until(store, _never)
    await store.close()


async def test_a_silent_server_is_unavailable_in_bounded_time(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(server.url)
    await store.append("complaint-1", NO_STREAM, [A])
    server.signal(signal.SIGSTOP)
    try:
        with monkeypatch.context() as impatient:
            impatient.setattr(connection, "CALL_S", 0.4)
            impatient.setattr(connection, "ANSWER_S", 0.4)
            impatient.setattr(connection, "RETRY", RetryPolicy(attempts=1))
            with pytest.raises(StoreUnavailable):
                await store.read("complaint-1")
            with pytest.raises(OutcomeUnknown):
                await store.append("complaint-1", 0, [B], seen={A.id})
    finally:
        server.signal(signal.SIGCONT)
    assert (await store.append("complaint-1", 0, [B], seen={A.id})).version == 1
    assert len(await store.read("complaint-1")) == 2
    await store.close()


async def test_through_kills_and_restarts_every_append_is_written_once_and_followed_once_and_in_order(
    server: StandIn,
) -> None:
    store, expected = open_store(server.url), 40 * 10
    await store.append("complaint-0", NO_STREAM, [event("begin")])
    reader = open_store(server.url)
    following = asyncio.create_task(_followed(reader, expected + 1))

    nth_taken, at = itertools.count(1), {part: asyncio.Event() for part in (50, 150, 300)}

    async def write(stream: str) -> None:
        for number in range(10):
            await _until_taken(store, Append(stream, number - 1, [event(f"{stream} {number}")], _ids(stream, number)))
            if reached := at.get(next(nth_taken)):
                reached.set()

    writing = asyncio.gather(*[write(f"complaint-{number}") for number in range(1, 41)])
    for reached in at.values():  # some are written and some are not, however fast they are
        await reached.wait()
        await asyncio.to_thread(server.restart)
    await writing

    events = await following
    assert Counter(one.stream for one in events) == {**dict.fromkeys([f"complaint-{n}" for n in range(1, 41)], 10), "complaint-0": 1}  # fmt: skip
    for number in range(1, 41):
        versions = [one.version for one in events if one.stream == f"complaint-{number}"]
        assert versions == list(range(10))
    await store.close()
    await reader.close()


async def test_a_broken_subscription_goes_on_where_it_was_with_a_line_in_the_log_and_no_busy_loop(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        connection, "RETRY", RetryPolicy(attempts=1_000, longest_s=1.0)
    )  # however long the server takes to start again
    store = open_store(server.url)
    await store.append("complaint-1", NO_STREAM, [A])
    with structlog.testing.capture_logs() as logged:
        begun = asyncio.Event()
        following = asyncio.create_task(_followed(store, 3, begun))
        await begun.wait()
        async with asyncio.timeout(60):  # the first events come from a read: the subscription may begin only after them
            while not any(line["event"] == "subscription lost, making it again" for line in logged):
                server.tell("cut")
                await asyncio.sleep(0.05)
        await store.append("complaint-1", 0, [B])
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(server.start)
        await _until_taken(store, Append("complaint-2", NO_STREAM, [C]))
        events = await following

    assert [one.id for one in events] == [A.id, B.id, C.id]
    said = [line["event"] for line in logged]
    assert "subscription lost, making it again" in said
    assert "subscription goes on" in said
    assert int(server.tell("calls", "subscribe")) <= 3, "after the restart it was made again once, or nearly"
    await store.close()


async def test_a_change_of_leader_loses_no_append_and_no_event_and_says_so_without_a_busy_loop(tmp_path: Path) -> None:
    with running(tmp_path, nodes=3) as cluster, structlog.testing.capture_logs() as logged:
        store, follower = open_store(cluster.url), open_store(cluster.url)
        await store.append("complaint-0", NO_STREAM, [event("begin")])
        begun = asyncio.Event()
        following = asyncio.create_task(_followed(follower, 61, begun))
        await begun.wait()
        async with asyncio.timeout(60):  # the first events come from a read, and what has not begun cannot be lost
            while not int(cluster.tell("calls", "subscribe")):
                await asyncio.sleep(0.05)

        for number in range(60):
            if leader := {10: "1", 25: "2", 40: "0"}.get(number):  # each is met by an append, however fast they are
                cluster.tell("leader", leader)
            await _until_taken(store, Append("complaint-1", number - 1, [event(f"1 {number}")], _ids("1", number)))
        events = await following

        assert [one.version for one in events if one.stream == "complaint-1"] == list(range(60))
        assert [one.position for one in events] == sorted(one.position for one in events)
        assert len(await store.read("complaint-1")) == 60
        said = Counter(line["event"] for line in logged)
        assert said["another node leads"]
        assert said["subscription lost, making it again"]
        assert sum(said.values()) < 60, "a few lines for each change, not one for each try"
        assert int(cluster.tell("calls", "subscribe")) < 20
        await store.close()
        await follower.close()


@pytest.mark.parametrize("fault", ["stall", "swallow"])
async def test_an_append_under_way_when_the_leader_changes_is_settled_with_the_new_one(
    tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_S", 1.0)
    with running(tmp_path, nodes=3) as cluster:
        store = open_store(cluster.url)
        await store.append("complaint-1", NO_STREAM, [A])
        cluster.tell(fault, 1)
        ours = asyncio.create_task(store.append("complaint-1", 0, [B, C], seen={A.id}))
        while cluster.tell("left", fault) != "0":
            await asyncio.sleep(0.01)
        cluster.tell("leader", 1)

        assert (await ours).version == 2
        assert [one.id for one in await store.read("complaint-1")] == [A.id, B.id, C.id]
        await store.close()


async def test_readiness_names_a_store_that_is_away_and_one_that_was_exchanged(server: StandIn) -> None:
    store = open_store(server.url)
    await store.store_id()
    server.tell("wipe")
    assert "WrongStore" in await _readiness(store)
    await asyncio.to_thread(server.kill)
    assert "StoreUnavailable" in await _readiness(store)
    await store.close()


async def test_a_credential_that_is_wrong_or_missing_is_access_denied(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    arguments = ["--certificate", str(certificate), "--key", str(key), "--user", "admin:changeit"]
    with running(tmp_path, arguments=arguments) as server:
        good = open_store(f"kurrentdb://admin:changeit@{server.target}?TlsCaFile={certificate}")
        assert (await good.append("complaint-1", NO_STREAM, [A])).written
        assert len(await good.read("complaint-1")) == 1
        await good.close()
        await _is_denied(f"kurrentdb://admin:wrong@{server.target}?TlsCaFile={certificate}", "credential")


async def test_tls_that_does_not_match_is_access_denied_whichever_side_speaks_it(
    tmp_path: Path, kurrentdb: StandIn
) -> None:
    certificate, key = self_signed(tmp_path)
    other, _ = self_signed(tmp_path, "other")
    arguments = ["--certificate", str(certificate), "--key", str(key)]
    with running(tmp_path, arguments=arguments) as server:
        await _is_denied(f"kurrentdb://{server.target}?Tls=false", "TLS")
        await _is_denied(f"kurrentdb://admin:changeit@{server.target}?TlsCaFile={other}", "TLS")
    await _is_denied(f"kurrentdb://admin:changeit@{kurrentdb.target}?TlsCaFile={certificate}", "TLS")


async def test_more_than_the_server_takes_is_too_large_and_its_neighbours_are_written(tmp_path: Path) -> None:
    with running(tmp_path, arguments=["--most-append-bytes", "5000"]) as server:
        store = open_store(server.url)
        with pytest.raises(EventTooLarge, match="5000"):
            await store.append_many([
                Append("complaint-1", NO_STREAM, [event("large", data=b"1" * 6000)]),
                Append("complaint-2", NO_STREAM, [A]),
            ])  # fmt: skip
        assert await store.read_many(["complaint-1"]) == [[]]
        assert len(await store.read("complaint-2")) == 1
        await store.close()


async def test_a_deleted_stream_is_told_apart_from_one_that_never_was(kurrentdb: StandIn, store: Store) -> None:
    for stream in ("complaint-hidden", "complaint-gone", "complaint-revived"):
        await store.append(stream, NO_STREAM, [A, B])
    with KurrentDBClient(kurrentdb.url) as operator:
        operator.delete_stream("complaint-hidden", current_version=1)
        operator.tombstone_stream("complaint-gone", current_version=1)
        operator.delete_stream("complaint-revived", current_version=StreamState.ANY)

    with pytest.raises(StreamDeleted, match="complaint-revived"):
        await store.append("complaint-revived", NO_STREAM, [C])
    for stream in ("complaint-hidden", "complaint-gone", "complaint-revived"):
        with pytest.raises(StreamDeleted, match=stream):
            await store.read(stream)
    with pytest.raises(StreamDeleted, match="complaint-gone"):
        await store.append("complaint-gone", 1, [C], seen={A.id, B.id})
    assert await store.read("complaint-never") == []


async def test_the_position_of_another_store_is_refused_as_such(store: Store) -> None:
    last = await store.append("complaint-1", NO_STREAM, [A])
    with pytest.raises(WrongStore):
        await store.read_all(last.position - 1)
    with pytest.raises(WrongStore):
        await read_until(store, _never, after=last.position - 1)


async def test_a_store_is_known_by_its_id_over_restarts_and_an_exchanged_one_is_noticed(server: StandIn) -> None:
    stores = [open_store(server.url) for _ in range(4)]
    ids = set(await asyncio.gather(*[one.store_id() for one in stores]))
    await asyncio.to_thread(server.restart)
    ids.add(await stores[0].store_id())
    assert len(ids) == 1
    assert (await stores[0].read_all(None)).events == [], "the id is no event that a reader meets"

    server.tell("wipe")
    with pytest.raises(WrongStore):
        await stores[0].store_id()
    await asyncio.gather(*[one.close() for one in stores])


async def test_others_follow_a_correlation_by_the_names_that_kurrentdb_gives_it(
    kurrentdb: StandIn, store: Store
) -> None:
    metadata = b'{"writer":"intake","correlation_id":"c","causation_id":"d","note":"say \\"causation_id\\": no"}'
    await store.append("complaint-1", NO_STREAM, [A._replace(metadata=metadata)])

    with KurrentDBClient(kurrentdb.url) as other:
        [seen] = other.get_stream("complaint-1")
    assert seen.metadata.startswith(b'{"writer":"intake","$correlationId":"c","$causationId":"d","note"')
    assert seen.content_type == "application/json"
    assert (await store.read("complaint-1"))[0].metadata == metadata


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("NodePreference=follower", "leader"),
        ("TlsCaFile=/no/such/file", "/no/such/file"),
        ("Speed=11", "Unknown field"),
    ],
)
def test_a_url_that_cannot_work_is_refused_at_once(query: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        open_store(f"kurrentdb://127.0.0.1:2113?Tls=false&{query}")


async def _is_denied(url: str, why: str) -> None:
    store = open_store(url)
    assert "AccessDenied" in await _readiness(store)
    for call in (store.store_id(), store.read("complaint-1"), store.append("complaint-9", NO_STREAM, [A])):
        with pytest.raises(AccessDenied, match=why):
            await call
    with pytest.raises(AccessDenied, match=why):
        await read_until(store, _never)
    await store.close()


async def _readiness(store: Store) -> str:
    """What /readyz of a process with this store says."""

    async def ready() -> dict[str, str]:
        await store.store_id()
        return {"store": "ok"}

    async with AsyncClient(transport=ASGITransport(health_app(ready)), base_url="http://test") as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    return answer.text


async def _followed(store: Store, count: int, begun: asyncio.Event | None = None) -> list[RecordedEvent]:
    """Follow as a background task does: a subscription that fails is begun again at its position. `begun` is set when the first
    events are there.
    """
    found: list[RecordedEvent] = []
    async with asyncio.timeout(120):
        while len(found) < count:
            pages = store.subscribe(found[-1].position if found else None, ["complaint-"])
            try:
                async with aclosing(pages):  # type: ignore[type-var]
                    async for page in pages:
                        found += page.events
                        if begun is not None and found:
                            begun.set()
                        if len(found) >= count:
                            break
            except StoreUnavailable:
                await asyncio.sleep(0.1)
    return found


async def _until_taken(store: Store, append: Append) -> None:
    while True:
        try:
            [result] = await store.append_many([append])
        except Retryable:
            await asyncio.sleep(0.05)
            continue
        assert isinstance(result, Appended), result
        return


def _ids(stream: str, number: int) -> set[UUID]:
    return {event(f"{stream} {before}").id for before in range(number)}


def _never(_events: object, _page: Page) -> bool:
    return False
