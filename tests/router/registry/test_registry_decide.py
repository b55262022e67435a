"""The decisions about the registry, one rule per test, and the contents of the seed."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from router.lexicon.files import place_data, rule_data
from router.registry import decide, seed
from router.registry.coverage import check_coverage, divisions
from router.registry.mandates import MOST_LOCAL_FIRST, AgencyUnit, MandateIndex
from router.registry.seed import BATCH, first_registry, missing
from schemas.base.refusals import AgencyExists, InvalidField, MandateOverlaps, NoSuchMandate, UnknownAgency, UnknownUnit
from schemas.base.values import Level
from schemas.deadlines.policies import Policies
from schemas.events.base import Fact
from schemas.events.registry import CalendarDecreed, Holiday, MandateWithdrawn, PolicyDecreed
from schemas.reference.load import calendars, policies
from schemas.registry.fold import Registry
from support.placing import CITY, PROVINCE, REGENCY, T0, body, dissolved, grown, mandate, merged, registry


def again(state: Registry, facts: list[Fact], decided: Callable[[Registry], list[Fact]]):
    """The facts; a second decision must give none."""
    after = grown(state, *facts)
    assert decided(after) == []
    return after


def test_a_body_is_registered_once():
    new = body("kota-cimahi", "regency", "32.77", parent=PROVINCE)
    facts = decide.register(registry(), new)
    assert facts == [new]
    again(registry(), facts, lambda state: decide.register(state, new))


def test_the_same_id_with_other_data_is_refused():
    with pytest.raises(AgencyExists):
        decide.register(registry(), body("pln"))


def test_a_parent_or_inspectorate_must_be_there():
    with pytest.raises(UnknownAgency):
        decide.register(registry(), body("kota-x", "regency", "32.77", parent="nobody"))
    with pytest.raises(UnknownAgency):
        decide.register(registry(), body("kota-x", "regency", "32.77", inspectorate="nobody"))


def test_a_regional_body_needs_its_region_and_nobody_inspects_itself():
    with pytest.raises(InvalidField):
        decide.register(registry(), body("kota-x", "regency"))
    with pytest.raises(InvalidField):
        decide.register(registry(), body("kota-x", "regency", "32.77", inspectorate="kota-x"))


def test_a_body_is_renamed_once():
    facts = decide.rename(registry(), "pln", "PLN Nusantara", T0)
    assert again(registry(), facts, lambda s: decide.rename(s, "pln", "PLN Nusantara", T0)).agencies["pln"].name == (
        "PLN Nusantara"
    )


def test_bodies_are_merged_once_and_the_successor_is_what_lives():
    facts = decide.merge(registry(), [CITY], REGENCY, "pemekaran batal", T0)
    after = again(registry(), facts, lambda s: decide.merge(s, [CITY], REGENCY, "pemekaran batal", T0))
    assert after.living(CITY).id == REGENCY


def test_a_body_cannot_be_merged_with_itself_alone_or_with_one_that_is_gone():
    with pytest.raises(InvalidField):
        decide.merge(registry(), [CITY], CITY, "x", T0)
    with pytest.raises(UnknownAgency):
        decide.merge(registry(merged(CITY, successor=REGENCY)), [CITY], PROVINCE, "x", T0)


def test_a_body_is_dissolved_once_with_or_without_a_successor():
    for successor in (None, PROVINCE):
        facts = decide.dissolve(registry(), CITY, successor, "selesai", T0)
        again(registry(), facts, lambda s, to=successor: decide.dissolve(s, CITY, to, "selesai", T0))


def test_a_body_cannot_succeed_itself_and_an_ended_one_cannot_end_otherwise():
    with pytest.raises(InvalidField):
        decide.dissolve(registry(), CITY, CITY, "x", T0)
    with pytest.raises(UnknownAgency):
        decide.dissolve(registry(dissolved(CITY)), CITY, PROVINCE, "x", T0)


def test_a_mandate_is_given_once():
    asked = mandate("pln", "telecom", "national")
    again(registry(), decide.give_mandate(registry(), asked), lambda state: decide.give_mandate(state, asked))


def test_the_same_authority_in_an_overlapping_time_is_refused():
    with pytest.raises(MandateOverlaps):
        decide.give_mandate(registry(), mandate("pln", "electricity", "national", valid_from=date(2024, 1, 1)))


def test_a_mandate_needs_a_living_body_and_one_of_its_units():
    with pytest.raises(UnknownAgency):
        decide.give_mandate(registry(dissolved(CITY)), mandate(CITY, "housing", "regency", "32.73"))
    with pytest.raises(UnknownUnit):
        decide.give_mandate(registry(), mandate(CITY, "housing", "regency", "32.73", "nobody"))


def withdrawn(until: date = date(2026, 1, 1), agency: str = "pln"):
    said = {"at": T0, "agency": agency, "sector": "electricity", "level": "national", "valid_until": until}
    return MandateWithdrawn.model_validate(said)


def test_a_mandate_is_withdrawn_once_and_can_then_be_given_again():
    facts = decide.withdraw_mandate(registry(), withdrawn())
    after = again(registry(), facts, lambda state: decide.withdraw_mandate(state, withdrawn()))
    assert decide.give_mandate(after, mandate("pln", "electricity", "national", valid_from=date(2026, 1, 1)))


def test_what_was_never_given_cannot_be_withdrawn_nor_end_before_it_began():
    with pytest.raises(NoSuchMandate):
        decide.withdraw_mandate(registry(), withdrawn(agency="kemen-pu"))
    with pytest.raises(InvalidField):
        decide.withdraw_mandate(registry(), withdrawn(date(2019, 1, 1)))


def withdrawn_from(agency: str, sector: str, region: str):
    said = {"at": T0, "agency": agency, "sector": sector, "level": "regency", "region": region}
    return MandateWithdrawn.model_validate({**said, "valid_until": date(2026, 1, 1)})


def test_a_calendar_is_decreed_once_and_all_its_days_lie_in_its_year():
    day = Holiday(on=date(2030, 1, 1), name="Tahun Baru", kind="national")
    asked = CalendarDecreed(at=T0, calendar="national", year=2030, source="SKB", days=(day,))
    again(registry(), decide.decree_calendar(registry(), asked), lambda s: decide.decree_calendar(s, asked))
    with pytest.raises(InvalidField):
        decide.decree_calendar(registry(), asked.model_copy(update={"year": 2031}))


def periods(*rules: str, days: int = 1, amount: int = 5, source: str = "Permen"):
    each = [{"rule": rule, "amount": amount, "unit": "wd"} for rule in rules]
    said = {"at": T0, "effective_at": T0 + timedelta(days=days), "source": source, "periods": each}
    return PolicyDecreed.model_validate(said)


def test_periods_are_decreed_once_for_a_later_moment():
    def rule(state: Registry) -> list[Fact]:
        return decide.decree_policy(state, periods("triage"), policies())

    again(registry(), rule(registry()), rule)


@pytest.mark.parametrize(
    ("fact", "field"),
    [
        (periods("triage", days=0), "effective_on"),
        (periods("triage", days=-400), "effective_on"),
        (periods("place"), "periods.rule"),
        (periods("settle"), "periods.rule"),
        (periods("triage", "triage"), "periods.rule"),
    ],
)
def test_periods_of_the_past_unknown_ones_and_the_automatic_one_are_refused(fact: PolicyDecreed, field: str):
    with pytest.raises(InvalidField) as refused:
        decide.decree_policy(registry(), fact, policies())
    assert refused.value.data["field"] == field


def test_the_day_of_a_reviewed_version_is_not_decreed():
    (first,) = policies().versions
    coming = Policies((first, first._replace(id="next", effective_at=T0 + timedelta(days=1))))
    with pytest.raises(InvalidField):
        decide.decree_policy(registry(), periods("triage"), coming)


@pytest.fixture(scope="module")
def planted():
    return seed.seeded_registry(calendars(), T0)


def test_no_append_of_the_first_registry_is_larger_than_every_store_takes():
    assert len(missing(Registry(), calendars(), T0)) == BATCH


def test_the_first_registry_obeys_the_rules_of_the_registry():
    first, state = first_registry(), grown(Registry(), *first_registry().templates)
    for fact in first.bodies:
        state = grown(state, *decide.register(state, fact))
    for ended in first.withdrawn:
        state = grown(state, *decide.withdraw_mandate(state, ended))
    for fact in first.mandates:
        state = grown(state, *decide.give_mandate(state, fact))
    assert len(state.agencies) == len(first.bodies)


def test_the_first_registry_has_every_government_of_the_nation_and_about_seven_hundred_bodies(planted: Registry):
    kinds = Counter(agency.kind for agency in planted.agencies.values())
    assert (kinds["province"], kinds["regency"] + kinds["city"], kinds["city"]) == (38, 514, 98)
    assert kinds["regional-enterprise"] > 30
    assert kinds["ministry"] > 45
    assert len([a for a in planted.agencies if a.startswith("ombudsman-")]) == 34
    assert 700 <= len(planted.agencies) <= 760


def test_every_field_at_every_level_in_every_region_has_one_competent_body_or_a_stated_reason(planted: Registry):
    found = check_coverage(
        MandateIndex(planted), divisions(), rule_data().sectors, place_data().places, date(2026, 4, 14)
    )
    assert found.findings == ()
    assert found.held > 14_000
    assert all(found.stated.values())


def test_the_most_local_level_that_has_a_field_is_its_home():
    for sector, words in rule_data().sectors.items():
        levels = divisions().levels(sector)
        assert words.home is next(level for level in MOST_LOCAL_FIRST if level in levels), sector


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda: withdrawn_from("kota-surabaya", "roads", "35.78"), ("hole", "roads", "35.78")),
        (lambda: mandate("kota-malang", "roads", "regency", "35.78"), ("overlap", "roads", "35.78")),
        (lambda: mandate("kota-malang", "forestry", "regency", "35.73"), ("not_at_this_level", "forestry", "35.73")),
        (lambda: dissolved("kota-surabaya"), ("hole", "waste", "35.78")),
    ],
)
def test_a_hole_an_overlap_and_a_field_at_the_wrong_level_are_found(
    planted: Registry, change: Callable[[], Fact], fault: tuple[str, str, str]
):
    state = grown(planted, change())
    found = check_coverage(
        MandateIndex(state), divisions(), rule_data().sectors, ["35", "35.78", "35.73"], date(2026, 4, 14)
    )
    assert fault in {(each.fault, each.sector, each.region) for each in found.findings}


def test_a_body_with_a_template_has_its_offices_and_their_authority(planted: Registry):
    new = body("kabupaten-baru", "regency", "35.99", template="kabupaten")
    state = grown(planted, *decide.register(planted, new))
    assert state.agencies["kabupaten-baru"].units["pu"]
    assert MandateIndex(state).bodies("roads", Level.REGENCY, "35.99", date(2026, 4, 14)) == (
        AgencyUnit("kabupaten-baru", "pu"),
    )
    assert decide.register(state, new) == []


def test_a_template_that_nobody_decreed_is_refused():
    with pytest.raises(InvalidField):
        decide.register(registry(), body("kabupaten-baru", "regency", "35.99", template="nobody"))


def test_a_water_company_has_the_field_of_its_owners_office(planted: Registry):
    def suppliers(region: str) -> list[str]:
        return [
            b.agency for b in MandateIndex(planted).bodies("water-supply", Level.REGENCY, region, date(2026, 4, 14))
        ]

    assert suppliers("35.78") == ["surya-sembada"]
    assert suppliers("31.74") == ["pam-jaya"]
    assert suppliers("12.71") == ["tirtanadi"]
    assert suppliers("11.01") == ["kabupaten-aceh-selatan"]


def test_a_registry_of_before_there_were_templates_gets_what_it_lacks(planted: Registry):
    old = grown(Registry(), *(b.model_copy(update={"template": None, "inspectorate": None, "parent": None})
                              for b in first_registry().bodies if b.agency == "kota-surabaya"))  # fmt: skip
    while facts := missing(old, calendars(), T0):
        old = grown(old, *facts)
    assert MandateIndex(old).bodies("roads", Level.REGENCY, "35.78", date(2026, 4, 14)) == (
        AgencyUnit("kota-surabaya"),
    )


@pytest.mark.parametrize(
    ("agency", "zone", "parent"),
    [
        ("kota-surabaya", "Asia/Jakarta", "provinsi-jawa-timur"),
        ("kota-samarinda", "Asia/Makassar", "provinsi-kalimantan-timur"),
        ("kota-jayapura", "Asia/Jayapura", "provinsi-papua"),
        ("provinsi-bali", "Asia/Makassar", "kemendagri"),
    ],
)
def test_regional_bodies_have_their_zone_and_are_supervised_from_above(
    planted: Registry, agency: str, zone: str, parent: str
):
    body_ = planted.agencies[agency]
    assert (body_.zone, body_.parent, body_.inspectorate) == (zone, parent, parent)


def test_every_body_but_the_last_watchman_has_an_inspectorate_other_than_itself(planted: Registry):
    without = {a.id for a in planted.agencies.values() if a.inspectorate in (None, a.id)}
    assert without == {"kpk"}


def test_every_reviewed_calendar_is_decreed(planted: Registry):
    assert {(c.calendar, c.year) for c in calendars()} == set(planted.calendars)


def test_what_operators_changed_since_is_left_as_it_is(planted: Registry):
    changed = grown(planted, merged("kota-bandung", successor="kota-cimahi"), withdrawn())
    assert missing(changed, calendars(), T0) == []
