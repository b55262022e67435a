"""Which earlier complaints may be about the same matter as this one? A read model that proposes; texts decide.

A complaint is found under each pair of a trouble and a word of its spot, in its region. The pairs are kept as keyed
hashes alone: no word of a sealed text lies here in clear, or can be guessed without the key that unseals the text.
Rows go when a complaint ends, is answered, joined, erased or too old, so the tables stay as small as what is open.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Delete,
    Float,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Update,
    bindparam,
    delete,
    func,
    select,
    update,
)

from chassis.project.view import View
from chassis.sql.statements import delete_rows, insert_rows, select_by_keys
from chassis.sql.types import Moment
from chassis.write.repository import Repository
from router.duplicates.compare import ComparableReport, comparable, is_open_to_all
from router.duplicates.features import FeatureExtractor
from router.geography.codes import REGENCY_LENGTH
from router.placement.views import METADATA
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.complaint.lifecycle import Status
from schemas.complaint.state import Complaint
from schemas.events.agency_inbox import ComplaintReturned, ResponseGiven
from schemas.events.base import names
from schemas.events.escalation import ComplaintLapsed
from schemas.events.intake import ComplaintWithdrawn, PersonalDataErased, ResolutionConfirmed, ResolutionDisputed
from schemas.events.router import (
    ComplaintArchived,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintSplit,
    ComplaintUnjoined,
)

NAMES: Final = 12
"""So many words of the spot at most make keys: those of the smallest hashes, so that like texts keep the same ones."""
CANDIDATES: Final = 12
CROWD: Final = 2_000
"""So many rows under one key at most are looked through, the newest."""
SUGGESTIONS: Final = 5
AT_A_TIME: Final = 16
"""Texts taken apart before others have their turn: placing runs beside this."""
_CELLS_PER_DEGREE: Final = 500
"""Squares of about 220 m."""
EVENT_TYPES: Final = names(
    ComplaintClassified,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintJoined,
    ComplaintUnjoined,
    ComplaintReturned,
    ComplaintWithdrawn,
    ComplaintArchived,
    ComplaintLapsed,
    ComplaintSplit,
    ResponseGiven,
    ResolutionConfirmed,
    ResolutionDisputed,
    PersonalDataErased,
)
"""Only these change whether it is here."""


class IndexTables(NamedTuple):
    """The tables of the view, in the order in which `define` declares them."""

    entry: Table
    key: Table
    suggestion: Table


class IndexEntry(NamedTuple):
    """One complaint's place in the index; without keys it has none."""

    complaint: str
    received_at: datetime
    keys: tuple[int, ...]


class Suggestion(NamedTuple):
    """`complaint` may be about the same matter as the earlier `lead`; `score` 0 to 1."""

    complaint: UUID
    lead: UUID
    score: float


