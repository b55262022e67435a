"""Encoding and decoding are inverse, and unreadable events raise named errors."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.base.envelope import Metadata, NewEvent, RecordedEvent
from schemas.base.sealed import ERASED, BrokenSeal, Keys
from schemas.base.values import Place
from schemas.events import (
    BY_NAME,
    COMPLAINT_EVENTS,
    IMPORTED_EVENTS,
    REGISTRY_EVENTS,
    SUPPORT_EVENTS,
    codec,
    upcasters,
    writer_of,
)
from schemas.events.codec import MalformedEvent, UnknownEvent, decode, encode, metadata_of, sealed_paths
from schemas.events.intake import ComplaintFiled, DetailAdded
from support.any_fact import facts_of

AT = datetime(2026, 4, 14, 5, tzinfo=UTC)
EVENT = UUID(int=9)
KEYS = Keys({1: b"k" * 32})
METADATA = Metadata(writer="test", correlation_id=EVENT, causation_id=EVENT, at=AT)


def stored(event: NewEvent) -> RecordedEvent:
    return RecordedEvent(*event, "complaint-x", 0, 0, AT)


@pytest.mark.parametrize("name", sorted(BY_NAME))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_every_fact_comes_back_as_it_was_said(name: str, data: st.DataObject) -> None:
    fact = data.draw(facts_of(BY_NAME[name]))
    assert decode(stored(encode(fact, EVENT, METADATA, KEYS)), KEYS) == fact


def test_what_was_once_taken_is_read_for_ever_although_it_would_be_refused_today() -> None:
    fact = ComplaintFiled.model_validate(
        {"at": AT, "received_at": AT, "class": "complaint", "text": "x", "channel": "web", "public_number": "SP-2026-000001-1",
         "place": {"region": "\u0663\u0662.\u0667\u0663"}}
    )  # fmt: skip
    assert decode(stored(encode(fact, EVENT, METADATA, KEYS)), KEYS) == fact


def test_metadata_comes_back_with_the_schema_version() -> None:
    event = encode(DetailAdded(at=AT, text="x"), EVENT, METADATA, KEYS)
    assert metadata_of(stored(event)) == METADATA


def test_no_sealed_field_has_an_alias_since_its_name_is_part_of_the_seal() -> None:
    for model in BY_NAME.values():
        assert all(model.model_fields[path[0]].alias is None for path in sealed_paths(model))


def test_no_text_that_is_sealed_is_readable_in_the_stored_bytes() -> None:
    fact = ComplaintFiled.model_validate(
        {"at": AT, "received_at": AT, "text": "RAHASIA1", "title": "RAHASIA2", "addressed_to": "RAHASIA3"}
        | {"place": Place(address="RAHASIA4"), "channel": "web", "public_number": "SP-2026-000001-8"}
    )
    assert b"RAHASIA" not in encode(fact, EVENT, METADATA, KEYS).data


def test_a_text_whose_key_is_destroyed_reads_as_erased_and_the_rest_stands() -> None:
    event = encode(DetailAdded(at=AT, text="x"), EVENT, METADATA, KEYS)
    assert decode(stored(event)) == DetailAdded(at=AT, text=ERASED)


def test_sealing_without_a_living_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        encode(DetailAdded(at=AT, text="x"), EVENT, METADATA)


def test_a_token_moved_to_another_event_is_a_broken_seal() -> None:
    event = encode(DetailAdded(at=AT, text="x"), EVENT, METADATA, KEYS)
    with pytest.raises(BrokenSeal):
        decode(stored(event._replace(id=UUID(int=10))), KEYS)


def test_a_type_of_a_newer_service_is_unknown() -> None:
    event = encode(DetailAdded(at=AT, text="x"), EVENT, METADATA, KEYS)
    with pytest.raises(UnknownEvent):
        decode(stored(event._replace(type="ComplaintSung")), KEYS)


@pytest.mark.parametrize("data", [b"{}", b"not json", b'{"at":"2026-04-14T05:00:00Z","text":"no token"}'])
def test_bytes_that_do_not_fit_are_malformed_and_say_where(data: bytes) -> None:
    event = encode(DetailAdded(at=AT, text="x"), EVENT, METADATA, KEYS)
    with pytest.raises(MalformedEvent, match="DetailAdded at complaint-x@0"):
        decode(stored(event._replace(data=data)), KEYS)


def test_a_field_of_a_newer_writer_is_passed_over() -> None:
    event = encode(DetailAdded(at=AT, text="x"), EVENT, METADATA, KEYS)
    newer = event.data[:-1] + b',"mood":"cross"}'
    assert decode(stored(event._replace(data=newer)), KEYS) == DetailAdded(at=AT, text="x")


def test_an_old_form_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(body: dict[str, Any]) -> dict[str, Any]:
        return {"at": body["at"], "text": body["words"]}

    steps = {("DetailAdded", 1): renamed}
    monkeypatch.setattr(codec, "_CHANGED", frozenset({"DetailAdded"}))
    monkeypatch.setattr(codec, "upcast", lambda t, v, b: upcasters.upcast(t, v, b, steps))
    event = encode(DetailAdded(at=AT, text="x"), EVENT, METADATA, KEYS)
    old = stored(event._replace(data=event.data.replace(b'"text"', b'"words"')))
    assert decode(old, KEYS) == DetailAdded(at=AT, text="x")
    assert upcasters.current_version("DetailAdded", steps) == 2


def test_every_event_has_one_owner_and_one_kind_of_stream() -> None:
    assert {writer_of(name) for name in BY_NAME} == {"intake", "router", "agency-inbox", "escalation", "reporting"}
    assert set(BY_NAME) == COMPLAINT_EVENTS | REGISTRY_EVENTS | SUPPORT_EVENTS | IMPORTED_EVENTS
    assert writer_of("AgencyRegistered") == "router"
