"""Mistakes that a service could contain, put in place of what it does. Playing seeds must find each of them. Each is
named after what is left out; the product has no switch for any of them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import pytest

import agency_inbox.delivery
import escalation.policy
import intake.contact_reading
import intake.decide
import intake.handlers
import intake.tracking_view
import router.desk.decide
import router.duplicates.watcher
import router.placement.policy
import router.placement.reaction
from chassis.base.ports import Append
from chassis.kafka.cloudevents import to_recorded
from chassis.kafka.verify import complaint_of
from chassis.react.reaction import Guard
from chassis.sweep.sweep import Sweep
from intake.storage.tracking_codes import TrackingCodes
from router.placement.sweep import Watchdog
from schemas.complaint.state import Complaint
from schemas.deadlines.policies import Policies
from schemas.events.intake import ContactRead
from schemas.events.router import ComplaintRouted
from simulation import decisions, processes
from simulation.ports import Poll, SimStore
from simulation.stepper import at_once
from simulation.world import World

Plant = Callable[[pytest.MonkeyPatch], None]


async def _nothing(*_: Any, **__: Any) -> None:
    return None


def no_sweep(patch: pytest.MonkeyPatch) -> None:
    """No sweep looks for due work."""
    patch.setattr(Sweep, "once", _nothing)


def no_look_out(patch: pytest.MonkeyPatch) -> None:
    """The watchdog of the router finds nothing that another stream changed."""

    async def found(_: Watchdog) -> int:
        return 0

    patch.setattr(Watchdog, "once", found)


def ack_before_append(patch: pytest.MonkeyPatch) -> None:
    """Offsets are committed before the messages are handled."""

    async def acknowledging(_: World, guard: Guard, poll: Poll, batch: Sequence[Any]) -> None:
        await poll.commit(batch)
        await guard(batch)

    patch.setattr(World, "acknowledging", acknowledging)


def no_guard(patch: pytest.MonkeyPatch) -> None:
    """A message whose handler raised is acknowledged, as Faust does without the guard."""

    async def acknowledging(_: World, guard: Guard, poll: Poll, batch: Sequence[Any]) -> None:
        prompts = dict.fromkeys(complaint_of(to_recorded(message)) for message in batch)
        with suppress(Exception):  # the mistake itself
            await guard.reactor.once(list(prompts))
        await poll.commit(batch)

    patch.setattr(World, "acknowledging", acknowledging)


def no_expected_version(patch: pytest.MonkeyPatch) -> None:
    """The second writer appends behind the first although it decided on the older state."""
    guarded = SimStore.append_many

    async def append_many(self: SimStore, appends: Sequence[Append]) -> Any:
        class AtTheEnd(Sequence[Append]):
            def __len__(self) -> int:
                return len(appends)

            def __getitem__(self, index: Any) -> Any:
                one = appends[index]
                return Append(one.stream, len(at_once(store.read(one.stream))) - 1, one.events, one.seen)

        store = self._inner
        return await guarded(self, AtTheEnd())

    patch.setattr(SimStore, "append_many", append_many)


def clock_not_stopped(patch: pytest.MonkeyPatch) -> None:
    """The settle clock runs on while the reporter is asked."""
    pending = escalation.policy.pending

    def runs_on(state: Complaint, registry: Any, policies: Policies) -> Any:
        return pending(state._replace(stops=()), registry, policies)

    patch.setattr(escalation.policy, "pending", runs_on)


def a_fourth_return(patch: pytest.MonkeyPatch) -> None:
    """Router places a complaint again after its third return."""
    more = Policies(tuple(policy._replace(returns=4) for policy in processes.POLICIES.versions))
    patch.setattr(processes, "POLICIES", more)


def follower_copied(patch: pytest.MonkeyPatch) -> None:
    """A follower gets a copy of its lead's holder instead of deriving it from the lead."""
    join, handle = router.desk.decide.join, router.duplicates.watcher.handle

    def copied(facts: Sequence[Any], lead: Complaint, at: Any) -> list[Any]:
        if not facts or lead.routed is None:
            return list(facts)
        return [*facts, ComplaintRouted(at=at, agency=lead.routed.agency, cause="desk", basis=lead.routed.basis)]

    async def by_rule(repository: Any, follower: Any, decide: Callable[[Complaint], Sequence[Any]], cause: Any) -> Any:
        found = decide((await repository.load(follower)).state)
        lead = (await repository.load(found[0].lead)).state if found else Complaint(follower)
        return await handle(repository, follower, lambda state: copied(decide(state), lead, cause.at), cause)

    patch.setattr(router.desk.decide, "join", lambda state, by, lead: copied(join(state, by, lead), lead, by.at))
    patch.setattr(router.duplicates.watcher, "handle", by_rule)


