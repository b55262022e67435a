"""The place in a trace that an event's metadata keeps, and the Kafka header made of it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis.kafka.cloudevents import to_headers
from schemas.base.envelope import Metadata, RecordedEvent, is_sampled, traceparent_of
from schemas.events.codec import metadata_of

ID = UUID("77a33dd7-5345-531d-b45c-3b6a5bd74527")
AT = datetime(2026, 3, 2, 2, 31, tzinfo=UTC)
PLACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
BEFORE = Metadata(writer="intake", correlation_id=ID, causation_id=ID, at=AT)


def stored(metadata: bytes) -> RecordedEvent:
    return RecordedEvent(ID, "ComplaintFiled", b"{}", metadata, f"complaint-{ID}", 0, 1, AT)


def test_a_traced_event_has_the_place_in_its_metadata_and_as_a_header() -> None:
    event = stored(BEFORE.model_copy(update={"traceparent": PLACE}).model_dump_json(exclude_none=True).encode())
    assert metadata_of(event).traceparent == traceparent_of(event.metadata) == PLACE
    assert dict(to_headers(event))["traceparent"] == PLACE.encode()


def test_metadata_of_the_version_before_is_read_as_before() -> None:
    event = stored(BEFORE.model_dump_json(exclude_none=True).encode())
    assert b"traceparent" not in event.metadata
    assert metadata_of(event) == BEFORE
    assert "traceparent" not in dict(to_headers(event))


@pytest.mark.parametrize("value", ["", PLACE.upper(), PLACE[:-1], PLACE + "0", PLACE.replace("00-", "ff-", 1)])
def test_what_is_no_traceparent_makes_no_header(value: str) -> None:
    event = stored(BEFORE.model_copy(update={"traceparent": value}).model_dump_json(exclude_none=True).encode())
    assert traceparent_of(event.metadata) is None
    assert "traceparent" not in dict(to_headers(event))


def test_a_text_that_quotes_a_traceparent_is_none() -> None:
    quoted = Metadata(writer=f'"traceparent":"{PLACE}"', correlation_id=ID, causation_id=ID, at=AT)
    assert traceparent_of(quoted.model_dump_json(exclude_none=True).encode()) is None


def test_the_flag_says_whether_a_trace_is_recorded() -> None:
    assert [is_sampled(PLACE[:-2] + flags) for flags in ("01", "03", "00", "02")] == [True, True, False, False]
