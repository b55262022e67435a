"""Carries out the reporter's commands on an existing complaint: picks the stream, decides, appends, erases."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from chassis.attachments.store import Copy, FileId
from chassis.write.command import Handled, handle, is_repeat, meet
from chassis.write.lead import root_lead
from chassis.write.loaded import LoadedStream
from chassis.write.precondition import UNCONDITIONAL, Precondition, TagOf, entity_tag
from chassis.write.repository import Cause
from intake import data_access, decide
from intake.canonical import canonical
from intake.context import Intake
from intake.data_access import AskForData
from intake.decide import AddDetail, AddNote, Attach, DeclineJoin, Dispute
from intake.notices.choices import NoticeChoices
from intake.uploads import Upload
from schemas.base.envelope import Actor
from schemas.base.ids import derived_id, former_move_ids, move_id
from schemas.base.refusals import DataErased, NotFound
from schemas.base.values import Clock
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.deadlines import dispute_until
from schemas.deadlines.policies import with_decrees
from schemas.events.base import Fact


class MoveRequest(NamedTuple):
    """Identifies one request. `condition`: what the client last read. `actor`: see `Filing`."""

    complaint: UUID
    client: str
    key: str
    route: str
    condition: Precondition = UNCONDITIONAL
    actor: Actor | None = None


async def move(
    context: Intake, request: MoveRequest, command: BaseModel, rule: Callable[[Complaint], Sequence[Fact]]
) -> Handled:
    """Decide and append.

    Raises:
        Refusal, ChassisError: as `command.handle` says.
    """
    return await _carry_out(context, request, request.complaint, rule, cause_of(context, request, command))


async def add_detail(context: Intake, request: MoveRequest, command: AddDetail) -> Handled:
    """Append to the part that asked a question, else to the complaint. A repeat goes where the first one went."""
    cause, whole = cause_of(context, request, command), await context.repository.load(request.complaint)
    streams = [whole, *await parts_of(context, whole.state)]
    for each in streams:
        if is_repeat(each, cause):
            return Handled(each, (), each.state.version, repeated=True)
    asking = [each.state.id for each in streams[1:] if each.state.status is Status.AWAITING_REPORTER]
    to = asking[0] if asking else request.complaint
    return await _carry_out(context, request, to, lambda state: decide.add_detail(state, command, cause.at), cause)


async def attach(context: Intake, request: MoveRequest, upload: Upload) -> Handled:
    """Store the file before the stream names it. Its id is a keyed hash of the content: a repeat is the same file, and
    the id does not reveal the content.

    Raises:
        InvalidField: see `Upload.media_type`.
    """
    kind = await upload.media_type(context.attachment_bytes)
    command = Attach(digest=upload.digest, media_type=kind, size_bytes=upload.size, name=upload.name)
    cause, loaded = cause_of(context, request, command), await context.repository.load(request.complaint)
    if is_repeat(loaded, cause):
        return Handled(loaded, (), loaded.state.version, repeated=True)
    attachment = _attachment_id(loaded, cause, command)

    def rule(state: Complaint) -> Sequence[Fact]:
        return decide.attach(state, command, attachment, cause.at)

    # Refuse before the file is stored.
    await meet(request.condition, loaded, rule, _tag_of(context, request.complaint))
    rule(loaded.state)
    file = FileId(request.complaint, attachment, Copy.ORIGINAL, upload.size)
    await context.attachments.keep(file, upload.content(), loaded.keys)
    return await _carry_out(context, request, request.complaint, rule, cause)


async def add_note(context: Intake, request: MoveRequest, command: AddNote) -> Handled:
    """Append what somebody wrote who did not prove to be the reporter."""
    return await move(context, request, command, lambda state: decide.add_note(state, command, context.clock.now()))


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


async def ask_for_data(context: Intake, request: MoveRequest) -> None:
    """Record that the reporter asked for a copy of all data; of erased data the copy holds what is left."""
    at = context.clock.now()
    in_force = with_decrees(context.policies, await context.registry.current())
    within = timedelta(days=in_force.at(at).rules[Clock.ERASURE].amount)
    with suppress(DataErased):
        await move(context, request, AskForData(), lambda state: data_access.ask_for_data(state, at, within))


async def erase(context: Intake, request: MoveRequest, command: BaseModel) -> None:
    """First append the facts, then destroy keys, person, files and notices. Repeatable: after a crash a repeat or the
    sweep completes it.
    """
    at = context.clock.now()
    with suppress(DataErased):  # this request came before, and its fingerprint's key is destroyed
        await move(context, request, command, lambda state: decide.erase(state, at))
    if (await context.repository.load(request.complaint)).state.erased:
        await destroy(context, request.complaint)


async def choose_notices(context: Intake, complaint: UUID, chosen: NoticeChoices) -> None:
    """Keep what the reporter chose about notices. Repeatable.

    Raises:
        NotFound, DataErased: nobody is notified.
    """
    state = (await context.repository.load(complaint)).state
    if state.version < 0 or state.whole is not None:
        raise NotFound(what="complaint")
    if state.erased:
        raise DataErased(complaint=str(complaint))
    await context.choices.keep(complaint, chosen)


async def destroy(context: Intake, complaint: UUID) -> None:
    """Delete all content and personal data of a complaint; list it, to repeat this after a restore. Repeatable."""
    await context.erasures.note(complaint, context.clock.now())
    await context.repository.keyring.destroy(complaint)
    await context.vault.forget(complaint)
    await context.attachments.forget(complaint)
    await context.files_ahead.forget(complaint)
    await context.choices.forget(complaint)
    await context.mailbox.forget(complaint)
    await context.audience.subscribers.forget(complaint)
    await context.repeats.forget(complaint)


async def visible_lead_of(context: Intake, state: Complaint) -> Complaint | None:
    """The lead of a joined complaint, unless it is secret or supervision grade and so hidden from its followers."""
    lead = await root_lead(context.repository, state)
    return None if lead is None or lead.is_protected else lead


async def tag_of(context: Intake, state: Complaint) -> str:
    """The entity tag of this complaint's page."""
    return page_tag(state, [part.state for part in await parts_of(context, state)])