def receipt_trusted(patch: pytest.MonkeyPatch) -> None:
    """A receipt counts although its topic was deleted."""
    patch.setattr(agency_inbox.delivery, "_is_lost", lambda *_: False)


def merger_ignored(patch: pytest.MonkeyPatch) -> None:
    """A dissolved body keeps what it held."""
    patch.setattr(router.placement.policy, "follow_merger", lambda *_: [])


def heir_had_returned_it(patch: pytest.MonkeyPatch) -> None:
    """Who takes over from a body that is gone gets also what it had returned."""
    follow = router.placement.policy.follow_merger
    patch.setattr(
        router.placement.policy,
        "follow_merger",
        lambda state, context, at: follow(state._replace(returned_by=()), context, at),
    )


def followers_kept(patch: pytest.MonkeyPatch) -> None:
    """A withdrawn lead keeps its followers."""
    patch.setattr(router.placement.policy, "release", lambda *_: [])


def parts_not_opened(patch: pytest.MonkeyPatch) -> None:
    """The parts that a whole names are never opened."""
    patch.setattr(router.placement.reaction.PlacementReaction, "_open_parts", _nothing)


def parts_left(patch: pytest.MonkeyPatch) -> None:
    """The parts of a withdrawn whole stay open."""
    patch.setattr(intake.decide, "follow_whole", lambda *_: [])


def nothing_forgotten(patch: pytest.MonkeyPatch) -> None:
    """An erasure is recorded but the keys are not destroyed."""
    patch.setattr(intake.handlers, "destroy", _nothing)


def erasure_left_waiting(patch: pytest.MonkeyPatch) -> None:
    """An erasure that waited for an examination is not done when the examination ends."""
    patch.setattr(intake.decide, "erase_after_examination", lambda *_: [])


def contact_read_while_asked(patch: pytest.MonkeyPatch) -> None:
    """The contact may be read while a request for erasure waits, and that of an anonymous reporter."""
    read = intake.contact_reading.read_contact
    open_ = {"erasure": None, "anonymous": False}
    patch.setattr(intake.contact_reading, "read_contact", lambda state, *rest: read(state._replace(**open_), *rest))


def reading_not_told(patch: pytest.MonkeyPatch) -> None:
    """The reporter's timeline leaves out who read the contact."""
    timeline = intake.tracking_view.timeline
    patch.setattr(
        intake.tracking_view,
        "timeline",
        lambda *given: [line for line in timeline(*given) if line["type"] != ContactRead.__name__],
    )


def newest_code(patch: pytest.MonkeyPatch) -> None:
    """A repeated filing is answered with a code of the newest secret, and not of the one it was filed under."""
    of = TrackingCodes.of
    patch.setattr(TrackingCodes, "of", lambda self, complaint, _version: of(self, complaint, self.newest))


def ladder_ends(patch: pytest.MonkeyPatch) -> None:
    """The last rung is climbed once and not repeated."""
    escalate = escalation.policy.decide.escalate

    def once(state: Complaint, action: Any, at: Any) -> Any:
        return escalate(state, action, at) if not action.repetition else []

    patch.setattr(escalation.policy.decide, "escalate", once)


PLANTED: Final[Mapping[str, Plant]] = {
    plant.__name__: plant
    for plant in (
        no_sweep, no_look_out, ack_before_append, no_guard, no_expected_version, clock_not_stopped, a_fourth_return,
        follower_copied, receipt_trusted, merger_ignored, heir_had_returned_it,
        followers_kept, parts_not_opened, parts_left, nothing_forgotten, ladder_ends,
        erasure_left_waiting, contact_read_while_asked, reading_not_told, newest_code,
    )
}  # fmt: skip


def weather(name: str, patch: pytest.MonkeyPatch) -> None:
    """Play crashes only, and many, for a mistake that shows only there: it is found sooner."""
    if name == ack_before_append.__name__:
        patch.setattr(decisions, "FAULTY", 0.5)
        patch.setattr(decisions, "WRITE", ("crash",))
