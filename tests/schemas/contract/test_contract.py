"""The outward contract: complete messages without personal or foreign data, and limits that name the field."""

from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from schemas.base.limits import BODY, TITLE
from schemas.base.values import Clock, ComplaintClass, Place
from schemas.complaint.fold import RecordedFact as Said
from schemas.complaint.lifecycle import CloseReason, Status
from schemas.complaint.state import Complaint
from schemas.contract import (
    CASES,
    REPLIES,
    Answered,
    Case,
    Complaining,
    ComplaintSummary,
    PlaceGiven,
    Returned,
    Submission,
    SummaryRetracted,
    agency_message,
    newest_message,
    retraction,
    summary,
)
from schemas.events.agency_inbox import ComplaintReturned
from schemas.events.base import Fact
from schemas.events.intake import ComplaintWithdrawn, DetailAdded, PersonalDataErased, ResolutionConfirmed
from schemas.events.registry import AgenciesMerged
from schemas.events.router import ComplaintClassified, ComplaintJoined
from schemas.reference.load import policies
from support.given import BASIS, NOON, answered, asked, filed, given, part_opened, routed, split
from support.nation import registry

NATION = registry()
POLICIES = policies()
PERSON = UUID(int=77)
RETURNED = ComplaintReturned(at=NOON, agency="city", reason="bukan wewenang")


def told(*facts: Fact, agency: str = "city") -> Case:
    return newest_message(given(*facts), agency, NATION, POLICIES)


class TestCase:
    def test_the_holder_is_told_everything_it_needs(self) -> None:
        place = Place(region="32.73.01", lat=-6.9, lon=107.6, address="Jalan Contoh")
        said = filed(place=place, title="Lampu", person=PERSON)
        message = told(said, routed(unit="pu", note="segera"), DetailAdded(at=NOON, text="masih padam"))
        assert type(message) is CASES["complaint.detail-added"]
        assert (message.yours, message.unit, message.version, message.status) == (True, "pu", 2, Status.ROUTED)
        assert message.content is not None
        assert (message.content.text, message.content.title, message.content.note) == ("lampu mati", "Lampu", "segera")
        assert [detail.text for detail in message.content.details] == ["masih padam"]
        assert message.content.place is not None
        assert message.content.place.address == "Jalan Contoh"
        assert {due.clock for due in message.due} == {Clock.ACKNOWLEDGE, Clock.SETTLE}

    @pytest.mark.parametrize(
        ("flags", "available"),
        [({"person": PERSON}, True), ({}, False), ({"person": PERSON, "anonymous": True}, False)],
    )
    def test_identity_is_offered_only_if_there_is_one_and_the_reporter_is_not_anonymous(
        self, flags: dict[str, object], available: bool
    ) -> None:
        message = told(filed(**flags), routed())
        assert message.identity_available is available
        assert str(PERSON) not in message.model_dump_json()

    def test_who_lost_it_is_told_no_content_and_no_grade(self) -> None:
        grade = ComplaintClassified.model_validate(
            {"at": NOON, "class": "complaint", "supervision": True, "basis": BASIS}
        )
        message = told(filed(), routed(), RETURNED, grade)
        assert type(message) is CASES["complaint.unassigned"]
        assert (message.yours, message.content, message.supervision, message.due) == (False, None, False, ())

    def test_a_joined_complaint_that_ends_later_stays_without_content_for_who_lost_it(self) -> None:
        joined = ComplaintJoined(at=NOON, lead=UUID(int=1))
        message = told(filed(), routed(), joined, ComplaintWithdrawn(at=NOON))
        assert (message.closed, message.content) == (CloseReason.WITHDRAWN, None)

    def test_who_held_it_to_the_end_is_told_how_it_ended(self) -> None:
        message = told(filed(), routed(), answered(), ResolutionConfirmed(at=NOON))
        assert type(message) is CASES["complaint.closed"]
        assert (message.closed, message.yours) == (CloseReason.CONFIRMED, False)
        assert message.content is not None
        assert message.content.response == "sudah diganti"

    def test_the_successor_of_the_last_holder_is_told_too(self) -> None:
        merged = AgenciesMerged(at=NOON, agencies=("city",), successor="province", reason="-")
        state = given(filed(), routed(), ComplaintWithdrawn(at=NOON))
        assert agency_message(state, "province", "closed", registry(merged), POLICIES).content is not None
        assert agency_message(state, "water", "closed", NATION, POLICIES).content is None
        assert (
            agency_message(given(filed(), ComplaintWithdrawn(at=NOON)), "city", "closed", NATION, POLICIES).content
            is None
        )

    def test_erasure_tells_every_body_that_ever_had_it(self) -> None:
        state = given(filed(), routed(), RETURNED, routed("water"), PersonalDataErased(at=NOON))
        for agency in ("city", "water"):
            assert newest_message(state, agency, NATION, POLICIES).erased

    def test_a_lead_is_told_the_parts_of_its_whole(self) -> None:
        (part,) = told_split().parts
        assert (part.agency, part.mandatory) == ("water", True)

    def test_a_question_travels_until_it_is_answered(self) -> None:
        state = given(filed(), routed(), asked())
        content = agency_message(state, "city", "assigned", NATION, POLICIES).content
        assert content is not None
        assert content.question == "di mana?"

    def test_there_is_nothing_to_tell_a_body_that_never_had_it(self) -> None:
        with pytest.raises(KeyError):
            told(filed(), routed(), agency="water")


