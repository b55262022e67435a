"""One suite for both unmodified clients, the blocking and the async one: what they are told of appends, reads and
subscriptions, as their documentation says it of the server.
"""

import inspect
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from kurrentdbclient import AsyncKurrentDBClient, KurrentDBClient, NewEvent, StreamState
from kurrentdbclient.events import CaughtUp, Checkpoint
from kurrentdbclient.exceptions import (
    FailedPreconditionError,
    InvalidCommitPositionError,
    MaximumAppendSizeExceededError,
    NotFoundError,
    StreamIsDeletedError,
    WrongCurrentVersionError,
)

from support.kurrentdb.process import StandIn

ANY, NONE, EXISTS = StreamState.ANY, StreamState.NO_STREAM, StreamState.EXISTS
SOFTLY_DELETED = 2**63 - 1


@pytest.fixture(params=[KurrentDBClient, AsyncKurrentDBClient], ids=["blocking", "async"])
async def client(request: pytest.FixtureRequest, kurrentdb: StandIn) -> AsyncIterator[Any]:
    opened = request.param(kurrentdb.url)
    await told(opened.connect() if request.param is AsyncKurrentDBClient else None)
    yield opened
    await told(opened.close())


async def told(answer: Any) -> Any:
    """The answer of either client."""
    return await answer if inspect.isawaitable(answer) else answer


async def some(reader: Any, count: int) -> list[Any]:
    """The next of a reader or subscription of either client, which is stopped then."""
    found = [await anext(reader) if hasattr(reader, "__anext__") else next(reader) for _ in range(count)]
    await told(reader.stop())
    return found


async def whole(reader: Any) -> list[Any]:
    reader = await told(reader)
    return [each async for each in reader] if hasattr(reader, "__anext__") else list(reader)


def made(*types: str, data: bytes = b'{"n":1}') -> list[NewEvent]:
    return [NewEvent(type=type_, data=data) for type_ in types]


@pytest.mark.parametrize(
    ("there", "expected", "actual"),
    [(0, 0, NONE), (0, 7, NONE), (0, EXISTS, NONE), (2, NONE, 1), (2, 0, 1), (2, 2, 1)],
)
async def test_a_wrong_version_names_the_stream_what_was_expected_and_what_is(
    client: Any, there: int, expected: int | StreamState, actual: int | StreamState
) -> None:
    if there:
        await told(client.append_to_stream("s", events=made(*"AB"[:there]), current_version=NONE))

    with pytest.raises(WrongCurrentVersionError) as refused:
        await told(client.append_to_stream("s", events=made("C"), current_version=expected))

    why = refused.value
    assert (why.stream_name, why.expected_version, why.actual_version) == ("s", expected, actual)
    assert await told(client.get_current_version("s")) == actual


async def test_appends_under_every_expectation_that_holds_are_counted_and_told_again_are_not(client: Any) -> None:
    before = await told(client.get_commit_position())
    events = made(*"ABCD")
    for event, expected in zip(events, [NONE, 0, EXISTS, ANY], strict=True):
        position = await told(client.append_to_stream("s", events=[event], current_version=expected))
        assert position > before
        before = position
    for event, expected in zip(events, [NONE, 0, EXISTS, ANY], strict=True):
        await told(client.append_to_stream("s", events=[event], current_version=expected))

    assert await told(client.get_current_version("s")) == 3
    assert await told(client.get_commit_position()) == before
    assert [event.id for event in await told(client.get_stream("s"))] == [event.id for event in events]


