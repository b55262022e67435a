"""What is said of events that are in Kafka and not in the copy."""

from datetime import UTC, datetime
from uuid import UUID

from pydantic_core import to_json

from backup.loss import Loss
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import REGISTRY, complaint_stream
from schemas.events.intake import ComplaintFiled, DetailAdded

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
NEW, OLD = UUID(int=1), UUID(int=2)


def event(position: int, complaint: UUID | None, type_: str, version: int = 0, **data: str) -> RecordedEvent:
    stream = complaint_stream(complaint) if complaint else REGISTRY
    return RecordedEvent(UUID(int=position), type_, to_json(data), b"{}", stream, version, position, AT)


def test_nothing_beyond_the_copy_is_no_loss() -> None:
    loss = Loss(position=9)
    loss.add(event(9, NEW, ComplaintFiled.__name__, public_number="SP-1"))
    assert loss.told() == ["no record beyond position 9 is known"]
    assert loss.rows() == []


def test_a_complaint_filed_after_the_copy_is_named_by_its_public_number() -> None:
    loss = Loss(position=9)
    loss.add(event(11, NEW, DetailAdded.__name__, version=1))
    loss.add(event(10, NEW, ComplaintFiled.__name__, public_number="SP-2026-000010-1"))
    assert loss.told() == [
        "lost: the events at positions 10 to 11, as far as Kafka holds them (2 of them)",
        "1 complaint was filed after the copy and is gone: SP-2026-000010-1",
    ]


def test_a_complaint_of_before_that_lost_its_last_steps_is_told_apart() -> None:
    loss = Loss(position=9)
    loss.add(event(12, OLD, DetailAdded.__name__, version=4))
    assert loss.told()[1] == f"1 complaint of before lost its last steps: {OLD} (from version 4 on)"


def test_an_event_that_comes_twice_counts_once() -> None:
    loss = Loss(position=9)
    for _ in range(2):
        loss.add(event(10, OLD, DetailAdded.__name__, version=4))
    assert "(1 of them)" in loss.told()[0]


def test_many_complaints_are_counted_and_the_first_are_named() -> None:
    loss = Loss(position=0)
    for number in range(1, 31):
        loss.add(event(number, UUID(int=number), ComplaintFiled.__name__, public_number=f"SP-{number:02}"))
    assert loss.told()[1].startswith("30 complaints were filed after the copy and are gone: SP-01, SP-02, ")
    assert loss.told()[1].endswith("SP-20 and 10 more")
    assert len(loss.rows()) == 30


def test_the_rows_of_the_list_say_what_became_of_each_complaint() -> None:
    loss = Loss(position=0)
    loss.add(event(3, NEW, ComplaintFiled.__name__, public_number="SP-3"))
    loss.add(event(5, OLD, DetailAdded.__name__, version=4))
    assert loss.rows() == [(str(NEW), "SP-3", "gone", 0, 1), (str(OLD), "", "from this version on", 4, 1)]


def test_lost_steps_of_the_registry_are_told() -> None:
    loss = Loss(position=0)
    loss.add(event(3, None, "AgencyRegistered", version=40))
    assert loss.told()[1:] == ["1 change of the registry of bodies is gone: make it again"]
