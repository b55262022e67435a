"""The reporter's moves on a complaint that exists: whose stream they go to, and what comes after the append."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from chassis.write.command import Handled, handle, is_repeat
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from intake import decide
from intake.commands import AddDetail, Attach, Dispute, canonical
from intake.context import Context
from schemas.base.ids import derived_id, move_id
from schemas.base.refusals import DataErased, NotFound, VersionMismatch
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines import dispute_until
from schemas.events.base import Fact


class MoveRequest(NamedTuple):
    """One request of the reporter's: under which key, by which client, on which version."""

    complaint: UUID
    client: str
    key: str
    route: str
    if_match: int | None = None


async def move(
    context: Context, asked: MoveRequest, command: BaseModel, rule: Callable[[Complaint], Sequence[Fact]]
) -> Handled:
    """Decide and append.

    Raises:
        Refusal, ChassisError: as `command.handle` says.
    """
    cause = cause_of(context, asked, command)
    return await handle(context.repository, asked.complaint, rule, cause, if_match=asked.if_match)


async def add_detail(context: Context, asked: MoveRequest, command: AddDetail) -> Handled:
    """A detail goes to the part that asks, else to the complaint itself; a repeat to where the first one went."""
    cause, whole = cause_of(context, asked, command), await context.repository.load(asked.complaint)
    streams = [whole, *await parts_of(context, whole.state)]
    for each in streams:
        if is_repeat(each, cause):
            return Handled(each, (), each.state.version, repeated=True)
    if asked.if_match is not None and asked.if_match != whole.state.version:
        raise VersionMismatch(expected=asked.if_match, actual=whole.state.version)
    asking = [each.state.id for each in streams[1:] if each.state.status is Status.AWAITING_REPORTER]
    to = asking[0] if asking else asked.complaint
    return await handle(context.repository, to, lambda state: decide.add_detail(state, command, cause.at), cause)


async def attach(context: Context, asked: MoveRequest, command: Attach, content: bytes) -> Handled:
    """A file is on the disk before the stream names it. Its id follows from its content, under the complaint's key:
    sent again it is the same file, and nobody can tell from the id what it is.
    """
    cause, loaded = cause_of(context, asked, command), await context.repository.load(asked.complaint)
    if is_repeat(loaded, cause):
        return Handled(loaded, (), loaded.state.version, repeated=True)
    attachment = _attachment_id(loaded, cause, command)

    def rule(state: Complaint) -> Sequence[Fact]:
        return decide.attach(state, command, attachment, cause.at)

    rule(loaded.state)  # refused before a byte is kept
    await context.attachments.keep(asked.complaint, attachment, content, loaded.keys)
    return await handle(context.repository, asked.complaint, rule, cause, if_match=asked.if_match)


async def dispute(context: Context, asked: MoveRequest, command: Dispute) -> Handled:
    """The outcome is disputed: a follower's is its lead's."""
    at, registry = context.clock.now(), await context.registry.current()
    lead = await lead_of(context, (await context.repository.load(asked.complaint)).state)

    def rule(state: Complaint) -> Sequence[Fact]:
        until = dispute_until(lead or state, registry, context.policies)
        return decide.dispute(state, command, at, lead=lead, until=until)

    return await move(context, asked, command, rule)


async def erase(context: Context, asked: MoveRequest, command: BaseModel) -> None:
    """Forget: first the facts, then keys, person, files and notices. Asked again it is done again, so a crash in
    between only waits for that or for the sweep.
    """
    at = context.clock.now()
    loaded = await context.repository.load(asked.complaint)
    if not loaded.state.erased:
        with suppress(DataErased):  # the same was asked at the same moment, and is done
            await move(context, asked, command, lambda state: decide.erase(state, at))
    await destroy(context, asked.complaint)


async def destroy(context: Context, complaint: UUID) -> None:
    """Everything that tells what was said or by whom. Repeatable."""
    await context.repository.keyring.destroy(complaint)
    await context.vault.forget(complaint)
    await context.attachments.forget(complaint)
    await context.mailbox.forget(complaint)
    if context.audience is not None:
        await context.audience.subscribers.forget(complaint)


async def lead_of(context: Context, state: Complaint) -> Complaint | None:
    """The complaint that a joined one follows: the root of the chain, since a lead may have been joined later."""
    if state.status is not Status.JOINED:
        return None
    lead, met = state, {state.id}
    while lead.status is Status.JOINED and lead.lead is not None and lead.lead not in met:
        met.add(lead.lead)
        lead = (await context.repository.load(lead.lead)).state
    return lead


async def visible_lead_of(context: Context, state: Complaint) -> Complaint | None:
    """The same, if its followers may know where it is: of what is examined now they learn nothing, also before they are
    let go.
    """
    lead = await lead_of(context, state)
    return None if lead is None or lead.secret or lead.supervision else lead


async def parts_of(context: Context, state: Complaint) -> Sequence[LoadedStream]:
    """The parts of a whole, as far as they are opened, in order."""
    if not state.parts:
        return ()
    parts = await context.repository.load_many([part.id for part in state.parts])
    return [part for part in parts if part.recorded]


def cause_of(context: Context, asked: MoveRequest, command: BaseModel) -> Cause:
    """The cause of every event that this request leads to."""
    causation = move_id(asked.complaint, asked.client, asked.route, asked.key)
    return Cause(causation, asked.complaint, context.clock.now(), request=canonical(command))


def _attachment_id(loaded: LoadedStream, cause: Cause, command: Attach) -> UUID:
    if not loaded.keys.generations:
        raise DataErased(complaint=str(loaded.state.id)) if loaded.recorded else NotFound(what="complaint")
    content = loaded.keys.mac(command.digest.encode())
    return derived_id("attachment", str(loaded.state.id), str(cause.causation_id), content)
