"""How a move of the desk, the arbiter or an agency's officer is carried out, and a change of the registry."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from chassis.write.command import Handled, handle, handle_registry
from chassis.write.repository import Cause
from router.context import Router
from router.desk import decide
from router.desk.decide import DecisionContext
from router.settings import CHAIN
from schemas.base.ids import derived_id
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.base import Fact
from schemas.registry.fold import Registry

DeskDecision = Callable[[Complaint, DecisionContext], list[Fact]]


async def carry_out(
    context: Router, complaint: UUID, asked: DeskDecision, cause: Cause, *, if_match: int | None = None
) -> Handled:
    """Decide on the complaint's present state, at the registry as it is now, and append.

    Raises:
        Refusal: as `decide` and `command.handle` say.
        ChassisError: as the store says.
    """
    by = DecisionContext(await context.placement_context.registry.current(), cause.at)
    return await handle(context.repository, complaint, lambda state: asked(state, by), cause, if_match=if_match)


async def root_of(context: Router, lead: UUID) -> Complaint:
    """The complaint at the root of the chain that `lead` is in: `lead` itself, mostly."""
    state = (await context.repository.load(lead)).state
    for _ in range(CHAIN):
        if state.status is not Status.JOINED or state.lead is None:
            break
        state = (await context.repository.load(state.lead)).state
    return state


async def join(context: Router, complaint: UUID, lead: UUID, cause: Cause, *, if_match: int | None = None) -> Handled:
    """Join to the root of the lead's chain.

    The lead may end between its reading and the append: then the look-out lets the follower go again.
    """
    root = await root_of(context, lead)
    return await carry_out(context, complaint, lambda state, by: decide.join(state, by, root), cause, if_match=if_match)


async def ended_parts(context: Router, whole: UUID) -> frozenset[UUID]:
    """The parts of a whole that are closed by now."""
    named = (await context.repository.load(whole)).state.parts
    parts = await context.repository.load_many([part.id for part in named]) if named else ()
    return frozenset(part.state.id for part in parts if part.state.status is Status.CLOSED)


async def change_registry(
    context: Router, decided: Callable[[Registry], Sequence[Fact]], by: tuple[str, ...], body: bytes, at: datetime
) -> Registry:
    """Change the registry, and give it as it is afterwards, here at once and everywhere within moments.

    The same request again changes nothing.

    Raises:
        RequestDiffers: it came before, by the same client under the same key, with another `body`.
        Refusal, ChassisError: as `decided` and `command.handle_registry` say.
    """
    causation = derived_id("registry", *by)
    known = await context.placement_context.registry.current()
    changed = await handle_registry(context.repository, decided, Cause(causation, causation, at, request=body), known)
    return await context.placement_context.registry.current(at_least=changed.version)
