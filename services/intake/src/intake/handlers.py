"""Carries out the reporter's commands on an existing complaint: picks the stream, decides, appends, erases."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from chassis.write.command import Handled, handle, is_repeat
from chassis.write.lead import root_lead
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from intake import decide
from intake.canonical import canonical
from intake.context import Intake
from intake.decide import AddDetail, Attach, DeclineJoin, Dispute
from schemas.base.ids import derived_id, move_id
from schemas.base.refusals import DataErased, NotFound, VersionMismatch
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines import dispute_until
from schemas.events.base import Fact


class MoveRequest(NamedTuple):
    """Identifies one request. `if_match`: the version that the client last saw."""

    complaint: UUID
    client: str
    key: str
    route: str
    if_match: int | None = None


async def move(
    context: Intake, request: MoveRequest, command: BaseModel, rule: Callable[[Complaint], Sequence[Fact]]
) -> Handled:
    """Decide and append.

    Raises:
        Refusal, ChassisError: as `command.handle` says.
    """
    cause = cause_of(context, request, command)
    return await handle(context.repository, request.complaint, rule, cause, if_match=request.if_match)


async def add_detail(context: Intake, request: MoveRequest, command: AddDetail) -> Handled:
    """Append to the part that asked a question, else to the complaint. A repeat goes where the first one went."""
    cause, whole = cause_of(context, request, command), await context.repository.load(request.complaint)
    streams = [whole, *await parts_of(context, whole.state)]
    for each in streams:
        if is_repeat(each, cause):
            return Handled(each, (), each.state.version, repeated=True)
    if request.if_match is not None and request.if_match != whole.state.version:
        raise VersionMismatch(expected=request.if_match, actual=whole.state.version)
    asking = [each.state.id for each in streams[1:] if each.state.status is Status.AWAITING_REPORTER]
    to = asking[0] if asking else request.complaint
    return await handle(context.repository, to, lambda state: decide.add_detail(state, command, cause.at), cause)


async def attach(context: Intake, request: MoveRequest, command: Attach, content: bytes) -> Handled:
    """Store the file before the stream names it. Its id is a keyed hash of the content: a repeat is the same file, and
    the id does not reveal the content.
    """
    cause, loaded = cause_of(context, request, command), await context.repository.load(request.complaint)
    if is_repeat(loaded, cause):
        return Handled(loaded, (), loaded.state.version, repeated=True)
    attachment = _attachment_id(loaded, cause, command)

    def rule(state: Complaint) -> Sequence[Fact]:
        return decide.attach(state, command, attachment, cause.at)

    rule(loaded.state)  # refuse before the file is stored
    await context.attachments.keep(request.complaint, attachment, content, loaded.keys)
    return await handle(context.repository, request.complaint, rule, cause, if_match=request.if_match)


async def dispute(context: Intake, request: MoveRequest, command: Dispute) -> Handled:
    """A joined complaint has its lead's outcome."""
    at, registry = context.clock.now(), await context.registry.current()
    lead = await root_lead(context.repository, (await context.repository.load(request.complaint)).state)

    def rule(state: Complaint) -> Sequence[Fact]:
        until = dispute_until(lead or state, registry, context.policies)
        return decide.dispute(state, command, at, lead=lead, until=until)

    return await move(context, request, command, rule)


async def decline_join(context: Intake, request: MoveRequest, command: DeclineJoin) -> Handled:
    """Undo the join to its lead, and to the one that this lead follows."""
    at = context.clock.now()
    root = await root_lead(context.repository, (await context.repository.load(request.complaint)).state)

    def rule(state: Complaint) -> Sequence[Fact]:
        return decide.decline_join(state, command, at, [root.id] if root else ())

    return await move(context, request, command, rule)


async def erase(context: Intake, request: MoveRequest, command: BaseModel) -> None:
    """First append the facts, then destroy keys, person, files and notices. Repeatable: after a crash a repeat or the
    sweep completes it.
    """
    at = context.clock.now()
    loaded = await context.repository.load(request.complaint)
    if not loaded.state.erased:
        with suppress(DataErased):  # another request erased it at the same moment
            await move(context, request, command, lambda state: decide.erase(state, at))
    await destroy(context, request.complaint)


async def destroy(context: Intake, complaint: UUID) -> None:
    """Delete all content and personal data of a complaint. Repeatable."""
    await context.repository.keyring.destroy(complaint)
    await context.vault.forget(complaint)
    await context.attachments.forget(complaint)
    await context.mailbox.forget(complaint)
    await context.audience.subscribers.forget(complaint)


async def visible_lead_of(context: Intake, state: Complaint) -> Complaint | None:
    """The lead of a joined complaint, unless it is secret or supervision grade and so hidden from its followers."""
    lead = await root_lead(context.repository, state)
    return None if lead is None or lead.is_protected else lead


async def parts_of(context: Intake, state: Complaint) -> Sequence[LoadedStream]:
    """The parts of a whole whose streams exist, in order."""
    if not state.parts:
        return ()
    parts = await context.repository.load_many([part.id for part in state.parts])
    return [part for part in parts if part.recorded]


def cause_of(context: Intake, request: MoveRequest, command: BaseModel) -> Cause:
    causation = move_id(request.complaint, request.client, request.route, request.key)
    return Cause(causation, request.complaint, context.clock.now(), request=canonical(command))


def _attachment_id(loaded: LoadedStream, cause: Cause, command: Attach) -> UUID:
    if not loaded.keys.generations:
        raise DataErased(complaint=str(loaded.state.id)) if loaded.recorded else NotFound(what="complaint")
    content = loaded.keys.mac(command.digest.encode())
    return derived_id("attachment", str(loaded.state.id), str(cause.causation_id), content)
