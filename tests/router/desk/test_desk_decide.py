"""The decisions of the desk, the arbiter and a splitting agency. Each test name states one rule; each command runs twice."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from router.desk import decide
from router.desk.decide import DecisionContext, Share
from router.placement.context import Precedent
from router.placement.policy import next_facts
from router.placement.policy import place as place_by_rule
from router.placement.precedents import PrecedentScope, basis_key, precedent_matter
from router.registry.mandates import AgencyUnit
from schemas.base.refusals import (
    AlreadyClosed,
    CannotJoin,
    CannotSplit,
    InvalidField,
    NotFound,
    NotTheHolder,
    UnknownAgency,
    UnknownUnit,
    WrongStatus,
)
from schemas.base.values import Level
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import ComplaintAcknowledged
from schemas.events.base import Fact
from schemas.events.intake import ComplaintWithdrawn
from schemas.events.router import (
    ArbitrationDecided,
    ArbitrationOpened,
    ComplaintJoined,
    ComplaintRouted,
    ComplaintSplit,
    PartOpened,
)
from schemas.reference.load import policies
from schemas.wording import sentence
from support.placing import (
    CITY,
    HERE,
    PROVINCE,
    REGENCY,
    T0,
    dissolved,
    filed,
    given,
    known,
    merged,
    referred,
    registry,
    returned,
    routed,
    then,
)

BY = DecisionContext(registry(), policies(), T0 + timedelta(days=2))
FIRST, SECOND, SPLIT = UUID(int=1), UUID(int=2), UUID(int=90)
AT_DESK = (filed(), referred())

Move = Callable[[Complaint], list[Fact]]


def place(agency: str, unit: str | None = None) -> Move:
    return lambda state: decide.place(state, BY, AgencyUnit(agency, unit), None)


def arbitrate(agency: str = CITY, unit: str | None = None) -> Move:
    return lambda state: decide.arbitrate(state, BY, AgencyUnit(agency, unit), "kewenangan kota")


def split(*agencies: str, lead: str | None = PROVINCE, split_id: UUID = SPLIT) -> Move:
    shares = [Share(AgencyUnit(agency), task=f"tugas {agency}") for agency in agencies]
    return lambda state: decide.split(state, BY, shares, split_id, AgencyUnit(lead) if lead else None)


MOVES: dict[str, Move] = {
    "placement": place(CITY, "pu"),
    "question": lambda state: decide.ask(state, BY, "Di jalan apa?"),
    "restatement": lambda state: decide.restate(state, BY, "Jalan berlubang di pasar", None),
    "split": split(CITY, "pln"),
    "arbitration": lambda state: decide.open_arbitration(state, BY),
    "archive": lambda state: decide.archive(state, BY, "content", "Bukan pengaduan"),
}
ENDS = {
    "placement": Status.ROUTED,
    "question": Status.AWAITING_REPORTER,
    "restatement": Status.TRIAGE,
    "split": Status.SPLIT,
    "arbitration": Status.ARBITRATION,
    "archive": Status.CLOSED,
}


@pytest.mark.parametrize("move", MOVES)
def test_every_move_of_the_desk_leads_where_the_table_says_and_is_made_once(move: str):
    state = given(*AT_DESK)
    after = then(state, *MOVES[move](state))
    assert after.status is ENDS[move]
    assert MOVES[move](after) == []


@pytest.mark.parametrize("move", MOVES)
def test_nothing_is_moved_that_was_never_filed_or_is_closed(move: str):
    with pytest.raises(NotFound):
        MOVES[move](given())
    with pytest.raises(AlreadyClosed):
        MOVES[move](given(filed(), ComplaintWithdrawn(at=T0)))


@pytest.mark.parametrize("move", [name for name in MOVES if name not in ("restatement", "split")])
def test_the_desk_moves_only_what_lies_at_the_desk(move: str):
    for elsewhere in (given(filed()), given(filed(), routed(REGENCY))):
        with pytest.raises(WrongStatus):
            MOVES[move](elsewhere)


def test_a_placing_names_the_desk_as_its_cause():
    [fact] = place(CITY, "pu")(given(*AT_DESK))
    assert isinstance(fact, ComplaintRouted)
    assert (fact.agency, fact.unit, fact.cause, fact.binding) == (CITY, "pu", "desk", False)


@pytest.mark.parametrize(("agency", "unit", "refusal"), [("nobody", None, UnknownAgency), (CITY, "x", UnknownUnit)])
def test_body_and_unit_must_be_there(agency: str, unit: str | None, refusal: type[Exception]):
    with pytest.raises(refusal):
        place(agency, unit)(given(*AT_DESK))


def test_a_body_that_is_gone_gets_nothing():
    with pytest.raises(UnknownAgency):
        decide.place(
            given(*AT_DESK), DecisionContext(registry(dissolved(CITY)), policies(), T0), AgencyUnit(CITY), None
        )


def test_the_desk_does_not_send_it_back_to_whoever_returned_it_but_the_arbiter_may():
    state = given(filed(), routed(CITY), returned(CITY), referred())
    with pytest.raises(InvalidField):
        place(CITY)(state)
    with pytest.raises(InvalidField):
        split("pln", lead=CITY)(state)
    asked = then(state, ArbitrationOpened(at=T0, reason="desk"))
    assert then(asked, *arbitrate(CITY)(asked)).binding


def test_after_the_last_allowed_return_the_desk_places_it_with_nobody_and_the_arbiter_does():
    hops = [
        fact
        for day, body in enumerate((CITY, PROVINCE, "kemen-pu"), start=1)
        for fact in (routed(body), returned(body, day))
    ]
    state = given(filed(), *hops, referred())
    for move in (place("pln"), split("kemendagri", lead="pln")):
        with pytest.raises(InvalidField, match="only the arbiter can place it"):
            move(state)
    asked = then(state, *MOVES["arbitration"](state))
    assert then(asked, *arbitrate("pln")(asked)).binding


def test_the_arbiter_decides_once_and_bindingly():
    state = given(*AT_DESK, ArbitrationOpened(at=T0, reason="desk"))
    decided, routed_ = arbitrate(CITY, "pu")(state)
    assert isinstance(decided, ArbitrationDecided)
    assert isinstance(routed_, ComplaintRouted)
    assert (routed_.agency, routed_.unit, routed_.cause, routed_.binding) == (CITY, "pu", "binding", True)
    assert arbitrate(CITY, "pu")(then(state, decided, routed_)) == []


def contested(*more: Fact, **fields: object) -> Complaint:
    """A classified complaint in arbitration."""
    reading = place_by_rule(given(filed(**fields)), known(), T0)[0]
    return given(filed(**fields), reading, *more, referred(), ArbitrationOpened(at=T0, reason="desk"))


def ruled(state: Complaint, *like: Any, agency: str = PROVINCE) -> tuple[ArbitrationDecided, ComplaintRouted]:
    binds = partial(precedent_matter, scope=PrecedentScope(*like), context=known())
    decided, routed_ = decide.arbitrate(state, BY, AgencyUnit(agency, None), "menurut undang-undang", binds)
    assert isinstance(decided, ArbitrationDecided)
    assert isinstance(routed_, ComplaintRouted)
    return decided, routed_


def guided(routed_: ComplaintRouted, text: str = "Jalan berlubang besar", region: str = "32.73") -> str | None:
    """The body by whose precedent a later report is placed."""
    named = Precedent(routed_.agency, routed_.unit, "case-1")
    precedents = {key: named} if (key := basis_key(routed_.basis)) else {}
    fact = next_facts(given(filed(text, place={"region": region})), known(precedents=precedents), T0)[-1]
    return fact.agency if isinstance(fact, ComplaintRouted) and fact.cause == "precedent" else None


def test_a_decision_holds_for_later_reports_like_what_its_own_was_read_as():
    decided, routed_ = ruled(contested(place={"region": "32.73.01"}))
    assert decided.matter is not None
    assert (decided.matter.sector, decided.matter.level, decided.matter.region) == ("roads", Level.REGENCY, "32.73")
    assert not decided.alone
    assert guided(routed_) == PROVINCE
    assert guided(routed_, region="32.04") is None


UNCLEAR = {"text": "Mohon bantuannya segera", "place": {"region": "32.73"}}


def test_a_decision_on_a_report_of_no_clear_field_binds_it_alone_and_says_so():
    decided, routed_ = ruled(contested(**UNCLEAR))
    assert (decided.matter, decided.alone) == (None, True)
    assert basis_key(routed_.basis) is None
    assert sentence(decided, registry(), "en").endswith("The decision binds this report alone.")
    assert sentence(decided, registry(), "id", public=True).endswith("Putusan ini hanya mengikat laporan ini.")


def test_the_arbiter_may_name_the_field_for_which_it_is_a_precedent():
    decided, routed_ = ruled(contested(**UNCLEAR), "roads")
    assert (decided.alone, routed_.binding) == (False, True)
    assert guided(routed_) == PROVINCE
    assert "holds for later reports about roads and bridges" in sentence(decided, registry(), "en")
    assert "in Kota Bandung" in sentence(decided, registry(), "en")


def test_what_the_arbiter_names_goes_before_what_the_report_was_read_as():
    decided, routed_ = ruled(contested(**HERE), "waste", None, "32.73")
    assert decided.matter is not None
    assert decided.matter.sector == "waste"
    assert guided(routed_, "Sampah menumpuk di pinggir jalan") == PROVINCE
    assert guided(routed_) is None


@pytest.mark.parametrize("place", [{"region": "32"}, None])
def test_where_no_region_is_known_the_arbiter_names_it_or_the_decision_binds_alone(place: dict[str, str] | None):
    state = contested(place=place)
    assert ruled(state)[0].alone
    with pytest.raises(InvalidField) as refused:
        ruled(state, "roads")
    assert refused.value.data["field"] == "region"
    assert guided(ruled(state, None, None, "32.04")[1], region="32.04") == PROVINCE


def test_a_national_matter_needs_no_region_and_holds_everywhere():
    decided, routed_ = ruled(contested(**UNCLEAR), "electricity", Level.NATIONAL, agency="kemen-pu")
    assert decided.matter is not None
    assert decided.matter.region is None
    assert guided(routed_, "Listrik padam terus", "32.04") == "kemen-pu"


def test_the_arbiter_may_say_that_it_binds_this_report_alone():
    decided, routed_ = ruled(contested(**HERE), None, None, None, True)
    assert decided.alone
    assert guided(routed_) is None


def test_a_decision_on_suspected_misconduct_is_no_precedent_for_the_field_of_the_accused():
    state = contested(text="Pungli perbaikan jalan berlubang", **HERE)
    decided, routed_ = ruled(state, agency="kemendagri")
    assert decided.alone
    assert guided(routed_) is None
    with pytest.raises(InvalidField):
        ruled(state, "roads")


@pytest.mark.parametrize(
    ("like", "field"),
    [
        (("astrology", None, "32.73"), "sector"),
        ((None, None, "32.73"), "sector"),
        (("roads", None, "99.99"), "region"),
        (("roads", Level.REGENCY, "32"), "region"),
        (("roads", None, None, True), "alone"),
    ],
)
def test_a_matter_that_makes_no_sense_is_refused_by_its_field(like: tuple[Any, ...], field: str):
    with pytest.raises(InvalidField) as refused:
        ruled(contested(**UNCLEAR), *like)
    assert refused.value.data["field"] == field


def test_of_a_decision_from_before_matters_were_recorded_nothing_is_claimed():
    old = ArbitrationDecided(at=T0, agency=CITY, reason="batas wilayah")
    assert sentence(old, registry(), "en").endswith("“batas wilayah”.")


def test_the_arbiter_decides_only_what_was_put_to_the_arbiter():
    with pytest.raises(WrongStatus):
        arbitrate()(given(*AT_DESK))


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_questions_reasons_and_notes_say_something_and_not_too_much(text: str):
    with pytest.raises(InvalidField):
        decide.ask(given(*AT_DESK), BY, text)
    with pytest.raises(InvalidField):
        decide.archive(given(*AT_DESK), BY, "content", text)


def test_the_desk_may_reword_whatever_the_public_reads_wherever_it_is():
    assert MOVES["restatement"](given(filed(), routed(CITY)))
    assert MOVES["restatement"](given(*AT_DESK, ComplaintJoined(at=T0, lead=SECOND)))


def earlier(*more: Fact, **fields: object) -> Complaint:
    return given(filed(at=T0 - timedelta(days=1), **fields), *more, id_=FIRST)


def later(*more: Fact, **fields: object) -> Complaint:
    return given(filed(**fields), *(more or (referred(),)), id_=SECOND)


@pytest.mark.parametrize(
    "follower", [later(), later(routed(CITY)), later(routed(CITY), ComplaintAcknowledged(at=T0, agency=CITY))]
)
def test_a_later_complaint_joins_an_earlier_open_one_once(follower: Complaint):
    facts = decide.join(follower, BY, earlier())
    after = then(follower, *facts)
    assert (after.status, after.lead) == (Status.JOINED, FIRST)
    assert decide.join(after, BY, earlier()) == []


def part_of(whole: UUID) -> Complaint:
    said = {"at": T0, "whole": whole, "mandatory": True, "received_at": T0, "class": "complaint", "text": "x"}
    return given(
        PartOpened.model_validate({**said, "channel": "web", "public_number": "SP-2026-000001-8"}),
        routed(CITY),
        id_=SECOND,
    )


WHOLE = ComplaintSplit.model_validate({"at": T0, "parts": [{"id": UUID(int=55), "agency": "pln"}]})


@pytest.mark.parametrize(
    ("follower", "lead", "why"),
    [
        (later(), given(), "no_such_lead"),
        (later(), later(), "no_such_lead"),
        (later(), earlier(ComplaintWithdrawn(at=T0)), "lead_closed"),
        (later(), earlier(referred(), ComplaintJoined(at=T0, lead=UUID(int=5))), "lead_follows"),
        (later(), given(filed(at=T0 + timedelta(days=1)), id_=FIRST), "lead_later"),
        (later(secret=True), earlier(), "protected"),
        (later(), earlier(secret=True), "protected"),
        (later(), earlier()._replace(supervision=True), "protected"),
        (later()._replace(supervision=True), earlier(), "protected"),
        (later(), earlier(routed(CITY), WHOLE), "whole_or_part"),
        (part_of(FIRST), earlier(), "whole_or_part"),
    ],
)
def test_what_cannot_be_joined(follower: Complaint, lead: Complaint, why: str):
    with pytest.raises(CannotJoin) as refused:
        decide.join(follower, BY, lead)
    assert refused.value.data["why"] == why


def test_a_whole_cannot_follow():
    with pytest.raises(WrongStatus):
        decide.join(later(routed(CITY), WHOLE), BY, earlier())


def test_two_complaints_received_at_one_moment_can_be_joined_in_one_direction_only():
    one, two = given(filed(), referred(), id_=FIRST), given(filed(), referred(), id_=SECOND)
    assert decide.join(two, BY, one)
    with pytest.raises(CannotJoin):
        decide.join(one, BY, two)


def test_a_follower_is_let_go_once():
    state = later(referred(), ComplaintJoined(at=T0, lead=FIRST))
    after = then(state, *decide.unjoin(state, BY))
    assert (after.status, after.lead) == (Status.UNPLACED, None)
    assert decide.unjoin(after, BY) == []


def test_a_split_from_the_desk_names_the_lead_first_then_the_parts():
    lead, parts = split("pln", CITY)(given(*AT_DESK))
    assert isinstance(lead, ComplaintRouted)
    assert isinstance(parts, ComplaintSplit)
    assert (lead.agency, lead.cause) == (PROVINCE, "split")
    assert [(part.agency, part.mandatory) for part in parts.parts] == [("pln", True), (CITY, True)]
    assert len({part.id for part in parts.parts}) == 2


@pytest.mark.parametrize("status", ["routed", "in_progress", "split"])
def test_the_holder_splits_and_leads_also_again(status: str):
    more = {"routed": [], "in_progress": [ComplaintAcknowledged(at=T0, agency=CITY)], "split": [WHOLE]}[status]
    state, shares = given(filed(), routed(CITY), *more), [Share(AgencyUnit(PROVINCE))]
    facts = decide.split_by_agency(state, BY, CITY, shares, SPLIT)
    assert [type(fact) for fact in facts] == [ComplaintSplit]
    after = then(state, *facts)
    assert (after.status, after.lead_agency) == (Status.SPLIT, CITY)
    assert decide.split_by_agency(after, BY, CITY, shares, SPLIT) == []


def test_after_a_dispute_a_body_whose_part_has_ended_is_called_in_again_and_one_that_works_is_not():
    state = given(filed(), routed(CITY), WHOLE)
    [named] = state.parts
    again = [Share(AgencyUnit(named.agency, named.unit), task="sekali lagi")]
    with pytest.raises(CannotSplit):
        decide.split_by_agency(state, BY, CITY, again, SPLIT)
    facts = decide.split_by_agency(state, BY, CITY, again, SPLIT, ended={named.id})
    assert [part.agency for part in then(state, *facts).parts] == [named.agency, named.agency]


def test_a_lead_that_was_merged_into_the_body_of_a_part_can_still_call_in_others():
    state = given(filed(), routed(CITY), WHOLE)
    [named] = state.parts
    after = then(state, routed(named.agency, cause="merger", unit=named.unit))
    assert decide.split_by_agency(after, BY, named.agency, [Share(AgencyUnit(REGENCY))], SPLIT)


def test_nobody_but_the_holder_splits_and_a_stranger_learns_nothing():
    with pytest.raises(NotFound):
        decide.split_by_agency(given(filed(), routed(CITY)), BY, PROVINCE, [Share(AgencyUnit("pln"))], SPLIT)
    with pytest.raises(NotTheHolder):
        decide.split_by_agency(
            given(filed(), routed(CITY), returned(CITY)), BY, CITY, [Share(AgencyUnit("pln"))], SPLIT
        )


def test_the_successor_of_the_holder_may_split_and_the_merged_one_learns_nothing():
    by, shares = DecisionContext(registry(merged(CITY, successor=REGENCY)), policies(), T0), [Share(AgencyUnit("pln"))]
    assert decide.split_by_agency(given(filed(), routed(CITY)), by, REGENCY, shares, SPLIT)
    for held in (given(filed(), routed(CITY)), given(filed(), routed(CITY), returned(CITY))):
        with pytest.raises(NotFound):
            decide.split_by_agency(held, by, CITY, shares, SPLIT)


def test_a_part_does_not_split_again():
    with pytest.raises(CannotSplit):
        decide.split_by_agency(part_of(FIRST), BY, CITY, [Share(AgencyUnit("pln"))], SPLIT)


@pytest.mark.parametrize("agencies", [("pln", "pln"), (PROVINCE,), tuple(["pln"] * 11)])
def test_a_body_has_one_share_and_there_are_not_too_many(agencies: tuple[str, ...]):
    with pytest.raises(CannotSplit):
        split(*agencies)(given(*AT_DESK))


def test_a_split_needs_parts_of_bodies_that_are_there_and_from_the_desk_a_lead():
    with pytest.raises(InvalidField):
        split()(given(*AT_DESK))
    with pytest.raises(InvalidField):
        split("pln", lead=None)(given(*AT_DESK))
    with pytest.raises(UnknownAgency):
        split("nobody")(given(*AT_DESK))
    with pytest.raises(UnknownAgency):
        split("pln", lead="nobody")(given(*AT_DESK))


def test_what_is_not_at_the_desk_or_with_an_agency_is_not_split():
    with pytest.raises(WrongStatus):
        split("pln")(given(filed()))