def told_split() -> Case:
    return agency_message(given(filed(), routed(), split(UUID(int=1))), "city", "assigned", NATION, POLICIES)


def _as_told(*facts: Fact) -> list[Said]:
    return [Said(fact, UUID(int=number), number) for number, fact in enumerate(facts)]


class TestSummary:
    def line(self, state: Complaint) -> ComplaintSummary:
        found = summary(state, NATION, None)
        assert found is not None
        return found

    def test_a_public_complaint_is_one_line_without_text_and_no_finer_than_a_regency(self) -> None:
        place = Place(region="32.73.01.1001", address="Jalan Contoh")
        state = given(filed(place=place), routed(), answered(), ResolutionConfirmed(at=NOON + timedelta(days=1)))
        line = self.line(state)
        assert (line.region, line.class_, line.closed) == ("32.73", ComplaintClass.COMPLAINT, CloseReason.CONFIRMED)
        assert str(line.received_on) < str(line.closed_on)
        dumped = line.model_dump_json()
        assert not [word for word in ("lampu", "Jalan", str(state.id), "diganti") if word in dumped]

    def test_an_open_one_names_who_has_it(self) -> None:
        read = ComplaintClassified.model_validate({"at": NOON, "class": "complaint", "basis": BASIS})
        assert (self.line(given(filed(), routed())).agency, self.line(given(filed(), read)).agency) == ("city", None)

    def test_what_was_public_until_it_was_found_to_need_examining_is_taken_back(self) -> None:
        said = {"at": NOON, "class": "complaint", "basis": BASIS}
        plain = ComplaintClassified.model_validate(said)
        graded = ComplaintClassified.model_validate({**said, "supervision": True})
        state = given(filed(), plain, graded)
        back = retraction(state, _as_told(filed(), plain, graded))
        assert back == SummaryRetracted(public_number=state.public_number, version=2)
        assert retraction(given(filed(), plain), _as_told(filed(), plain)) is None, "it is public"
        assert retraction(given(filed(), graded), _as_told(filed(), graded)) is None, "it never was"

    def test_what_was_public_until_it_was_erased_is_taken_back(self) -> None:
        read = ComplaintClassified.model_validate({"at": NOON, "class": "complaint", "basis": BASIS})
        erased = PersonalDataErased(at=NOON)
        state = given(filed(), read, erased)
        assert summary(state, NATION, None) is None
        back = retraction(state, _as_told(filed(), read, erased))
        assert back == SummaryRetracted(public_number=state.public_number, version=2)

    @pytest.mark.parametrize("kind", ["secret", "supervision", "unread", "part", "nothing"])
    def test_what_the_public_may_not_know_of_has_no_line(self, kind: str) -> None:
        grade = ComplaintClassified.model_validate(
            {"at": NOON, "class": "complaint", "supervision": True, "basis": BASIS}
        )
        state = {
            "secret": given(filed(secret=True)),
            "supervision": given(filed(), grade),
            "unread": given(filed()),
            "part": given(part_opened(whole=UUID(int=1))),
            "nothing": given(),
        }[kind]
        assert summary(state, NATION, None) is None


class TestSent:
    def test_only_the_text_is_required(self) -> None:
        form = Complaining(text="  lampu mati ")
        assert (form.text, form.class_, form.anonymous, form.secret) == ("lampu mati", None, False, False)

    @pytest.mark.parametrize(
        ("field", "body"),
        [
            ("text", {}),
            ("text", {"text": "   "}),
            ("text", {"text": "x" * (BODY + 1)}),
            ("title", {"text": "x", "title": "x" * (TITLE + 1)}),
            ("class", {"text": "x", "class": "joke"}),
            ("region", {"text": "x", "place": {"region": "Bandung"}}),
            ("lat", {"text": "x", "place": {"lat": 91, "lon": 0}}),
            ("email", {"text": "x", "reporter": {"email": ["a@contoh.id"]}}),
            ("phone", {"text": "x", "reporter": {"phone": True}}),
            ("channel", {"text": "x", "channel": "Web Site"}),
            ("mood", {"text": "x", "mood": "cross"}),
            ("text", {"text": "x\0y"}),
        ],
    )
    def test_a_wrong_field_is_refused_by_name(self, field: str, body: dict[str, object]) -> None:
        with pytest.raises(ValidationError) as refused:
            Complaining.model_validate(body)
        assert field in {part for error in refused.value.errors() for part in error["loc"]}

    def test_coordinates_come_as_a_pair(self) -> None:
        with pytest.raises(ValidationError, match="belong together"):
            PlaceGiven(lat=1.0)
        assert PlaceGiven(lat=1.0, lon=2.0).lat == 1.0

    def test_a_gateway_must_name_its_key_and_its_channel(self) -> None:
        with pytest.raises(ValidationError) as refused:
            Submission.model_validate({"text": "x"})
        assert {error["loc"][0] for error in refused.value.errors()} == {"key", "channel"}

    def test_an_answer_must_say_what_was_seen_and_a_return_why(self) -> None:
        with pytest.raises(ValidationError, match="seen_version"):
            Answered.model_validate({"complaint": str(PERSON), "text": "x"})
        with pytest.raises(ValidationError, match="reason"):
            Returned.model_validate({"complaint": str(PERSON)})

    def test_there_is_a_reply_for_each_thing_that_an_agency_does(self) -> None:
        assert {name.removeprefix("complaint.") for name in REPLIES} == {
            "acknowledged", "returned", "progress", "clarification", "answered",
        }  # fmt: skip
