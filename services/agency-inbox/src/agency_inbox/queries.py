"""What an agency reads of its complaints: the functions behind its routes and pages, with their access rules."""

import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from agency_inbox import listing
from agency_inbox.access import as_known_to, names_of
from agency_inbox.casefile import casefile, summary
from agency_inbox.context import Inbox
from agency_inbox.handlers import parts_of
from agency_inbox.listing import Counts, InboxFilter, Order, Period, Scope
from agency_inbox.settings import SEARCH_FOUND, SEARCH_S, SEARCHED_AT_ONCE, SEARCHED_CASES
from agency_inbox.views import NEVER
from chassis.sql.types import EPOCH
from chassis.write.cases import as_read, case_of
from chassis.write.loaded import LoadedStream
from schemas.access.accused import is_kept_from
from schemas.access.principal import Principal, Role
from schemas.access.reading import Case, Extent, Reading, as_agency, as_inspectorate, as_public, owner_of
from schemas.base.limits import PAGE
from schemas.base.refusals import NotFound
from schemas.complaint.attachments import attached
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.registry.calendars import zone_of
from schemas.registry.fold import Registry
from schemas.wording.casefile import notes
from schemas.wording.precedents import decision

Row = dict[str, Any]
EXCERPT: Final = 160
"""Characters of a complaint's text in a list."""


class Listed(NamedTuple):
    """One page of an inbox, and where it goes on."""

    rows: list[Row]
    next: Order | None
    total: int


class Searched(NamedTuple):
    """What a search found. `complete`: every open case was looked at; else it stopped at a limit."""

    rows: list[Row]
    looked_at: int
    complete: bool


async def registry_with(context: Inbox, agency: str) -> Registry:
    """The registry. Raises NotFound: it has no such agency."""
    registry = await context.registry.current()
    if agency not in registry.agencies:
        raise NotFound(agency=agency)
    return registry


async def scope_of(context: Inbox, who: Principal, agency: str, registry: Registry) -> Scope:
    """The rows that `who` may see: of their units, and none that accuses an agency that they work for."""
    agencies = names_of(registry, agency)
    hidden = await context.database.read(lambda each: listing.hidden_from(each, who, agencies, registry))
    return Scope(agencies, who.units(agency), who.has(Role.INSPECTORATE), hidden)


NEVER_ENDS: Final = NEVER + timedelta(days=1)


def period(context: Inbox, name: Period, zone: str) -> tuple[datetime, datetime]:
    """From and before which date: `today` until midnight in the agency's zone, `week` until seven days later: what
    pages call due in seven days is the last of it.
    """
    now = context.clock.now()
    midnight = now.astimezone(zone_of(zone)).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    ends: dict[Period, datetime] = {"overdue": now, "today": midnight, "week": midnight + timedelta(days=7)}
    return (EPOCH if name == "overdue" else now, ends[name])


async def inbox_page(
    context: Inbox,
    who: Principal,
    agency: str,
    shown: InboxFilter,
    after: Order | None,
    lang: str,
    most: int = PAGE,
) -> Listed:
    """One page, the most urgent first. Raises NotFound: no such agency."""
    registry = await registry_with(context, agency)
    scope = await scope_of(context, who, agency, registry)
    rows, further = await context.database.read(lambda each: listing.page(each, scope, shown, after, most))
    total = await context.database.read(lambda each: listing.count(each, scope, shown))
    return Listed(await _readable(context, who, agency, registry, rows, lang), further, total)


async def chosen_rows(context: Inbox, who: Principal, agency: str, cases: Sequence[UUID], lang: str) -> list[Row]:
    """Rows of these cases, in the order of lists; those that `who` may not read are left out."""
    registry = await registry_with(context, agency)
    agencies = names_of(registry, agency)
    rows = await context.database.read(lambda each: listing.rows_of(each, agencies, [str(case) for case in cases]))
    return await _readable(context, who, agency, registry, rows, lang)


