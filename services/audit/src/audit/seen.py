"""What has this walk met before? Streams and public numbers, in a temporary file, so that a walk over a nation needs no
more memory than one over a village.
"""

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
    """A file that vanishes with the walk."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.executescript(f"pragma journal_mode=off; pragma synchronous=off; pragma cache_size=-{_CACHE_KIB};")
        self._rows.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._rows.close()

    def fresh(self, streams: Sequence[str]) -> list[str]:
        """Those that were not met before, in the order given; they are now."""
        insert = "insert or ignore into streams values (?)"
        return [name for name in streams if self._rows.execute(insert, (name,)).rowcount > 0]

    def first(self, number: str, complaint: UUID) -> UUID:
        """The complaint that was met first with this public number."""
        self._rows.execute("insert or ignore into numbers values (?, ?)", (number, complaint.bytes))
        [[known]] = self._rows.execute("select complaint from numbers where number = ?", (number,))
        return UUID(bytes=known)
