"""Which values of a claim are roles, and for whom a principal acts."""

import pytest

from schemas.access.principal import PUBLIC, Grant, Principal, Role, grant_of, grants_of


@pytest.mark.parametrize(
    ("text", "grant"),
    [
        ("triage", Grant(Role.TRIAGE)),
        ("arbiter", Grant(Role.ARBITER)),
        ("inspectorate", Grant(Role.INSPECTORATE)),
        ("inspectorate:kota-bandung", Grant(Role.INSPECTORATE, "kota-bandung")),
        ("officer:pln", Grant(Role.OFFICER, "pln")),
        ("officer:kota-bandung/pu", Grant(Role.OFFICER, "kota-bandung", "pu")),
        ("unit-head:kota-bandung/pu", Grant(Role.UNIT_HEAD, "kota-bandung", "pu")),
        ("agency:pln", Grant(Role.AGENCY, "pln")),
        ("gateway:sms-1708", Grant(Role.GATEWAY, "sms-1708")),
    ],
)
def test_a_role_is_read_and_written_alike(text: str, grant: Grant) -> None:
    assert grant_of(text) == grant
    assert str(grant) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "offline_access", "Triage", "triage ", "triage:pln", "officer", "officer:", "officer:PLN", "officer:pln/",
        "officer:pln/a/b", "officer:pln\n", "unit-head:pln", "agency", "agency:pln/pu", "gateway", "operator:pln",
        "officer:*", "inspectorate:pln/pu", "öfficer:pln", "officer:pln,triage",
    ],
)  # fmt: skip
def test_what_is_no_whole_role_gives_nothing(text: str) -> None:
    assert grant_of(text) is None


def test_values_of_other_kinds_beside_the_roles_are_left_out() -> None:
    assert grants_of(["uma_authorization", 7, None, {"a": 1}, "triage"]) == {Grant(Role.TRIAGE)}


def test_a_unit_limits_an_officer_unless_another_role_covers_the_agency() -> None:
    unit, whole = grant_of("officer:kota-bandung/pu"), grant_of("officer:kota-bandung")
    assert unit is not None
    assert whole is not None
    assert Principal("i", "s", frozenset({unit})).units("kota-bandung") == {"pu"}
    assert Principal("i", "s", frozenset({unit, whole})).units("kota-bandung") is None
    assert Principal("i", "s", frozenset({unit})).units("pln") == frozenset()


def test_nobody_signed_in_has_no_role() -> None:
    assert not PUBLIC.signed_in
    assert PUBLIC.agencies == frozenset()
