"""What follows from facts on the reporter's side: they are told the news, the forgotten are forgotten, and parts end
with their whole. The same reaction is driven by Kafka at once and by the sweep later: all of it is repeatable.
"""

from collections.abc import Sequence
from uuid import UUID

import structlog

from chassis.command import handle
from chassis.ledger import Cause, Loaded
from chassis.reaction import Outcome, Reaction
from intake import decide, moves
from intake.context import Context
from intake.notices import Notice
from intake.policy import NEWS, News, news
from intake.settings import NOTICES_SINCE
from schemas import sentences
from schemas.complaint import Complaint
from schemas.outward_submission import Reporter
from schemas.refusals import DataErased

HEEDED = NEWS | {"PersonalDataErased", "ComplaintWithdrawn", "ComplaintSplit"}
log = structlog.get_logger(__name__)


def follow_up(context: Context) -> Reaction:
    """Everything that intake owes to a complaint now. It writes to other streams only, by `command.handle`."""

    async def react(loaded: Sequence[Loaded]) -> Sequence[Outcome | None]:
        for each in loaded:
            await _forget(context, each.state)
            await _end_parts(context, each.state)
            await _tell(context, each)
        return [None] * len(loaded)

    return react


async def _forget(context: Context, state: Complaint) -> None:
    if state.erased and state.whole is None:
        await moves.destroy(context, state.id)


async def _end_parts(context: Context, whole: Complaint) -> None:
    if not whole.parts or not (whole.erased or decide.ended_by_reporter(whole)):
        return
    at = context.clock.now()
    cause = Cause(whole.stage.event_id, whole.id, at)
    for part in whole.parts:
        await handle(context.ledger, part.id, lambda state: decide.follow_whole(state, whole, at), cause)


async def _tell(context: Context, loaded: Loaded) -> None:
    since = context.clock.now() - NOTICES_SINCE
    items = news(loaded.state, loaded.told(), since)
    if not items:
        return
    told = await context.sent.among([item.event_id for item in items])
    untold = [item for item in items if item.event_id not in told]
    reporter = await _reporter(context, loaded) if untold else None
    address = reporter and (reporter.email or reporter.phone)
    for item in untold if address else ():
        await context.mailbox.send(await _notice(context, loaded.state, item, str(address)))
        await context.sent.note(item.event_id, loaded.state.id, context.clock.now())
        log.info("notice sent", complaint=str(loaded.state.id), kind=item.kind)


async def _reporter(context: Context, loaded: Loaded) -> Reporter | None:
    whole = await context.ledger.load(loaded.state.whole) if loaded.state.whole else loaded
    if whole.state.person is None:
        return None
    try:
        return await context.vault.read(whole.state.person, whole.keys)
    except DataErased:
        return None


async def _notice(context: Context, state: Complaint, item: News, address: str) -> Notice:
    registry, lang = await context.registry.current(), state.language
    owner: UUID = state.whole or state.id
    code = context.codes.of(owner)
    heading = {"id": "Laporan", "en": "Report"}[lang]
    track = {"id": "Kode pelacakan Anda (rahasiakan)", "en": "Your tracking code (keep it secret)"}[lang]
    lines = [
        sentences.sentence(item.fact, registry, lang),
        sentences.status(state.status, lang, state.closed) + ".",
        f"{track}: {code}",
    ]
    return Notice(item.event_id, address, f"{heading} {state.public_number}", "\n\n".join(lines))
