"""Lists of the desk and the arbiter: what waits, and the decisions that placement follows. Each page begins after the
last key of the one before, so that the thousandth page costs what the first one does.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from chassis.base.numbers import whole_number
from router.context import Router
from router.desk.casefile import casefile
from router.http.cases import decisions
from router.http.duplicates import with_suggestions
from router.placement import views
from router.placement.views import Listed, PrecedentRow, PrecedentsListed, Waiting
from router.settings import FRESH_S
from schemas.access.accused import WORKS_FOR, is_kept_from
from schemas.access.principal import Principal
from schemas.base import limits
from schemas.base.client_keys import is_uuid
from schemas.base.refusals import InvalidField
from schemas.complaint.state import Complaint
from schemas.registry.fold import Registry

WRONG_KEY: Final = "must be the `next` of an earlier page"
SCANNED: Final = 500
"""Decisions that one search reads at most; the next page goes on after them."""


class WaitingPage(NamedTuple):
    """One page. `total`: all that wait. `next`: the key after which the next page begins; None: there is none."""

    total: int
    rows: Sequence[Waiting]
    states: Sequence[Complaint]
    next: str | None


class DecisionsFound(NamedTuple):
    """One page of decisions, as the API answers them. `next`: as of `WaitingPage`."""

    found: Sequence[dict[str, Any]]
    next: str | None


async def waiting(
    context: Router, who: Principal, place: str, after: str | None, *, size: int = limits.PAGE, page: int = 0
) -> WaitingPage:
    """The complaints with this status, the longest waiting first. Raises InvalidField: `after` is no key."""
    key = waiting_key(after)
    await context.feed.refresh(FRESH_S)
    registry = await context.registry.current()
    hidden = await _hidden(context, who, place, registry)
    listed = Listed(place, size + 1, key, hidden, page * size)
    total = await context.database.read(lambda connection: views.count_in(connection, place, hidden))
    found = await context.database.read(lambda connection: views.waiting(connection, listed))
    rows, more = found[:size], len(found) > size
    # A row may be behind its stream: the stream decides whether the complaint has this status.
    loaded = await context.repository.reader.load_many([UUID(row.complaint) for row in rows])
    kept = [
        (row, each.state)
        for row, each in zip(rows, loaded, strict=True)
        if each.state.status.value == place and not is_kept_from(who, each.state, registry)
    ]
    next_ = key_of(rows[-1]) if more else None
    return WaitingPage(total, [row for row, _ in kept], [state for _, state in kept], next_)


async def case_files(context: Router, states: Sequence[Complaint], lang: str) -> list[dict[str, Any]]:
    """The case files of a list, with the complaints that each may repeat."""
    registry = await context.registry.current()
    files = [casefile(state, registry, context.policies, lang) for state in states]
    return await with_suggestions(context, states, files, lang)


async def precedents(
    context: Router, who: Principal, lang: str, after: str | None = None, sector: str | None = None, words: str = "",
    size: int = limits.PAGE,
) -> DecisionsFound:  # fmt: skip
    """The decisions that placement follows, of one sector if it is named, with each of `words` in body, reason or
    place. Raises InvalidField: `after` is no key.
    """
    await context.feed.refresh(FRESH_S)
    key, found, wanted, scanned = precedent_key(after), list[dict[str, Any]](), words.casefold().split(), 0
    while True:
        listed = PrecedentsListed(size + 1, key, sector)
        rows = await context.database.read(lambda connection, listed=listed: views.precedent_rows(connection, listed))  # type: ignore[misc]
        for row, shown in await _shown(context, who, rows[:size], lang):
            key = row[:3]
            if shown is not None and _holds(shown, wanted):
                found.append(shown)
            if len(found) == size:
                break
        scanned += len(rows[:size])
        more = len(rows) > size or (bool(rows) and key != rows[-1][:3])
        if not more or len(found) == size or scanned >= SCANNED:
            return DecisionsFound(found, ".".join(part or "-" for part in key or ()) if more else None)


async def _shown(
    context: Router, who: Principal, rows: Sequence[PrecedentRow], lang: str
) -> list[tuple[PrecedentRow, dict[str, Any] | None]]:
    decided = await decisions(context, who, [row.name for row in rows], lang)
    return [
        (row, one and {"sector": row.sector, "level": row.level, "region": row.area or None, **one})
        for row, one in zip(rows, decided, strict=True)
    ]


def _holds(shown: dict[str, Any], words: Sequence[str]) -> bool:
    text = " ".join(str(shown[name] or "") for name in ("agency_name", "reason", "public_number", "region")).casefold()
    return all(word in text for word in words)


def key_of(row: Waiting) -> str:
    """The key after which a list goes on behind this row."""
    return f"{row.since}.{row.complaint}"


def waiting_key(text: str | None) -> Waiting | None:
    """Raises InvalidField: `text` was not made by `key_of`."""
    if not text:
        return None
    since, _, complaint = text.partition(".")
    if (number := whole_number(since)) is None or not is_uuid(complaint):
        raise InvalidField(field="after", why=WRONG_KEY)
    return Waiting(number, str(UUID(complaint)))


def precedent_key(text: str | None) -> tuple[str, str, str] | None:
    """Raises InvalidField: `text` is not the `next` of a page."""
    if not text:
        return None
    sector, _, rest = text.partition(".")
    level, _, area = rest.partition(".")
    if not sector or not level or not area:
        raise InvalidField(field="after", why=WRONG_KEY)
    return sector, level, "" if area == "-" else area


async def _hidden(context: Router, who: Principal, place: str, registry: Registry) -> list[str]:
    """The complaints in this place that accuse an agency that `who` works for: not listed and not counted."""
    if not who.in_role(*WORKS_FOR):
        return []
    examined = await context.database.read(lambda connection: views.perhaps_protected_in(connection, place))
    loaded = await context.repository.reader.load_many(examined)
    return [str(each.state.id) for each in loaded if is_kept_from(who, each.state, registry)]
