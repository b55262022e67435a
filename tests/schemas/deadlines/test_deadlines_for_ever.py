"""Whatever has happened: an open complaint that is not joined always has somebody who must act by a date."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.base.values import HolderKind
from schemas.complaint.fold import RecordedFact, allows, evolve
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint, new
from schemas.deadlines import next_action, pending, running, timeline_due
from schemas.events import BY_NAME, COMPLAINT_EVENTS
from schemas.events.base import Fact
from schemas.reference.load import policies
from schemas.registry.fold import Registry
from schemas.wording.dates import explain
from support.golden import EXAMPLES, fact
from support.nation import registry

NATION = registry()
START = datetime(2026, 3, 2, tzinfo=UTC)
SAMPLES = {
    name: [fact(name, n + 1) for n in range(len(list((EXAMPLES / name / "v1").glob("*.json"))))]
    for name in COMPLAINT_EVENTS
}
STEPS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10 * 86_400)), max_size=25)


def lived(steps: list[tuple[int, int]]) -> Complaint:
    """A life of allowed facts, some time apart; bodies are those of the registry."""
    state, at = new(UUID(int=1)), START
    for choice, seconds in steps:
        allowed = sorted(name for name in COMPLAINT_EVENTS if allows(state, BY_NAME[name]))
        name = allowed[choice % len(allowed)]
        said = SAMPLES[name][choice % len(SAMPLES[name])]
        at += timedelta(seconds=seconds)
        state = evolve(state, RecordedFact(_now(said, state, at), UUID(int=choice), state.version + 1))
    return state


def _now(said: Fact, state: Complaint, at: datetime) -> Fact:
    changes: dict[str, object] = {"at": at}
    if "received_at" in type(said).model_fields:
        changes["received_at"] = at
    if "agency" in type(said).model_fields:
        changes["agency"] = state.agency or "city"
    return said.model_copy(update=changes)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_every_open_complaint_has_a_next_action_with_a_holder_and_a_date(steps: list[tuple[int, int]]) -> None:
    state = lived(steps)
    action = next_action(state, NATION, policies())
    if not state.is_open or state.status is Status.JOINED:
        assert action is None
        return
    assert action is not None
    assert action.holder.kind is not HolderKind.NOBODY
    assert action in pending(state, NATION, policies())
    assert timeline_due(state, NATION, policies()) is not None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_every_running_clock_explains_itself_in_both_languages(steps: list[tuple[int, int]]) -> None:
    state = lived(steps)
    for nation in (NATION, Registry()):
        for due in running(state, nation, policies()):
            assert due.due_at >= due.started_at
            assert explain(due, "id").endswith(".")
            assert explain(due, "en").endswith(".")
