"""The read model behind the public list: a row for each report that the public may read, with its masked words.

A report that is hidden, secret, of supervision grade or erased has no row, so no filter, search or count can find it.
Fed from the store, so it is right while Kafka is away.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    event,
    insert,
    select,
    update,
)

from chassis.project.view import View
from chassis.sql.statements import delete_rows, insert_rows, select_by_keys
from chassis.sql.types import Moment, microseconds
from chassis.write.repository import Repository
from reporting.report_row import row_of
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX
from schemas.complaint.position import public_position
from schemas.complaint.state import Complaint
from schemas.events import agency_inbox, escalation, intake
from schemas.events.base import names
from schemas.wording.public_text import public_text, public_title

PROVINCE, REGENCY, DISTRICT = 2, 5, 8
"""Lengths of the codes of regions."""
LONGEST_WORD: Final = 64
_WORD: Final = re.compile(r"[^\W_]+")
PLACES: Final = 1 << 20
IGNORED: Final = names(
    agency_inbox.ComplaintDelivered, agency_inbox.ProgressRecorded, intake.AttachmentAdded, intake.AttachmentChecked,
    intake.ContactRead, intake.NoteAdded, intake.PhotoReleased, intake.PhotoRevoked, escalation.ReminderSent,
    escalation.DeadlineMissed, escalation.ComplaintEscalated, escalation.DueDateMoved,
)  # fmt: skip
"""Events after which a report is found as before."""
_INDEXED: Final = ("agency", "province", "regency", "district", "sector", "status", "is_open")


class ListedRow(NamedTuple):
    """One report that the public may read. `lat`, `lon`: its published position in degrees. `words`: of title and text,
    masked, as they are searched.
    """

    complaint: str
    received_at: datetime
    public_number: str
    region: str | None
    province: str | None
    regency: str | None
    district: str | None
    sector: str | None
    agency: str | None
    status: str
    is_open: bool
    lat: float | None
    lon: float | None
    words: str


class Unlisted(NamedTuple):
    """A complaint that must not be found."""

    complaint: str


def place_of(received_at: datetime, salt: int = 0) -> int:
    """Where a report received then stands in the list: the number by which lists are sorted and paged. Each millisecond
    has `PLACES` of them.
    """
    return microseconds(received_at) // 1000 * PLACES + salt % PLACES


def words_of(text: str) -> str:
    """The words of a text as they are indexed: small letters without accents, apart by spaces."""
    plain = text if text.isascii() else _without_accents(text)
    return " ".join(word[:LONGEST_WORD] for word in _WORD.findall(plain.lower()))


def _without_accents(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def listed_row(state: Complaint) -> ListedRow | Unlisted:
    """The row of a complaint now."""
    if not state.is_public or state.erased:
        return Unlisted(str(state.id))
    row = row_of(state)
    position = public_position(state)
    words = words_of(f"{public_title(state) or ''} {public_text(state)}")
    return ListedRow(
        row.complaint, row.received_at, row.public_number, row.region, _within(row.region, PROVINCE),
        _within(row.region, REGENCY), _within(row.region, DISTRICT), row.sector, row.agency, row.status,
        state.is_open, position.lat if position else None, position.lon if position else None, words,
    )  # fmt: skip


def _within(region: str | None, size: int) -> str | None:
    return region[:size] if region and len(region) >= size else None


def listed_tables(metadata: MetaData, prefix: str) -> Sequence[Table]:
    """The reports, and whether words were removed that the database's files may still hold."""
    if (known := metadata.tables.get(f"{prefix}listed")) is not None:
        return [known, metadata.tables[f"{prefix}unpurged"]]
    columns: list[Column[Any]] = [
        # The row id of SQLite, which its index of words refers to.
        Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("complaint", String(36), nullable=False, unique=True),
        Column("received_at", Moment, nullable=False),
        Column("public_number", String(32), nullable=False),
        Column("region", String(13)),
        Column("province", String(2)),
        Column("regency", String(5)),
        Column("district", String(8)),
        Column("sector", String(64)),
        Column("agency", String(64)),
        Column("status", String(20), nullable=False),
        Column("is_open", Boolean, nullable=False),
        Column("lat", Float),
        Column("lon", Float),
        Column("words", Text, nullable=False),
    ]
    listed = Table(f"{prefix}listed", metadata, *columns)
    for name in _INDEXED:
        Index(f"{prefix}listed_{name}", listed.c[name], listed.c.place)
    if not prefix:
        for statement in (*_SQLITE_SEARCH, *_POSTGRESQL_SEARCH):
            event.listen(listed, "after_create", statement)
    return [listed, Table(f"{prefix}unpurged", metadata, Column("mark", Integer, primary_key=True))]


