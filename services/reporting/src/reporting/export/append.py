"""Appends the facts since the last export to the files of a folder. Memory holds one batch of rows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from chassis.base.ports import Checkpoint, Page, Store, holds
from reporting.export.facts import FACTS, known_at, row_of
from reporting.export.manifest import (
    BadExport,
    Manifest,
    PartFile,
    has_facts,
    read_manifest,
    sha256_of,
    write_manifest,
)
from schemas.base.envelope import RecordedEvent

PART: Final = 500_000
"""Most facts of a file."""
GROUP: Final = 50_000
"""Facts of a row group; a batch of rows in memory."""
PAGE: Final = 5_000
SLACK: Final = timedelta(hours=1)
"""By how much the clocks of two writers may differ, so that a later fact says an earlier time."""

Reached = Callable[[int, int], None]
"""Called with the position reached and the number of facts written so far."""


class Period(NamedTuple):
    """Only facts with `start` <= known_at < `end`; None: no bound."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the moment lies in it."""
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)


ALWAYS: Final = Period()


def ignore(_position: int, _facts: int) -> None:
    """No progress is shown."""


async def append_facts(
    store: Store, folder: Path, period: Period = ALWAYS, reached: Reached = ignore, most: int = PART
) -> Manifest:
    """Export what the folder does not hold yet, up to the newest event at the start. The manifest is written after each
    file of `most` facts, so that a run that ended early goes on from there.

    Raises:
        BadExport: the folder belongs to another store or period, or the store was restored from an older copy.
        OSError: the disk is full, or the folder cannot be written; what was complete is kept.
        ChassisError: as the store raises it.
    """
    (folder / "facts").mkdir(parents=True, exist_ok=True)
    manifest, newest = await _begun(store, folder, period), await store.newest()
    write_manifest(folder, manifest)
    while manifest.position < newest:
        manifest = await _one_part(store, folder, manifest, newest, reached, most)
        write_manifest(folder, manifest)
    return manifest


async def _begun(store: Store, folder: Path, period: Period) -> Manifest:
    manifest, here = read_manifest(folder), await store.store_id()
    if manifest is None:
        if has_facts(folder):
            raise BadExport(f"{folder} holds files of facts without a manifest; export to an empty folder")
        return Manifest(store=here, position=await _before(store, period.start), start=period.start, end=period.end)
    if manifest.store != here:
        raise BadExport(f"{folder} holds the history of another store; export to an empty folder")
    if (manifest.start, manifest.end) != (period.start, period.end):
        raise BadExport(f"{folder} holds another period ({_words(manifest)}); export to an empty folder")
    if not await holds(store, Checkpoint(manifest.position, manifest.event_id)):
        raise BadExport(
            f"the store was restored from an older copy since {folder} was exported; export to an empty folder"
        )
    return manifest


def _words(manifest: Manifest) -> str:
    start, end = manifest.start, manifest.end
    return f"from {start.isoformat() if start else 'the beginning'} to {end.isoformat() if end else 'now'}"


async def _before(store: Store, start: datetime | None) -> int:
    """A position before which nothing was known at `start` or later, found by halving; 0 where positions have gaps."""
    if start is None or not store.dense:
        return 0
    low, high = 0, await store.newest()
    while low < high:
        middle = (low + high) // 2
        [*events] = (await store.read_all(middle, (), 1)).events
        if events and known_at(events[0]) < start - SLACK:
            low = middle + 1
        else:
            high = middle
    return low


async def _one_part(
    store: Store, folder: Path, manifest: Manifest, newest: int, reached: Reached, most: int
) -> Manifest:
    """The manifest with one more file, or with the last one made longer."""
    short = manifest.parts[-1] if manifest.parts and manifest.parts[-1].facts < most else None
    kept = manifest.parts[:-1] if short else manifest.parts
    before, facts, first = sum(part.facts for part in kept), 0, short.first if short else manifest.position + 1
    at = Checkpoint(manifest.position, manifest.event_id)
    unfinished = folder / "facts" / "unfinished.part"
    with _rows(unfinished) as rows:
        if short:
            facts += rows.copy(folder / short.file)
        while facts < most and (at.position or 0) < newest:
            page = await store.read_all(at.position, (), min(PAGE, most - facts))
            if _is_over(page, manifest.end):
                at = Checkpoint(newest, await store.id_at(newest))
                break
            facts, at = facts + rows.add(page.events, Period(manifest.start, manifest.end)), page.after(at)
            reached(at.position or 0, before + facts)
    newest_at = max(filter(None, (manifest.newest_at, rows.newest_at)), default=None)
    manifest = manifest.model_copy(update={"position": at.position, "event_id": at.event_id, "newest_at": newest_at})
    if not facts:
        return manifest
    file = folder / "facts" / f"{first:012}-{at.position:012}.parquet"
    unfinished.replace(file)
    part = PartFile(
        file=str(file.relative_to(folder)), first=first, last=at.position or 0, facts=facts,
        bytes=file.stat().st_size, sha256=sha256_of(file),
    )  # fmt: skip
    return manifest.model_copy(update={"parts": (*kept, part)})


def _is_over(page: Page, end: datetime | None) -> bool:
    return end is not None and bool(page.events) and known_at(page.events[0]) > end + SLACK


class _Rows:
    """Writes rows in groups."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer, self._waiting = writer, list[dict[str, Any]]()
        self.newest_at: datetime | None = None
        """When the newest of them was known."""

    def copy(self, file: Path) -> int:
        """Rows of a file that is made longer; returns their number."""
        with pq.ParquetFile(file) as source:
            for group in range(source.num_row_groups):
                self._writer.write_table(source.read_row_group(group))
            return int(source.metadata.num_rows)

    def add(self, events: Sequence[RecordedEvent], period: Period) -> int:
        """Rows of the events of the period; returns their number."""
        rows = [row for row in map(row_of, events) if period.holds(row["known_at"])]
        self._waiting += rows
        self.newest_at = max((row["known_at"] for row in rows), default=self.newest_at)
        if len(self._waiting) >= GROUP:
            self.flush()
        return len(rows)

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._writer.write_table(pa.Table.from_pylist(self._waiting, FACTS))
        self._waiting = []


@contextmanager
def _rows(target: Path) -> Iterator[_Rows]:
    with pq.ParquetWriter(target, FACTS, compression="zstd") as writer:
        rows = _Rows(writer)
        yield rows
        rows.flush()
