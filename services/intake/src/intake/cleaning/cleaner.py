"""Starts the child process that makes a copy, few at a time, and ends it when it takes too long."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

import structlog

from intake.cleaning.child import MADE, NOT_CLEANABLE

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CleaningLimits:
    """Of one child process. It has so many seconds of processor time, and twice as many until it is killed."""

    cpu_s: int = 60
    memory_bytes: int = 1024 * 1024 * 1024
    at_once: int = 2


class Cleaned(StrEnum):
    """What became of a file. `harmful`: it is a bomb, a document with parts that may run, or it ended the child."""

    CLEANED = "cleaned"
    UNCLEANED = "uncleaned"
    HARMFUL = "harmful"


class Cleaner:
    """Makes copies."""

    def __init__(self, limits: CleaningLimits) -> None:
        self._limits, self._free = limits, asyncio.Semaphore(limits.at_once)

    async def clean(self, source: IO[bytes], target: IO[bytes], media_type: str) -> Cleaned:
        """Write a copy without hidden data to `target`. Both are files with a number, and `source` is read from its
        beginning. Whatever happens to the child process, this one goes on.
        """
        source.seek(0)
        limits = self._limits
        command = (
            sys.executable,
            "-I",
            "-m",
            "intake.cleaning.child",
            media_type,
            str(limits.cpu_s),
            str(limits.memory_bytes),
        )
        async with self._free:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=source.fileno(),
                stdout=target.fileno(),
                stderr=asyncio.subprocess.DEVNULL,
                env={},
                cwd="/",
            )
            try:
                async with asyncio.timeout(2 * limits.cpu_s):
                    status = await process.wait()
            except TimeoutError:
                status = NOT_CLEANABLE  # perhaps the machine is busy
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if status != MADE:
            log.info("no copy without hidden data", media_type=media_type, status=status)
        if status == MADE:
            return Cleaned.CLEANED
        return Cleaned.UNCLEANED if status == NOT_CLEANABLE else Cleaned.HARMFUL
