"""Counterfactuals of single complaints, computed by hand."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest

from router.history.counterfactual import Counterfactual, CounterfactualEnd, OutcomePair, counterfactual
from router.history.labels import WEIGHTS, mandates_by_agency, training_labels
from router.history.outcomes import PlacementOutcome, placement_outcome
from router.history.tally import ReplayTally
from router.reading.model_files import default
from router.reading.reader import likeliest_sectors
from schemas.complaint.fold import RecordedFact
from schemas.events.agency_inbox import ComplaintAcknowledged
from schemas.events.base import Fact
from schemas.events.router import ComplaintClassified
from support.placing import (
    BASIS,
    CITY,
    COMPLAINT,
    HERE,
    PROVINCE,
    REGENCY,
    T0,
    filed,
    given,
    known,
    referred,
    registry,
    returned,
    routed,
)

DAYS = timedelta(days=1)
POTHOLE = "Jalan berlubang besar di depan pasar"


def report(pairs: Sequence[OutcomePair], skipped: int) -> dict[str, Any]:
    tally = ReplayTally()
    for pair in pairs:
        tally.add(pair)
    return tally.told(skipped)


def took(agency: str, days: float) -> ComplaintAcknowledged:
    return ComplaintAcknowledged(at=T0 + days * DAYS, agency=agency)


def told(*facts: Fact) -> list[RecordedFact]:
    return [RecordedFact(fact, uuid5(COMPLAINT, str(n)), n) for n, fact in enumerate(facts)]


def happened(*facts: Fact) -> PlacementOutcome:
    found = placement_outcome(COMPLAINT, told(*facts))
    assert found is not None
    return found


RETURNED_ONCE = (
    filed(POTHOLE, **HERE),
    routed(PROVINCE),
    returned(PROVINCE, 2),
    routed(CITY, T0 + 3 * DAYS),
    took(CITY, 4),
)
PLACED = (filed(POTHOLE, **HERE), referred())


def test_the_past_tells_first_owner_returns_and_times():
    found = happened(*RETURNED_ONCE)
    assert (found.first, found.proven, set(found.returns)) == (PROVINCE, True, {PROVINCE})
    assert found.owner is not None
    assert found.owner.agency == CITY
    assert (found.held[PROVINCE], found.arrived_after, found.desk) == (2 * DAYS, 3 * DAYS, None)


def test_what_was_not_placed_or_is_a_part_has_no_past():
    assert placement_outcome(COMPLAINT, told(filed(POTHOLE))) is None
    assert placement_outcome(COMPLAINT, []) is None


def test_an_owner_that_only_holds_it_is_not_proven_and_one_that_a_person_named_is():
    assert not happened(filed(POTHOLE, **HERE), routed(CITY)).proven
    assert happened(filed(POTHOLE, **HERE), referred(), routed(CITY, cause="desk")).proven


def test_a_model_that_finds_the_owner_at_once_saves_the_return_and_the_days():
    found = happened(*RETURNED_ONCE)
    other = counterfactual(found, known())
    assert other == Counterfactual(CITY, CounterfactualEnd.OWNER, 0, False, timedelta())
    told_ = report([OutcomePair(found, other)], 0)
    assert told_["returns"] == {"before": 1, "after": 0, "avoided": 1}
    days = told_["days_saved"]
    assert (days["total"], days["complaints"], days["median"], days["unknown"]) == (3.0, 1, 3.0, 0)
    assert told_["right_at_once"] == {"before": 0, "after": 1}
    assert told_["changes"] == [{"from": PROVINCE, "to": CITY, "complaints": 1}]


def test_a_body_that_gave_it_back_would_give_it_back_again_and_its_time_counts():
    found = happened(
        filed(POTHOLE, **HERE), referred(), routed(REGENCY, cause="desk"), returned(REGENCY, 1), routed(CITY, T0 + DAYS),
        returned(CITY, 5), routed(PROVINCE, T0 + 6 * DAYS), took(PROVINCE, 7),
    )  # fmt: skip
    other = counterfactual(found, known())
    assert other == Counterfactual(CITY, CounterfactualEnd.OWNER, 1, False, 4 * DAYS)
    assert OutcomePair(found, other).saved == 2 * DAYS


def test_of_a_body_that_never_had_it_nothing_is_claimed():
    found = happened(filed(POTHOLE, **HERE), routed(PROVINCE), took(PROVINCE, 1))
    other = counterfactual(found, known())
    assert (other.first, other.end) == (CITY, CounterfactualEnd.ELSEWHERE)
    told_ = report([OutcomePair(found, other)], 0)
    assert (told_["unknown"], told_["now_wrong"], told_["days_saved"]["total"]) == (1, 1, 0)


def test_what_goes_to_the_desk_takes_the_desks_time():
    found = happened(filed("Mohon bantuannya", **HERE), routed(CITY), took(CITY, 1))
    other = counterfactual(found, known())
    assert other == Counterfactual(None, CounterfactualEnd.OWNER, 0, True, timedelta(), desk_unknown=True)
    lay = happened(filed("Mohon bantuannya", **HERE), referred(), routed(CITY, T0 + 2 * DAYS, cause="desk"))
    assert counterfactual(lay, known()).after == 2 * DAYS
    told_ = report([OutcomePair(each, counterfactual(each, known())) for each in (found, lay)], 0)
    assert told_["to_the_desk"] == {"before": 1, "after": 2}
    assert told_["days_saved"]["usual_desk_days"] == 2
    assert (told_["days_saved"]["total"], told_["days_saved"]["by_usual_desk_time"]) == (-2.0, 1)


def test_a_time_at_the_desk_that_nobody_knows_saves_nothing():
    found = happened(filed("Mohon bantuannya", **HERE), routed(CITY, T0 + 9 * DAYS), took(CITY, 10))
    told_ = report([OutcomePair(found, counterfactual(found, known()))], 0)
    assert (told_["days_saved"]["total"], told_["days_saved"]["complaints"], told_["days_saved"]["unknown"]) == (
        0,
        0,
        1,
    )
    assert told_["days_saved"]["usual_desk_days"] is None


def test_what_still_lies_at_the_desk_goes_to_no_body_that_never_had_it():
    lies = happened(filed("Mohon bantuannya", **HERE), referred())
    assert report([OutcomePair(lies, counterfactual(lies, known()))], 0)["unknown"] == 0


def test_another_registry_leads_elsewhere():
    found = happened(*RETURNED_ONCE)
    without = registry()._replace(mandates=())
    assert counterfactual(found, known(without)).desk


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (RETURNED_ONCE, [(CITY, None, "kept", True), (PROVINCE, "roads", "returned", False)]),
        ((*PLACED, routed(CITY, cause="desk", unit="pu")), [(CITY, "roads", "desk", True)]),
        ((*PLACED, routed("pln", cause="binding")), [("pln", "electricity", "arbiter", True)]),
        ((filed(POTHOLE, **HERE), routed(CITY)), []),
        ((filed(POTHOLE, secret=True, **HERE), referred(), routed(CITY, cause="desk")), []),
    ],
)
def test_history_teaches_whose_it_was_and_whose_it_was_not(facts: tuple[Fact, ...], expected: list[object]):
    found = training_labels(given(*facts), happened(*facts), mandates_by_agency(registry()))
    assert [(each.agency, each.sector, each.source, each.right) for each in found] == expected


def test_of_a_body_with_several_fields_the_one_that_was_read_is_learned():
    read = ComplaintClassified(at=T0, **{"class": "complaint"}, basis=BASIS.model_copy(update={"sector": "waste"}))
    facts = (filed(POTHOLE, **HERE), read, routed(CITY), took(CITY, 1))
    [example] = training_labels(given(*facts), happened(*facts), mandates_by_agency(registry()))
    assert (example.sector, example.text, example.region) == ("waste", POTHOLE, "32.73")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Sampah menumpuk, truk sampah tidak datang", "waste"),
        ("Jalan berlubang parah, aspal hancur", "roads"),
        ("Mohon bantuannya", None),  # speaks of no field
        ("Banyak guru tidak hadir di sekolah", None),  # of none that the body has
    ],
)
def test_what_the_desk_gave_to_a_body_with_several_fields_teaches_the_one_that_its_words_speak_of(
    text: str, field: str | None
):
    facts = (filed(text, **HERE), referred(), routed(CITY, cause="desk"))
    [example] = training_labels(
        given(*facts), happened(*facts), mandates_by_agency(registry()), likeliest_sectors(default()[0])
    )
    assert (example.sector, example.right) == (field, True)
    assert field is None or example.weight < WEIGHTS["desk"]