async def inbox_counts(context: Inbox, who: Principal, agency: str, zone: str) -> Counts:
    """What stands beside the filters. Raises NotFound: no such agency."""
    registry = await registry_with(context, agency)
    scope = await scope_of(context, who, agency, registry)
    names: tuple[Period, ...] = ("overdue", "today", "week")
    periods: dict[str, tuple[datetime, datetime]] = {name: period(context, name, zone) for name in names}
    return await context.database.read(lambda each: listing.counts(each, scope, periods))


async def search(context: Inbox, who: Principal, agency: str, text: str, lang: str) -> Searched:
    """The open cases with all of these words, the most urgent first. The cases are opened in memory and nothing of the
    words is kept; it stops at a number of cases, of finds, or after a time. Raises NotFound: no such agency.
    """
    registry = await registry_with(context, agency)
    words, until = text.casefold().split(), time.monotonic() + SEARCH_S
    found, looked_at = list[Row](), 0
    async for rows, loaded in _opened(context, who, agency, registry):
        for row, each in zip(rows, loaded, strict=True):
            looked_at += 1
            if words and _has(each.state, words) and _may_read(who, agency, each, registry):
                found.append(_row(row, each, context, registry, lang))
            if len(found) == SEARCH_FOUND or looked_at == SEARCHED_CASES or time.monotonic() > until:
                return Searched(found, looked_at, complete=False)
    return Searched(found, looked_at, complete=True)


async def _opened(
    context: Inbox, who: Principal, agency: str, registry: Registry
) -> AsyncIterator[tuple[list[Row], list[LoadedStream]]]:
    scope, after = await scope_of(context, who, agency, registry), None
    while True:
        read = partial(listing.page, scope=scope, shown=InboxFilter(), after=after, most=SEARCHED_AT_ONCE)
        rows, after = await context.database.read(read)
        yield rows, await context.repository.reader.load_many([UUID(row["complaint"]) for row in rows])
        if after is None:
            return


def _has(state: Complaint, words: list[str]) -> bool:
    place = state.place.address if state.place else None
    said = (
        state.public_number,
        state.title,
        state.text,
        state.restated_text,
        place,
        *(text for _, text in state.details),
    )
    text = " ".join(each for each in said if each).casefold()
    return all(word in text for word in words)


class CaseFile(NamedTuple):
    """What the API answers of a complaint, and its state as far as they may read it. `past`: as it was when it left
    them.
    """

    shown: Row
    state: Complaint
    past: bool


async def case_file(context: Inbox, who: Principal, agency: str, complaint: UUID, lang: str) -> CaseFile:
    """Everything that the agency may read of one complaint.

    Raises:
        NotFound: there is none, or it is not theirs.
    """
    registry = await registry_with(context, agency)
    whole = await context.repository.reader.load(complaint)
    case = await case_of(context.repository, whole, registry)
    allowed, own = reading(who, agency, case), as_agency(who, agency, case)
    if not allowed.words:
        raise NotFound(complaint=str(complaint))
    loaded = as_read(whole, allowed)
    # Of what it held it reads no later news: neither of the parts.
    streams = await parts_of(context, loaded.state) if allowed.extent is Extent.EVERYTHING else ()
    known = {each.state.id: as_known_to(who, each.state, each.facts, registry) for each in streams}
    parts = {id_: part for id_, part in known.items() if part is not None}
    sent = await with_files(context, who, loaded, allowed, registry)
    files = attached((recorded.fact for recorded in sent.facts()), scans=context.attachments.scans)
    shown = casefile(loaded.state, loaded.facts(), registry, context.policies, lang, parts, files)
    # An inspectorate reads the case, and not what the officers of its agency note for themselves.
    written = notes(as_read(whole, own).facts(), registry, agency) if own.words else []
    more = {"precedent": await _precedent(context, who, loaded.state, registry, lang), "notes": written}
    return CaseFile({**shown, **more}, loaded.state, allowed.extent is Extent.PAST)


