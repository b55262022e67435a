"""What follows from facts on the reporter's side: they are told the news, the forgotten are forgotten, and parts end
with their whole. The same reaction is driven by Kafka at once and by the sweep later: all of it is repeatable.
"""

from collections.abc import Sequence
from typing import Final

import structlog

from chassis.command import handle
from chassis.ledger import Cause
from chassis.loaded import Loaded
from chassis.reaction import Outcome, Reaction
from intake import decide, moves
from intake.context import Context
from intake.notices import Notice
from intake.policy import NEWS, News, news
from intake.settings import NOTICES_SINCE
from schemas import sentences
from schemas.complaint import Complaint
from schemas.deadlines import timeline_due
from schemas.outward_submission import Reporter
from schemas.refusals import DataErased
from schemas.registry import Registry

HEEDED = NEWS | {"PersonalDataErased", "ComplaintWithdrawn", "ComplaintSplit", "PartOpened"}
log = structlog.get_logger(__name__)


def follow_up(context: Context) -> Reaction:
    """Everything that intake owes to a complaint now: to a whole, to its parts, and to a part."""

    async def react(loaded: Sequence[Loaded]) -> Sequence[Outcome | None]:
        for each in loaded:
            await _forget(context, each.state)
            await _end_parts(context, each.state)
            await _tell(context, each)
        return [await _end_with_whole(context, each.state) for each in loaded]

    return react


async def _forget(context: Context, state: Complaint) -> None:
    if state.erased and state.whole is None:
        await moves.destroy(context, state.id)


async def _end_parts(context: Context, whole: Complaint) -> None:
    if not whole.parts or not (whole.erased or decide.ended_by_reporter(whole)):
        return
    cause = _ending(context, whole)
    for part in whole.parts:
        await handle(context.ledger, part.id, lambda state: decide.follow_whole(state, whole, cause.at), cause)


async def _end_with_whole(context: Context, part: Complaint) -> Outcome | None:
    """A part that was opened when its whole had ended already."""
    if part.whole is None or (part.erased and not part.is_open):
        return None
    whole = (await context.ledger.load(part.whole)).state
    cause = _ending(context, whole)
    return decide.follow_whole(part, whole, cause.at), cause


def _ending(context: Context, whole: Complaint) -> Cause:
    # The same for whoever comes first, the whole or its part.
    return Cause(whole.stage.event_id, whole.id, context.clock.now())


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
        await context.sent.note(item.event_id, loaded.state.whole or loaded.state.id, context.clock.now())
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
    registry, owner, lang = await context.registry.current(), state.whole or state.id, state.language
    lines = [
        sentences.sentence(item.fact, registry, lang),
        *_next_step(context, state, registry),
        _TRACK[lang].format(code=context.codes.of(owner)),
    ]
    return Notice(item.event_id, owner, address, f"{_HEADING[lang]} {state.public_number}", "\n\n".join(lines))


def _next_step(context: Context, state: Complaint, registry: Registry) -> list[str]:
    """Where it is now, with whom, and by when the next step is due."""
    lang = state.language
    where = f"{_STATUS[lang]}: {sentences.status(state.status, lang, state.closed)}."
    due_at = timeline_due(state, registry, context.policies)
    if due_at is None:
        return [where]
    holder = sentences.holder(registry.holder(state.holder), registry, lang)
    return [where, _NEXT[lang].format(holder=holder, due=sentences.moment(due_at, lang=lang))]


_HEADING: Final = {"id": "Laporan", "en": "Report"}
_STATUS: Final = {"id": "Keadaan sekarang", "en": "Where it is now"}
_NEXT: Final = {
    "id": "Sekarang pada: {holder}. Langkah berikutnya paling lambat {due}.",
    "en": "Now with: {holder}. The next step is due by {due}.",
}
_TRACK: Final = {
    "id": "Kode pelacakan Anda (rahasiakan): {code}",
    "en": "Your tracking code (keep it secret): {code}",
}
