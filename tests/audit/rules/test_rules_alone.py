"""Audit rules about a stream, a removed event and a state, on made-up events without a store."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from audit.finding import AuditContext
from audit.rules.dates import date_faults
from audit.rules.gaps import SHOWN, Gaps
from audit.rules.history import lifecycle_faults, stream_faults
from audit.rules.state import RelatedComplaints, check, state_faults
from chassis.write.loaded import LoadedStream
from schemas.base.envelope import Metadata, RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import complaint_stream
from schemas.base.values import NOBODY, Clock
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.deadlines import running
from schemas.events.base import Fact
from schemas.events.codec import encode
from schemas.events.escalation import ComplaintEscalated, ReminderSent
from schemas.events.intake import (
    ComplaintWithdrawn,
    ContactRead,
    DataAccessGiven,
    DataAccessRequested,
    ErasureRequested,
    PersonalDataErased,
)
from schemas.events.router import ComplaintRouted
from schemas.reference.load import policies
from schemas.registry.fold import Registry
from support.given import COMPLAINT, NOON, answered, filed, given, routed, told
from support.nation import registry

STREAM = complaint_stream(COMPLAINT)
KEYS = Keys({1: bytes(32)})
CONTEXT = AuditContext(Registry(), policies(), NOON + timedelta(hours=1), timedelta(days=1))


def recorded(fact: Fact, version: int, writer: str, id_: int | None = None) -> RecordedEvent:
    metadata = Metadata(writer=writer, correlation_id=COMPLAINT, causation_id=COMPLAINT, at=NOON)
    event = encode(fact, UUID(int=id_ or version + 1), metadata, KEYS)
    return RecordedEvent(*event, STREAM, version, version + 1, NOON)


FILED, ROUTED = recorded(filed(), 0, "intake"), recorded(routed(), 1, "router")


def faults(*events: RecordedEvent) -> list[tuple[str, int]]:
    return [(violation.code, violation.version) for violation in stream_faults(STREAM, events)]


def test_a_sound_stream_has_no_faults() -> None:
    assert faults(FILED, ROUTED) == []


def test_a_missing_version_an_unknown_type_and_a_repeated_id_are_found() -> None:
    assert faults(FILED, ROUTED._replace(version=2)) == [("stream-cut", 1)]
    assert faults(FILED, ROUTED._replace(type="ComplaintSung")) == [("not-allowed", 1)]
    assert faults(FILED, ROUTED._replace(id=FILED.id)) == [("id-twice", 1)]


def test_a_broken_envelope_and_a_foreign_writer_are_found() -> None:
    assert faults(FILED._replace(metadata=b"{}")) == [("unreadable", 0)]
    assert faults(FILED, recorded(routed(), 1, "intake")) == [("foreign-writer", 1)]


def test_what_the_lifecycle_does_not_allow_is_found() -> None:
    def found(*facts: Fact) -> list[tuple[str, int]]:
        return [(violation.code, violation.version) for violation in lifecycle_faults(STREAM, COMPLAINT, told(*facts))]

    assert found(filed(), routed(), answered()) == []
    assert found(routed()) == [("not-born", 0)]
    assert found(filed(), filed()) == [("born-twice", 1)]
    assert found(filed(), answered()) == [("not-allowed", 1)]


def test_missing_positions_are_counted_and_only_the_first_are_shown() -> None:
    gaps = Gaps()
    gaps.stream([])
    gaps.page([FILED._replace(position=3 * number) for number in range(1, SHOWN + 3)])
    [violation] = gaps.found()
    assert violation.what.startswith(f"{2 * (SHOWN + 2)} events are missing")
    assert violation.what.endswith("; and more")


def test_an_open_complaint_without_holder_and_a_closing_without_answer_are_found() -> None:
    def found(**changes: object) -> list[str]:
        state = given(filed(), routed())._replace(**changes)  # type: ignore[arg-type]
        return [violation.code for violation in state_faults(state, RelatedComplaints({}), CONTEXT)]

    assert "no-holder" in found(holder=NOBODY, status=Status.IN_PROGRESS)
    assert found(status=Status.CLOSED, holder=NOBODY, closed=CloseReason.SILENCE) == ["closed-unanswered"]
    assert found() == ["holder-gone"], "the registry is empty"


ESCALATED = ComplaintEscalated(at=NOON, rung=1, clock=Clock.SETTLE, started_version=0)
REMINDED = ReminderSent(at=NOON, clock=Clock.TRIAGE, started_version=1, due_at=NOON)


def test_a_rung_that_was_climbed_before_is_found() -> None:
    assert list(date_faults(given(filed(), routed()), ESCALATED, CONTEXT)) == []
    twice = given(filed(), routed(), ESCALATED)
    assert [code for code, _ in date_faults(twice, ESCALATED, CONTEXT)] == ["said-twice"]


def test_a_date_is_not_checked_for_a_gone_agency_nor_for_a_clock_that_does_not_run() -> None:
    nation = CONTEXT._replace(registry=registry())
    assert list(date_faults(given(filed(), routed("gone")), REMINDED, nation)) == []
    assert list(date_faults(given(filed(), routed()), REMINDED, nation)) == []


def test_a_reminder_names_the_date_that_the_rules_give() -> None:
    state, nation = given(filed(), routed()), CONTEXT._replace(registry=registry())
    [due] = [due for due in running(state, nation.registry, nation.policies) if due.clock is Clock.SETTLE]
    right = ReminderSent(at=NOON, clock=Clock.SETTLE, started_version=0, due_at=due.due_at)
    assert list(date_faults(state, right, nation)) == []
    wrong = right.model_copy(update={"due_at": due.due_at + timedelta(days=1)})
    assert [code for code, _ in date_faults(state, wrong, nation)] == ["wrong-date"]


def test_an_open_complaint_without_a_next_action_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.rules.state.next_action", lambda *_: None)
    nation = CONTEXT._replace(registry=registry())
    found = state_faults(given(filed(), routed()), RelatedComplaints({}), nation)
    assert [violation.code for violation in found] == ["nothing-next"]


def test_keys_may_exist_for_a_while_after_the_request_for_erasure() -> None:
    events = [filed(), ComplaintWithdrawn(at=NOON, cause="erasure"), PersonalDataErased(at=NOON)]
    recorded_events = tuple(recorded(event, version, "intake") for version, event in enumerate(events))
    loaded = LoadedStream(STREAM, given(*events), KEYS, recorded_events)
    assert check(loaded, RelatedComplaints({}), CONTEXT) == []
    late = CONTEXT._replace(now=NOON + timedelta(days=2))
    assert [violation.code for violation in check(loaded, RelatedComplaints({}), late)] == ["not-forgotten"]


def test_keys_that_nobody_destroyed_are_missed() -> None:
    loaded = LoadedStream(STREAM, given(filed()), Keys(), (recorded(filed(), 0, "intake"),))
    assert "keys-missing" in [violation.code for violation in check(loaded, RelatedComplaints({}), CONTEXT)]


def _codes(*events: Fact, now: datetime = NOON, keys: Keys = KEYS) -> list[str]:
    writers = ("router" if isinstance(event, ComplaintRouted) else "intake" for event in events)
    written = tuple(
        recorded(event, version, writer) for version, (event, writer) in enumerate(zip(events, writers, strict=True))
    )
    loaded = LoadedStream(STREAM, given(*events), keys, written)
    return [violation.code for violation in check(loaded, RelatedComplaints({}), CONTEXT._replace(now=now))]


def test_data_that_a_reporter_asked_for_are_given_by_their_date() -> None:
    asked = DataAccessRequested(at=NOON, due_at=NOON + timedelta(days=3))
    late = NOON + timedelta(days=5)
    assert "data-not-given" not in _codes(filed(), asked)
    assert "data-not-given" in _codes(filed(), asked, now=late)
    assert "data-not-given" not in _codes(filed(), asked, DataAccessGiven(at=NOON), now=late)


def test_an_erasure_waits_no_longer_than_the_examination() -> None:
    ended = (filed(), ErasureRequested(at=NOON), ComplaintWithdrawn(at=NOON, cause="reporter"))
    late = NOON + timedelta(days=2)
    assert "erasure-waits" not in _codes(*ended)
    assert "erasure-waits" in _codes(*ended, now=late)
    assert "erasure-waits" not in _codes(*ended, PersonalDataErased(at=NOON), now=late)


def test_a_contact_is_read_by_who_holds_it_and_while_nobody_waits_for_its_erasure() -> None:
    read = ContactRead(at=NOON, agency="pln", reason="menanyakan letak")
    assert "contact-read" in _codes(filed(), read), "nobody holds it"
    held = (filed(), routed("pln"))
    assert "contact-read" not in _codes(*held, read)
    assert "contact-read" in _codes(*held, ContactRead(at=NOON, agency="pdam", reason="menanyakan letak"))
    assert "contact-read" in _codes(*held, ErasureRequested(at=NOON), read)
