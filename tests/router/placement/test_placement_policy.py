"""The policy of placement: precedence, returns, misconduct, mergers and parts. Each test name states one rule."""

from datetime import timedelta
from uuid import UUID

import pytest

from router.placement.context import Precedent
from router.placement.policy import follow_merger, next_facts, open_part, overdue, place, release
from router.placement.precedents import basis_key
from schemas.base.limits import EARLIER_DETAILS
from schemas.base.values import ARBITER, DESK, Basis, Clock, Level, Matter
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines.clocks import running
from schemas.events.agency_inbox import ComplaintAcknowledged, ResponseGiven
from schemas.events.base import Fact
from schemas.events.intake import ComplaintWithdrawn, DetailAdded, ResolutionDisputed
from schemas.events.registry import AgencyRenamed
from schemas.events.router import (
    ArbitrationDecided,
    ArbitrationOpened,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintSplit,
    ComplaintUnjoined,
    Part,
    PartOpened,
    ReporterAsked,
)
from schemas.reference.load import policies
from schemas.registry.fold import Registry
from support.given import acknowledged, answered, asked
from support.placing import (
    CITY,
    HERE,
    POTHOLE,
    PROVINCE,
    REGENCY,
    T0,
    body,
    dissolved,
    filed,
    given,
    known,
    mandate,
    merged,
    referred,
    registry,
    returned,
    routed,
    then,
)

AT = T0 + timedelta(days=5)


def placed(state: Complaint, bodies: Registry | None = None) -> Fact:
    """The last of the next facts."""
    return next_facts(state, known(bodies), AT)[-1]


def routing(state: Complaint, bodies: Registry | None = None) -> tuple[str, str | None, str]:
    fact = placed(state, bodies)
    assert isinstance(fact, ComplaintRouted), fact
    return fact.agency, fact.unit, fact.cause


def referral(state: Complaint, bodies: Registry | None = None) -> ComplaintReferred:
    fact = placed(state, bodies)
    assert isinstance(fact, ComplaintReferred), fact
    return fact


def test_a_complaint_goes_to_the_body_with_the_mandate_and_the_reading_stands_beside_it():
    reading, routed_ = next_facts(given(filed(**HERE)), known(), AT)
    assert isinstance(reading, ComplaintClassified)
    assert isinstance(routed_, ComplaintRouted)
    assert (reading.sector, reading.supervision) == ("roads", False)
    assert (routed_.agency, routed_.unit, routed_.cause) == (CITY, "pu", "mandate")
    assert [other.agency for other in routed_.alternatives] == [PROVINCE, "kemen-pu"]


def test_the_basis_lets_the_decision_be_repeated():
    basis = next_facts(given(filed(**HERE)), known(), AT)[-1].basis  # type: ignore[attr-defined]
    assert basis.registry_version == registry().version
    assert (basis.sector, basis.level, basis.region, basis.region_from) == ("roads", Level.REGENCY, "32.73", "code")
    assert basis.region_name == "Kota Bandung"
    assert "jalan berlubang" in basis.words


def test_once_placed_there_is_nothing_to_do():
    state = given(filed(**HERE))
    assert next_facts(then(state, *next_facts(state, known(), AT)), known(), AT) == []


def test_a_closed_complaint_asks_for_nothing():
    assert next_facts(given(filed(), ComplaintWithdrawn(at=T0)), known(), AT) == []


@pytest.mark.parametrize("class_", ["aspiration", "information"])
def test_wishes_and_questions_are_placed_likewise(class_: str):
    assert routing(given(filed(**HERE, **{"class": class_})))[0] == CITY


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("Jalan nasional berlubang", "kemen-pu"),
        ("Jalan provinsi berlubang", PROVINCE),
        ("Jalan kota berlubang", CITY),
        ("Jalan berlubang", CITY),
    ],
)
def test_the_level_said_decides_else_the_most_local_body_has_it(text: str, agency: str):
    assert routing(given(filed(text, **HERE)))[0] == agency


def test_a_national_field_needs_no_place():
    assert routing(given(filed("Listrik padam, PLN diam"))) == ("pln", None, "mandate")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Mohon bantuannya pak", "no_sector"),
        ("Jalan berlubang", "no_region"),
        ("Jalan berlubang di Bandung", "ambiguous"),
        ("Jalan berlubang di Kota Surabaya", "no_mandate"),
        ("Jalan berlubang di Jawa Barat", "no_region"),
    ],
)
def test_what_no_rule_can_tell_goes_to_the_desk_never_by_a_guess(text: str, reason: str):
    assert referral(given(filed(text))).reason == reason


