"""A decree of periods holds for clocks that start from its moment on, and for no other."""

from datetime import timedelta

import pytest

from schemas.base.values import Clock
from schemas.complaint.state import Complaint
from schemas.deadlines import running
from schemas.deadlines.policies import Policies, with_decrees
from schemas.events.registry import DecreedPeriod, PolicyDecreed
from schemas.reference.load import policies
from schemas.registry.fold import Registry
from schemas.wording.explanations import explained
from support.given import filed, given, routed
from support.nation import registry, wib

POLICIES = policies()
(REVIEWED,) = POLICIES.versions
FROM = wib("2026-03-16 00:00")


def decree(amount: int = 3, at: str = "2026-03-01 08:00", effective: str = "2026-03-16 00:00") -> PolicyDecreed:
    period = DecreedPeriod(rule="settle.complaint", amount=amount, unit="wd")
    return PolicyDecreed(at=wib(at), effective_at=wib(effective), source=f"Permen {amount}", periods=(period,))


def life(received: str) -> Complaint:
    at = wib(received)
    return given(filed(at=at, received_at=at), routed("city", at))


def settle(received: str, nation: Registry) -> str:
    (due,) = [each for each in running(life(received), nation, POLICIES) if each.clock is Clock.SETTLE]
    return f"{due.rule.amount} {due.rule.unit}"


@pytest.mark.parametrize(
    ("received", "period"), [("2026-03-15 23:59", "14 wd"), ("2026-03-16 00:00", "3 wd"), ("2026-04-01 09:00", "3 wd")]
)
def test_the_period_is_that_of_the_moment_at_which_the_clock_started(received: str, period: str) -> None:
    assert settle(received, registry(decree())) == period


def test_without_a_decree_the_reviewed_policies_are_used_themselves() -> None:
    assert with_decrees(POLICIES, registry()) is POLICIES


def test_the_same_policies_with_the_same_decrees_are_made_once() -> None:
    nation = registry(decree())
    assert with_decrees(POLICIES, nation) is with_decrees(POLICIES, nation)
    other = Policies(POLICIES.versions)
    assert with_decrees(other, nation) is not with_decrees(POLICIES, nation)


def test_numbers_that_a_decree_does_not_name_stay_and_a_later_decree_builds_on_the_earlier() -> None:
    later = PolicyDecreed(
        at=wib("2026-03-02 08:00"), effective_at=wib("2026-05-01 00:00"), source="Permen 2",
        periods=(DecreedPeriod(rule="triage", amount=1, unit="wd"),),
    )  # fmt: skip
    first, second, third = with_decrees(POLICIES, registry(later, decree())).versions
    assert first is REVIEWED
    assert [(each.rules["settle.complaint"].amount, each.rules["triage"].amount) for each in (second, third)] == [
        (3, 3), (3, 1),
    ]  # fmt: skip
    assert (third.ladder, third.returns, third.rules["dispute"]) == (
        first.ladder,
        first.returns,
        first.rules["dispute"],
    )


def test_of_two_decrees_for_the_same_moment_the_newer_one_holds() -> None:
    nation = registry(decree(3), decree(7, at="2026-03-02 08:00"))
    assert settle("2026-03-20 09:00", nation) == "7 wd"
    assert len(with_decrees(POLICIES, nation).versions) == 2


def test_a_reviewed_version_of_a_later_day_replaces_the_decree_whole() -> None:
    reviewed = REVIEWED._replace(id="next", effective_at=FROM + timedelta(days=10))
    found = with_decrees(Policies((REVIEWED, reviewed)), registry(decree()))
    assert [each.rules["settle.complaint"].amount for each in found.versions] == [14, 3, 14]


def test_the_reason_for_a_date_names_the_decree() -> None:
    (one,) = [
        each
        for each in explained(life("2026-03-17 09:00"), registry(decree()), POLICIES, "id")
        if each["clock"] == "settle"
    ]
    assert (one["rule"]["amount"], one["rule"]["source"]) == (3, "Permen 3")