async def test_bytes_that_are_no_json_and_many_events_at_once_are_kept(client: Any) -> None:
    odd = NewEvent(type="Odd", data=b"\x00\xff", metadata=b"\x01", content_type="application/octet-stream")
    await told(client.append_to_stream("s", events=[odd, *made(*["Many"] * 300)], current_version=NONE))

    found = await told(client.get_stream("s"))

    assert (found[0].data, found[0].metadata, found[0].content_type) == (odd.data, odd.metadata, odd.content_type)
    assert [event.stream_position for event in found] == list(range(301))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, "ABCDE"),
        ({"limit": 2}, "AB"),
        ({"backwards": True}, "EDCBA"),
        ({"backwards": True, "limit": 2}, "ED"),
        ({"stream_position": 3}, "DE"),
        ({"stream_position": 1, "limit": 3}, "BCD"),
        ({"stream_position": 1, "backwards": True}, "BA"),
        ({"stream_position": 99}, ""),
        ({"stream_position": 99, "backwards": True}, "EDCBA"),
    ],
)
async def test_a_stream_is_read_from_where_and_how_one_wants(client: Any, how: dict[str, Any], expected: str) -> None:
    await told(client.append_to_stream("s", events=made(*"ABCDE"), current_version=NONE))

    assert "".join(event.type for event in await told(client.get_stream("s", **how))) == expected
    assert "".join(event.type for event in await whole(client.read_stream("s", **how))) == expected


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, ["OrderMade", "BillMade", "OrderSent"]),
        ({"limit": 2}, ["OrderMade", "BillMade"]),
        ({"filter_include": "Order.*"}, ["OrderMade", "OrderSent"]),
        ({"filter_include": ["OrderMade", "BillMade"]}, ["OrderMade", "BillMade"]),
        ({"filter_include": "Order", "filter_by_prefix": True}, ["OrderMade", "OrderSent"]),
        ({"filter_include": "Order", "filter_by_prefix": True, "limit": 1}, ["OrderMade"]),
        ({"filter_exclude": [r"\$.+", ".*Made"]}, ["OrderSent"]),
        ({"filter_include": "shop-.*", "filter_by_stream_name": True}, ["OrderMade", "OrderSent"]),
        ({"filter_include": "shop-2", "filter_by_stream_name": True}, ["OrderSent"]),
        ({"filter_include": ["shop-", "bank-"], "filter_by_stream_name": True, "filter_by_prefix": True},
         ["OrderMade", "BillMade", "OrderSent"]),
        ({"filter_exclude": [r"\$.+", "shop-.*"], "filter_by_stream_name": True}, ["BillMade"]),
        ({"filter_include": "Nothing"}, []),
    ],
)  # fmt: skip
async def test_all_is_filtered_alike_by_reads_in_both_directions_and_by_subscriptions(
    client: Any, how: dict[str, Any], expected: list[str]
) -> None:
    before = await told(client.get_commit_position())
    for stream, type_ in [("shop-1", "OrderMade"), ("bank-1", "BillMade"), ("shop-2", "OrderSent")]:
        await told(client.append_to_stream(stream, events=made(type_), current_version=NONE))

    assert [event.type for event in await whole(client.read_all(**how))] == expected
    if "limit" in how:
        assert len(await whole(client.read_all(backwards=True, **how))) == how["limit"]
        return
    assert [event.type for event in await whole(client.read_all(backwards=True, **how))] == expected[::-1]
    for start in ({}, {"commit_position": before}):
        subscription = await told(client.subscribe_to_all(include_caught_up=True, timeout=20, **start, **how))
        assert UUID(subscription.subscription_id)
        *brought, last = await some(subscription, len(expected) + 1)
        assert [event.type for event in brought] == expected
        assert isinstance(last, CaughtUp)


async def test_a_position_at_which_no_record_begins_is_refused_to_reads_and_subscriptions(client: Any) -> None:
    position = await told(client.append_to_stream("s", events=made("A"), current_version=NONE))
    for wrong in (position - 1, position + 10_000):
        with pytest.raises(InvalidCommitPositionError):
            await whole(client.read_all(commit_position=wrong))
        with pytest.raises(InvalidCommitPositionError):
            await some(await told(client.subscribe_to_all(commit_position=wrong, timeout=20)), 1)


async def test_the_newest_position_is_told_of_all_and_of_what_a_filter_lets_through(client: Any) -> None:
    first = await told(client.append_to_stream("s", events=made("One"), current_version=NONE))
    second = await told(client.append_to_stream("t", events=made("Two"), current_version=NONE))

    assert await told(client.get_commit_position()) == second
    assert await told(client.get_commit_position(filter_include=["One"])) == first
    assert await told(client.get_commit_position(filter_exclude=["Two", r"\$.+"])) == first


async def test_a_subscription_from_the_end_brings_only_what_comes_with_checkpoints_where_it_is_quiet(
    client: Any,
) -> None:
    await told(client.append_to_stream("s", events=made("Old"), current_version=NONE))
    subscription = await told(
        client.subscribe_to_all(
            from_end=True, filter_include=["New"], include_checkpoints=True, include_caught_up=True, window_size=2,
            checkpoint_interval_multiplier=1, timeout=20,
        )
    )  # fmt: skip
    quiet = [
        await told(client.append_to_stream("s", events=made("Quiet"), current_version=version)) for version in (0, 1)
    ]
    await told(client.append_to_stream("s", events=made("New"), current_version=2))

    seen = [one for one in await some(subscription, 3) if not isinstance(one, CaughtUp)]

    assert [type(one) is Checkpoint for one in seen] == [True, False]
    assert (seen[0].commit_position, seen[1].type) == (quiet[1], "New")


