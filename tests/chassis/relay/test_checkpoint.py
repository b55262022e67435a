"""The relay trusts a signed checkpoint of its store and topics, and skips what anybody else wrote."""

from uuid import UUID

import pytest

from chassis.base.message import Header, Message
from chassis.kafka.signature import SIGNATURE, Signer, signing_key
from chassis.relay.checkpoint import FoundCheckpoint, RelayCheckpoint, checkpoint_signature, choose, decode

KEY, HERE, ELSEWHERE = signing_key(b"a master key"), UUID(int=3), UUID(int=4)
TOPICS = {"complaint-events": "a"}


def record(value: bytes | None, *headers: Header) -> Message:
    return Message("relay-checkpoint", 0, 0, b"relay", value, headers)


def at(position: int, *, store: UUID = HERE, signed: bool = True, topic: str = "a") -> FoundCheckpoint:
    return FoundCheckpoint(
        RelayCheckpoint(store, position, {"complaint-events": topic}, UUID(int=position % 2**64)), signed
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"x",
        b"[]",
        b"7",
        b"{}",
        b'{"store_id": 7, "position": 1, "topic_ids": {}}',
        b'{"store_id": "00000000-0000-0000-0000-000000000003", "position": "x", "topic_ids": {}}',
        b'{"store_id": "00000000-0000-0000-0000-000000000003", "position": Infinity, "topic_ids": {}}',
        b'{"store_id": "00000000-0000-0000-0000-000000000003", "position": 1, "topic_ids": []}',
        b"\xff",
    ],
)
def test_a_record_that_is_no_checkpoint_is_skipped(value: bytes | None) -> None:
    assert decode(record(value), KEY) is None


def test_a_checkpoint_is_read_back_and_its_signature_checked() -> None:
    checkpoint = RelayCheckpoint(HERE, 7, TOPICS, UUID(int=7))
    value = checkpoint.encoded()
    signature = (SIGNATURE, checkpoint_signature(Signer(KEY, HERE), value))
    assert decode(record(value, signature), KEY) == FoundCheckpoint(checkpoint, signed=True)
    assert decode(record(value), KEY) == FoundCheckpoint(checkpoint, signed=False)
    forged = checkpoint._replace(position=9).encoded()
    assert decode(record(forged, signature), KEY) == FoundCheckpoint(checkpoint._replace(position=9), signed=False)


def test_the_furthest_signed_checkpoint_of_this_store_and_these_topics_counts() -> None:
    found = [at(5), at(8), at(10**40, signed=False), at(99, store=ELSEWHERE, signed=False), at(50, topic="b"), at(6)]
    assert choose(found, HERE, TOPICS) == at(8).checkpoint


def test_checkpoints_of_the_version_before_count_while_there_is_no_signed_one() -> None:
    assert choose([at(5, signed=False), at(7, signed=False)], HERE, TOPICS) == at(7).checkpoint


def test_one_of_other_topics_or_of_another_store_is_told_if_there_is_nothing_better() -> None:
    assert choose([at(5, topic="b"), at(9, store=ELSEWHERE)], HERE, TOPICS) == at(5, topic="b").checkpoint
    assert choose([at(9, store=ELSEWHERE)], HERE, TOPICS) == at(9, store=ELSEWHERE).checkpoint
    assert choose([], HERE, TOPICS) is None
