"""The index of similar complaints: a read model that proposes candidates, whose texts are then compared.

A complaint is found under each pair of an issue and a word of its spot, in its region. The pairs are stored as keyed
hashes: no word of a sealed text is stored in clear, or can be guessed without the key that unseals the text. Rows are
deleted when a complaint ends, is answered, joined, erased or too old, so the tables stay as small as what is open.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
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
from schemas.events.intake import (
    ComplaintWithdrawn,
    JoinDeclined,
    PersonalDataErased,
    ResolutionConfirmed,
    ResolutionDisputed,
)
from schemas.events.router import (
    ComplaintArchived,
    ComplaintClassified,
    ComplaintJoined,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintSplit,
    ComplaintUnjoined,
)

SPOT_WORDS: Final = 12
"""The most words of a spot that make keys: those of the smallest hashes, so that similar texts choose the same ones."""
CANDIDATES: Final = 12
ROWS_PER_KEY: Final = 2_000
"""The most rows read under one key: the newest."""
SUGGESTIONS: Final = 5
PRUNED_AT_ONCE: Final = 1_000
AT_A_TIME: Final = 16
"""Texts read before control is yielded: placement runs in the same process."""
_PIN_DIGITS: Final = 5
"""Decimals of a degree that make coordinates the very same ones: about a metre."""
_CELLS_PER_DEGREE: Final = 500
"""Cells of about 220 m."""
EVENT_TYPES: Final = names(
    ComplaintClassified,
    ComplaintReferred,
    ComplaintRouted,
    ComplaintJoined,
    ComplaintUnjoined,
    JoinDeclined,
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
"""The events after which a complaint's entry may change."""


class IndexEntry(NamedTuple):
    """One complaint's entry in the index; without keys it has no row."""

    complaint: str
    received_at: datetime
    keys: tuple[int, ...]


class Suggestion(NamedTuple):
    """`complaint` may be about the same matter as the earlier `lead`. `score`: 0 to 1."""

    complaint: UUID
    lead: UUID
    score: float


