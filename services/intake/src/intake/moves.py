"""The reporter's moves on a complaint that exists: whose stream they go to, and what comes after the append."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from chassis.command import Handled, handle
from chassis.ledger import Cause, Loaded
from intake import decide
from intake.commands import AddDetail, Dispute, canonical
from intake.context import Context
from schemas.complaint import Complaint
from schemas.deadlines import dispute_until
from schemas.events.base import Fact
from schemas.ids import move_id
from schemas.lifecycle import Status


class Asked(NamedTuple):
    """One request of the reporter's: under which key, by which client, on which version."""

    complaint: UUID
    client: str
    key: str
    route: str
    if_match: int | None = None


async def move(
    context: Context,
    asked: Asked,
    command: BaseModel,
    rule: Callable[[Complaint], Sequence[Fact]],
    to: UUID | None = None,
) -> Handled:
    """Decide and append, on the complaint itself or on a part of it.

    Raises:
        Refusal, ChassisError: as `command.handle` says.
    """
    complaint = to or asked.complaint
    causation = move_id(asked.complaint, asked.client, asked.route, asked.key)
    cause = Cause(causation, asked.complaint, context.clock.now(), request=canonical(command))
    return await handle(context.ledger, complaint, rule, cause, if_match=asked.if_match)


async def add_detail(context: Context, asked: Asked, command: AddDetail) -> Handled:
    """A detail goes to the part that asks, else to the complaint itself."""
    at = context.clock.now()
    to = await _asking_part(context, asked)
    return await move(context, asked, command, lambda state: decide.add_detail(state, command, at), to)


async def dispute(context: Context, asked: Asked, command: Dispute) -> Handled:
    """The outcome is disputed: a follower's is its lead's."""
    at, registry = context.clock.now(), await context.registry.current()
    lead = await lead_of(context, (await context.ledger.load(asked.complaint)).state)

    def rule(state: Complaint) -> Sequence[Fact]:
        return decide.dispute(state, command, at, lead=lead, until=dispute_until(state, registry, context.policies))

    return await move(context, asked, command, rule)


async def erase(context: Context, asked: Asked, command: BaseModel) -> None:
    """Forget: first the facts, then keys, person and files. Asked again it is done again, so a crash in between only
    waits for the sweep.
    """
    at = context.clock.now()
    loaded = await context.ledger.load(asked.complaint)
    if not loaded.state.erased:
        await move(context, asked, command, lambda state: decide.erase(state, at))
    await destroy(context, asked.complaint)


async def destroy(context: Context, complaint: UUID) -> None:
    """Everything that tells what was said or by whom. Repeatable."""
    await context.ledger.keyring.destroy(complaint)
    await context.vault.forget(complaint)
    await context.attachments.forget(complaint)


async def lead_of(context: Context, state: Complaint) -> Complaint | None:
    """The complaint that a joined one follows."""
    if state.status is not Status.JOINED or state.lead is None:
        return None
    return (await context.ledger.load(state.lead)).state


async def _asking_part(context: Context, asked: Asked) -> UUID | None:
    state = (await context.ledger.load(asked.complaint)).state
    if not state.parts:
        return None
    parts: Sequence[Loaded] = await context.ledger.load_many([part.id for part in state.parts])
    causation = move_id(asked.complaint, asked.client, asked.route, asked.key)
    for part in parts:
        # A repeat goes where the first one went, also when the part no longer asks.
        if part.state.status is Status.AWAITING_REPORTER or str(causation).encode() in b"".join(
            event.metadata for event in part.recorded
        ):
            return part.state.id
    return None
