"""Which store does a URL mean? Only composition roots ask."""

from urllib.parse import urlsplit

from chassis.base.clock import SystemClock
from chassis.base.ports import Store

IN_MEMORY = "memory"
SQL = ("sqlite", "postgresql")
KURRENT = ("kurrentdb", "kdb", "esdb")


def open_store(url: str) -> Store:
    """The event store behind `url`: `memory://`, `sqlite:///path`, `postgresql+psycopg://...` or `kurrentdb://...`, as
    KurrentDB's clients have it. Nothing is connected yet: the first call tells of a server that is not there.

    Raises:
        ValueError: no store of ours has this scheme, or the URL says something else wrong.
    """
    scheme = urlsplit(url).scheme
    if scheme == IN_MEMORY:
        return _in_memory()
    if scheme.partition("+")[0] in SQL:
        from chassis.store.sql.store import SqlStore

        return SqlStore(url)
    if scheme.partition("+")[0] in KURRENT:
        from chassis.store.kurrent.store import KurrentStore

        return KurrentStore(url)
    raise ValueError(
        f"no event store for {scheme or url!r}: "
        "give memory://, sqlite:///..., postgresql+psycopg://... or kurrentdb://..."
    )


def _in_memory() -> Store:
    import os
    from uuid import UUID

    from chassis.store.memory import MemoryStore

    return MemoryStore(SystemClock().now, UUID(bytes=os.urandom(16), version=4))