def test_namesakes_in_question_are_named_to_the_desk():
    candidates = referral(given(filed("Jalan berlubang di Bandung"))).candidates
    assert {candidate.agency for candidate in candidates} == {CITY, REGENCY}


def test_two_bodies_with_the_same_authority_are_for_the_desk_to_choose():
    bodies = registry(mandate(REGENCY, "roads", "regency", "32.73"))
    found = referral(given(filed(**HERE)), bodies)
    assert found.reason == "ambiguous"
    assert {candidate.agency for candidate in found.candidates} == {CITY, REGENCY}


def test_a_mandate_counts_only_while_it_is_valid():
    later = registry(mandate(CITY, "housing", "regency", "32.73", valid_from="2027-01-01"))
    assert referral(given(filed("Rusunawa rusak", **HERE)), later).reason == "no_mandate"


def test_a_body_added_at_run_time_gets_complaints_at_once():
    cimahi = body("kota-cimahi", "regency", "32.77")
    bodies = registry(cimahi, mandate("kota-cimahi", "roads", "regency", "32.77"))
    assert routing(given(filed("Jalan berlubang di Kota Cimahi")), bodies)[0] == "kota-cimahi"


def test_where_the_province_has_the_tasks_of_its_cities_it_gets_them():
    jakarta = body("dki", "province", "31")
    bodies = registry(jakarta, mandate("dki", "roads", "regency", "31"))
    assert routing(given(filed("Jalan berlubang di Jakarta Selatan")), bodies)[0] == "dki"
    assert routing(given(filed("Jalan berlubang di Jakarta")), bodies)[0] == "dki"


def test_a_body_that_returned_it_is_not_tried_again():
    state = given(filed(**HERE), routed(CITY), returned(CITY))
    assert routing(state) == (PROVINCE, "pu", "mandate")


def test_the_suggestion_of_the_last_return_goes_before_precedent_and_mandate():
    state = given(filed(**HERE), routed(CITY), returned(CITY, suggested="kemen-pu"))
    assert routing(state) == ("kemen-pu", None, "suggestion")


@pytest.mark.parametrize(
    ("reason", "agency"),
    [
        ("ini jalan nasional, bukan kewenangan kota", "kemen-pu"),
        ("kewenangan pusat, mohon diteruskan ke balai besar", "kemen-pu"),
        ("jalan provinsi", PROVINCE),
        ("bukan kewenangan kami", PROVINCE),
        ("bukan jalan kota, entah jalan provinsi atau jalan nasional", PROVINCE),
    ],
)
def test_one_return_that_says_whose_road_it_is_corrects_the_level(reason: str, agency: str):
    assert routing(given(filed(**HERE), routed(CITY), returned(CITY, reason=reason)))[0] == agency


def test_the_level_said_by_a_return_goes_before_that_of_the_text():
    state = given(filed("Jalan kota berlubang", **HERE), routed(CITY), returned(CITY, reason="ini jalan nasional"))
    assert routing(state) == ("kemen-pu", None, "mandate")


@pytest.mark.parametrize("suggested", ["pln", "nobody-knows", CITY])
def test_a_suggested_body_without_authority_or_that_returned_it_is_passed_over(suggested: str):
    state = given(filed(**HERE), routed(CITY), returned(CITY, suggested=suggested))
    assert routing(state)[2] == "mandate"


def test_a_precedent_goes_before_the_mandate_and_is_named():
    like = {("roads", "regency", "32.73"): Precedent(PROVINCE, "pu", "case-1")}
    fact = next_facts(given(filed(**HERE)), known(precedents=like), AT)[-1]
    assert isinstance(fact, ComplaintRouted)
    assert (fact.agency, fact.cause, fact.basis.precedent) == (PROVINCE, "precedent", "case-1")


@pytest.mark.parametrize("region", [None, "32"])
def test_a_decision_about_a_matter_whose_city_nobody_knew_is_a_precedent_for_no_city(region: str | None):
    basis = Basis(registry_version=0, rules="test", sector="roads", level="regency", region=region)
    assert basis_key(basis) is None
    assert basis_key(basis.model_copy(update={"level": Level.NATIONAL})) == ("roads", "national", None)
    vague = {("roads", Level.REGENCY, region): Precedent(PROVINCE, None, "case-1")}
    fact = next_facts(given(filed("Jalan berlubang besar")), known(precedents=vague), AT)[-1]
    assert isinstance(fact, ComplaintReferred)


