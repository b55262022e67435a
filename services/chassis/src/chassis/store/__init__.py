"""Opens the event store that a URL names. Only composition roots call it."""

from urllib.parse import urlsplit

from chassis.base.clock import SystemClock
from chassis.base.ports import Store

IN_MEMORY = "memory"
SQL = ("sqlite", "postgresql")
KURRENT = ("kurrentdb", "kdb", "esdb")


def open_store(url: str) -> Store:
    """The event store behind `url`: `memory://`, `sqlite:///path`, `postgresql+psycopg://...` or `kurrentdb://...`, as
    KurrentDB's clients use it. Connects at the first call.

    Raises:
        ValueError: unknown scheme, or the URL is not valid.
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
        "use memory://, sqlite:///..., postgresql+psycopg://... or kurrentdb://..."
    )


async def check(store: Store) -> None:
    """Refuse a SQL store that lacks migrations, before anybody asks it for something.

    Raises:
        NotMigrated, TooNew: a person must act.
    """
    from chassis.store.sql.store import SqlStore

    if isinstance(store, SqlStore):
        await store.check()


def _in_memory() -> Store:
    import os
    from uuid import UUID

    from chassis.store.memory import MemoryStore

    return MemoryStore(SystemClock().now, UUID(bytes=os.urandom(16), version=4))