async def readable(
    context: Inbox, who: Principal, agency: str, complaint: UUID, registry: Registry
) -> tuple[LoadedStream, Reading]:
    """The complaint as far as they may read it. Raises NotFound: none of it."""
    loaded = await context.repository.reader.load(complaint)
    allowed = reading(who, agency, await case_of(context.repository, loaded, registry))
    if not allowed.words:
        raise NotFound(complaint=str(complaint))
    return as_read(loaded, allowed), allowed


def reading(who: Principal, agency: str, case: Case) -> Reading:
    """As somebody of this agency, or as an inspectorate of what it holds."""
    return max(as_agency(who, agency, case), _as_its_inspectorate(who, agency, case))


def _as_its_inspectorate(who: Principal, agency: str, case: Case) -> Reading:
    owner = owner_of(case.state, case.lead)
    held = owner is not None and case.registry.holder(owner).agency == agency
    return as_inspectorate(who, case) if held else as_public(case)


async def stream_with_files(context: Inbox, who: Principal, agency: str, complaint: UUID) -> LoadedStream:
    """The stream that names the complaint's files. Raises NotFound: they may read no word of the complaint."""
    registry = await registry_with(context, agency)
    loaded, allowed = await readable(context, who, agency, complaint, registry)
    return await with_files(context, who, loaded, allowed, registry)


async def with_files(
    context: Inbox, who: Principal, loaded: LoadedStream, allowed: Reading, registry: Registry
) -> LoadedStream:
    """The stream that names the reporter's files: of a part its whole, of which its holder works on a share, unless the
    whole accuses an agency that `who` works for.
    """
    if loaded.state.whole is None or allowed.extent is not Extent.EVERYTHING:
        return loaded
    whole = await context.repository.reader.load(loaded.state.whole)
    return loaded if is_kept_from(who, whole.state, registry) else whole


async def _readable(
    context: Inbox, who: Principal, agency: str, registry: Registry, rows: list[Row], lang: str
) -> list[Row]:
    loaded = await context.repository.reader.load_many([UUID(row["complaint"]) for row in rows])
    # A row may be older than its stream, so the stream decides who may read it.
    return [
        _row(row, each, context, registry, lang)
        for row, each in zip(rows, loaded, strict=True)
        if _may_read(who, agency, each, registry)
    ]


def _may_read(who: Principal, agency: str, each: LoadedStream, registry: Registry) -> bool:
    return reading(who, agency, Case(each.state, registry, each.facts)).extent is Extent.EVERYTHING


async def _precedent(context: Inbox, who: Principal, state: Complaint, registry: Registry, lang: str) -> Row | None:
    # The earlier decision that placed the complaint here, with its reason.
    precedent = state.routed.basis.precedent if state.routed else None
    if precedent is None:
        return None
    earlier = await context.repository.reader.load(UUID(precedent))
    if is_kept_from(who, earlier.state, registry):
        return None
    return decision(earlier.state, earlier.facts(), registry, lang)


def _row(row: Row, loaded: LoadedStream, context: Inbox, registry: Registry, lang: str) -> Row:
    state, due_at = loaded.state, row["due_at"]
    return {
        **summary(state, registry, context.policies, lang),
        "class": row["class_"],
        "sector": state.sector,
        "region": row["region"] or None,
        "assigned_at": row["assigned_at"],
        "due_at": due_at,
        "overdue": due_at is not None and due_at < context.clock.now(),
        "new": state.status is Status.ROUTED,
        "awaiting": state.status is Status.AWAITING_REPORTER,
        "officer": str(state.officer) if state.officer else None,
        "title": state.restated_title or state.title,
        "excerpt": _excerpt(state.restated_text or state.text),
    }


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rsplit(' ', 1)[0]}…"