def test_a_precedent_for_another_place_or_a_body_that_returned_it_says_nothing():
    elsewhere = {("roads", "regency", "32.04"): Precedent(PROVINCE, None, "case-1")}
    assert next_facts(given(filed(**HERE)), known(precedents=elsewhere), AT)[-1].cause == "mandate"  # type: ignore[attr-defined]
    like = {("roads", "regency", "32.73"): Precedent(CITY, None, "case-2")}
    state = given(filed(**HERE), routed(CITY), returned(CITY))
    assert next_facts(state, known(precedents=like), AT)[-1].agency == PROVINCE  # type: ignore[attr-defined]


def test_the_third_return_opens_arbitration():
    state = given(
        filed(**HERE), routed(CITY), returned(CITY), routed(PROVINCE), returned(PROVINCE, 2), routed("kemen-pu"),
        returned("kemen-pu", 3),
    )  # fmt: skip
    assert next_facts(state, known(), AT) == [
        ArbitrationOpened(at=AT, reason="third_return", bodies=(CITY, PROVINCE, "kemen-pu"))
    ]


def test_a_return_within_a_body_goes_to_the_named_unit_and_is_not_counted():
    state = given(filed(**HERE), routed(CITY, unit="pu"))
    for day in range(4):
        state = then(state, returned(CITY, day + 1, scope="unit", suggested=CITY, suggested_unit="lingkungan"))
        assert routing(state) == (CITY, "lingkungan", "suggestion")
        state = then(state, routed(CITY, unit="pu"))


def test_a_return_within_a_body_that_names_no_unit_of_it_goes_to_the_body_itself():
    state = given(filed(**HERE), routed(CITY, unit="pu"), returned(CITY, scope="unit", suggested_unit="nowhere"))
    assert routing(state) == (CITY, None, "suggestion")


def test_when_all_who_could_have_returned_it_the_desk_decides():
    bodies = registry(mandate(CITY, "housing", "regency", "32.73"))
    state = given(filed("Rusunawa rusak", **HERE), routed(CITY), returned(CITY))
    assert referral(state, bodies).reason == "all_returned"


def test_misconduct_goes_to_the_inspectorate_over_the_accused_body_with_its_own_unit():
    state = given(filed("Pungli perbaikan jalan rusak oleh petugas", **HERE))
    reading, routed_ = next_facts(state, known(), AT)
    assert isinstance(reading, ComplaintClassified)
    assert reading.supervision
    assert isinstance(routed_, ComplaintRouted)
    assert (routed_.agency, routed_.unit, routed_.cause) == (PROVINCE, "inspektorat", "supervision")


def test_an_inspectorate_that_returns_it_hands_it_to_its_own_never_to_the_accused():
    text = "Pungli perbaikan jalan rusak oleh petugas"
    state = given(filed(text, **HERE), routed(PROVINCE), returned(PROVINCE, suggested=CITY))
    assert routing(state) == ("kemendagri", "inspektorat", "supervision")


def test_misconduct_without_a_body_to_accuse_goes_to_the_desk_marked_as_such():
    reading, referred_ = next_facts(given(filed("Ada pungli, tolong ditindak")), known(), AT)
    assert isinstance(reading, ComplaintClassified)
    assert reading.supervision
    assert isinstance(referred_, ComplaintReferred)


SERVANTS = (
    mandate(CITY, "civil-service-conduct", "regency", "32.73"),
    mandate(PROVINCE, "civil-service-conduct", "province", "32"),
)


@pytest.mark.parametrize(
    ("text", "inspectorate"),
    [
        ("Ada pungli, tolong ditindak", PROVINCE),  # over the city where it is
        ("Ada pungli oleh pegawai pemerintah provinsi, tolong ditindak", "kemendagri"),  # the level is said
    ],
)
def test_misconduct_of_no_clear_field_goes_to_the_inspectorate_over_the_places_own_government(
    text: str, inspectorate: str
):
    assert routing(given(filed(text, **HERE)), registry(*SERVANTS)) == (inspectorate, "inspektorat", "supervision")


