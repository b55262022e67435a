"""Which bodies exist, who succeeds whom, what each has authority for, and which days are off."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from schemas.base.values import DESK, ROUTER, Holder, HolderKind
from schemas.complaint.fold import RecordedFact
from schemas.events import registry as g
from schemas.events.base import Fact
from schemas.events.intake import PersonalDataErased
from schemas.reference.load import calendars
from schemas.registry.fold import Registry, fold_registry

AT = datetime(2026, 1, 2, tzinfo=UTC)
DAY = date(2026, 3, 1)


def registry(*facts: Fact) -> Registry:
    return fold_registry(Registry(), [RecordedFact(fact, UUID(int=1), version) for version, fact in enumerate(facts)])


def body(agency: str, **more: object) -> g.AgencyRegistered:
    return g.AgencyRegistered.model_validate(
        {"at": AT, "agency": agency, "name": agency.title(), "kind": "ministry", "level": "national"} | more
    )


def merged(*agencies: str, into: str) -> g.AgenciesMerged:
    return g.AgenciesMerged(at=AT, agencies=agencies, successor=into, reason="Perpres")


def dissolved(agency: str, successor: str | None = None) -> g.AgencyDissolved:
    return g.AgencyDissolved(at=AT, agency=agency, successor=successor, reason="Perpres")


def held_by(agency: str, unit: str | None = None) -> Holder:
    return Holder(HolderKind.AGENCY, agency, unit)


def given_mandate(agency: str, **more: object) -> g.MandateGiven:
    said = {"at": AT, "agency": agency, "sector": "roads", "level": "national", "valid_from": date(2026, 1, 1)}
    return g.MandateGiven.model_validate(said | {"source": "UU 38/2004"} | more)


def test_a_chain_of_mergers_leads_to_the_one_that_lives() -> None:
    state = registry(body("aa"), body("bb"), body("cc"), merged("aa", into="bb"), merged("bb", "cc", into="cc"))
    assert state.living("aa") == state.agencies["cc"]
    assert state.holder(held_by("aa", "unit")) == held_by("cc")
    assert state.agencies["aa"].ended_at == AT


def test_a_living_holder_keeps_its_unit_and_no_body_other_than_an_agency_changes() -> None:
    state = registry(body("aa"))
    assert state.holder(held_by("aa", "unit")) == held_by("aa", "unit")
    assert state.holder(DESK) == DESK


def test_a_body_dissolved_without_successor_leaves_the_router_as_holder() -> None:
    state = registry(body("aa"), dissolved("aa"))
    assert state.living("aa") is None
    assert state.holder(held_by("aa")) == ROUTER
    assert state.holder(held_by("never-heard-of")) == ROUTER


def test_a_circle_of_successors_has_no_living_body() -> None:
    state = registry(body("aa"), body("bb"), dissolved("aa", "bb"), dissolved("bb", "aa"))
    assert state.living("aa") is None


def test_a_renamed_body_is_the_same_body() -> None:
    state = registry(body("aa"), g.AgencyRenamed(at=AT, agency="aa", name="Baru"))
    assert (state.agencies["aa"].name, state.agencies["aa"].alive) == ("Baru", True)


def test_authority_holds_from_its_first_day_until_before_its_last() -> None:
    ended = g.MandateWithdrawn(at=AT, agency="aa", sector="roads", level="national", valid_until=date(2026, 7, 1))
    state = registry(body("aa"), given_mandate("aa"), ended)
    holds = [bool(state.competent("roads", "national", None, day)) for day in (
        date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1),
    )]  # fmt: skip
    assert holds == [False, True, True, False]


def test_only_the_mandate_that_is_meant_is_withdrawn() -> None:
    ended = g.MandateWithdrawn(at=AT, agency="aa", sector="health", level="national", valid_until=DAY)
    state = registry(body("aa"), given_mandate("aa"), ended)
    assert state.competent("roads", "national", None, DAY)


def test_a_dead_body_has_no_authority() -> None:
    assert not registry(body("aa"), given_mandate("aa"), dissolved("aa")).competent("roads", "national", None, DAY)


def test_the_newest_decree_of_a_year_holds_and_the_others_stay_as_they_are() -> None:
    first = calendars()[2].decree(AT)
    second = first.model_copy(update={"at": AT + timedelta(days=9), "days": ()})
    other = calendars()[3].decree(AT)
    state = registry(first, other, second)
    assert state.calendar.works(date(2026, 3, 19))
    assert not state.calendar.works(date(2027, 3, 8))
    assert not state.calendar_at(AT).works(date(2026, 3, 19))
    assert state.calendar_at(AT - timedelta(days=1)).works(date(2026, 3, 19))


def test_the_days_off_of_a_region_bind_its_own_bodies_and_nobody_else() -> None:
    nation = calendars()[2].decree(AT)
    galungan = g.Holiday(on=date(2026, 6, 17), name="Hari Raya Galungan", kind="regional")
    bali = g.CalendarDecreed(at=AT, calendar="51", year=2026, source="SE Gubernur Bali", days=(galungan,))
    state = registry(nation, bali)
    assert ("51", 2026) in state.calendars
    assert state.calendar.works(galungan.on)
    for region, works in (("51", False), ("51.71", False), ("52", True), ("5", True), (None, True)):
        assert state.calendar_of(region).works(galungan.on) is works
    assert not state.calendar_of("51.71").works(date(2026, 3, 19)), "the nation's days hold there too"
    assert state.calendar_of("51.71").regional == {2026: ("SE Gubernur Bali",)}
    assert state.calendar_of("51.71") is state.calendar_of("51.71"), "reckonings with it can be remembered"
    assert state.calendar_at(AT - timedelta(days=1), "51").works(galungan.on)


def test_the_present_model_is_the_last_that_was_switched_to_and_strange_facts_change_nothing() -> None:
    state = registry(g.ModelSwitched(at=AT, model="kata-2"), PersonalDataErased(at=AT))
    assert (state.model, state.version) == ("kata-2", 1)


def test_a_holder_is_written_as_its_agency_or_its_kind() -> None:
    assert (str(held_by("aa", "unit")), str(DESK)) == ("agency:aa", "desk")


def office(unit: str, *sectors: str) -> g.Office:
    return g.Office.model_validate({"id": unit, "name": unit.title(), "level": "regency", "sectors": sectors})


def template(since: date, *offices: g.Office) -> g.TemplateDecreed:
    return g.TemplateDecreed(at=AT, template="kabupaten", offices=offices, valid_from=since, source="UU 23/2014")


def regency(agency: str = "aa", region: str = "32.04") -> g.AgencyRegistered:
    return body(agency, kind="regency", level="regency", region=region, template="kabupaten")


def competent(state: Registry, sector: str, day: date = DAY, region: str = "32.04") -> list[tuple[str, str | None]]:
    return [(m.agency, m.unit) for m in state.competent(sector, "regency", region, day)]


def test_every_body_of_a_template_has_its_offices_and_their_authority_in_its_own_region() -> None:
    first = template(date(2014, 10, 2), office("pu", "roads"), office("inspektorat"))
    state = registry(first, regency(), regency("bb", "32.05"))
    assert dict(state.agencies["aa"].units) == {"pu": "Pu", "inspektorat": "Inspektorat"}
    assert competent(state, "roads") == [("aa", "pu")]
    assert competent(state, "roads", region="32.05") == [("bb", "pu")]
    assert competent(state, "roads", date(2014, 10, 1)) == []


def test_a_template_decreed_anew_moves_adds_and_ends_authority_on_its_day() -> None:
    since = date(2026, 2, 1)
    state = registry(
        template(date(2014, 10, 2), office("pu", "roads", "waste"), office("dinas", "housing")),
        regency(),
        template(since, office("pu", "roads"), office("lingkungan", "waste", "parks")),
    )
    day_before = date(2026, 1, 31)
    assert (competent(state, "waste", day_before), competent(state, "waste")) == (
        [("aa", "pu")],
        [("aa", "lingkungan")],
    )
    assert (competent(state, "housing", day_before), competent(state, "housing")) == ([("aa", "dinas")], [])
    assert (competent(state, "parks", day_before), competent(state, "parks")) == ([], [("aa", "lingkungan")])
    assert competent(state, "roads") == [("aa", "pu")]
    assert set(state.agencies["aa"].units) == {"pu", "dinas", "lingkungan"}


def test_what_was_withdrawn_from_a_body_is_not_given_back_by_a_template() -> None:
    ended = {"at": AT, "agency": "aa", "sector": "roads", "level": "regency", "region": "32.04"}
    state = registry(
        template(date(2014, 10, 2), office("pu", "roads")),
        regency(),
        g.MandateWithdrawn.model_validate({**ended, "valid_until": date(2026, 1, 1)}),
        template(date(2026, 2, 1), office("pu", "roads"), office("dinas", "housing")),
    )
    assert competent(state, "roads") == []
    assert competent(state, "housing") == [("aa", "dinas")]


def test_a_template_without_bodies_waits_for_the_first() -> None:
    state = registry(template(date(2014, 10, 2), office("pu", "roads")), body("bb", template="unknown"))
    assert state.mandates == ()
    assert dict(state.agencies["bb"].units) == {}
