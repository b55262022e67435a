"""The jobs that analysts asked for. They are kept beside the read models: who deletes these asks again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, String, Table, Text, delete, func, insert, or_, select, update

from chassis.sql.types import Moment
from reporting.queries import METADATA

JOBS: Final = Table(
    "past_jobs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("asked_by", String(80), nullable=False),
    Column("arguments", Text, nullable=False, comment="of the command, one a line"),
    Column("status", String(8), nullable=False, index=True),
    Column("asked_at", Moment, nullable=False, index=True),
    Column("beat_at", Moment, comment="when whoever works on it last said so"),
    Column("ended_at", Moment),
    Column("result", Text, comment="JSON"),
    Column("why", Text, comment="it failed"),
)
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
DEAD_S: Final = 60.0
"""After this time without a sign of life another process takes a job."""
KEPT: Final = timedelta(days=7)
MOST_OPEN: Final = 10
"""Unfinished jobs of one analyst."""


class Job(NamedTuple):
    """A job as its analyst reads it. Times are the machine's."""

    id: str
    asked_by: str
    arguments: Sequence[str]
    status: str
    asked_at: datetime
    ended_at: datetime | None
    result: str | None
    why: str | None


def find(connection: Connection, id_: str) -> Job | None:
    """The job of that id."""
    found = connection.execute(select(JOBS).where(JOBS.c.id == id_)).mappings().one_or_none()
    return _job(dict(found)) if found else None


def ask(connection: Connection, id_: str, asked_by: str, arguments: Sequence[str], now: datetime) -> Job | None:
    """Keep a job, once for each id, and forget old ones. None: this analyst has too many open ones."""
    connection.execute(delete(JOBS).where(JOBS.c.asked_at < now - KEPT))
    if (known := find(connection, id_)) is not None:
        return known
    open_ = JOBS.c.status.in_((WAITING, RUNNING)) & (JOBS.c.asked_by == asked_by)
    if connection.execute(select(func.count()).where(open_)).scalar_one() >= MOST_OPEN:
        return None
    row = {"id": id_, "asked_by": asked_by, "arguments": "\n".join(arguments), "status": WAITING, "asked_at": now}
    connection.execute(insert(JOBS), [row])
    return find(connection, id_)


def take(connection: Connection, now: datetime) -> Job | None:
    """The oldest job that waits, or that nobody works on any more, for whoever calls; None: there is none."""
    dead = (JOBS.c.status == RUNNING) & (JOBS.c.beat_at < now - timedelta(seconds=DEAD_S))
    free = or_(JOBS.c.status == WAITING, dead)
    found = (
        connection.execute(select(JOBS).where(free).order_by(JOBS.c.asked_at, JOBS.c.id).limit(1)).mappings().first()
    )
    if found is None:
        return None
    mine = update(JOBS).where(JOBS.c.id == found["id"], free).values(status=RUNNING, beat_at=now)
    return _job(dict(found)) if connection.execute(mine).rowcount else None


def beat(connection: Connection, id_: str, now: datetime) -> None:
    """Say that somebody works on it."""
    connection.execute(update(JOBS).where(JOBS.c.id == id_).values(beat_at=now))


def end(connection: Connection, id_: str, now: datetime, result: str | None, why: str | None) -> None:
    """Keep its answer, or why there is none."""
    values = {"status": FAILED if result is None else DONE, "ended_at": now, "result": result, "why": why}
    connection.execute(update(JOBS).where(JOBS.c.id == id_).values(values))


def _job(row: Mapping[str, Any]) -> Job:
    return Job(
        row["id"], row["asked_by"], row["arguments"].split("\n"), row["status"], row["asked_at"], row["ended_at"],
        row["result"], row["why"],
    )  # fmt: skip