def test_misconduct_of_no_clear_field_is_for_the_desk_where_the_place_is_not_known_or_a_national_body_is_meant():
    bodies = registry(*SERVANTS)
    assert referral(given(filed("Ada pungli, tolong ditindak")), bodies).reason == "no_region"
    assert (
        referral(given(filed("Ada pungli di kantor pemerintah pusat, tolong ditindak", **HERE)), bodies).reason
        == "no_sector"
    )


def test_the_grade_once_given_stays():
    state = given(filed(**HERE))._replace(supervision=True)
    assert routing(state)[2] == "supervision"


def test_what_the_reporter_added_is_read_too():
    state = given(filed("Tolong segera diperbaiki", **HERE), DetailAdded(at=T0, text=POTHOLE))
    assert routing(state)[0] == CITY


def test_a_reading_that_says_nothing_new_is_not_said_again():
    state = given(filed(**HERE))
    state = then(state, *next_facts(state, known(), AT), returned(CITY))
    again = next_facts(state, known(), AT)
    assert isinstance(again[-1], ComplaintRouted)
    third = then(state, *again, returned(PROVINCE, 2))
    assert [type(fact) for fact in place(then(third), known(), AT)][-1] is ComplaintRouted


def test_what_stays_unplaced_for_three_working_days_is_for_the_desk():
    state = given(filed())
    assert overdue(state, known(), T0 + timedelta(days=1)) == []
    assert overdue(state, known(), T0 + timedelta(days=10)) == [
        ComplaintReferred(at=T0 + timedelta(days=10), reason="overdue")
    ]


def test_what_the_arbiter_decided_is_routed_bindingly_and_to_the_successor_of_a_body_that_is_gone():
    decided = ArbitrationDecided(at=T0, agency=CITY, unit="pu", reason="kewenangan kota")
    state = given(filed(**HERE), referred(), ArbitrationOpened(at=T0, reason="desk"), decided)
    fact = placed(state)
    assert isinstance(fact, ComplaintRouted)
    assert (fact.agency, fact.unit, fact.binding) == (CITY, "pu", True)
    assert routing(state, registry(merged(CITY, successor=REGENCY)))[:2] == (REGENCY, "pu")


def test_a_decision_that_is_routed_later_is_a_precedent_for_what_the_arbiter_named():
    like = Matter(sector="waste", level=Level.REGENCY, region="32.73")
    for matter, key in ((like, ("waste", "regency", "32.73")), (None, None)):
        decided = ArbitrationDecided(at=T0, agency=CITY, reason="kewenangan", matter=matter, alone=matter is None)
        reading = next_facts(given(filed(**HERE)), known(), AT)[0]
        fact = placed(given(filed(**HERE), reading, referred(), ArbitrationOpened(at=T0, reason="desk"), decided))
        assert isinstance(fact, ComplaintRouted)
        assert basis_key(fact.basis) == key


@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_merger_is_followed_in_any_status_and_only_once(acknowledged: bool):
    more = [ComplaintAcknowledged(at=T0, agency=CITY)] if acknowledged else []
    state, bodies = given(filed(**HERE), routed(CITY), *more), registry(merged(CITY, successor=REGENCY))
    assert routing(state, bodies) == (REGENCY, None, "merger")
    after = then(state, *next_facts(state, known(bodies), AT))
    assert after.status is state.status
    assert next_facts(after, known(bodies), AT) == []


def test_what_a_dissolved_body_held_is_placed_again_in_its_status():
    state = given(filed(**HERE), routed(CITY), ComplaintAcknowledged(at=T0, agency=CITY))
    bodies = registry(dissolved(CITY), mandate(REGENCY, "roads", "regency", "32.73"))
    assert routing(state, bodies) == (REGENCY, None, "merger")
    assert then(state, *next_facts(state, known(bodies), AT)).status is Status.IN_PROGRESS


def test_where_nobody_is_competent_after_a_dissolution_the_supervising_body_has_it():
    state = given(filed("Mohon bantuannya"), routed(CITY))
    assert routing(state, registry(dissolved(CITY)))[0] == PROVINCE


def test_a_binding_placement_stays_binding_after_a_merger():
    state = given(filed(**HERE), routed(CITY, binding=True, cause="binding"))
    assert follow_merger(state, known(registry(merged(CITY, successor=REGENCY))), AT)[0].binding  # type: ignore[attr-defined]


