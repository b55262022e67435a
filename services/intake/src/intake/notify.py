"""Notifies reporters, reporters of joined complaints and public subscribers, each in their language.

Repeatable: sent notices are recorded, and a notice's id is derived from its fact.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

import structlog

from chassis.write.lead import root_lead
from chassis.write.loaded import LoadedStream
from intake import contacts, handlers
from intake.context import Intake
from intake.notices import texts
from intake.notices.choices import Recipients
from intake.notices.links import for_address
from intake.notices.news import NEWS, NotifiableFact, news_for_audience, news_for_reporter
from intake.notices.port import Notice
from intake.storage.audience import Audience
from intake.storage.subscribers import Subscriber
from schemas import wording
from schemas.base.ids import derived_id
from schemas.base.refusals import DataErased
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.contract.submission import Reporter
from schemas.wording.sectors import sector as sector_name

log = structlog.get_logger(__name__)

SubscribersOf = Mapping[UUID, Sequence[Subscriber]]
"""Public subscribers by complaint."""


async def notify_reporter(context: Intake, loaded: LoadedStream) -> None:
    """Send the reporter's notices, if the reporter left a contact."""
    if loaded.state.whole is None and loaded.state.person is None:
        return
    items = news_for_reporter(loaded.state, loaded.facts(NEWS), _since(context))
    unsent = await _unsent(context, {item.event_id: item for item in items})
    recipients = await recipients_of(context, loaded) if unsent else None
    if recipients is None:
        return
    lang = recipients.language(loaded.state.language)
    for item in unsent.values():
        lines = await _reporters_lines(context, loaded.state, item, lang)
        await _send_to(context, loaded.state, lang, recipients, lines, item, item.event_id)


async def notify_audience(context: Intake, loaded: Sequence[LoadedStream]) -> None:
    """Send the notices about public complaints to joined reporters and to subscribers."""
    since = _since(context)
    found = [
        (each, news_for_audience(each.state, each.facts(NEWS), since)) for each in loaded if each.state.may_be_public
    ]
    with_news = [(each, items) for each, items in found if items]
    if not with_news:
        return
    followers = await context.audience.followers_of([each.state.id for each, _ in with_news])
    subscribers = await _subscribers(context.audience, followers)
    for each, items in with_news:
        await _notify_followers(context, each.state, items, followers[each.state.id], subscribers)
        for one in subscribers.get(each.state.id, ()):
            await _notify_subscriber(context, each, items, one)


async def ask_to_confirm(context: Intake, loaded: LoadedStream, one: Subscriber) -> None:
    """Send an unconfirmed address its code; of the report the message contains only the number. A repeat has the same
    id and is not sent again.
    """
    opened = one.opened(loaded.keys)
    if opened is None:
        return
    address, lang = opened
    number, days = loaded.state.public_number or "", context.policies.at(one.since_at).unconfirmed_d
    code = context.codes.of(one.id, one.code_version)
    body = texts.CONFIRM[lang].format(number=number, code=code, days=days)
    lines = [body, *for_address(address, [context.links.confirm(number, code, lang)])]
    id_ = derived_id("confirm", str(one.id), one.since_at.isoformat())
    await context.mailbox.send(_notice(id_, loaded.state, address, lang, lines))


async def _subscribers(audience: Audience, followers: Mapping[UUID, Sequence[UUID]]) -> SubscribersOf:
    # Of the leads and of the complaints joined to them.
    found = defaultdict[UUID, list[Subscriber]](list)
    for one in await audience.subscribers.of({*followers, *chain.from_iterable(followers.values())}):
        found[one.complaint].append(one)
    return found


async def _notify_followers(
    context: Intake, lead: Complaint, items: list[NotifiableFact], followers: list[UUID], subscribers: SubscribersOf
) -> None:
    for follower in await context.repository.load_many(followers):
        state = follower.state
        # The row may be older than the stream, so the stream decides which complaint it follows.
        if state.status is not Status.JOINED or state.erased:
            continue
        root = await root_lead(context.repository, state)
        if root is None or root.id != lead.id:
            continue
        since = [item for item in items if item.fact.at >= state.stage.at]
        await _notify_follower(context, follower, lead, since)
        for one in subscribers.get(state.id, ()) if state.is_public else ():
            await _notify_subscriber(context, follower, since, one, lead)


async def _notify_follower(
    context: Intake, follower: LoadedStream, lead: Complaint, items: list[NotifiableFact]
) -> None:
    state = follower.state
    unsent = await _unsent(context, {derived_id("followed", str(i.event_id), str(state.id)): i for i in items})
    recipients = await recipients_of(context, follower) if unsent else None
    if recipients is None:
        return
    lang = recipients.language(state.language)
    for id_, item in unsent.items():
        # Of the lead only what the public may read, since it has another reporter.
        head = texts.LEAD[lang].format(number=lead.public_number)
        sentence = wording.sentence(item.fact, await context.registry.current(), lang, public=True)
        lines = [head, sentence, *await _next_step(context, state, lang, lead)]
        await _send_to(context, state, lang, recipients, lines, item, id_)


async def _notify_subscriber(
    context: Intake,
    loaded: LoadedStream,
    items: list[NotifiableFact],
    one: Subscriber,
    lead: Complaint | None = None,
) -> None:
    """`items`: facts of the report itself, or of the `lead` that it follows."""
    news = {derived_id("watched", str(i.event_id), str(one.id)): i for i in items if i.fact.at >= one.since_at}
    unsent = await _unsent(context, news)
    opened = one.opened(loaded.keys) if unsent else None
    if opened is None:
        return
    address, lang = opened
    state, registry = loaded.state, await context.registry.current()
    head = [texts.FOLLOWS[lang].format(number=state.public_number, lead=lead.public_number)] if lead else []
    tail = [*await _next_step(context, state, lang, lead), *_watchers_links(context, state, one, address, lang)]
    for id_, item in unsent.items():
        lines = [*head, wording.sentence(item.fact, registry, lang, public=True), *tail]
        await _send(context, _notice(id_, state, address, lang, lines), item.kind)


