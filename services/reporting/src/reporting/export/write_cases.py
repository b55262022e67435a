"""Writes the table of cases anew: one row for each complaint, by the events up to the manifest's position."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from chassis.base.ports import Store
from reporting.export.append import Reached, ignore
from reporting.export.cases import CASES, case_row
from reporting.export.facts import happened_at, known_at
from reporting.export.manifest import CaseFile, Manifest, sha256_of, write_manifest
from schemas.base.envelope import RecordedEvent
from schemas.base.streams import COMPLAINT_PREFIX, REGISTRY
from schemas.complaint.fold import RecordedFact
from schemas.deadlines.policies import Policies
from schemas.events.codec import MalformedEvent, UnknownEvent, decode
from schemas.registry.fold import Registry, fold_registry

GROUP: Final = 10_000
PAGE: Final = 1_000


class Until(NamedTuple):
    """Which events count: up to a store position and, if `at` is given, up to that time. `known`: by when the platform
    knew of them; `happened`: by when they happened, so that a filing that came late counts from when its channel
    received it.
    """

    position: int
    at: datetime | None = None
    by: Literal["known", "happened"] = "known"

    def of(self, recorded: Sequence[RecordedEvent]) -> list[RecordedEvent]:
        """The events of a stream before the first that does not count: later ones build on it."""
        told = happened_at if self.by == "happened" else known_at
        for number, event in enumerate(recorded):
            if event.position > self.position or (self.at is not None and told(event) > self.at):
                return list(recorded[:number])
        return list(recorded)


class CaseWalk:
    """Walks over all complaints. `unread`: how many streams had an event that this version cannot read."""

    def __init__(self, store: Store, policies: Policies, until: Until) -> None:
        self._store, self._policies, self.until, self.unread = store, policies, until, 0

    async def rows(self, reached: Reached = ignore) -> AsyncIterator[list[dict[str, Any]]]:
        """Rows of complaints in the order in which they were filed, some hundred at a time.

        Raises:
            ChassisError: as the store raises it.
        """
        registry, position, count = await self._registry(), 0, 0
        while position < self.until.position:
            page = await self._store.read_all(position, (COMPLAINT_PREFIX,), PAGE)
            # Each stream once: where it begins.
            begun = [event.stream for event in page.events if event.version == 0]
            found = [self._row(each, registry) for each in await self._store.read_many(begun)] if begun else []
            rows = [row for row in found if row is not None]
            yield rows
            position, count = page.position or self.until.position, count + len(rows)
            reached(min(position, self.until.position), count)
            if page.caught_up:
                return

    def _row(self, recorded: Sequence[RecordedEvent], registry: Registry) -> dict[str, Any] | None:
        if not (told := self.until.of(recorded)):
            return None
        try:
            return case_row(told, registry, self._policies)
        except (UnknownEvent, MalformedEvent):
            self.unread += 1
            return None

    async def _registry(self) -> Registry:
        recorded = self.until.of(await self._store.read(REGISTRY))
        return fold_registry(Registry(), [RecordedFact(decode(e), e.id, e.version) for e in recorded])


async def write_cases(folder: Path, manifest: Manifest, walk: CaseWalk, reached: Reached = ignore) -> Manifest:
    """The manifest with a new table. Memory holds some thousand rows.

    Raises:
        ChassisError: as the store raises it.
        OSError: the disk is full; the former table is kept.
    """
    unfinished, file = folder / "cases.part", folder / f"cases-{manifest.position:012}.parquet"
    count = await write_rows(walk, unfinished, reached)
    unfinished.replace(file)
    cases = CaseFile(
        file=file.name, position=manifest.position, cases=count, bytes=file.stat().st_size, sha256=sha256_of(file)
    )
    manifest = manifest.model_copy(update={"cases": cases})
    write_manifest(folder, manifest)
    return manifest


async def write_rows(walk: CaseWalk, target: Path, reached: Reached = ignore) -> int:
    """Write all rows to one file; returns their number."""
    count, waiting = 0, list[dict[str, Any]]()
    with pq.ParquetWriter(target, CASES, compression="zstd") as writer:
        async for rows in walk.rows(reached):
            waiting += rows
            if len(waiting) >= GROUP:
                count += _flush(writer, waiting)
        return count + _flush(writer, waiting)


def _flush(writer: pq.ParquetWriter, waiting: list[dict[str, Any]]) -> int:
    if waiting:
        writer.write_table(pa.Table.from_pylist(waiting, CASES))
    count = len(waiting)
    waiting.clear()
    return count