def test_whoever_only_stands_in_for_a_dissolved_body_was_not_bound_by_the_arbiter_and_may_return_it():
    state = given(filed(**HERE), routed(CITY, binding=True, cause="binding"))
    [fact] = follow_merger(state, known(registry(dissolved(CITY))), AT)
    assert isinstance(fact, ComplaintRouted)
    assert (fact.agency, fact.binding) == (PROVINCE, False)


def test_a_successor_with_the_same_office_has_it_there():
    state = given(filed(**HERE), routed(CITY, unit="pu"))
    [fact] = follow_merger(state, known(registry(merged(CITY, successor=REGENCY))), AT)
    assert (fact.agency, fact.unit) == (REGENCY, "pu")  # type: ignore[attr-defined]


FOLLOWER, LEAD = UUID(int=21), UUID(int=22)


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ([ComplaintWithdrawn(at=T0)], "lead_withdrawn"),
        ([ComplaintClassified.model_validate({"at": T0, "class": "complaint", "supervision": True, "basis": Basis(registry_version=0, rules="t")})], "lead_secret"),
        ([], None),
    ],
)  # fmt: skip
def test_followers_are_released_when_their_lead_brings_no_answer(ending: list[Fact], reason: str | None):
    lead = given(filed(), *ending, id_=LEAD)
    follower = given(filed(), referred(), ComplaintJoined(at=T0, lead=LEAD), id_=FOLLOWER)
    facts = release(follower, lead, AT)
    assert facts == ([ComplaintUnjoined(at=AT, reason=reason)] if reason else [])
    assert release(then(follower, *facts), lead, AT) == [] or not facts


def test_a_part_begins_with_the_body_that_its_whole_names_and_restates_the_whole():
    whole = given(filed(**HERE, secret=True, anonymous=True), referred(), routed(CITY))
    part = Part(id=UUID(int=31), agency="pln", task="Pindahkan tiang")
    opened, routed_ = open_part(whole, part, registry(), AT)
    assert isinstance(opened, PartOpened)
    assert isinstance(routed_, ComplaintRouted)
    assert (opened.whole, opened.text, opened.task) == (whole.id, POTHOLE, "Pindahkan tiang")
    assert (opened.secret, opened.anonymous, opened.received_at) == (True, True, whole.received_at)
    assert (routed_.agency, routed_.cause) == ("pln", "part")


def test_a_part_is_told_what_the_reporter_had_added_before_the_newest_first_where_it_is_too_much():
    told = [DetailAdded(at=T0, text=text) for text in ("Di depan rumah 17", "x" * EARLIER_DETAILS, "Sejak Senin")]
    whole = given(filed(**HERE, occurred_on=T0.date()), routed(CITY), *told[:1], told[2])
    part = Part(id=UUID(int=31), agency="pln")
    opened = given(*open_part(whole, part, registry(), AT), id_=part.id)
    assert [text for _, text in opened.details] == ["Di depan rumah 17", "Sejak Senin"]
    assert opened.occurred_on == T0.date()
    long = given(filed(**HERE), routed(CITY), *told)
    assert [text for _, text in given(*open_part(long, part, registry(), AT)).details] == ["Sejak Senin"]


@pytest.mark.parametrize("disputed", [False, True])
def test_a_part_is_due_with_its_whole_also_after_a_question_or_a_dispute(disputed: bool):
    question = ReporterAsked(at=T0 + timedelta(days=1), question="Di mana?")
    told = DetailAdded(at=T0 + timedelta(days=28), text="Di pasar")
    life = [filed(**HERE), referred(), question, told, routed(CITY, T0 + timedelta(days=29))]
    if disputed:
        life += [
            ResponseGiven(at=T0 + timedelta(days=30), agency=CITY, text="Sudah selesai dikerjakan."),
            ResolutionDisputed(at=T0 + timedelta(days=60), reason="Belum"),
        ]
    whole = given(*life, ComplaintSplit(at=T0 + timedelta(days=61), parts=(Part(id=UUID(int=31), agency="pln"),)))
    part = given(*open_part(whole, whole.parts[0], registry(), T0 + timedelta(days=61)), id_=UUID(int=31))
    ends = [
        {due.clock: due.due_at for due in running(each, registry(), policies()) if due.clock is not Clock.ACKNOWLEDGE}
        for each in (whole, part)
    ]
    assert ends[0] == ends[1]
    assert set(ends[0]) == ({Clock.REWORK} if disputed else {Clock.SETTLE})


