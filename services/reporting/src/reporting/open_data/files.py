"""The daily files: made anew in the background for each day whose lines changed, and kept with their hashes."""

import asyncio
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Final, NamedTuple

import structlog
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    or_,
    select,
    union_all,
)

from chassis.base.retry import RetryPolicy
from chassis.project.position import Position
from chassis.sql.database import Database
from reporting.open_data.line import file_of
from reporting.open_data.view import NAME, open_data_tables
from reporting.queries import METADATA

LINES, DAYS = open_data_tables(METADATA, "")
FILES: Final = Table(
    "open_files",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("mark", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
PERIOD_S: Final = 5.0
AT_ONCE: Final = 20
"""Days of one transaction."""
log = structlog.get_logger(__name__)


class DayFile(NamedTuple):
    """One file: the reports received on a day in Jakarta."""

    day: date
    rows: int
    bytes: int
    sha256: str

    @property
    def path(self) -> str:
        """Its name beside the index."""
        return f"{self.day}.csv"


class OpenFiles:
    """A background task. Several processes may run it: a file says the same whoever made it."""

    def __init__(self, database: Database) -> None:
        self._database, self._retry_policy = database, RetryPolicy()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            made = await self._retry_policy.until_up(self.make, "files of open data")
            await asyncio.sleep(0 if made else PERIOD_S)

    def unready(self) -> str | None:
        """None: the index says which lines its files do not hold yet."""
        return None

    async def make(self) -> int:
        """Make the files of some days that changed anew; how many days."""
        return await self._database.run(make_files)


def make_files(connection: Connection) -> int:
    """As `OpenFiles.make`, in one transaction."""
    found = connection.execute(_CHANGED).all()
    for day, mark in found:
        connection.execute(delete(FILES).where(FILES.c.day == day))
        rows = (
            connection.execute(select(LINES.c.row).where(LINES.c.day == day).order_by(LINES.c.number)).scalars().all()
        )
        if rows:
            connection.execute(insert(FILES), [{"day": day, "mark": mark, **_kept(rows)}])
    return len(found)


def _kept(rows: Sequence[str]) -> dict[str, object]:
    body = file_of(rows)
    return {"rows": len(rows), "bytes": len(body), "sha256": sha256(body).hexdigest(), "body": body}


_CHANGED: Final = union_all(
    select(DAYS.c.day, DAYS.c.mark)
    .join(FILES, FILES.c.day == DAYS.c.day, isouter=True)
    .where(or_(FILES.c.mark.is_(None), FILES.c.mark != DAYS.c.mark)),
    select(FILES.c.day, FILES.c.mark).join(DAYS, FILES.c.day == DAYS.c.day, isouter=True).where(DAYS.c.day.is_(None)),
).limit(AT_ONCE)
"""Days whose file is missing, old, or without a line."""


class Package(NamedTuple):
    """All files at one moment. `position`: of the newest event whose line is counted. `pending`: whether some file does
    not hold all of these lines yet.
    """

    files: tuple[DayFile, ...]
    position: int
    pending: bool

    @property
    def counted(self) -> str:
        """The position as figures name it; empty while some file does not hold all of these lines yet."""
        return "" if self.pending else str(self.position)

    @property
    def sums(self) -> str:
        """Hash and name of each file, as `sha256sum --check` reads them."""
        return "".join(f"{each.sha256}  {each.path}\n" for each in self.files)

    @property
    def sha256(self) -> str:
        """The hash of `sums`: it names the content of all files."""
        return sha256(self.sums.encode()).hexdigest()


def package(connection: Connection) -> Package:
    """The files as they are now."""
    columns = (FILES.c.day, FILES.c.rows, FILES.c.bytes, FILES.c.sha256)
    files = connection.execute(select(*columns).order_by(FILES.c.day)).all()
    at = Position(METADATA, NAME).read(connection)
    pending = connection.execute(_CHANGED.limit(1)).first() is not None
    return Package(tuple(DayFile(*each) for each in files), at.position or 0, pending)


def body_of(connection: Connection, day: date) -> bytes | None:
    """The file of that day; None: no public report was received on it."""
    found: bytes | None = connection.execute(select(FILES.c.body).where(FILES.c.day == day)).scalar()
    return found
