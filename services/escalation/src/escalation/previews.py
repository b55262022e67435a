"""The preview of a decree: every open complaint is tried under the registry after it, in the background.

A process keeps its newest previews. Another process of a cluster that is asked computes its own.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from chassis.base.ports import TimeSource
from chassis.project.registry import RegistryView
from chassis.sql.database import Database
from chassis.sweep.sweep import Sweep
from chassis.write.repository import Repository
from escalation.moves import Decree, Group, MovedDate, groups, moved_by, with_decree
from escalation.views import SWEEP
from schemas.deadlines.policies import Policies
from schemas.registry.fold import Registry

KEPT: Final = 2
"""Previews that a process keeps."""
KEPT_FOR: Final = timedelta(minutes=10)
BATCH: Final = 50
"""Complaints between which other requests get a turn."""


class Preview:
    """What is known so far. `moves` is complete, and in its order, once `done`. `behind`: events of the store that the
    list of open work did not have when it was read.
    """

    def __init__(self, at: datetime) -> None:
        self.at, self.behind = at, 0
        self.examined, self.total = 0, 0
        self.done = False
        self.moves: Sequence[MovedDate] = ()
        self._groups = dict[bool, tuple[Sequence[MovedDate], Sequence[Group]]]()

    def seen(self, *, supervision: bool) -> tuple[Sequence[MovedDate], Sequence[Group]]:
        """The moves and their groups; without those of supervision grade unless `supervision`."""
        if not self.done:
            return (), ()
        if supervision not in self._groups:
            moves = [each for each in self.moves if supervision or not each.supervision]
            self._groups[supervision] = moves, groups(moves)
        return self._groups[supervision]


class Previews:
    """Computes and keeps them."""

    def __init__(
        self,
        repository: Repository,
        registry: RegistryView,
        database: Database,
        sweep: Sweep,
        clock: TimeSource,
        policies: Policies,
    ) -> None:
        self._repository, self._registry, self._database, self._sweep = repository, registry, database, sweep
        self._clock, self._policies = clock, policies
        self._kept = dict[tuple[int, str], tuple[Preview, asyncio.Task[None]]]()

    async def of(self, decree: Decree, within_s: float) -> Preview:
        """The preview of this decree, as far as it comes in that time.

        Raises:
            ChassisError: the store or the database could not be read; the next call begins anew.
        """
        registry = await self._registry.current()
        key = registry.version, decree.model_dump_json(exclude={"at"})
        if key not in self._kept or self._clock.now() - self._kept[key][0].at > KEPT_FOR:
            self._begin(key, registry, decree)
        preview, task = self._kept[key]
        await asyncio.wait({task}, timeout=within_s)
        if task.done() and task.exception() is not None:
            del self._kept[key]
            await task
        return preview

    async def close(self) -> None:
        """End what is being computed."""
        for _, task in self._kept.values():
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task

    def _begin(self, key: tuple[int, str], registry: Registry, decree: Decree) -> None:
        preview = Preview(self._clock.now())
        task = asyncio.create_task(self._compute(preview, registry, decree.model_copy(update={"at": preview.at})))
        self._kept.pop(key, None)
        while len(self._kept) >= KEPT:
            _, (_, oldest) = min(self._kept.items(), key=lambda item: item[1][0].at)
            oldest.cancel()
            self._kept.pop(next(name for name, (_, kept) in self._kept.items() if kept is oldest))
        self._kept[key] = preview, task

    async def _compute(self, preview: Preview, registry: Registry, decree: Decree) -> None:
        position = await self._sweep.open_work.position() or 0
        preview.behind = max(0, await self._repository.store.newest() - position)
        found = await self._database.read(_open)
        preview.total = len(found)
        after, moves = with_decree(registry, decree), list[MovedDate]()
        for start in range(0, len(found), BATCH):
            for each in await self._repository.load_many(found[start : start + BATCH]):
                moves += moved_by(each.state, registry, after, self._policies, preview.at)
            preview.examined = min(start + BATCH, len(found))
            await asyncio.sleep(0)
        preview.moves = sorted(moves)
        preview.done = True


def _open(connection: Connection) -> list[UUID]:
    # The complaints whose dates the sweep keeps. The others have no date that a decree moves: not placed yet, joined.
    found = connection.execute(select(SWEEP.work.c.complaint).distinct()).scalars()
    return [UUID(complaint) for complaint in found]
