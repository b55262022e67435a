"""Telling people the news, each once and in their own language: the reporter, the reporters of complaints that follow
theirs, and the public who follow a public report. Repeatable: what was told is noted, and a notice has its fact's id.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final
from uuid import UUID

import structlog

from chassis.write.loaded import LoadedStream
from intake import handlers
from intake.context import Context
from intake.notices.news import NEWS, NotifiableFact, news_for_audience, news_for_reporter
from intake.notices.port import Notice
from intake.storage.audience import Audience
from intake.storage.subscribers import Subscriber
from schemas import wording
from schemas.base.ids import derived_id
from schemas.base.refusals import DataErased
from schemas.base.values import Clock
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.contract.submission import Reporter
from schemas.deadlines import running, timeline_due
from schemas.registry.calendars import DEFAULT_ZONE
from schemas.registry.fold import Registry

log = structlog.get_logger(__name__)


async def notify_reporter(context: Context, loaded: LoadedStream) -> None:
    """What is news to the reporter, who left word of themselves."""
    if loaded.state.whole is None and loaded.state.person is None:
        return
    items = news_for_reporter(loaded.state, loaded.facts(NEWS), _since(context))
    untold = await _untold(context, {item.event_id: item for item in items})
    address = await _address(context, loaded) if untold else None
    if address is None:
        return
    for item in untold.values():
        await _send(context, await _own_notice(context, loaded.state, item, address), item.kind)


async def notify_audience(context: Context, loaded: Sequence[LoadedStream]) -> None:
    """What is news to others, of what the public may know of."""
    found = [
        (each, news_for_audience(each.state, each.facts(NEWS), _since(context)))
        for each in loaded
        if each.state.is_public
    ]
    heard = [(each, items) for each, items in found if items]
    if context.audience is None or not heard:
        return
    followers = await context.audience.followers_of([each.state.id for each, _ in heard])
    subscribers = await _subscribers(context.audience, followers)
    for each, items in heard:
        await _tell_followers(context, each.state, items, followers[each.state.id], subscribers)
        for one in subscribers.get(each.state.id, ()):
            await _tell_watcher(context, each, items, one)


Watching = Mapping[UUID, Sequence[Subscriber]]
"""Who of the public follows which report."""


async def _subscribers(audience: Audience, followers: Mapping[UUID, Sequence[UUID]]) -> Watching:
    """Of these reports, and of those that follow them: what becomes of the lead is their news too."""
    found = defaultdict[UUID, list[Subscriber]](list)
    for one in await audience.subscribers.of({*followers, *chain.from_iterable(followers.values())}):
        found[one.complaint].append(one)
    return found


async def _tell_followers(
    context: Context, lead: Complaint, items: list[NotifiableFact], followers: list[UUID], subscribers: Watching
) -> None:
    for follower in await context.repository.load_many(followers):
        state = follower.state
        # The row may be older than the stream: whom it follows now, is decided there.
        if state.status is not Status.JOINED or state.erased:
            continue
        root = await handlers.lead_of(context, state)
        if root is None or root.id != lead.id:
            continue
        since = [item for item in items if item.fact.at >= state.stage.at]
        await _tell_follower(context, follower, lead, since)
        for one in subscribers.get(state.id, ()) if state.is_public else ():
            await _tell_watcher(context, follower, since, one, lead)


async def _tell_follower(
    context: Context, follower: LoadedStream, lead: Complaint, items: list[NotifiableFact]
) -> None:
    state = follower.state
    untold = await _untold(context, {derived_id("followed", str(i.event_id), str(state.id)): i for i in items})
    address = await _address(context, follower) if untold else None
    for id_, item in untold.items() if address else ():
        await _send(context, await _followers_notice(context, id_, state, lead, item, str(address)), item.kind)


async def _tell_watcher(
    context: Context, loaded: LoadedStream, items: list[NotifiableFact], one: Subscriber, lead: Complaint | None = None
) -> None:
    """`items` are those of the report itself, or of the `lead` that it follows."""
    told = {derived_id("watched", str(i.event_id), str(one.id)): i for i in items if i.fact.at >= one.since_at}
    untold = await _untold(context, told)
    opened = one.opened(loaded.keys) if untold else None
    if opened is None:
        return
    address, lang = opened
    registry, number = await context.registry.current(), loaded.state.public_number
    for id_, item in untold.items():
        lines = [
            *([_FOLLOWS[lang].format(number=number, lead=lead.public_number)] if lead else []),
            wording.sentence(item.fact, registry, lang, public=True),
            *_next_step(context, loaded.state, registry, lang, lead),
            _STOP[lang].format(code=context.codes.of(one.id)),
        ]
        notice = Notice(id_, loaded.state.id, address, f"{_HEADING[lang]} {number}", "\n\n".join(lines))
        await _send(context, notice, item.kind)


async def ask_to_confirm(context: Context, loaded: LoadedStream, one: Subscriber) -> None:
    """The first letter to an address, and the only one before it is confirmed: it tells nothing of the report but its
    number. Asked again, it is the same letter and not sent again.
    """
    opened = one.opened(loaded.keys)
    if opened is None:
        return
    address, lang = opened
    number, days = loaded.state.public_number, context.policies.at(one.since_at).unconfirmed_d
    body = _CONFIRM[lang].format(number=number, code=context.codes.of(one.id), days=days)
    id_ = derived_id("confirm", str(one.id), one.since_at.isoformat())
    await context.mailbox.send(Notice(id_, loaded.state.id, address, f"{_HEADING[lang]} {number}", body))


def _since(context: Context) -> datetime:
    now = context.clock.now()
    return now - timedelta(days=context.policies.at(now).news_d)


async def _untold(context: Context, items: dict[UUID, NotifiableFact]) -> dict[UUID, NotifiableFact]:
    told = await context.sent.among(list(items)) if items else ()
    return {id_: item for id_, item in items.items() if id_ not in told}


async def _send(context: Context, notice: Notice, kind: str) -> None:
    await context.mailbox.send(notice)
    await context.sent.note(notice.id, notice.complaint, context.clock.now())
    log.info("notice handed over", complaint=str(notice.complaint), kind=kind)


async def _address(context: Context, loaded: LoadedStream) -> str | None:
    reporter = await _reporter(context, loaded)
    return (reporter.email or reporter.phone) if reporter is not None else None


async def _reporter(context: Context, loaded: LoadedStream) -> Reporter | None:
    whole = await context.repository.load(loaded.state.whole) if loaded.state.whole else loaded
    if whole.state.person is None:
        return None
    try:
        return await context.vault.read(whole.state.person, whole.keys)
    except DataErased:
        return None


async def _own_notice(context: Context, state: Complaint, item: NotifiableFact, address: str) -> Notice:
    registry, owner, lang = await context.registry.current(), state.whole or state.id, state.language
    lead = await handlers.visible_lead_of(context, state)
    lines = [
        wording.sentence(item.fact, registry, lang),
        *([_LEAD[lang].format(number=lead.public_number)] if lead and item.kind == "joined" else []),
        *_next_step(context, state, registry, lang, lead),
        *_awaited(context, state, registry, lang),
        _TRACK[lang].format(code=context.codes.of(owner)),
    ]
    return Notice(item.event_id, owner, address, f"{_HEADING[lang]} {state.public_number}", "\n\n".join(lines))


async def _followers_notice(
    context: Context, id_: UUID, state: Complaint, lead: Complaint, item: NotifiableFact, address: str
) -> Notice:
    # Of the lead only what the public may read: its reporter is somebody else.
    registry, lang = await context.registry.current(), state.language
    lines = [
        _LEAD[lang].format(number=lead.public_number),
        wording.sentence(item.fact, registry, lang, public=True),
        *_next_step(context, state, registry, lang, lead),
        _TRACK[lang].format(code=context.codes.of(state.id)),
    ]
    return Notice(id_, state.id, address, f"{_HEADING[lang]} {state.public_number}", "\n\n".join(lines))


def _next_step(
    context: Context, state: Complaint, registry: Registry, lang: str, lead: Complaint | None = None
) -> list[str]:
    """Where it is now, with whom, and by when the next step is due; of a follower what its lead has."""
    where = f"{_STATUS[lang]}: {wording.status(state.status, lang, state.closed)}."
    due_at = timeline_due(state, registry, context.policies, lead)
    if due_at is None:
        return [where]
    held = registry.holder((lead or state).holder)
    body = registry.agencies.get(held.agency or "")
    due = wording.moment(due_at, body.zone if body else DEFAULT_ZONE, lang)
    said = _NEXT if due_at > context.clock.now() else _LATE
    return [where, said[lang].format(holder=wording.holder(held, registry, lang), due=due)]


def _awaited(context: Context, state: Complaint, registry: Registry, lang: str) -> list[str]:
    """What the reporter can do now, until when, and what their silence means."""
    words = _AWAITED.get(state.status)
    if words is None:
        return []
    clocks = running(state, registry, context.policies)
    return [
        words[lang].format(due=wording.moment(due.due_at, due.zone, lang))
        for due in clocks
        if due.clock in (Clock.COMPLETION, Clock.SILENCE)
    ]


_HEADING: Final = {"id": "Laporan", "en": "Report"}
_STATUS: Final = {"id": "Keadaan sekarang", "en": "Where it is now"}
_NEXT: Final = {
    "id": "Sekarang pada: {holder}. Langkah berikutnya paling lambat {due}.",
    "en": "Now with: {holder}. The next step is due by {due}.",
}
_LATE: Final = {
    "id": "Sekarang pada: {holder}. Langkah berikutnya sudah terlambat: batas waktunya {due}.",
    "en": "Now with: {holder}. The next step is late: it was due by {due}.",
}
_AWAITED: Final = {
    Status.AWAITING_REPORTER: {
        "id": "Jawaban Anda ditunggu sampai {due}; tanpa jawaban, yang ditanyakan ditutup sebagai tidak lengkap.",
        "en": "Your answer is awaited until {due}; without it, what was asked about is closed as incomplete.",
    },
    Status.ANSWERED: {
        "id": "Anda dapat menyatakan selesai atau menyanggah sampai {due}; setelah itu laporan ditutup.",
        "en": "You can confirm or dispute it until {due}; after that the report is closed.",
    },
}
_LEAD: Final = {
    "id": "Laporan Anda mengikuti laporan {number} tentang hal yang sama.",
    "en": "Your report follows report {number} about the same matter.",
}
_FOLLOWS: Final = {
    "id": "Laporan {number} mengikuti laporan {lead} tentang hal yang sama.",
    "en": "Report {number} follows report {lead} about the same matter.",
}
_TRACK: Final = {
    "id": "Kode pelacakan Anda (rahasiakan): {code}",
    "en": "Your tracking code (keep it secret): {code}",
}
_CONFIRM: Final = {
    "id": (
        "Seseorang, mungkin Anda, meminta agar alamat ini diberi kabar tentang laporan {number}.\n\n"
        "Untuk mengikuti laporan ini, konfirmasi dengan kode: {code}\n\n"
        "Bila bukan Anda, abaikan saja: tidak ada kabar lain yang dikirim, dan alamat ini dihapus setelah {days} hari."
    ),
    "en": (
        "Somebody, perhaps you, asked that this address be told of report {number}.\n\n"
        "To follow this report, confirm with the code: {code}\n\n"
        "If it was not you, do nothing: nothing else is sent, and this address is deleted after {days} days."
    ),
}
_STOP: Final = {
    "id": "Untuk berhenti mengikuti laporan ini: {code}",
    "en": "To stop following this report: {code}",
}