def page_tag(state: Complaint, parts: Sequence[Complaint]) -> str:
    """The entity tag of a complaint's page, which shows the parts of a whole as well."""
    return entity_tag(state.version, *[part.version for part in parts])


async def parts_of(context: Intake, state: Complaint) -> Sequence[LoadedStream]:
    """The parts of a whole whose streams exist, in order."""
    if not state.parts:
        return ()
    parts = await context.repository.load_many([part.id for part in state.parts])
    return [part for part in parts if part.recorded]


def cause_of(context: Intake, request: MoveRequest, command: BaseModel) -> Cause:
    at, asked = context.clock.now(), canonical(command)
    named = (request.complaint, request.client, request.route, request.key)
    former = former_move_ids(*named)
    return Cause(move_id(*named), request.complaint, at, request=asked, former=former, actor=request.actor)


async def _carry_out(
    context: Intake, request: MoveRequest, stream: UUID, rule: Callable[[Complaint], Sequence[Fact]], cause: Cause
) -> Handled:
    """Decide on and append to `stream`: the request's complaint, or a part of it."""
    tag_of = _tag_of(context, request.complaint)
    return await handle(context.repository, stream, rule, cause, condition=request.condition, tag_of=tag_of)


def _tag_of(context: Intake, complaint: UUID) -> TagOf:
    """Of the loaded stream, which is the complaint's own or a part's, exactly this version counts."""

    async def tag(loaded: LoadedStream) -> str:
        is_whole = loaded.state.id == complaint
        whole = loaded.state if is_whole else (await context.repository.load(complaint)).state
        parts = [part.state for part in await parts_of(context, whole)]
        return page_tag(whole, [loaded.state if part.id == loaded.state.id else part for part in parts])

    return tag


def _attachment_id(loaded: LoadedStream, cause: Cause, command: Attach) -> UUID:
    if not loaded.keys.generations:
        raise DataErased(complaint=str(loaded.state.id)) if loaded.recorded else NotFound(what="complaint")
    content = loaded.keys.mac(command.digest.encode())
    return derived_id("attachment", str(loaded.state.id), str(cause.causation_id), content)