def test_a_part_whose_body_is_gone_is_placed_by_its_own_task():
    whole = given(filed(**HERE), routed(CITY))
    part = Part(id=UUID(int=31), agency="kemen-pu", task="Listrik padam, PLN diminta memasang")
    bodies = registry(dissolved("kemen-pu"))
    facts = open_part(whole, part, bodies, AT)
    assert [type(fact) for fact in facts] == [PartOpened]
    assert routing(given(*facts, id_=part.id), bodies)[0] == "pln"


def test_a_part_that_is_returned_is_placed_again_like_any_other():
    whole = given(filed(**HERE), routed("kemen-pu"))
    part = Part(id=UUID(int=31), agency=CITY, task="Tambal jalan berlubang")
    state = given(*open_part(whole, part, registry(), AT), returned(CITY, 9), id_=part.id)
    assert routing(state) == (PROVINCE, "pu", "mandate")


def test_a_return_within_a_body_that_is_gone_is_placed_like_any_other():
    state = given(filed(**HERE), routed(CITY, unit="pu"), returned(CITY, scope="unit", suggested_unit="lingkungan"))
    assert referral(state, registry(dissolved(CITY))).reason == "no_mandate"


def test_a_decision_for_a_body_that_is_gone_without_successor_waits_for_the_arbiter():
    decided = ArbitrationDecided(at=T0, agency=CITY, reason="kewenangan kota")
    state = given(filed(**HERE), referred(), ArbitrationOpened(at=T0, reason="desk"), decided)
    assert next_facts(state, known(registry(dissolved(CITY))), AT) == []


def test_what_the_arbiter_has_not_decided_waits_for_the_arbiter():
    assert next_facts(given(filed(**HERE), referred(), ArbitrationOpened(at=T0, reason="desk")), known(), AT) == []


def test_misconduct_whose_inspectorate_is_abolished_goes_to_the_desk_and_not_to_the_accused():
    state = given(filed("Pungli perbaikan jalan rusak oleh petugas", **HERE))
    assert referral(state, registry(dissolved(PROVINCE))).reason == "no_mandate"


def test_what_a_body_held_whose_parent_is_gone_too_goes_to_the_next_one_above():
    state = given(filed("Mohon bantuannya segera", **HERE), routed(CITY))
    [fact] = follow_merger(state, known(registry(dissolved(CITY), dissolved(PROVINCE))), AT)
    assert isinstance(fact, ComplaintRouted)
    assert (fact.agency, fact.cause) == ("kemendagri", "merger")


def test_misconduct_that_no_inspectorate_is_left_for_goes_to_the_desk():
    text = "Pungli penyambungan listrik oleh PLN"
    state = given(filed(text), routed("ombudsman"), returned("ombudsman"), routed("kpk"), returned("kpk"))
    assert referral(state).reason == "all_returned"


def test_a_suggested_body_is_taken_where_the_place_is_not_known_if_it_has_the_field_anywhere():
    state = given(filed(), routed("pln"), returned("pln", suggested=REGENCY))
    assert routing(state) == (REGENCY, None, "suggestion")


def test_a_sector_that_only_the_registry_knows_finds_its_level_there():
    bodies = registry(mandate(CITY, "cemeteries", "regency", "32.73"))
    assert known(bodies).mandates.most_local_level("cemeteries") is Level.REGENCY
    assert known(bodies).mandates.most_local_level("unheard-of") is Level.NATIONAL


@pytest.mark.parametrize(
    "more",
    [(), (acknowledged("kpk"),), (asked("kpk"),), (answered("kpk"),)],
    ids=["placed", "taken", "asked", "answered"],
)
def test_what_a_dissolved_body_held_goes_to_the_desk_where_nobody_can_take_it_over(more: tuple[Fact, ...]):
    state, after = given(filed("Mohon bantuannya"), routed("kpk"), *more), known(registry(dissolved("kpk")))
    facts = next_facts(state, after, AT)
    assert [(type(fact).__name__, fact.reason) for fact in facts] == [("ComplaintReferred", "agency_gone")]
    at_the_desk = then(state, *facts)
    assert (at_the_desk.status, at_the_desk.holder, at_the_desk.waits) == (Status.TRIAGE, DESK, False)
    assert next_facts(at_the_desk, after, AT) == []


