"""Who gave a command is stored with its events, and leaves the store in no record."""

from datetime import UTC, datetime
from uuid import UUID

from chassis.base.message import Message
from chassis.kafka.cloudevents import to_headers, to_recorded
from chassis.keys.keyring import MemoryKeyRing
from chassis.store.memory import MemoryStore
from chassis.write.repository import Cause, Repository
from schemas.access.principal import PUBLIC, Principal, Role, acting_as, grants_of
from schemas.base.envelope import Actor, RecordedEvent, published
from schemas.base.sealed import Keys
from schemas.events.codec import metadata_of
from support.given import filed

AT = datetime(2026, 4, 14, tzinfo=UTC)
ACTOR = Actor(issuer="https://issuer", subject="siti-7", role="officer:pln")


def encoded(*, records_actors: bool = True) -> RecordedEvent:
    store = MemoryStore(lambda: AT, UUID(int=1))
    repository = Repository(store, MemoryKeyRing(), "intake", records_actors=records_actors)
    cause = Cause(UUID(int=2), UUID(int=3), AT, request=b"{}", actor=ACTOR)
    [event] = repository.encode("complaint-x", [filed()], cause, Keys({0: b"k" * 32}))
    return RecordedEvent(*event, "complaint-00000000-0000-0000-0000-000000000007", 0, 1, AT)


def test_an_event_names_who_gave_the_command_under_which_role() -> None:
    assert metadata_of(encoded()).actor == ACTOR


def test_without_the_setting_the_metadata_is_what_the_version_before_reads() -> None:
    assert b"actor" not in encoded(records_actors=False).metadata


def test_no_record_in_kafka_names_who_gave_the_command() -> None:
    event = encoded()
    headers = to_headers(event)
    assert not [name for name, value in headers if value and (b"siti-7" in value or b"actor" in value)]
    sent = to_recorded(Message("t", 0, 0, b"key", event.data, headers))
    assert metadata_of(sent) == metadata_of(event).model_copy(update={"actor": None})


def test_metadata_without_an_actor_leaves_the_store_byte_for_byte() -> None:
    for metadata in (encoded(records_actors=False).metadata, b'{"actor" is no JSON'):
        assert published(metadata) == metadata


def test_the_role_is_the_one_that_was_used() -> None:
    who = Principal("i", "s", grants_of(["officer:pln", "triage", "officer:pu/jalan"]))
    assert acting_as(who, Role.OFFICER, Role.AGENCY, body="pu") == Actor(
        issuer="i", subject="s", role="officer:pu/jalan"
    )
    assert acting_as(who, Role.TRIAGE) == Actor(issuer="i", subject="s", role="triage")
    assert acting_as(who, Role.ARBITER) is acting_as(PUBLIC, Role.TRIAGE) is None
