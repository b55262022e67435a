"""Kafka credentials of agencies and gateways: their names, rotation and end."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.access.kafka_users import (
    PLATFORM,
    Credential,
    Kind,
    credential_of,
    ended,
    ends_at,
    next_credential,
    of_owner,
    of_removed_gateways,
)

T0 = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = Credential(Kind.AGENCY, "pln")
SECOND = Credential(Kind.AGENCY, "pln", T0)
THIRD = Credential(Kind.AGENCY, "pln", T0 + 30 * DAY)
BEGINS_ALIKE = Credential(Kind.AGENCY, "pln-batam", T0)


def test_the_first_credential_is_named_after_the_agency_and_later_ones_also_after_their_time() -> None:
    assert next_credential([], Kind.AGENCY, "pln", T0).name == "agency.pln"
    assert next_credential([FIRST], Kind.AGENCY, "pln", T0).name == "agency.pln.20260302T030000Z"
    assert next_credential([], Kind.GATEWAY, "sms", T0).name == "gateway.sms"


@pytest.mark.parametrize("credential", [FIRST, SECOND, BEGINS_ALIKE, Credential(Kind.GATEWAY, "sms-7", T0)])
def test_a_name_tells_the_whole_credential(credential: Credential) -> None:
    assert credential_of(credential.name) == credential


@pytest.mark.parametrize(
    "name",
    [*PLATFORM, "administrator", "agency.", "agency.pln.", "agency.pln.x", "agency.PLN", "officer.pln", "agency.p.q.r",
     "agency.pln.20261399T000000Z", "xagency.pln"],
)  # fmt: skip
def test_other_users_are_nobodys_credential(name: str) -> None:
    assert credential_of(name) is None


def test_a_credential_ends_seven_days_after_the_next_one_was_made() -> None:
    assert ends_at(FIRST, [FIRST]) is None
    assert ends_at(FIRST, [FIRST, SECOND]) == T0 + 7 * DAY
    assert ends_at(SECOND, [FIRST, SECOND]) is None
    assert ends_at(SECOND, [THIRD, SECOND]) == T0 + 37 * DAY
    assert ends_at(FIRST, [FIRST, BEGINS_ALIKE]) is None, "of another agency"


def test_what_is_due_ends_and_nothing_else() -> None:
    names = [each.name for each in (FIRST, SECOND, BEGINS_ALIKE)] + ["relay", "operator"]
    assert ended(names, T0 + 7 * DAY - timedelta(seconds=1), ()) == {}
    assert ended(names, T0 + 7 * DAY, ()) == {FIRST: "replaced"}


def test_every_credential_of_a_merged_agency_ends_and_no_gateway_of_that_name() -> None:
    names = ["agency.pln", "agency.pln.20260302T030000Z", "agency.pln-batam", "gateway.pln"]
    assert ended(names, T0, {"pln"}) == {FIRST: "agency-ended", SECOND: "agency-ended"}


def test_credentials_are_listed_from_the_oldest() -> None:
    names = [THIRD.name, "agency.pln-batam", SECOND.name, "relay", FIRST.name]
    assert of_owner(names, Kind.AGENCY, "pln") == [FIRST, SECOND, THIRD]


def test_a_gateway_that_is_not_named_any_more_loses_every_credential_and_no_agency_of_that_name() -> None:
    gone, stays = Credential(Kind.GATEWAY, "sms"), Credential(Kind.GATEWAY, "sms-7", T0)
    names = [gone.name, gone._replace(made_at=T0).name, stays.name, "agency.sms", "intake"]
    assert of_removed_gateways(names, {"sms-7", "wa"}) == [gone, gone._replace(made_at=T0)]