def test_a_whole_whose_lead_is_dissolved_goes_to_the_body_of_a_part_where_nobody_else_can_take_it_over():
    parts = (Part(id=UUID(int=5), agency="pln", mandatory=True, task="listrik"),)
    state = given(filed("Mohon bantuannya"), routed("kpk"), ComplaintSplit(at=T0, parts=parts))
    [fact] = next_facts(state, known(registry(dissolved("kpk"))), AT)
    assert isinstance(fact, ComplaintRouted)
    assert (fact.agency, fact.cause) == ("pln", "merger")


TAKEN_UP: dict[Status, tuple[Fact, ...]] = {
    Status.ROUTED: (),
    Status.IN_PROGRESS: (acknowledged(CITY),),
    Status.AWAITING_REPORTER: (asked(CITY),),
    Status.ANSWERED: (answered(CITY),),
    Status.SPLIT: (ComplaintSplit(at=T0, parts=(Part(id=UUID(int=5), agency="pln", task="listrik"),)),),
}
RETURNS = {
    "nobody": (),
    "the heir": (PROVINCE,),
    "another": ("kemen-pu",),
    "three": ("kemen-pu", "kemendagri", "pln"),
    "three with the heir": ("kemen-pu", "kemendagri", PROVINCE),
}
ENDINGS = {"merged": merged(CITY, successor=PROVINCE), "dissolved": dissolved(CITY)}


@pytest.mark.parametrize("status", TAKEN_UP)
@pytest.mark.parametrize("returns", RETURNS)
@pytest.mark.parametrize("bound", [False, True], ids=["unbound", "bound"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_who_takes_over_obeys_what_placing_obeys(status: Status, returns: str, bound: bool, ending: str):
    hops = [fact for body in RETURNS[returns] for fact in (routed(body), returned(body))]
    held = routed(CITY, binding=bound, cause="binding" if bound else "mandate")
    state = given(filed("Mohon bantuannya", **HERE), *hops, held, *TAKEN_UP[status])
    assert state.status is status
    after = known(registry(ENDINGS[ending]))
    [fact] = follow_merger(state, after, AT)
    by_law = bound and ending == "merged"
    if by_law or returns in ("nobody", "another"):
        assert isinstance(fact, ComplaintRouted)
        assert (fact.agency, fact.cause, fact.binding) == (PROVINCE, "merger", by_law)
    elif returns == "the heir" and ending == "dissolved":
        # The next one above has not returned it.
        assert isinstance(fact, ComplaintRouted)
        assert (fact.agency, fact.binding) == ("kemendagri", False)
    else:
        bodies = RETURNS[returns]
        assert fact == ArbitrationOpened(at=AT, reason="agency_gone", bodies=bodies)
        with_arbiter = then(state, fact)
        assert (with_arbiter.status, with_arbiter.holder, with_arbiter.waits) == (Status.ARBITRATION, ARBITER, False)
        assert with_arbiter.news[CITY].kind == "unassigned"
        assert next_facts(with_arbiter, after, AT) == []


def test_where_every_body_that_could_take_over_has_returned_it_the_arbiter_decides():
    hops = [fact for body in (PROVINCE, "kemendagri") for fact in (routed(body), returned(body))]
    state = given(filed("Mohon bantuannya", **HERE), *hops, routed(CITY))
    assert follow_merger(state, known(registry(dissolved(CITY))), AT) == [
        ArbitrationOpened(at=AT, reason="agency_gone", bodies=(PROVINCE, "kemendagri"))
    ]


def test_a_renamed_body_keeps_what_it_has_in_every_status():
    renamed = known(registry(AgencyRenamed(at=T0, agency=CITY, name="Kota Bandung Raya")))
    for more in TAKEN_UP.values():
        assert next_facts(given(filed(**HERE), routed(CITY), *more), renamed, AT) == []


def test_what_nobody_could_read_after_the_third_return_goes_to_the_arbiter_and_not_to_the_desk():
    bodies = (CITY, PROVINCE, "kemen-pu")
    hops = [fact for day, body in enumerate(bodies) for fact in (routed(body), returned(body, day))]
    late = overdue(given(filed(**HERE), *hops), known(), T0 + timedelta(days=10))
    assert late == [ArbitrationOpened(at=T0 + timedelta(days=10), reason="third_return", bodies=bodies)]
