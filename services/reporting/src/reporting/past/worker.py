"""Works on the jobs, one at a time, each in a process of its own at low priority: a walk over the whole store takes a
minute of processor time for a million events, which nothing else waits for.
"""

import asyncio
import contextlib
import os
import sys
from typing import Final

import structlog

from chassis.base.clock import SystemClock
from chassis.base.retry import RetryPolicy
from chassis.sql.database import Database
from reporting.past import jobs
from reporting.past.jobs import Job

PERIOD_S: Final = 2.0
BEAT_S: Final = 15.0
LONGEST_S: Final = 3600.0
LARGEST: Final = 32 * 1024 * 1024
"""Bytes of an answer."""
LAST_LINES: Final = 3
NICE: Final = 15
log = structlog.get_logger(__name__)


class PastJobs:
    """A background task. Several processes may run it; each job is given to one."""

    def __init__(self, database: Database, command: tuple[str, ...] = (sys.executable, "-m", "reporting.past")) -> None:
        self._database, self._command, self._clock = database, command, SystemClock()
        self._retry_policy = RetryPolicy()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            worked = await self._retry_policy.until_up(self.work, "questions about the past")
            await asyncio.sleep(0 if worked else PERIOD_S)

    def unready(self) -> str | None:
        """None: nothing else waits for it."""
        return None

    async def work(self) -> bool:
        """Answer the next job; whether there was one."""
        job = await self._database.run(lambda connection: jobs.take(connection, self._clock.now()))
        if job is None:
            return False
        result, why = await self._answered(job)
        await self._database.run(lambda connection: jobs.end(connection, job.id, self._clock.now(), result, why))
        log.info("a question about the past was answered", job=job.id, failed=why is not None)
        return True

    async def _answered(self, job: Job) -> tuple[str | None, str | None]:
        process = await asyncio.create_subprocess_exec(
            *self._command, *job.arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            preexec_fn=lambda: os.nice(NICE),
        )  # fmt: skip
        beating = asyncio.create_task(self._beat(job.id))
        try:
            said, errors = await asyncio.wait_for(process.communicate(), LONGEST_S)
        except TimeoutError:
            return None, f"it took longer than {LONGEST_S:.0f} seconds"
        finally:
            beating.cancel()
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        if process.returncode:
            return None, " ".join(errors.decode(errors="replace").split("\n")[-LAST_LINES - 1 :]).strip()
        if len(said) > LARGEST:
            return None, f"the answer has more than {LARGEST} bytes: use the command `satupintu as-of`"
        return said.decode(), None

    async def _beat(self, id_: str) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            await self._database.run(lambda connection: jobs.beat(connection, id_, self._clock.now()))