def _watchers_links(context: Intake, state: Complaint, one: Subscriber, address: str, lang: str) -> list[str]:
    """The report's page, the code that ends the notices, and where."""
    number, code = state.public_number or "", context.codes.of(one.id, one.code_version)
    read, stop = context.links.report(number, lang), context.links.stop(number, code, lang)
    return [*for_address(address, [read]), texts.STOP[lang].format(code=code), *for_address(address, [stop])]


async def _send_to(
    context: Intake, state: Complaint, lang: str, recipients: Recipients, lines: Sequence[str], item: NotifiableFact,
    id_: UUID,
) -> None:  # fmt: skip
    """One notice to each contact that was chosen for this kind of fact; recorded once, also if there is none."""
    code = await _code(context, state)
    for number, address in enumerate(recipients.of(item.kind)):
        written = [*lines, *_track(context, code, address, lang)]
        await context.mailbox.send(_notice(id_ if number == 0 else _second(id_), state, address, lang, written))
        log.info("notice queued", complaint=str(state.whole or state.id), kind=item.kind)
    await context.sent.note(id_, state.whole or state.id, context.clock.now())


def _second(id_: UUID) -> UUID:
    return derived_id("second-contact", str(id_))


async def _reporters_lines(context: Intake, state: Complaint, item: NotifiableFact, lang: str) -> list[str]:
    registry = await context.registry.current()
    lead = await handlers.visible_lead_of(context, state)
    return [
        wording.sentence(item.fact, registry, lang),
        *(_joined_to(lead, lang) if item.kind == "joined" and state.status is Status.JOINED else []),
        *await _next_step(context, state, lang, lead),
        *texts.awaited(state, registry, context.policies, lang),
    ]


def _notice(id_: UUID, state: Complaint, address: str, lang: str, lines: Sequence[str]) -> Notice:
    subject = f"{texts.HEADING[lang]} {state.public_number}"
    return Notice(id_, state.whole or state.id, address, subject, "\n\n".join(lines))


def _joined_to(lead: Complaint | None, lang: str) -> list[str]:
    """With what it was joined, in words that are nobody's own, and how to undo it."""
    if lead is None:
        return [texts.UNDO[lang]]
    about = [texts.ABOUT[lang].format(sector=sector_name(lead.sector, lang))] if lead.sector else []
    return [texts.LEAD[lang].format(number=lead.public_number), *about, texts.UNDO[lang]]


async def _code(context: Intake, state: Complaint) -> str | None:
    """The tracking code of the complaint, or of the whole of a part; None: it was ended."""
    whole = (await context.repository.load(state.whole)).state if state.whole else state
    return context.codes.of(whole.id, whole.code_version) if context.codes.works(whole.code_version) else None


def _track(context: Intake, code: str | None, address: str, lang: str) -> list[str]:
    if code is None:
        return []
    return [texts.TRACK[lang].format(code=code), *for_address(address, [context.links.track(code, lang)])]


async def _next_step(context: Intake, state: Complaint, lang: str, lead: Complaint | None) -> list[str]:
    registry = await context.registry.current()
    return texts.next_step(state, registry, context.policies, context.clock.now(), lang, lead)


def _since(context: Intake) -> datetime:
    now = context.clock.now()
    return now - timedelta(days=context.policies.at(now).news_d)


async def _unsent(context: Intake, items: dict[UUID, NotifiableFact]) -> dict[UUID, NotifiableFact]:
    sent = await context.sent.among(list(items)) if items else ()
    return {id_: item for id_, item in items.items() if id_ not in sent}


async def _send(context: Intake, notice: Notice, kind: str) -> None:
    await context.mailbox.send(notice)
    await context.sent.note(notice.id, notice.complaint, context.clock.now())
    log.info("notice queued", complaint=str(notice.complaint), kind=kind)


async def mail_returned(context: Intake, loaded: LoadedStream, reporter: Reporter | None) -> bool:
    """Whether mail to the reporter of this complaint, or of the whole of this part, came back for good."""
    if reporter is None or reporter.email is None:
        return False
    whole = await context.repository.load(loaded.state.whole) if loaded.state.whole else loaded
    return await context.returned.has(whole.state.id, whole.keys, contacts.mail_address(reporter.email))


async def reporter_of(context: Intake, loaded: LoadedStream) -> Reporter | None:
    """Who filed this complaint, or the whole of this part; None: nobody said, or it was erased."""
    whole = await context.repository.load(loaded.state.whole) if loaded.state.whole else loaded
    if whole.state.person is None:
        return None
    try:
        return await context.vault.read(whole.state.person, whole.keys)
    except DataErased:
        return None


async def recipients_of(context: Intake, loaded: LoadedStream) -> Recipients | None:
    """Where notices for this reporter go; None: there is no address."""
    reporter = await reporter_of(context, loaded)
    if reporter is None:
        return None
    # Without a number to use instead, the outbox drops what goes to an address that mail came back from.
    returned = context.sms and reporter.phone is not None and await mail_returned(context, loaded, reporter)
    mail, phone = contacts.addresses_of(reporter, sms=context.sms, returned=returned)
    if mail is None and phone is None:
        return None
    return Recipients(mail, phone, await context.choices.of(loaded.state.whole or loaded.state.id))
