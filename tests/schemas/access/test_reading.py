"""Who may read what of one complaint, role by role."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from schemas.access.principal import PUBLIC, Principal, grants_of
from schemas.access.reading import Case, Extent, Reading, as_agency, as_arbiter, as_desk, as_inspectorate, reading
from schemas.base.values import Basis
from schemas.complaint.fold import fold
from schemas.complaint.state import new
from schemas.events.agency_inbox import ComplaintReturned, ResponseGiven
from schemas.events.base import Fact
from schemas.events.escalation import ComplaintEscalated
from schemas.events.intake import ComplaintWithdrawn, OmbudsmanRequested, ResolutionDisputed
from schemas.events.registry import AgencyDissolved, AgencyRegistered
from schemas.events.router import (
    ArbitrationOpened,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintRouted,
)
from support.given import COMPLAINT, NOON, asked, filed, told
from support.inbox import CITY, PLN, ROADS, merged, registry

PROVINCE = "provinsi"
BASIS = Basis(registry_version=0, rules="test")
NOTHING, OUTLINE, OPEN, PAST, ALL = Extent
OVER = (
    AgencyRegistered(at=NOON, agency=PROVINCE, name="Provinsi", kind="province", level="province", region="32"),
    AgencyRegistered(at=NOON, agency="pdam", name="PDAM", kind="regional-enterprise", level="regency", parent=CITY),
)


def who(*roles: str) -> Principal:
    return Principal("https://issuer", "somebody", grants_of(roles))


def case(*facts: Fact, bodies: Sequence[Fact] = OVER, lead: Sequence[Fact] = ()) -> Case:
    history = told(*facts)
    followed = fold(new(UUID(int=8)), told(*lead, complaint=UUID(int=8))) if lead else None
    return Case(fold(new(COMPLAINT), history), registry(*bodies), lambda: history, followed)


def routed(agency: str, unit: str | None = None, **more: Any) -> ComplaintRouted:
    return ComplaintRouted.model_validate(
        {"at": NOON, "agency": agency, "unit": unit, "cause": "desk", "basis": BASIS, **more}
    )


def read(*, accused: tuple[str, ...] = (), supervision: bool = True) -> ComplaintClassified:
    body = {"at": NOON, "class": "complaint", "supervision": supervision, "accused": accused, "basis": BASIS}
    return ComplaintClassified.model_validate(body)


REFERRED = ComplaintReferred(at=NOON, reason="no_mandate")
SECRET = filed(secret=True)
EVERY_ROLE = (
    f"officer:{PLN}", f"officer:{CITY}/jalan", f"unit-head:{CITY}/taman", f"agency:{ROADS}", "triage", "arbiter",
    "inspectorate", f"inspectorate:{PROVINCE}", "analyst", "operator", "gateway:sms",
)  # fmt: skip


def test_nobody_reads_what_does_not_exist() -> None:
    assert reading(who(*EVERY_ROLE), case()) == Reading(Extent.NOTHING)


@pytest.mark.parametrize(("first", "extent"), [(filed(), Extent.PUBLIC), (SECRET, Extent.NOTHING)])
def test_the_public_and_a_gateway_read_what_is_public(first: Fact, extent: Extent) -> None:
    assert reading(PUBLIC, case(first, REFERRED)).extent is extent
    assert reading(who("gateway:pln"), case(first, routed(PLN))).extent is extent


def test_an_agency_reads_what_it_holds_and_another_one_what_is_public() -> None:
    held = case(SECRET, routed(PLN))
    for mine in (f"officer:{PLN}", f"agency:{PLN}"):
        assert as_agency(who(mine), PLN, held).extent is Extent.EVERYTHING
    assert as_agency(who(f"officer:{ROADS}"), ROADS, held).extent is Extent.NOTHING
    assert as_agency(who(f"officer:{ROADS}"), PLN, held).extent is Extent.NOTHING, "nobody acts for another agency"
    assert as_agency(who(f"officer:{ROADS}"), ROADS, case(filed(), routed(PLN))).extent is Extent.PUBLIC


def test_of_what_it_held_an_agency_reads_the_state_until_its_holding_ended() -> None:
    back = ComplaintReturned(at=NOON, agency=PLN, reason="bukan kami")
    once = case(SECRET, routed(PLN), asked(PLN), back, routed(ROADS))
    assert as_agency(who(f"officer:{PLN}"), PLN, once) == Reading(Extent.PAST, 2)
    twice = case(SECRET, routed(PLN), back, routed(PLN), asked(PLN), routed(ROADS), asked(ROADS))
    assert as_agency(who(f"officer:{PLN}"), PLN, twice) == Reading(Extent.PAST, 4), "the last of its times"


def test_the_last_holder_of_a_closed_complaint_goes_on_reading_it() -> None:
    assert reading(who(f"officer:{PLN}"), case(SECRET, routed(PLN), ComplaintWithdrawn(at=NOON))).extent is ALL
    moved = case(SECRET, routed(PLN), routed(ROADS), ComplaintWithdrawn(at=NOON))
    assert reading(who(f"officer:{PLN}"), moved) == Reading(Extent.PAST, 1)


def test_whoever_works_for_one_unit_reads_what_that_unit_holds() -> None:
    to_roads, to_nobody = case(SECRET, routed(CITY, "jalan")), case(SECRET, routed(CITY))
    for mine in (f"officer:{CITY}/jalan", f"unit-head:{CITY}/jalan"):
        assert reading(who(mine), to_roads).extent is Extent.EVERYTHING
        assert reading(who(mine), to_nobody).extent is Extent.NOTHING, "only the agency's own officers assign units"
        assert reading(who(mine), case(SECRET, routed(CITY, "taman"))).extent is Extent.NOTHING
    for whole in (f"officer:{CITY}", f"agency:{CITY}"):
        assert reading(who(whole), to_roads).extent is reading(who(whole), to_nobody).extent is Extent.EVERYTHING
    handed_on = case(SECRET, routed(CITY, "jalan"), routed(CITY, "taman"))
    assert reading(who(f"officer:{CITY}/jalan"), handed_on) == Reading(Extent.PAST, 1)


def test_a_successor_reads_what_the_merged_agency_held_and_the_merged_one_nothing() -> None:
    both = (*OVER, merged(PLN, successor=ROADS))
    now, before = case(SECRET, routed(PLN), bodies=both), case(SECRET, routed(PLN), routed(CITY), bodies=both)
    assert reading(who(f"officer:{ROADS}"), now).extent is Extent.EVERYTHING
    assert reading(who(f"officer:{ROADS}"), before) == Reading(Extent.PAST, 1)
    assert reading(who(f"officer:{PLN}"), now).extent is reading(who(f"officer:{PLN}"), before).extent is NOTHING


def test_a_joined_complaint_is_read_by_whoever_holds_its_lead() -> None:
    facts = (filed(), REFERRED, ComplaintJoined(at=NOON, lead=UUID(int=8)))
    followed = case(*facts, lead=(filed(), routed(PLN)))
    assert reading(who(f"officer:{PLN}"), followed).extent is Extent.EVERYTHING
    assert reading(who(f"officer:{ROADS}"), followed).extent is Extent.PUBLIC


def test_the_desk_reads_what_no_agency_and_no_arbiter_holds() -> None:
    desk = who("triage")
    gone = (*OVER, AgencyDissolved(at=NOON, agency=PLN, successor=None, reason="x"))
    for facts in ((SECRET,), (SECRET, REFERRED), (SECRET, routed(PLN), REFERRED)):
        assert as_desk(desk, case(*facts)).extent is Extent.EVERYTHING
    assert as_desk(desk, case(SECRET, routed(PLN), bodies=gone)).extent is Extent.EVERYTHING
    closed = (SECRET, REFERRED, ComplaintWithdrawn(at=NOON))
    contested = (SECRET, REFERRED, ArbitrationOpened(at=NOON, reason="desk"))
    for facts in ((SECRET, routed(PLN)), contested, closed):
        assert as_desk(desk, case(*facts)).extent is Extent.NOTHING
    assert as_desk(who("operator"), case(SECRET, REFERRED)).extent is Extent.NOTHING


CLIMBED = ComplaintEscalated(at=NOON, cause="deadline", rung=3)


@pytest.mark.parametrize(
    ("facts", "extent"),
    [
        ((REFERRED, ArbitrationOpened(at=NOON, reason="desk")), Extent.EVERYTHING),
        ((routed(PLN), ComplaintReturned(at=NOON, agency=PLN, reason="x")), Extent.EVERYTHING),
        (
            (routed(PLN), ResponseGiven(at=NOON, agency=PLN, text="x" * 40), ResolutionDisputed(at=NOON, reason="x")),
            ALL,
        ),
        ((routed(PLN, binding=True, cause="binding"),), Extent.EVERYTHING),
        ((routed(PLN), CLIMBED), Extent.EVERYTHING),
        ((routed(PLN), OmbudsmanRequested(at=NOON, reason="x")), Extent.EVERYTHING),
        ((routed(PLN), CLIMBED.model_copy(update={"rung": 2})), Extent.NOTHING),
        ((routed(PLN),), Extent.NOTHING),
        ((REFERRED,), Extent.NOTHING),
    ],
)
def test_the_arbiter_reads_what_is_contested_or_has_climbed(facts: tuple[Fact, ...], extent: Extent) -> None:
    assert as_arbiter(who("arbiter"), case(SECRET, *facts)).extent is extent
    assert as_arbiter(who("triage"), case(SECRET, *facts)).extent is Extent.NOTHING


def test_an_inspectorate_reads_supervision_grade_alone() -> None:
    examined, other = case(filed(), read(accused=(CITY,)), routed(PROVINCE)), case(SECRET, routed(PROVINCE))
    assert as_inspectorate(who("inspectorate"), examined).extent is Extent.EVERYTHING
    assert as_inspectorate(who(f"inspectorate:{PROVINCE}"), examined).extent is Extent.EVERYTHING
    assert as_inspectorate(who(f"inspectorate:{ROADS}"), examined).extent is Extent.NOTHING
    for mine in ("inspectorate", f"inspectorate:{PROVINCE}"):
        assert as_inspectorate(who(mine), other).extent is Extent.NOTHING
    handed_on = case(filed(), read(accused=(CITY,)), routed(PROVINCE), routed(ROADS))
    assert as_inspectorate(who(f"inspectorate:{PROVINCE}"), handed_on) == Reading(Extent.PAST, 2)


@pytest.mark.parametrize("role", ["operator", "analyst"])
def test_operators_and_analysts_read_no_words_of_their_own(role: str) -> None:
    assert reading(who(role), case(SECRET, routed(PLN))).extent is Extent.OUTLINE
    assert reading(who(role), case(filed(), routed(PLN))).extent is Extent.PUBLIC


ACCUSING = (filed(), read(accused=(CITY,)), REFERRED)
AT_EVERY_STAGE = [
    ACCUSING,
    (*ACCUSING, routed(PROVINCE)),
    (*ACCUSING, routed(CITY)),
    (filed(), routed(CITY), ComplaintReturned(at=NOON, agency=CITY, reason="x"), *ACCUSING[1:]),
    (*ACCUSING, ArbitrationOpened(at=NOON, reason="desk")),
    (*ACCUSING, routed(PROVINCE), CLIMBED),
    (*ACCUSING, routed(PROVINCE), ComplaintWithdrawn(at=NOON)),
]


@pytest.mark.parametrize("facts", AT_EVERY_STAGE, ids=range(len(AT_EVERY_STAGE)))
@pytest.mark.parametrize(
    "tie", ["officer:{}", "officer:{}/taman", "unit-head:{}/jalan", "agency:{}", "inspectorate:{}", "officer:pdam"]
)
def test_what_accuses_an_agency_is_kept_from_all_who_work_for_it_in_every_role(
    facts: tuple[Fact, ...], tie: str
) -> None:
    others = [role for role in EVERY_ROLE if CITY not in role]
    them = who(tie.format(CITY), f"officer:{PROVINCE}", *others)
    assert reading(them, case(*facts)) == Reading(Extent.NOTHING)
    without = who(f"officer:{PROVINCE}", *others)
    assert reading(without, case(*facts)).extent > Extent.NOTHING, "it is that tie which keeps it from them"


def test_it_is_kept_from_the_agencies_that_the_accused_one_was_and_became() -> None:
    facts, desk = (filed(), read(accused=(PLN,)), REFERRED), "triage"
    became = case(*facts, bodies=(*OVER, merged(PLN, successor=ROADS)))
    was = case(filed(), read(accused=(ROADS,)), REFERRED, bodies=(*OVER, merged(PLN, successor=ROADS)))
    for found in (became, was):
        for agency in (PLN, ROADS):
            assert not reading(who(desk, f"officer:{agency}"), found), agency
        assert reading(who(desk, f"officer:{CITY}"), found).extent is Extent.EVERYTHING
    assert reading(who(desk, f"officer:{ROADS}"), case(*facts)).extent is Extent.EVERYTHING, "before the merger"


def test_who_stands_over_the_accused_agency_reads_it_by_their_roles() -> None:
    under = case(filed(), read(accused=("pdam",)), REFERRED)
    assert reading(who("triage", f"officer:{CITY}"), under).extent is Extent.EVERYTHING


def test_where_nobody_is_named_everybody_who_works_for_an_agency_but_the_holder_may_be_accused() -> None:
    for facts in ((filed(), read(), REFERRED), (filed(), read(), routed(PROVINCE))):
        assert not reading(who("triage", "arbiter", "operator", f"officer:{PLN}"), case(*facts))
    assert reading(who("triage"), case(filed(), read(), REFERRED)).extent is Extent.EVERYTHING
    assert reading(who(f"officer:{PROVINCE}"), case(filed(), read(), routed(PROVINCE))).extent is Extent.EVERYTHING


def test_a_later_reading_adds_to_the_accused_and_takes_none_away() -> None:
    facts = (filed(), read(accused=(PLN,)), read(accused=(ROADS,)), read(accused=()), REFERRED)
    assert case(*facts).state.accused == (PLN, ROADS)