def _on(dialect: str, *statements: str) -> list[Any]:
    return [DDL(statement).execute_if(dialect=dialect) for statement in statements]  # type: ignore[no-untyped-call]


_SQLITE_SEARCH: Final = _on(
    "sqlite",
    "create virtual table if not exists listed_words using fts5("
    "words, content='listed', content_rowid='place', detail='none', columnsize=0, prefix='4 5 6')",
    "create trigger if not exists listed_added after insert on listed begin "
    "insert into listed_words(rowid, words) values (new.place, new.words); end",
    "create trigger if not exists listed_removed after delete on listed begin "
    "insert into listed_words(listed_words, rowid, words) values ('delete', old.place, old.words); end",
)
_POSTGRESQL_SEARCH: Final = _on(
    "postgresql",
    "create index if not exists listed_words on listed using gin (to_tsvector('simple', words)) with (fastupdate=off)",
)


def apply(connection: Connection, tables: Sequence[Table], items: Sequence[ListedRow | Unlisted]) -> None:
    """Bring the rows of these complaints up to date. Words that did not change are not indexed anew. Repeatable."""
    listed, unpurged = tables
    newest = {one.complaint: one for one in items}
    found = connection.execute(select_by_keys(listed.c.complaint), {"keys": list(newest)}).mappings()
    before = {row["complaint"]: row for row in found}
    rows = {key: one for key, one in newest.items() if isinstance(one, ListedRow)}
    kept = {key for key, one in rows.items() if key in before and before[key]["words"] == one.words}
    changed = [{"of": key, **_findable(rows[key])} for key in kept if _findable(rows[key]) != _findable_in(before[key])]
    if changed:
        connection.execute(_update(listed), changed)
    gone = [key for key in before if key not in kept]
    delete_rows(connection, listed.c.complaint, gone)
    places = {key: before[key]["place"] if key in before else None for key in rows.keys() - kept}
    insert_rows(connection, listed, _placed(connection, listed, [rows[key] for key in sorted(places)], places))
    # A rebuild leaves out what the rows before it held.
    if gone or listed.name != "listed":
        mark_unpurged(connection, unpurged)


def mark_unpurged(connection: Connection, unpurged: Table) -> None:
    """Note that words were removed: another number each time, so that a purge that ran meanwhile does not hide it."""
    if not connection.execute(update(unpurged).values(mark=unpurged.c.mark + 1)).rowcount:
        connection.execute(insert(unpurged), [{"mark": 1}])


def _placed(
    connection: Connection, listed: Table, rows: Sequence[ListedRow], places: dict[str, int | None]
) -> list[dict[str, Any]]:
    """The rows with a place for each: their own, or the next free one."""
    wanted = {row.complaint: places[row.complaint] or place_of(row.received_at, _salt(row.complaint)) for row in rows}
    taken = {row.place for row in connection.execute(select_by_keys(listed.c.place), {"keys": [*wanted.values()]})}
    placed = []
    for row in rows:
        place = wanted[row.complaint]
        while place in taken:
            place += 1
            if connection.execute(select(listed.c.place).where(listed.c.place == place)).first() is None:
                break
        taken.add(place)
        placed.append({"place": place, **row._asdict()})
    return placed


def _salt(complaint: str) -> int:
    return int(complaint[-8:], 16)


def _findable(row: ListedRow) -> dict[str, Any]:
    """What can change while the words stay."""
    return {name: getattr(row, name) for name in _CHANGING}


def _findable_in(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in _CHANGING}


NAME: Final = "listed"
_CHANGING: Final = ("region", "province", "regency", "district", "sector", "agency", "status", "is_open", "lat", "lon")


def _update(listed: Table) -> Any:
    return update(listed).where(listed.c.complaint == bindparam("of")).values({c: bindparam(c) for c in _CHANGING})


def listed_view(repository: Repository) -> View[ListedRow | Unlisted]:
    """The rows behind the public list and its search."""

    async def prepare(events: Sequence[RecordedEvent]) -> Sequence[ListedRow | Unlisted]:
        return [listed_row(one.state) for one in await repository.reader.load_with(events) if one.recorded]

    # The row of a complaint is found by an index while rows are written.
    return View(
        NAME,
        listed_tables,
        apply,
        prepare,
        (COMPLAINT_PREFIX,),
        IGNORED,
        repository.reader.load_with,
        indexed_load=True,
    )