def define(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """Declare the tables; asked twice, the same ones."""
    names = ("likeness", "likeness_key", "suggestion")
    if f"{prefix}likeness" in metadata.tables:
        return [metadata.tables[f"{prefix}{name}"] for name in names]
    entry = Table(
        f"{prefix}likeness",
        metadata,
        Column("complaint", String(36), primary_key=True),
        Column("received_at", Moment, nullable=False, index=True),
        Column("digest", String(16), nullable=False),
        Column("compared", Boolean, nullable=False, index=True),
    )
    key = Table(
        f"{prefix}likeness_key",
        metadata,
        Column("key", BigInteger, primary_key=True, autoincrement=False),
        Column("received_at", Moment, primary_key=True),
        Column("complaint", String(36), primary_key=True, index=True),
    )
    suggestion = Table(
        f"{prefix}suggestion",
        metadata,
        Column("complaint", String(36), primary_key=True),
        Column("lead", String(36), primary_key=True, index=True),
        Column("score", Float, nullable=False),
    )
    return [entry, key, suggestion]


define(METADATA, "")


def keys(each: ComparableReport, secret: bytes) -> tuple[int, ...]:
    """Under which hashes a complaint lies, smallest first; none if it names neither spot nor coordinates."""
    region = (each.region or "")[:REGENCY_LENGTH]
    names = sorted({_hash(secret, "name", word) for word in each.features.where if word.isalpha()})[:NAMES]
    cells = [_hash(secret, "cell", cell) for cell in _cells(each.state)[:1]]
    matters = sorted(each.features.matters) or [""]
    spots = [*names, *cells]
    return tuple(sorted({_hash(secret, region, matter, str(spot)) for matter in matters for spot in spots}))


def nearby(each: ComparableReport, secret: bytes) -> tuple[int, ...]:
    """The keys to look under: its own, and those of the squares around."""
    region, matters = (each.region or "")[:REGENCY_LENGTH], sorted(each.features.matters) or [""]
    cells = [_hash(secret, "cell", cell) for cell in _cells(each.state)]
    around = {_hash(secret, region, matter, str(cell)) for matter in matters for cell in cells}
    return tuple(sorted(around.union(keys(each, secret))))


def _cells(state: Complaint) -> list[str]:
    place = state.place
    if place is None or place.lat is None or place.lon is None:
        return []
    row, column = int(place.lat * _CELLS_PER_DEGREE // 1), int(place.lon * _CELLS_PER_DEGREE // 1)
    around = [(row + dy, column + dx) for dy in (0, -1, 1) for dx in (0, -1, 1)]
    return [f"{y}/{x}" for y, x in around]


def _hash(secret: bytes, *parts: str) -> int:
    digest = hashlib.blake2b("\0".join(parts).encode(), key=secret, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def index_view(repository: Repository, reader: FeatureExtractor, secret: bytes) -> View[IndexEntry]:
    """The view: an entry follows from its complaint's present state. `secret`: at most 64 bytes."""

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[IndexEntry]:
        loaded = await repository.load_for([event for event in events if event.type in EVENT_TYPES])
        entries: list[IndexEntry] = []
        for number, each in enumerate(loaded, start=1):
            entries.append(_entry(each.state, reader, secret))
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
        return entries

    return View("likeness", define, apply, prepare, (COMPLAINT_PREFIX,))


def _entry(state: Complaint, reader: FeatureExtractor, secret: bytes) -> IndexEntry:
    here = is_open_to_all(state) and state.status not in (Status.JOINED, Status.ANSWERED)
    return IndexEntry(str(state.id), state.received_at, keys(comparable(state, reader), secret) if here else ())


def apply(connection: Connection, tables: Sequence[Table], entries: Sequence[IndexEntry]) -> None:
    """Write these entries over what stood there; what is unchanged need not be compared again."""
    own = IndexTables(*tables)
    newest = {entry.complaint: entry for entry in entries}
    before = {
        row.complaint: (row.digest, row.compared)
        for row in connection.execute(select_by_keys(own.entry.c.complaint), {"keys": list(newest)})
    }
    changed = [each for each in newest.values() if before.get(each.complaint, ("", False))[0] != _digest(each)]
    _remove(connection, own, [each.complaint for each in changed])
    rows = [
        {"complaint": e.complaint, "received_at": e.received_at, "digest": _digest(e), "compared": False}
        for e in changed
        if e.keys
    ]
    spread = [{"key": k, "received_at": e.received_at, "complaint": e.complaint} for e in changed for k in e.keys]
    insert_rows(connection, own.entry, rows)
    insert_rows(connection, own.key, spread)


def _digest(entry: IndexEntry) -> str:
    if not entry.keys:
        return ""
    packed = b"".join(key.to_bytes(8, "big", signed=True) for key in entry.keys)
    return hashlib.blake2b(packed, digest_size=8).hexdigest()


def _remove(connection: Connection, own: IndexTables, complaints: Sequence[str]) -> None:
    if complaints:
        for key in (own.entry.c.complaint, own.key.c.complaint, own.suggestion.c.complaint, own.suggestion.c.lead):
            delete_rows(connection, key, complaints)


Look = Callable[[Connection], list[UUID]]


def candidates(tables: IndexTables, under: Sequence[int], since: datetime, but: UUID) -> Look:
    """The complaints received since that share most keys with these."""

    def look(connection: Connection) -> list[UUID]:
        query, shared = _sharing(tables.key), dict[str, int]()
        for one in under:
            for row in connection.execute(query, {"under": one, "since": since}):
                shared[row.complaint] = shared.get(row.complaint, 0) + 1
        shared.pop(str(but), None)
        best = sorted(shared, key=lambda complaint: (-shared[complaint], complaint))
        return [UUID(complaint) for complaint in best[:CANDIDATES]]

    return look


def uncompared(tables: IndexTables, limit: int) -> Look:
    """Entries that were not compared yet, the earliest received first."""

    def look(connection: Connection) -> list[UUID]:
        return [UUID(row.complaint) for row in connection.execute(_uncompared(tables.entry), {"most": limit})]

    return look


def note(connection: Connection, tables: IndexTables, compared: Iterable[UUID], found: Iterable[Suggestion]) -> None:
    """These are compared; this is what they may be the same as."""
    connection.execute(_done(tables.entry), {"done": [str(each) for each in compared]})
    for each in found:
        row = {"complaint": str(each.complaint), "lead": str(each.lead), "score": each.score}
        connection.execute(_same(tables.suggestion), {"of": row["complaint"], "behind": row["lead"]})
        insert_rows(connection, tables.suggestion, [row])


def suggested(connection: Connection, tables: IndexTables, complaints: Sequence[UUID]) -> list[Suggestion]:
    """What these may be the same as, the likeliest first."""
    table = tables.suggestion
    query = select(table).where(table.c.complaint.in_([str(each) for each in complaints]))
    rows = connection.execute(query.order_by(table.c.score.desc(), table.c.lead))
    return [Suggestion(UUID(row.complaint), UUID(row.lead), row.score) for row in rows]


def prune(connection: Connection, tables: IndexTables, before: datetime) -> int:
    """Let go of what was received earlier; how many that were."""
    old = [row.complaint for row in connection.execute(_received_before(tables.entry), {"before": before})]
    _remove(connection, tables, old)
    return len(old)


# Made once for each table: the first three are asked at every look.


@cache
def _sharing(key: Table) -> Select[Any]:
    under = select(key.c.complaint).where(key.c.key == bindparam("under"), key.c.received_at >= bindparam("since"))
    return under.order_by(key.c.received_at.desc()).limit(CROWD)


@cache
def _uncompared(entry: Table) -> Select[Any]:
    new = select(entry.c.complaint).where(~entry.c.compared)
    return new.order_by(entry.c.received_at).limit(bindparam("most", type_=Integer))


@cache
def _received_before(entry: Table) -> Select[Any]:
    return select(entry.c.complaint).where(entry.c.received_at < bindparam("before")).limit(1_000)


@cache
def _done(entry: Table) -> Update:
    return update(entry).where(entry.c.complaint.in_(bindparam("done", expanding=True))).values(compared=True)


@cache
def _same(suggestion: Table) -> Delete:
    table = suggestion.c
    return delete(suggestion).where(table.complaint == bindparam("of"), table.lead == bindparam("behind"))


def size(connection: Connection, tables: IndexTables) -> int:
    """How many complaints are in the index."""
    return int(connection.execute(select(func.count()).select_from(tables.entry)).scalar_one())
