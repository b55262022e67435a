"""Scans and cleans the files of one complaint, and records what came of it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from functools import partial
from typing import IO, NamedTuple
from uuid import UUID

from chassis.attachments.store import Copy, FileId
from chassis.write.command import handle
from chassis.write.loaded import LoadedStream
from chassis.write.repository import Cause
from intake import decide
from intake.cleaning.cleaner import Cleaned, Cleaner
from intake.context import Intake
from intake.decide import CheckResult
from intake.scanner import Scanner
from intake.uploads import PIECE
from schemas.base.ids import derived_id
from schemas.base.media_types import cleaned_type
from schemas.complaint.attachments import Attached, attached_as
from schemas.events.intake import AttachmentChecked


class Tools(NamedTuple):
    """`scanner` None: no file is scanned."""

    cleaner: Cleaner
    scanner: Scanner | None
    at_once: int = 2


async def check_files(context: Intake, complaint: UUID, tools: Tools) -> None:
    """Check the files of a complaint that wait, and scan those that were checked without a scanner. Repeatable.

    Raises:
        ChassisError, Refusal, BrokenSeal: a file waits on.
    """
    loaded = await context.repository.load(complaint)
    for attachment in loaded.state.unchecked:
        await _record(
            context, complaint, attachment, "attachment checked", await _checked(context, loaded, attachment, tools)
        )
    if tools.scanner is None:
        return
    for attachment in loaded.state.unscanned:
        result = await _scanned_later(context, loaded, attachment, tools.scanner)
        await _record(context, complaint, attachment, "attachment scanned", result)


async def _record(context: Intake, complaint: UUID, attachment: UUID, what: str, result: CheckResult) -> None:
    at = context.clock.now()
    cause = Cause(derived_id(what, str(complaint), str(attachment)), complaint, at)
    rule = partial(decide.check_attachment, attachment=attachment, result=result, at=at)
    handled = await handle(context.repository, complaint, rule, cause)
    if handled.loaded.state.erased:  # while the copy was made
        await context.attachments.forget(complaint)


async def _checked(context: Intake, loaded: LoadedStream, attachment: UUID, tools: Tools) -> CheckResult:
    added, scanned = _file(loaded, attachment).added, tools.scanner is not None
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        await _fetch(context, loaded, attachment, source)
        sent = CheckResult("uncleaned", added.media_type, added.size_bytes, scanned)
        if tools.scanner is not None and await tools.scanner.infected(source):
            return sent._replace(outcome="infected")
        made = await tools.cleaner.clean(source, target, added.media_type)
        if made is not Cleaned.CLEANED:
            return sent._replace(outcome="harmful" if made is Cleaned.HARMFUL else "uncleaned")
        size = target.seek(0, 2)
        copy = FileId(loaded.state.id, attachment, Copy.CLEANED, size)
        await context.attachments.keep(copy, _pieces(target), loaded.keys)
        return CheckResult("cleaned", cleaned_type(added.media_type), size, scanned)


async def _scanned_later(context: Intake, loaded: LoadedStream, attachment: UUID, scanner: Scanner) -> CheckResult:
    """The result of the earlier check, unless the scanner finds something. The copy stays as it is."""
    added, checked = _file(loaded, attachment).added, _file(loaded, attachment).checked
    assert isinstance(checked, AttachmentChecked), "only a checked file is in `unscanned`"
    with tempfile.TemporaryFile() as source:
        await _fetch(context, loaded, attachment, source)
        if await scanner.infected(source):
            return CheckResult("infected", added.media_type, added.size_bytes, scanned=True)
    before = CheckResult("cleaned", checked.media_type, checked.size_bytes, scanned=True)
    return before if checked.outcome == "cleaned" else before._replace(outcome="uncleaned")


def _file(loaded: LoadedStream, attachment: UUID) -> Attached:
    return attached_as((one.fact for one in loaded.facts()), attachment, scans=False)


async def _fetch(context: Intake, loaded: LoadedStream, attachment: UUID, target: IO[bytes]) -> None:
    """Write what the reporter sent."""
    size = _file(loaded, attachment).added.size_bytes
    opened = await context.attachments.open(FileId(loaded.state.id, attachment, Copy.ORIGINAL, size), loaded.keys)
    async for piece in opened.content():
        await asyncio.to_thread(target.write, piece)
    await asyncio.to_thread(target.flush)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    await asyncio.to_thread(file.seek, 0)
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece
