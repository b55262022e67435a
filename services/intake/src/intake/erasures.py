"""Repeats erasures after a restore, by a list that the backup does not contain (law 27/2022 articles 43 and 44)."""

from contextlib import suppress
from uuid import UUID

import structlog

from chassis.write.command import handle
from chassis.write.repository import Cause
from intake import decide, handlers
from intake.context import Intake
from schemas.base.envelope import Actor
from schemas.base.ids import derived_id
from schemas.base.refusals import DataErased, NotFound
from schemas.base.streams import complaint_stream
from schemas.events.intake import PersonalDataErased

log = structlog.get_logger(__name__)


async def repeat_erasures(context: Intake, actor: Actor | None = None) -> int:
    """Erase every listed complaint of which something exists again; their number. Repeatable; several processes may do
    it at once. A listed complaint whose filing was lost with the restore cannot be filed again. `actor`: who ran the
    command; None: a process that starts.
    """
    erasures, keyring = context.erasures, context.repository.keyring
    if not await erasures.begun():
        await erasures.begin(await keyring.destroyed(), context.clock.now())
    repeated = 0
    async for page in erasures.pages():
        keys = await keyring.ensure(page)
        named = await context.vault.complaints_among(page)
        streams = await context.repository.store.read_many([complaint_stream(complaint) for complaint in page])
        for complaint, events in zip(page, streams, strict=True):
            sealed = keys[complaint].generations or complaint in named or await context.attachments.holds(complaint)
            if sealed or (events and all(event.type != PersonalDataErased.__name__ for event in events)):
                repeated += await _erase_again(context, complaint, actor)
    if repeated:
        log.warning("erased again after a restore", complaints=repeated)
    return repeated


async def _erase_again(context: Intake, complaint: UUID, actor: Actor | None) -> bool:
    """Whether the store held the complaint."""
    at = context.clock.now()
    cause = Cause(derived_id("erased again", str(complaint)), complaint, at, actor=actor)
    held = True
    try:
        with suppress(DataErased):
            await handle(context.repository, complaint, lambda state: decide.erase_now(state, at), cause)
    except NotFound:
        held = False  # it was filed after the backup, or never
    await handlers.destroy(context, complaint)
    return held
