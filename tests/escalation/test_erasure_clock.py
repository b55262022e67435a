"""The body that must decide on a request for erasure is reminded, and the miss climbs the ladder."""

from datetime import timedelta

from escalation.policy import due
from schemas.base.values import Clock
from schemas.events.escalation import ComplaintEscalated, DeadlineMissed
from schemas.events.intake import ErasureRefused, ErasureRequested
from schemas.reference.load import policies
from support.inbox import PLN, T0, filed, given, registry, routed

ASKED = (filed(), routed(), ErasureRequested(at=T0 + timedelta(hours=1)))


def fired(*facts: object, days: float) -> list[object]:
    state = given(*facts)  # type: ignore[arg-type]
    found = [timer.fact for timer in due(state, registry(), policies(), T0 + timedelta(days=days))]
    return [fact for fact in found if getattr(fact, "clock", None) is Clock.ERASURE]


def test_a_missed_decision_is_recorded_after_three_days_and_raised() -> None:
    kinds = [type(fact) for fact in fired(*ASKED, days=3.1)]
    assert DeadlineMissed in kinds
    assert ComplaintEscalated in kinds


def test_before_that_nothing_is_missed_and_after_a_decision_nothing_is_due() -> None:
    assert DeadlineMissed not in [type(fact) for fact in fired(*ASKED, days=2.9)]
    refused = ErasureRefused(at=T0 + timedelta(hours=2), agency=PLN, reason="Saksi belum didengar")
    assert fired(*ASKED, refused, days=30) == []
