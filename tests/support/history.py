"""Makes a long history quickly: one complaint's events written again under other ids, directly into SQLite."""

import asyncio
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from chassis.keys.keyring import MemoryKeyRing
from chassis.store.sql.store import SqlStore
from chassis.store.sql.tables import EVENT_COLUMNS, to_rows
from chassis.write.repository import Cause, Repository
from schemas.base.envelope import RecordedEvent
from schemas.base.sealed import Keys
from schemas.base.streams import REGISTRY, complaint_stream
from schemas.events.agency_inbox import ComplaintAcknowledged, ProgressRecorded
from schemas.events.base import Fact
from schemas.events.registry import AgencyRegistered
from support.inbox import T0
from support.lives import AGENCY, answered, confirmed, filed, named, number_of, routed, write

AT_ONCE = 5_000


async def begin(path: Path) -> list[RecordedEvent]:
    """A store with one body and one complete complaint; returns that complaint's events."""
    store = SqlStore(f"sqlite:///{path}")
    repository = Repository(store, MemoryKeyRing(), "router")
    body = AgencyRegistered(at=T0, agency=AGENCY, name="Kota Bandung", kind="city", level="regency", region="32.73")
    await store.append(REGISTRY, -1, repository.encode(REGISTRY, [body], _cause(), Keys()))
    at = T0 + timedelta(hours=1.2)
    told: list[Fact] = [
        ProgressRecorded(at=at + timedelta(minutes=n), agency=AGENCY, text="Sedang dikerjakan") for n in range(5)
    ]
    await write(
        repository, named("life 0"), filed(0), routed(), ComplaintAcknowledged(at=at, agency=AGENCY), *told, answered(1.5),
        confirmed(1.6),
    )  # fmt: skip
    life = await store.read(complaint_stream(named("life 0")))
    await store.close()
    return life


def again(path: Path, life: Sequence[RecordedEvent], lives: int) -> int:
    """Write that complaint `lives` times more. Returns the number of events in the store."""
    link = sqlite3.connect(path)
    insert = f"insert into events ({EVENT_COLUMNS}) values ({', '.join('?' * 8)})"
    for first in range(1, lives + 1, AT_ONCE):
        for number in range(first, min(first + AT_ONCE, lives + 1)):
            link.executemany(insert, to_rows(_renamed(life, number)))
        link.commit()
    [[count]] = link.execute("select count(*) from events")
    link.close()
    return int(count)


def _renamed(life: Sequence[RecordedEvent], number: int) -> Iterator[RecordedEvent]:
    stream, old, new = complaint_stream(UUID(int=number)), number_of(0).encode(), number_of(number).encode()
    for event in life:
        yield event._replace(
            id=UUID(int=(number << 32) + event.version),
            data=event.data.replace(old, new),
            stream=stream,
            position=event.position + number * len(life),
        )


def _cause() -> Cause:
    return Cause(UUID(int=1), UUID(int=1), T0)


def main(path: str, events: str) -> None:
    """`python -m support.history long.db 1000000`: make a store with at least that many events, for `satupintu audit`
    (which reports `keys-missing` for each copy).
    """
    where = Path(path)
    life = asyncio.run(begin(where))
    sys.stdout.write(f"{again(where, life, -(-int(events) // len(life))):,} events in {where}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
