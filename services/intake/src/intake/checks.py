"""Scans and cleans reporters' files in the background. Filing and uploading never wait for it.

The stream says which files wait, so that nothing is forgotten: not after a crash, and not while the scanner is away. A
file of an earlier version waits too, and is cleaned after the upgrade.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from functools import partial
from typing import IO, Final, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Connection

from chassis.attachments.store import Copy, FileId
from chassis.base.retry import RetryPolicy, reason
from chassis.project.from_store import StoreProjection
from chassis.sql.database import Database
from chassis.sql.lease import Lease
from chassis.sweep.backoff import Backoff
from chassis.sweep.open_work import OpenWork, OpenWorkRow, open_work_view, soonest_due
from chassis.write.command import handle
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from intake import decide
from intake.cleaning.cleaner import Cleaner
from intake.context import Intake
from intake.decide import CheckResult
from intake.scanner import Scanner
from intake.storage.relations import LEASES, METADATA, WAITING_FILES
from intake.uploads import PIECE
from schemas.base.ids import derived_id
from schemas.base.media_types import cleaned_type
from schemas.complaint.attachments import attached_as
from schemas.complaint.state import Complaint
from schemas.events import BY_NAME
from schemas.events.base import names
from schemas.events.intake import AttachmentAdded, AttachmentChecked, PersonalDataErased

CHANGES: Final = names(AttachmentAdded, AttachmentChecked, PersonalDataErased)
PAGE: Final = 200
log = structlog.get_logger(__name__)


def plan(state: Complaint) -> list[OpenWork]:
    """The files that wait."""
    if state.erased:
        return []
    return [OpenWork(attachment.hex, "intake", state.filed.at) for attachment in dict.fromkeys(state.unchecked)]


class Tools(NamedTuple):
    """`scanner` None: no file is scanned."""

    cleaner: Cleaner
    scanner: Scanner | None
    at_once: int = 2


class AttachmentChecks:
    """Checks what waits, some files at a time. Of several processes one works, by a lease."""

    def __init__(self, context: Intake, relations: Database, tools: Tools, period_s: float = 1.0) -> None:
        self._context, self._database, self._tools, self._period_s = context, relations, tools, period_s
        view = open_work_view(context.repository, plan, frozenset(BY_NAME) - CHANGES)
        self._feed = StoreProjection(context.repository.store, relations, METADATA, view)
        self._lease = Lease(relations, LEASES, "attachments")
        self._backoff, self._running = Backoff(), dict[UUID, asyncio.Task[None]]()

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            while True:
                await RetryPolicy().until_up(self._start, "attachments")
                await asyncio.sleep(self._period_s)
        finally:
            await self._stop()

    def unready(self) -> str | None:
        """Never: nothing waits for it."""
        return None

    async def once(self) -> None:
        """Check what waits now; what was tried without result a moment ago waits on."""
        while await self._start():
            await asyncio.gather(*self._running.values())

    async def _start(self) -> bool:
        """Begin as many checks as there is room for; whether any is running."""
        if not await self._lease.hold():
            return False
        await self._feed.catch_up()
        async for row in self._waiting():
            if len(self._running) >= self._tools.at_once:
                break
            self._running[row.complaint] = asyncio.create_task(self._check_complaint(row.complaint))
        return bool(self._running)

    async def _waiting(self) -> AsyncIterator[OpenWorkRow]:
        last, now = None, self._context.clock.now()
        while rows := await self._database.read(partial(self._page, last)):
            for row in rows:
                if row.complaint not in self._running and self._backoff.over(row.complaint, now):
                    yield row
            last = rows[-1]

    @staticmethod
    def _page(after: OpenWorkRow | None, connection: Connection) -> Sequence[OpenWorkRow]:
        return soonest_due(connection, WAITING_FILES, PAGE, after=after)

    async def _check_complaint(self, complaint: UUID) -> None:
        failed = True
        try:
            await check_files(self._context, complaint, self._tools)
            failed = False
        except Exception as error:  # noqa: BLE001 - a file never ends the service; it is tried less and less often
            log.warning("files wait", complaint=str(complaint), because=reason(error))
        finally:
            self._backoff.note({complaint: failed}, self._context.clock.now())
            self._running.pop(complaint, None)

    async def _stop(self) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        with suppress(Exception):  # the lease ends by itself if the database is gone
            await self._lease.release()


async def check_files(context: Intake, complaint: UUID, tools: Tools) -> None:
    """Check the files of a complaint that wait. Repeatable.

    Raises:
        ChassisError, Refusal, BrokenSeal: a file waits on.
    """
    loaded = await context.repository.load(complaint)
    for attachment in dict.fromkeys(loaded.state.unchecked):
        result = await _checked(context, loaded, attachment, tools)
        at = context.clock.now()
        cause = Cause(derived_id("attachment checked", str(complaint), str(attachment)), complaint, at)
        rule = partial(decide.check_attachment, attachment=attachment, result=result, at=at)
        handled = await handle(context.repository, complaint, rule, cause)
        if handled.loaded.state.erased:  # while the copy was made
            await context.attachments.forget(complaint)


async def _checked(context: Intake, loaded: LoadedStream, attachment: UUID, tools: Tools) -> CheckResult:
    added = attached_as((one.fact for one in loaded.facts()), attachment).added
    complaint, scanned = loaded.state.id, tools.scanner is not None
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        original = FileId(complaint, attachment, Copy.ORIGINAL, added.size_bytes)
        opened = await context.attachments.open(original, loaded.keys)
        async for piece in opened.content():
            await asyncio.to_thread(source.write, piece)
        await asyncio.to_thread(source.flush)
        sent = CheckResult("uncleaned", added.media_type, added.size_bytes, scanned)
        if tools.scanner is not None and await tools.scanner.infected(source):
            return sent._replace(outcome="infected")
        if not await tools.cleaner.clean(source, target, added.media_type):
            return sent
        size = target.seek(0, 2)
        copy = FileId(complaint, attachment, Copy.CLEANED, size)
        await context.attachments.keep(copy, _pieces(target), loaded.keys)
        return CheckResult("cleaned", cleaned_type(added.media_type), size, scanned)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    await asyncio.to_thread(file.seek, 0)
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece
