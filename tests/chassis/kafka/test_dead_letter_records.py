"""What a stranger wrote to a topic of dead letters is passed over, and nothing is replayed to where it says."""

import pytest

from chassis.base.message import Header, Message
from chassis.deadletter.port import DeadLetter
from chassis.deadletter.topic import read_letter, to_headers

TRUE = DeadLetter("router", Message("complaint-events", 3, 7, b"k", b"{}", []), "Poison: it is bad", 1)


def record(*changed: Header) -> Message:
    names = {name for name, _ in changed}
    headers = [*(each for each in to_headers(TRUE) if each[0] not in names), *changed]
    return Message("dead-letter.router", 0, 0, b"k", b"{}", headers)


def test_a_dead_letter_is_read_back() -> None:
    assert read_letter(record()) == TRUE


@pytest.mark.parametrize(
    "changed",
    [
        ("dl_partition", b"x"),
        ("dl_offset", b""),
        ("dl_topic", b"\xff"),
        ("dl_topic", None),
        ("dl_attempts", b"9" * 5_000),
    ],
)
def test_a_strangers_record_is_passed_over(changed: Header) -> None:
    assert read_letter(record(changed)) is None
    assert read_letter(Message("dead-letter.router", 0, 0, None, b"{}")) is None


@pytest.mark.parametrize("topic", [b"relay-checkpoint", b"registry-events", b"agency.pu.inbox", b"dead-letter.intake"])
def test_nothing_is_replayed_to_a_topic_that_nobody_of_us_reads(topic: bytes) -> None:
    assert read_letter(record(("dl_topic", topic))) is None
