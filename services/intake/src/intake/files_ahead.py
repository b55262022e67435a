"""Files of a complaint that is not filed yet: kept when they are sent, attached when the complaint is filed."""

from typing import NamedTuple
from uuid import UUID

from chassis.attachments.store import Copy, FileId
from intake import decide, handlers
from intake.context import Intake
from intake.decide import Attach
from intake.handlers import MoveRequest
from intake.storage.sent_ahead import SentAhead
from intake.uploads import FileRefused, Upload
from schemas.base.ids import derived_id
from schemas.base.limits import ATTACHMENTS
from schemas.base.refusals import DataErased, Refusal
from schemas.base.sealed import Keys

ROUTE = "attachments"


class Joined(NamedTuple):
    """How many files were attached, and how many could not be."""

    attached: int
    lost: int


async def keep(context: Intake, complaint: UUID, upload: Upload) -> None:
    """Keep a file for a complaint that may be filed. The same content again is the same file.

    Raises:
        FileRefused: see `Upload.media_type`; or there are as many as a complaint holds.
        DataErased: the complaint was filed and erased.
    """
    media_type = await upload.media_type(context.attachment_bytes)
    keys = (await context.repository.keyring.ensure([complaint]))[complaint]
    if not keys.generations:
        raise DataErased(complaint=str(complaint))
    attachment = derived_id("attachment", str(complaint), "ahead", keys.mac(upload.digest.encode()))
    before = await context.files_ahead.of(complaint, keys)
    if any(each.attachment == attachment for each in before):
        return
    if len(before) >= ATTACHMENTS:
        raise FileRefused("count", f"a complaint holds at most {ATTACHMENTS} files")
    # The row first: a file without a row would never be deleted.
    file = SentAhead(attachment, media_type, upload.size, upload.digest, upload.name)
    await context.files_ahead.keep(complaint, file, keys)
    await context.attachments.keep(_file(complaint, file), upload.content(), keys)


async def waiting(context: Intake, complaint: UUID) -> list[SentAhead]:
    """The files that wait for this complaint."""
    return await context.files_ahead.of(complaint, await _keys(context, complaint))


async def remove(context: Intake, complaint: UUID, attachment: UUID) -> None:
    """Delete a file that waits. Repeatable; nothing happens to one that is attached."""
    for each in await waiting(context, complaint):
        if each.attachment == attachment:
            await context.attachments.remove(_file(complaint, each))
            await context.files_ahead.drop(complaint, attachment)


async def join(context: Intake, complaint: UUID) -> Joined:
    """Attach what waits for a complaint that is filed. Repeatable: after a crash the sweep does it."""
    attached = lost = 0
    for each in await waiting(context, complaint):
        try:
            await _attach(context, complaint, each)
            attached += 1
        except Refusal:
            lost += 1
            await context.attachments.remove(_file(complaint, each))
        await context.files_ahead.drop(complaint, each.attachment)
    return Joined(attached, lost)


async def give_up(context: Intake, complaint: UUID) -> None:
    """Delete what waits for a complaint that was never filed. Repeatable."""
    for each in await waiting(context, complaint):
        await context.attachments.remove(_file(complaint, each))
    await context.files_ahead.forget(complaint)


async def _attach(context: Intake, complaint: UUID, one: SentAhead) -> None:
    loaded = await context.repository.load(complaint)
    await context.attachments.open(_file(complaint, one), loaded.keys)  # NotFound: it never arrived whole
    command = Attach(digest=one.digest, media_type=one.media_type, size_bytes=one.size_bytes, name=one.name)
    request = MoveRequest(complaint, "", str(one.attachment), ROUTE)
    await handlers.move(
        context, request, command, lambda state: decide.attach(state, command, one.attachment, context.clock.now())
    )


async def _keys(context: Intake, complaint: UUID) -> Keys:
    return (await context.repository.keyring.load([complaint]))[complaint]


def _file(complaint: UUID, one: SentAhead) -> FileId:
    return FileId(complaint, one.attachment, Copy.ORIGINAL, one.size_bytes)
