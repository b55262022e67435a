"""Which store does a URL mean? Only composition roots ask."""

from urllib.parse import urlsplit

from chassis.clock import SystemClock
from chassis.ports import Store

IN_MEMORY = "memory"
SQL = ("sqlite", "postgresql")


def open_store(url: str) -> Store:
    """The event store behind `url`: `memory://`, `sqlite:///path` or `postgresql+psycopg://...`. Nothing is connected
    yet; a database that is not there is told by the first call.

    Raises:
        ValueError: no store of ours has this scheme.
    """
    scheme = urlsplit(url).scheme
    if scheme == IN_MEMORY:
        return _in_memory()
    if scheme.partition("+")[0] in SQL:
        from chassis.stores.sql import SqlStore

        return SqlStore(url)
    raise ValueError(f"no event store for {scheme or url!r}: give memory://, sqlite:///... or postgresql+psycopg://...")


def _in_memory() -> Store:
    import os
    from uuid import UUID

    from chassis.stores.memory import MemoryStore

    return MemoryStore(SystemClock().now, UUID(bytes=os.urandom(16), version=4))