def define(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """Declare the tables; a second call returns the same ones."""
    return [
        Table(
            f"{prefix}likeness",
            metadata,
            Column("complaint", String(36), primary_key=True),
            Column("received_at", Moment, nullable=False, index=True),
            Column("digest", String(16), nullable=False),
            Column("compared", Boolean, nullable=False, index=True),
            keep_existing=True,
        ),
        Table(
            f"{prefix}likeness_key",
            metadata,
            Column("key", BigInteger, primary_key=True, autoincrement=False),
            Column("received_at", Moment, primary_key=True),
            Column("complaint", String(36), primary_key=True, index=True),
            keep_existing=True,
        ),
        Table(
            f"{prefix}suggestion",
            metadata,
            Column("complaint", String(36), primary_key=True),
            Column("lead", String(36), primary_key=True, index=True),
            Column("score", Float, nullable=False),
            keep_existing=True,
        ),
    ]


TABLES: Final = define(METADATA, "")


def keys(report: ComparableReport, secret: bytes) -> tuple[int, ...]:
    """The keys of a complaint, smallest first; none if it has neither spot nor coordinates."""
    words = sorted({_hash(secret, "name", word) for word in report.features.where if word.isalpha()})[:SPOT_WORDS]
    found = _pair_hashes(report, [*words, *_cell_hashes(report, secret)[:1]], secret)
    return tuple(sorted(found | {*pin_keys(report, secret)}))


def pin_keys(report: ComparableReport, secret: bytes) -> tuple[int, ...]:
    """The key of its very coordinates, whatever its issue and region; none if it has none."""
    place = report.state.place
    if place is None or place.lat is None or place.lon is None:
        return ()
    return (_hash(secret, "pin", f"{place.lat:.{_PIN_DIGITS}f}/{place.lon:.{_PIN_DIGITS}f}"),)


def nearby(report: ComparableReport, secret: bytes) -> tuple[int, ...]:
    """The keys to search under: its own, and those of the cells around."""
    around = _pair_hashes(report, _cell_hashes(report, secret), secret)
    return tuple(sorted(around.union(keys(report, secret))))


def _pair_hashes(report: ComparableReport, spots: Sequence[int], secret: bytes) -> set[int]:
    region, issues = (report.region or "")[:REGENCY_LENGTH], sorted(report.features.issues) or [""]
    return {_hash(secret, region, issue, str(spot)) for issue in issues for spot in spots}


def _cell_hashes(report: ComparableReport, secret: bytes) -> list[int]:
    place = report.state.place
    if place is None or place.lat is None or place.lon is None:
        return []
    row, column = int(place.lat * _CELLS_PER_DEGREE // 1), int(place.lon * _CELLS_PER_DEGREE // 1)
    return [_hash(secret, "cell", f"{row + dy}/{column + dx}") for dy in (0, -1, 1) for dx in (0, -1, 1)]


def _hash(secret: bytes, *parts: str) -> int:
    digest = hashlib.blake2b("\0".join(parts).encode(), key=secret, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def index_view(repository: Repository, reader: FeatureExtractor, secret: bytes) -> View[IndexEntry]:
    """The view; an entry follows from its complaint's present state. `secret`: at most 64 bytes."""

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[IndexEntry]:
        loaded = await repository.reader.load_for([event for event in events if event.type in EVENT_TYPES])
        entries: list[IndexEntry] = []
        for number, each in enumerate(loaded, start=1):
            entries.append(_entry(each.state, reader, secret))
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
        return entries

    # Its rows are replaced by what their indexes find.
    load = repository.reader.load_with
    return View("likeness", define, apply, prepare, (COMPLAINT_PREFIX,), load=load, indexed_load=True)


def _entry(state: Complaint, reader: FeatureExtractor, secret: bytes) -> IndexEntry:
    here = is_open_to_all(state) and state.status not in (Status.JOINED, Status.ANSWERED)
    return IndexEntry(str(state.id), state.received_at, keys(comparable(state, reader), secret) if here else ())


def apply(connection: Connection, tables: Sequence[Table], entries: Sequence[IndexEntry]) -> None:
    """Replace the rows of these complaints. An unchanged entry keeps its mark as compared."""
    likeness, key, _ = tables
    newest = {entry.complaint: entry for entry in entries}
    found = connection.execute(select_by_keys(likeness.c.complaint), {"keys": list(newest)})
    digests = {row.complaint: row.digest for row in found}
    changed = [each for each in newest.values() if digests.get(each.complaint, "") != _digest(each)]
    _delete(connection, tables, [each.complaint for each in changed])
    rows = [
        {"complaint": e.complaint, "received_at": e.received_at, "digest": _digest(e), "compared": False}
        for e in changed
        if e.keys
    ]
    insert_rows(connection, likeness, rows)
    insert_rows(
        connection,
        key,
        [{"key": k, "received_at": e.received_at, "complaint": e.complaint} for e in changed for k in e.keys],
    )


def _digest(entry: IndexEntry) -> str:
    if not entry.keys:
        return ""
    packed = b"".join(key.to_bytes(8, "big", signed=True) for key in entry.keys)
    return hashlib.blake2b(packed, digest_size=8).hexdigest()


def _delete(connection: Connection, tables: Sequence[Table], complaints: Sequence[str]) -> None:
    likeness, key, suggestion = tables
    for column in (likeness.c.complaint, key.c.complaint, suggestion.c.complaint, suggestion.c.lead):
        delete_rows(connection, column, complaints)


_LIKENESS, _KEY, _SUGGESTION = TABLES
# Built once: the first two run at every pass.
_SHARING: Final = (
    select(_KEY.c.complaint)
    .where(_KEY.c.key == bindparam("under"), _KEY.c.received_at >= bindparam("since"))
    .order_by(_KEY.c.received_at.desc())
    .limit(ROWS_PER_KEY)
)
_UNCOMPARED: Final = (
    select(_LIKENESS.c.complaint)
    .where(~_LIKENESS.c.compared)
    .order_by(_LIKENESS.c.received_at)
    .limit(bindparam("most", type_=Integer))
)
_RECEIVED_BEFORE: Final = (
    select(_LIKENESS.c.complaint).where(_LIKENESS.c.received_at < bindparam("before")).limit(PRUNED_AT_ONCE)
)
_MARK_COMPARED: Final = (
    update(_LIKENESS).where(_LIKENESS.c.complaint.in_(bindparam("done", expanding=True))).values(compared=True)
)
_DELETE_SUGGESTION: Final = delete(_SUGGESTION).where(
    _SUGGESTION.c.complaint == bindparam("of"), _SUGGESTION.c.lead == bindparam("behind")
)


def candidates(connection: Connection, under: Sequence[int], since: datetime, but: UUID) -> list[UUID]:
    """The complaints received since then, without `but`, that share most keys with these."""
    shared = Counter[str]()
    for key in under:
        shared.update(row.complaint for row in connection.execute(_SHARING, {"under": key, "since": since}))
    shared.pop(str(but), None)
    best = sorted(shared, key=lambda complaint: (-shared[complaint], complaint))
    return [UUID(complaint) for complaint in best[:CANDIDATES]]


def sharing_pin(connection: Connection, key: int, since: datetime) -> set[UUID]:
    """The complaints received since then with these very coordinates."""
    return {UUID(row.complaint) for row in connection.execute(_SHARING, {"under": key, "since": since})}


def uncompared(connection: Connection, limit: int) -> list[UUID]:
    """Complaints not compared yet, the earliest received first."""
    return [UUID(row.complaint) for row in connection.execute(_UNCOMPARED, {"most": limit})]


def write_compared(connection: Connection, compared: Iterable[UUID], found: Iterable[Suggestion]) -> None:
    """Mark these complaints as compared, and write the suggestions found."""
    connection.execute(_MARK_COMPARED, {"done": [str(each) for each in compared]})
    for each in found:
        row = {"complaint": str(each.complaint), "lead": str(each.lead), "score": each.score}
        connection.execute(_DELETE_SUGGESTION, {"of": row["complaint"], "behind": row["lead"]})
        insert_rows(connection, _SUGGESTION, [row])


def suggestions(connection: Connection, complaints: Sequence[UUID]) -> list[Suggestion]:
    """The suggestions for these complaints, the likeliest first."""
    query = select(_SUGGESTION).where(_SUGGESTION.c.complaint.in_([str(each) for each in complaints]))
    rows = connection.execute(query.order_by(_SUGGESTION.c.score.desc(), _SUGGESTION.c.lead))
    return [Suggestion(UUID(row.complaint), UUID(row.lead), row.score) for row in rows]


def prune(connection: Connection, before: datetime) -> int:
    """Delete a batch of rows of complaints received earlier; the number of complaints."""
    old = [row.complaint for row in connection.execute(_RECEIVED_BEFORE, {"before": before})]
    _delete(connection, TABLES, old)
    return len(old)
