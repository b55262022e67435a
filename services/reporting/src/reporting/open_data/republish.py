"""After an upgrade, sends every line of open data to the topic again, once for each shape of a line."""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Column, Connection, Integer, String, Table, delete, insert, select

from chassis.base.retry import RetryPolicy
from chassis.project.from_store import StoreProjection
from chassis.react.reaction import Reaction
from chassis.sql.database import Database
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Repository
from reporting.open_data.files import LINES
from reporting.queries import METADATA

SHAPE: Final = 2
"""Add one when a line tells something else of the same report."""
AT_ONCE: Final = 200
PERIOD_S: Final = 60.0
SENT: Final = Table(
    "open_lines_sent",
    METADATA,
    Column("shape", Integer, primary_key=True),
    Column("until", String(36), nullable=False, comment="the last complaint that was sent; ~: all were"),
)
ALL: Final = "~"
log = structlog.get_logger(__name__)


class Republish:
    """A background task. Several processes may run it: lines are only sent twice then."""

    def __init__(self, database: Database, repository: Repository, react: Reaction, lines: StoreProjection) -> None:
        self._database, self._repository, self._react, self._lines = database, repository, react, lines
        self._retry_policy = RetryPolicy()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            more = await self._retry_policy.until_up(self.send, "open data in its new shape")
            await asyncio.sleep(0 if more else PERIOD_S)

    def unready(self) -> str | None:
        """None: readers have the lines of the shape before."""
        return None

    async def send(self) -> bool:
        """Send some lines; whether more wait."""
        until = await self._database.read(_until)
        if until == ALL or self._lines.unready() is not None:
            return False
        ids = await self._database.read(lambda connection: _after(connection, until))
        if ids:
            await self._send([UUID(each) for each in ids])
        reached = ids[-1] if ids else ALL
        await self._database.run(lambda connection: _reached(connection, reached))
        if reached == ALL:
            log.info("all lines of open data were sent in their new shape", shape=SHAPE)
        return reached != ALL

    async def _send(self, complaints: Sequence[UUID]) -> None:
        # The agent may have sent a newer line before ours: whatever is newer now is sent after it again.
        waiting = await self._repository.reader.load_many(complaints)
        while waiting:
            await self._react([each for each in waiting if each.recorded])
            sent = {each.stream: each.state.version for each in waiting}
            waiting = [each for each in await self._now(waiting) if each.state.version != sent[each.stream]]

    async def _now(self, loaded: Sequence[LoadedStream]) -> Sequence[LoadedStream]:
        return await self._repository.reader.load_many([each.state.id for each in loaded])


def _until(connection: Connection) -> str:
    return connection.execute(select(SENT.c.until).where(SENT.c.shape == SHAPE)).scalar() or ""


def _after(connection: Connection, until: str) -> Sequence[str]:
    query = select(LINES.c.complaint).where(LINES.c.complaint > until).order_by(LINES.c.complaint).limit(AT_ONCE)
    return connection.execute(query).scalars().all()


def _reached(connection: Connection, until: str) -> None:
    connection.execute(delete(SENT))
    connection.execute(insert(SENT).values(shape=SHAPE, until=until))
