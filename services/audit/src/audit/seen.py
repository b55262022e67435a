"""The streams and public numbers that an audit has seen, in a temporary SQLite file, so that memory stays constant."""

import sqlite3
from collections.abc import Sequence
from typing import Final, Self
from uuid import UUID

_TABLES: Final = """
create table streams (name text primary key) without rowid;
create table numbers (number text primary key, complaint blob) without rowid;
"""
_CACHE_KIB: Final = 16_000


class SeenEvents:
    """A temporary file, deleted when closed."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.executescript(f"pragma journal_mode=off; pragma synchronous=off; pragma cache_size=-{_CACHE_KIB};")
        self._rows.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._rows.close()

    def fresh(self, streams: Sequence[str]) -> list[str]:
        """The streams that were not seen before, in the order given. They count as seen from now on."""
        insert = "insert or ignore into streams values (?)"
        return [name for name in streams if self._rows.execute(insert, (name,)).rowcount > 0]

    def first(self, number: str, complaint: UUID) -> UUID:
        """The first complaint seen with this public number."""
        self._rows.execute("insert or ignore into numbers values (?, ?)", (number, complaint.bytes))
        [[first]] = self._rows.execute("select complaint from numbers where number = ?", (number,))
        return UUID(bytes=first)
