"""Refused replies: a row that the agency can read, a notice in its topic, and a copy as a dead letter.

The table holds the reason, never the content of the message.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, select

from agency_inbox import refusal_notices
from agency_inbox.postbox import RefusalNotice
from agency_inbox.settings import REST_PERIOD_S
from chassis.base import metrics
from chassis.base.clock import SystemClock
from chassis.base.errors import Poison
from chassis.base.ports import TimeSource
from chassis.base.retry import RetryPolicy
from chassis.deadletter.port import DeadLetter, DeadLetters
from chassis.sql.database import Database
from chassis.sql.types import EPOCH, Moment
from schemas.base.ids import derived_id
from schemas.base.limits import PAGE
from schemas.base.topics import agency_of
from schemas.contract import FAILED

REASON_CHARACTERS: Final = 500
FAILED_REASON: Final = "Balasan ini tidak dapat diproses karena gangguan di pihak kami. Pengelola memiliki salinannya."
Tell = Callable[[RefusalNotice], Awaitable[None]]
"""Puts a notice into the agency's topic. Raises `BrokerUnavailable` or `AccessDenied`."""


def refused_table(metadata: MetaData) -> Table:
    """Define the table in `metadata`."""
    return Table(
        "refused_replies",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("agency", String(64), nullable=False, index=True),
        Column("topic", String(249), nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("sent_at", Moment, nullable=False),
        Column("message_id", String(200)),
        Column("type", String(100)),
        Column("code", String(100), nullable=False),
        Column("reason", String(REASON_CHARACTERS), nullable=False),
        Column("told_by", BigInteger),
        # Rows of a version without notices count as told.
        Column("told_at", Moment, server_default="0", index=True),
    )


async def _nobody(_: RefusalNotice) -> None:
    return


class RefusedReplies:
    """Implements `chassis.deadletter.port.DeadLetters` for agencies' replies."""

    def __init__(
        self,
        database: Database,
        table: Table,
        copies: DeadLetters,
        tell: Tell = _nobody,
        clock: TimeSource | None = None,
    ) -> None:
        """`clock`: real time unless a test gives another one: the limit of notices protects the broker."""
        self._database, self._table, self._copies, self._tell = database, table, copies, tell
        self._clock = clock or SystemClock()

    async def put(self, letter: DeadLetter) -> None:
        """The row is written first, because notice and copy may be repeated and the row must not be missing.

        Raises:
            Retryable, AccessDenied: repeat it.
        """
        row, now = _row(letter), self._clock.now()
        alone = await self._database.run(lambda connection: refusal_notices.keep(connection, self._table, row, now))
        if alone:
            await self._tell(refusal_notices.notice(row))
        metrics.REFUSED_REPLIES.labels("alone" if alone else "as a number").inc()
        await self._copies.put(letter)

    async def tell_rest(self) -> None:
        """Tell each agency that has room again how many replies were refused without a notice of their own.

        Repeats the same notice after a crash. Raises what `put` raises.
        """
        now = self._clock.now()
        for row, count in await self._database.run(lambda each: refusal_notices.claim(each, self._table, now)):
            await self._tell(refusal_notices.number(row, count))
            mark = partial(refusal_notices.mark_told, table=self._table, row=row, now=now)
            await self._database.run(mark)

    async def of(self, agency: str, page: int) -> list[dict[str, Any]]:
        """One page of this agency's refused replies, newest first."""
        query = select(self._table).where(self._table.c.agency == agency)
        query = query.order_by(self._table.c.sent_at.desc(), self._table.c.offset.desc())
        query = query.limit(PAGE).offset(page * PAGE)
        return await self._database.read(lambda connection: [dict(row) for row in connection.execute(query).mappings()])


class NumbersTold:
    """A background task that tells agencies' topics how many replies were refused without a notice of their own."""

    def __init__(self, refused: RefusedReplies) -> None:
        self._refused, self._retry_policy = refused, RetryPolicy()

    async def run(self) -> None:
        """Run until cancelled; wait while database or broker are away."""
        while True:
            await self._retry_policy.until_up(self._refused.tell_rest, "numbers of refused replies")
            await asyncio.sleep(REST_PERIOD_S)

    def unready(self) -> str | None:
        """Never: nothing waits for it."""
        return None


def _row(letter: DeadLetter) -> dict[str, Any]:
    message = letter.message
    code, reason = _code_and_reason(letter.reason)
    place = (message.topic, str(message.partition), str(message.offset), str(message.timestamp_ms))
    headers = dict(message.headers)
    return {
        "id": str(derived_id("refused", *place)),
        "agency": agency_of(message.topic),
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "sent_at": _instant(message.timestamp_ms),
        "message_id": _header(headers.get("ce_id"), 200),
        "type": _header(headers.get("ce_type"), 100),
        "code": code,
        "reason": reason,
    }


def _code_and_reason(because: str) -> tuple[str, str]:
    # The reason of an error of ours names modules or other complaints' troubles: it is for the operator alone.
    told = because.removeprefix(f"{Poison.__name__}: ")
    code, _, reason = told.partition(": ")
    if told == because or not reason:
        return FAILED, FAILED_REASON
    return code[:100], reason[:REASON_CHARACTERS]


def _instant(timestamp_ms: int) -> datetime:
    try:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):  # a sender's own, of a topic that an earlier version made
        return EPOCH


def _header(value: bytes | None, limit: int) -> str | None:
    # A header may hold any bytes; only printable ASCII is kept.
    text = (value or b"").decode("ascii", "replace")[:limit]
    return text if text and text.isprintable() else None
