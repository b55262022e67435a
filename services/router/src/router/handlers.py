"""Carries out the changes that people ask for: on a complaint by desk, arbiter or holder, and on the registry."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.write.command import Handled, handle, handle_registry
from chassis.write.precondition import UNCONDITIONAL, Precondition
from chassis.write.repository import Cause
from router.context import Router
from router.desk.decide import DecisionContext
from router.settings import CHAIN
from schemas.base.client_keys import canonical_key, other_spellings
from schemas.base.envelope import Actor
from schemas.base.ids import derived_id
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.registry.fold import Registry


class RegistryRequest(NamedTuple):
    """Who asks for a change of the registry, on which path, under which key. `device`: the client by which the version
    before would name it; None: by none.
    """

    client: str
    path: str
    key: str
    device: str | None = None
    actor: Actor | None = None


DeskDecision = Callable[[Complaint, DecisionContext], list[Fact]]


async def carry_out(
    context: Router, complaint: UUID, decision: DeskDecision, cause: Cause, *, condition: Precondition = UNCONDITIONAL
) -> Handled:
    """Decide on the complaint's present state, with the present registry, and append.

    Raises:
        Refusal: as `decision` and `command.handle` raise.
        ChassisError: as the store raises.
    """
    by = DecisionContext(await context.registry.current(), context.policies, cause.at)
    return await handle(context.repository, complaint, lambda state: decision(state, by), cause, condition=condition)


async def root_of(context: Router, lead: UUID) -> Complaint:
    """The complaint that the chain of `lead` ends in; `lead` itself if it follows none."""
    state = (await context.repository.load(lead)).state
    for _ in range(CHAIN):
        if state.status is not Status.JOINED or state.lead is None:
            break
        state = (await context.repository.load(state.lead)).state
    return state


async def ended_parts(context: Router, whole: UUID) -> frozenset[UUID]:
    """The closed parts of a whole."""
    named = (await context.repository.load(whole)).state.parts
    parts = await context.repository.load_many([part.id for part in named]) if named else ()
    return frozenset(part.state.id for part in parts if part.state.status is Status.CLOSED)


async def change_registry(
    context: Router,
    decision: Callable[[Registry], Sequence[Fact]],
    by: RegistryRequest,
    body: bytes,
    at: datetime,
    condition: Precondition = UNCONDITIONAL,
) -> Registry:
    """Change the registry and return it as it then is. The same request again, by the same `by`, changes nothing.

    Raises:
        RequestDiffers: the request came before with another `body`.
        Refusal, ChassisError: as `decision` and `command.handle_registry` raise.
    """
    causation = derived_id("registry", by.client, by.path, canonical_key(by.key))
    spellings = () if by.device is None else (canonical_key(by.key), *other_spellings(by.key))
    former = tuple(derived_id("registry", by.device or "", by.path, spelled) for spelled in spellings)
    known = await context.registry.current()
    cause = Cause(causation, causation, at, request=body, former=former, actor=by.actor)
    changed = await handle_registry(context.repository, decision, cause, known, condition)
    return await context.registry.current(at_least=changed.version)
