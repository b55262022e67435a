"""The stand-in answers the unmodified client, sync and async, as a server does: what its own tests ask of KurrentDB."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import grpc
import pytest
from kurrentdbclient import AsyncKurrentDBClient, KurrentDBClient, NewEvent, StreamState
from kurrentdbclient.events import CaughtUp, Checkpoint
from kurrentdbclient.exceptions import (
    AccessDeniedError,
    GrpcDeadlineExceededError,
    MaximumAppendSizeExceededError,
    NotFoundError,
    StreamIsDeletedError,
    UnauthenticatedError,
    UnknownError,
    WrongCurrentVersionError,
)
from kurrentdbclient.protos.v1 import shared_pb2, streams_pb2
from kurrentdbclient.protos.v1.streams_pb2_grpc import StreamsStub

from support.kurrentdb.certificates import self_signed
from support.kurrentdb.process import StandIn, running

ANY, NONE, EXISTS = StreamState.ANY, StreamState.NO_STREAM, StreamState.EXISTS


def made(*types: str) -> list[NewEvent]:
    return [NewEvent(type=type_, data=b'{"n":1}', metadata=b'{"m":1}') for type_ in types]


@pytest.fixture
def client(kurrentdb: StandIn) -> Iterator[KurrentDBClient]:
    with KurrentDBClient(kurrentdb.url) as opened:
        yield opened


@pytest.fixture
async def async_client(kurrentdb: StandIn) -> AsyncIterator[AsyncKurrentDBClient]:
    async with AsyncKurrentDBClient(kurrentdb.url) as opened:
        yield opened


def test_events_are_read_as_they_were_appended_with_versions_positions_and_times(client: KurrentDBClient) -> None:
    first, second = made("One", "Two")
    before = client.get_commit_position()

    position = client.append_to_stream("s", events=[first, second], current_version=NONE)

    one, two = client.get_stream("s")
    assert [(e.type, e.data, e.metadata, e.id, e.content_type) for e in (one, two)] == [
        (e.type, e.data, e.metadata, e.id, "application/json") for e in (first, second)
    ]
    assert (one.stream_position, two.stream_position) == (0, 1)
    assert before < one.commit_position < two.commit_position == position == client.get_commit_position()
    assert one.recorded_at is not None
    assert client.get_commit_position(filter_exclude=[".*"]) == 0


@pytest.mark.parametrize(
    ("expected", "actual"), [(NONE, 1), (0, 1), (2, 1), (7, 1)], ids=["no stream", "behind", "ahead", "far ahead"]
)
def test_an_append_at_another_version_says_the_real_one(
    client: KurrentDBClient, expected: int | StreamState, actual: int
) -> None:
    client.append_to_stream("s", events=made("A", "B"), current_version=NONE)

    with pytest.raises(WrongCurrentVersionError, match=f"Stream position of last event is 1 not {expected}") as refused:
        client.append_to_stream("s", events=made("C"), current_version=expected)

    assert (refused.value.stream_name, refused.value.actual_version) == ("s", actual)
    assert len(client.get_stream("s")) == 2


@pytest.mark.parametrize("expected", [0, 5, EXISTS])
def test_an_append_that_expects_a_stream_finds_none(client: KurrentDBClient, expected: int | StreamState) -> None:
    with pytest.raises(WrongCurrentVersionError, match="Stream 's' does not exist") as refused:
        client.append_to_stream("s", events=made("A"), current_version=expected)
    assert refused.value.actual_version == NONE


def test_appends_at_any_version_and_to_existing_streams_are_written(client: KurrentDBClient) -> None:
    for expected in (ANY, ANY, EXISTS, 2):
        client.append_to_stream("s", events=made("A"), current_version=expected)
    assert client.get_current_version("s") == 3


def test_an_append_told_again_is_answered_as_before_wherever_the_stream_is_now(client: KurrentDBClient) -> None:
    one, two, three, four = made("One", "Two", "Three", "Four")
    positions = [
        client.append_to_stream("s", events=[e], current_version=v) for e, v in [(one, NONE), (two, 0), (three, 1)]
    ]

    assert client.append_to_stream("s", events=[one], current_version=NONE) == positions[0]
    assert client.append_to_stream("s", events=[one, two], current_version=NONE) == positions[1]
    assert client.append_to_stream("s", events=[two, three], current_version=0) == positions[2]
    assert client.append_to_stream("s", events=[two], current_version=ANY) == positions[1]
    assert client.append_to_stream("s", events=[one], current_version=EXISTS) == positions[0]
    for events, version in [([two, three, four], 0), ([one, three], NONE), ([two, four], ANY), ([three], 0)]:
        with pytest.raises(WrongCurrentVersionError):
            client.append_to_stream("s", events=events, current_version=version)
    assert [e.id for e in client.get_stream("s")] == [one.id, two.id, three.id]
    client.append_to_stream("s", events=[one], current_version=2)
    assert client.get_current_version("s") == 3, "at the stream's own version an id is not looked for"


def test_a_stream_is_read_in_both_directions_from_anywhere_up_to_a_limit(client: KurrentDBClient) -> None:
    client.append_to_stream("s", events=made(*"ABCD"), current_version=NONE)

    def read(**how: object) -> str:
        return "".join(e.type for e in client.get_stream("s", **how))  # type: ignore[arg-type]

    assert read() == "ABCD"
    assert read(backwards=True) == "DCBA"
    assert read(stream_position=2) == "CD"
    assert read(stream_position=1, backwards=True) == "BA"
    assert read(limit=3) == "ABC"
    assert read(backwards=True, limit=1) == "D"
    assert read(stream_position=1, limit=2) == "BC"
    assert read(stream_position=9) == ""
    with pytest.raises(NotFoundError):
        client.get_stream("t")
    assert client.get_current_version("t") == NONE


def test_all_is_read_forwards_with_and_backwards_without_the_event_at_the_position(client: KurrentDBClient) -> None:
    first = client.append_to_stream("s", events=made(*"ABC"), current_version=NONE)
    client.append_to_stream("t", events=made(*"DE"), current_version=NONE)

    def read(**how: object) -> str:
        return "".join(e.type for e in client.read_all(**how))  # type: ignore[arg-type]

    assert read() == "ABCDE"
    assert read(backwards=True) == "EDCBA"
    assert read(commit_position=first) == "CDE"
    assert read(commit_position=first, backwards=True) == "BA"
    assert read(limit=2) == "AB"
    assert read(backwards=True, limit=2) == "ED"
    assert next(iter(client.read_all(filter_exclude=[]))).type.startswith("$"), "a server writes about itself"
    with pytest.raises(UnknownError):
        read(commit_position=first + 1, filter_exclude=[])


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"filter_include": ["OrderMade"]}, {"OrderMade"}),
        ({"filter_include": "Order"}, set()),
        ({"filter_include": "Order.*"}, {"OrderMade", "OrderSent"}),
        ({"filter_include": [".*Made"]}, {"OrderMade", "BillMade"}),
        ({"filter_include": ["Order"], "filter_by_prefix": True}, {"OrderMade", "OrderSent"}),
        ({"filter_exclude": [r"\$.+", "Order.*"]}, {"BillMade"}),
        ({"filter_include": ["a-1"], "filter_by_stream_name": True}, {"OrderMade"}),
        ({"filter_include": ["a-", "c"], "filter_by_stream_name": True, "filter_by_prefix": True}, {"OrderMade", "OrderSent"}),
        ({"filter_exclude": [r"\$.+", "a-.*"], "filter_by_stream_name": True}, {"BillMade"}),
    ],
)  # fmt: skip
def test_all_is_filtered_by_types_and_streams(
    client: KurrentDBClient, how: dict[str, object], expected: set[str]
) -> None:
    for stream, type_ in [("a-1", "OrderMade"), ("a-2", "OrderSent"), ("b-1", "BillMade")]:
        client.append_to_stream(stream, events=made(type_), current_version=NONE)

    assert {e.type for e in client.read_all(**how)} == expected  # type: ignore[arg-type]
    assert {e.type for e in client.read_all(backwards=True, **how)} == expected  # type: ignore[arg-type]


def test_a_subscription_confirms_brings_the_past_after_its_position_and_then_the_present(
    client: KurrentDBClient,
) -> None:
    after = client.append_to_stream("s", events=made("A"), current_version=NONE)
    client.append_to_stream("s", events=made("B"), current_version=0)

    with client.subscribe_to_all(commit_position=after, include_caught_up=True, timeout=20) as subscription:
        assert UUID(subscription.subscription_id)
        assert next(subscription).type == "B"
        assert isinstance(next(subscription), CaughtUp)
        client.append_to_stream("t", events=made("C"), current_version=NONE)
        assert next(subscription).type == "C"
        subscription.stop()


def test_a_subscription_from_the_end_brings_only_what_is_new(client: KurrentDBClient) -> None:
    client.append_to_stream("s", events=made("A"), current_version=NONE)
    with client.subscribe_to_all(from_end=True, timeout=20) as subscription:
        client.append_to_stream("s", events=made("B"), current_version=0)
        assert next(subscription).type == "B"
        subscription.stop()


def test_a_filtered_subscription_brings_a_checkpoint_for_each_window_that_it_looked_through(
    client: KurrentDBClient,
) -> None:
    last = [client.append_to_stream("s", events=made("A"), current_version=ANY) for _ in range(10)][-1]

    with client.subscribe_to_all(
        filter_exclude=".*", include_checkpoints=True, window_size=2, checkpoint_interval_multiplier=3, timeout=20
    ) as subscription:
        checkpoints = [next(subscription), next(subscription)]
        for _ in range(5):
            client.append_to_stream("s", events=made("A"), current_version=ANY)
        checkpoints.append(next(subscription))
        subscription.stop()

    assert all(isinstance(one, Checkpoint) for one in checkpoints)
    positions = [e.commit_position for e in client.read_all(filter_exclude=[])]
    assert [positions.index(one.commit_position) for one in checkpoints] == [5, 11, 17]
    assert checkpoints[1].commit_position <= last < checkpoints[2].commit_position


def test_a_stream_is_subscribed_to_from_a_version_before_it_exists_and_from_its_end(client: KurrentDBClient) -> None:
    with client.subscribe_to_stream("s", timeout=20) as early:
        client.append_to_stream("s", events=made(*"ABC"), current_version=NONE)
        client.append_to_stream("t", events=made("X"), current_version=NONE)
        assert [next(early).type for _ in range(3)] == ["A", "B", "C"]
        with client.subscribe_to_stream("s", stream_position=1, include_caught_up=True, timeout=20) as middle:
            assert next(middle).type == "C"
            assert isinstance(next(middle), CaughtUp)
            middle.stop()
        with client.subscribe_to_stream("s", from_end=True, timeout=20) as end:
            client.append_to_stream("s", events=made("D"), current_version=2)
            assert next(end).type == "D"
            end.stop()
        early.stop()


def test_a_subscription_ends_at_its_deadline(client: KurrentDBClient) -> None:
    with pytest.raises(GrpcDeadlineExceededError):
        list(client.subscribe_to_all(timeout=0.3))


def test_a_deleted_stream_is_not_found_and_goes_on_counting(client: KurrentDBClient) -> None:
    with pytest.raises(NotFoundError):
        client.delete_stream("s", current_version=ANY)
    client.append_to_stream("s", events=made(*"AB"), current_version=NONE)
    with pytest.raises(WrongCurrentVersionError):
        client.delete_stream("s", current_version=0)
    client.delete_stream("s", current_version=1)
    client.delete_stream("s", current_version=1)
    with pytest.raises(StreamIsDeletedError):
        client.delete_stream("s", current_version=EXISTS)
    with pytest.raises(NotFoundError):
        client.get_stream("s")
    assert client.get_current_version("s") == NONE

    with pytest.raises(WrongCurrentVersionError):
        client.append_to_stream("s", events=made("C"), current_version=0)
    client.append_to_stream("s", events=made("C"), current_version=NONE)
    client.append_to_stream("s", events=made("D"), current_version=2)
    assert [(e.type, e.stream_position) for e in client.get_stream("s")] == [("C", 2), ("D", 3)]


def test_a_tombstoned_stream_is_gone_for_ever(client: KurrentDBClient) -> None:
    with pytest.raises(NotFoundError):
        client.tombstone_stream("s", current_version=EXISTS)
    client.append_to_stream("s", events=made("A"), current_version=NONE)
    with pytest.raises(WrongCurrentVersionError):
        client.tombstone_stream("s", current_version=4)
    client.tombstone_stream("s", current_version=0)
    client.tombstone_stream("never", current_version=ANY)
    for stream in ("s", "never"):
        with pytest.raises(StreamIsDeletedError):
            client.tombstone_stream(stream, current_version=ANY)
        with pytest.raises(StreamIsDeletedError):
            client.get_stream(stream)
        with pytest.raises(StreamIsDeletedError):
            client.append_to_stream(stream, events=made("B"), current_version=NONE)


def test_metadata_of_a_stream_is_kept_and_truncates_it(client: KurrentDBClient) -> None:
    assert client.get_stream_metadata("s") == ({}, NONE)
    client.append_to_stream("s", events=made(*"ABCD"), current_version=NONE)
    client.set_stream_metadata("s", metadata={"$maxCount": 2, "colour": "red"})
    assert client.get_stream_metadata("s") == ({"$maxCount": 2, "colour": "red"}, 0)
    assert [e.type for e in client.get_stream("s")] == ["C", "D"]
    client.set_stream_metadata("s", metadata={"$tb": 1}, current_version=0)
    assert [e.stream_position for e in client.get_stream("s")] == [1, 2, 3]


def test_a_link_is_read_as_it_is_or_as_what_it_points_to(client: KurrentDBClient) -> None:
    [event] = made("A")
    client.append_to_stream("s", events=[event], current_version=NONE)
    client.append_to_stream("links", events=[NewEvent(type="$>", data=b"0@s")], current_version=NONE)

    assert [e.type for e in client.get_stream("links")] == ["$>"]
    [resolved] = client.get_stream("links", resolve_links=True)
    assert (resolved.id, resolved.stream_name) == (event.id, "s")
    assert resolved.link is not None


def test_more_than_the_server_takes_at_once_is_refused_whole(client: KurrentDBClient) -> None:
    large = [NewEvent(type="L", data=b"1" * 400_000) for _ in range(3)]
    with pytest.raises(MaximumAppendSizeExceededError, match="1048576"):
        client.append_to_stream("s", events=large, current_version=NONE)
    with pytest.raises(NotFoundError):
        client.get_stream("s")


def test_what_was_appended_survives_a_kill_and_a_torn_end(tmp_path: Path) -> None:
    with running(tmp_path) as server, KurrentDBClient(server.url) as client:
        position = client.append_to_stream("s", events=made(*"AB"), current_version=NONE)
        server.kill()
        whole = (tmp_path / "store.log").read_bytes()
        (tmp_path / "store.log").write_bytes(whole + whole[-40:-3])
        server.start()
        assert [e.type for e in client.get_stream("s")] == ["A", "B"]
        assert client.get_commit_position() == position
        assert client.append_to_stream("s", events=made("C"), current_version=1) > position
        server.restart()
        assert [e.type for e in client.get_stream("s")] == ["A", "B", "C"]


def test_only_who_may_is_let_in_and_only_over_tls_that_matches(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    arguments = ["--certificate", str(certificate), "--key", str(key), "--user", "admin:changeit"]
    with running(tmp_path, arguments=arguments) as server:
        root = certificate.read_bytes()
        with KurrentDBClient(f"kurrentdb://admin:changeit@{server.target}", root_certificates=root) as client:
            client.append_to_stream("s", events=made("A"), current_version=NONE)
            client.append_to_stream("s", events=made("B"), current_version=0)
            assert [e.type for e in client.get_stream("s")] == ["A", "B"]
        with KurrentDBClient(f"kurrentdb://admin:wrong@{server.target}", root_certificates=root) as client:
            with pytest.raises(UnauthenticatedError):
                client.get_stream("s")


def test_without_a_credential_a_server_with_users_denies_access(tmp_path: Path) -> None:
    with running(tmp_path, arguments=["--user", "admin:changeit"]) as server, KurrentDBClient(server.url) as client:
        with pytest.raises(AccessDeniedError):
            client.get_stream("s")


def test_a_client_finds_the_leader_of_several_nodes_and_follows_it_to_another(tmp_path: Path) -> None:
    with running(tmp_path, nodes=3) as server, KurrentDBClient(server.url) as client:
        assert client.connection_target.endswith(str(server.ports[0]))
        client.append_to_stream("s", events=made("A"), current_version=NONE)
        server.tell("leader", 2)
        client.append_to_stream("s", events=made("B"), current_version=0)
        assert client.connection_target.endswith(str(server.ports[2]))
        assert len(client.get_stream("s")) == 2


def test_the_older_append_call_and_ids_in_numbers_are_answered_too(kurrentdb: StandIn, client: KurrentDBClient) -> None:
    """Clients in other languages speak so."""
    id_ = UUID("01234567-89ab-cdef-8123-456789abcdef")
    halves = shared_pb2.UUID.Structured(most_significant_bits=0x0123456789ABCDEF, least_significant_bits=-(2**64 - 0x8123456789ABCDEF))  # fmt: skip
    identifier = shared_pb2.StreamIdentifier(stream_name=b"s")
    options = streams_pb2.AppendReq.Options(stream_identifier=identifier, no_stream=shared_pb2.Empty())
    message = streams_pb2.AppendReq.ProposedMessage(
        id=shared_pb2.UUID(structured=halves), metadata={"type": "A", "content-type": "application/json"}, data=b"{}"
    )
    asked = [streams_pb2.AppendReq(options=options), streams_pb2.AppendReq(proposed_message=message)]
    with grpc.insecure_channel(kurrentdb.target) as channel:
        stub = StreamsStub(channel)  # type: ignore[no-untyped-call]
        assert stub.Append(iter(asked)).success.current_revision == 0
        assert stub.Append(iter(asked)).success.current_revision == 0
        other = streams_pb2.AppendReq.ProposedMessage(metadata=message.metadata, data=b"{}")
        other.id.string = str(UUID(int=1))
        refused = stub.Append(iter([asked[0], streams_pb2.AppendReq(proposed_message=other)]))
        assert refused.wrong_expected_version.current_revision == 0
        assert refused.wrong_expected_version.WhichOneof("expected_revision_option") == "expected_no_stream"
        read = streams_pb2.ReadReq.Options(
            stream=streams_pb2.ReadReq.Options.StreamOptions(stream_identifier=identifier, start=shared_pb2.Empty()),
            count=5,
            no_filter=shared_pb2.Empty(),
            uuid_option=streams_pb2.ReadReq.Options.UUIDOption(structured=shared_pb2.Empty()),
        )
        [event] = stub.Read(streams_pb2.ReadReq(options=read))
    assert event.event.event.id.structured == halves
    assert [e.id for e in client.get_stream("s")] == [id_]


async def test_the_async_client_appends_reads_and_subscribes_alike(async_client: AsyncKurrentDBClient) -> None:
    client = async_client
    one, two = made("One", "Two")
    first = await client.append_to_stream("s", events=[one], current_version=NONE)
    assert await client.append_to_stream("s", events=[one], current_version=NONE) == first
    with pytest.raises(WrongCurrentVersionError, match="last event is 0 not 3"):
        await client.append_to_stream("s", events=[two], current_version=3)

    subscription = await client.subscribe_to_all(
        filter_include=["s"], filter_by_stream_name=True, filter_by_prefix=True, include_caught_up=True, timeout=20
    )
    seen = [await anext(subscription), await anext(subscription)]
    await client.append_to_stream("t", events=made("Other"), current_version=NONE)
    await client.append_to_stream("s", events=[two], current_version=0)
    seen.append(await anext(subscription))
    await subscription.stop()

    assert [getattr(e, "type", "") for e in seen] == ["One", "", "Two"]
    assert seen[1].is_caught_up
    assert [e.type for e in await client.get_stream("s", backwards=True)] == ["Two", "One"]
    await client.tombstone_stream("s", current_version=ANY)
    with pytest.raises(StreamIsDeletedError):
        await client.append_to_stream("s", events=made("A"), current_version=ANY)
    await client.set_stream_metadata("t", metadata={"a": 1})
    assert json.dumps((await client.get_stream_metadata("t"))[0]) == '{"a": 1}'