async def test_a_stream_is_subscribed_to_with_its_links_resolved_and_told_where_the_past_ends(client: Any) -> None:
    await told(client.append_to_stream("s", events=made(*"ABC"), current_version=NONE))
    links = [NewEvent(type="$>", data=f"{version}@s".encode()) for version in (0, 2)]
    await told(client.append_to_stream("links", events=links, current_version=NONE))

    resolved = await some(
        await told(client.subscribe_to_stream("links", resolve_links=True, include_caught_up=True, timeout=20)), 3
    )
    after = await some(await told(client.subscribe_to_stream("s", stream_position=1, timeout=20)), 1)
    end = await told(client.subscribe_to_stream("s", from_end=True, timeout=20))
    await told(client.append_to_stream("s", events=made("D"), current_version=2))

    assert [(one.type, one.stream_name) for one in resolved[:2]] == [("A", "s"), ("C", "s")]
    assert isinstance(resolved[2], CaughtUp)
    assert [one.type for one in after] == ["C"]
    assert [one.type for one in await some(end, 1)] == ["D"]


async def test_a_deleted_stream_tells_so_in_its_metadata_and_begins_again_where_it_was(client: Any) -> None:
    await told(client.append_to_stream("s", events=made(*"AB"), current_version=NONE))
    await told(client.set_stream_metadata("s", metadata={"colour": "red"}, current_version=NONE))
    await told(client.delete_stream("s", current_version=1))

    assert await told(client.get_stream_metadata("s")) == ({"colour": "red", "$tb": SOFTLY_DELETED}, 1)
    assert await told(client.get_current_version("s")) == NONE
    with pytest.raises(NotFoundError):
        await told(client.get_stream("s"))
    await told(client.append_to_stream("s", events=made("C"), current_version=NONE))
    assert (await told(client.get_stream_metadata("s")))[0] == {"colour": "red", "$tb": 2}
    assert [(one.type, one.stream_position) for one in await told(client.get_stream("s"))] == [("C", 2)]


async def test_a_tombstone_ends_a_stream_and_its_metadata_for_every_call(client: Any) -> None:
    await told(client.append_to_stream("s", events=made("A"), current_version=NONE))
    await told(client.tombstone_stream("s", current_version=0))

    for call in (
        lambda: client.get_stream("s"),
        lambda: client.get_current_version("s"),
        lambda: client.append_to_stream("s", events=made("B"), current_version=NONE),
        lambda: client.append_to_stream("s", events=made("B"), current_version=ANY),
        lambda: client.delete_stream("s", current_version=ANY),
        lambda: client.tombstone_stream("s", current_version=ANY),
        lambda: client.get_stream_metadata("s"),
    ):
        with pytest.raises(StreamIsDeletedError):
            await told(call())
    with pytest.raises((StreamIsDeletedError, FailedPreconditionError), match="is deleted"):
        await told(client.set_stream_metadata("s", metadata={}, current_version=ANY))
    with pytest.raises(StreamIsDeletedError):
        await some(await told(client.subscribe_to_stream("s", timeout=20)), 1)
    assert "A" in [event.type for event in await whole(client.read_all())], "the record of all still has it"


async def test_metadata_has_versions_of_its_own_and_hides_what_is_too_old_or_too_many(client: Any) -> None:
    await told(client.append_to_stream("s", events=made(*"ABCD"), current_version=NONE))
    with pytest.raises(WrongCurrentVersionError):
        await told(client.set_stream_metadata("s", metadata={"a": 1}, current_version=3))
    await told(client.set_stream_metadata("s", metadata={"$maxCount": 3}, current_version=NONE))
    assert [event.type for event in await told(client.get_stream("s"))] == ["B", "C", "D"]
    await told(client.set_stream_metadata("s", metadata={"$tb": 3}, current_version=0))
    assert [event.type for event in await told(client.get_stream("s"))] == ["D"]
    await told(client.set_stream_metadata("s", metadata={"$maxAge": 3600}, current_version=1))
    assert [event.type for event in await told(client.get_stream("s"))] == ["A", "B", "C", "D"]
    assert await told(client.get_stream_metadata("s")) == ({"$maxAge": 3600}, 2)


async def test_too_much_at_once_is_refused_whole_with_the_limit(client: Any) -> None:
    large = made(*["Large"] * 3, data=b"1" * 400_000)
    with pytest.raises(MaximumAppendSizeExceededError, match="1048576"):
        await told(client.append_to_stream("s", events=large, current_version=NONE))
    assert await told(client.get_current_version("s")) == NONE
    await told(client.append_to_stream("s", events=large[:2], current_version=NONE))


async def test_what_is_no_regular_expression_is_refused(client: Any) -> None:
    with pytest.raises(Exception, match="no regular expression"):
        await whole(client.read_all(filter_include="("))
