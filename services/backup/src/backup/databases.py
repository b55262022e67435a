"""The primary databases of this installation: which there are, and how those of one address are copied and replaced."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Engine, MetaData, create_engine
from sqlalchemy.engine import make_url

from backup import postgresql, sqlite
from backup.errors import CannotCopy
from backup.plan import Group, groups
from chassis.base.restored import LINEAGE, STORE_ID, Restored
from chassis.base.settings import Settings
from chassis.service.migrating import GROUP as HISTORIES
from chassis.sql.history import History

NOT_COPIED: Final = frozenset({"erasures", "limits", "sessions"})
"""Settings of databases that no copy holds: the list of erasures is kept apart, so that it outlives every copy; counts
of requests and sessions begin anew.
"""
RESTORED: Final = "satupintu.restored"
VIEWS: Final = "satupintu.views"
WITHOUT_ENTRY: Final = ("intake",)
"""Services whose read models no command rebuilds."""
Ask = Callable[[str], Sequence[tuple[Any, ...]]]


class StoreFacts(NamedTuple):
    """The store of a copy."""

    store_id: UUID
    lineage: UUID
    position: int
    event_id: UUID | None
    last_event_at: datetime | None


def primary_tables() -> dict[str, MetaData]:
    """Tables by setting (`store` for `STORE_URL`)."""
    histories: list[History] = [point.load() for point in entry_points(group=HISTORIES)]
    found = {each.setting.removesuffix("_url"): each.metadata for each in histories}
    return {name: tables for name, tables in found.items() if name not in NOT_COPIED}


def primary_groups(settings: Settings) -> list[Group]:
    """Where they are. Raises CannotCopy."""
    return groups({name: getattr(settings, f"{name}_url") for name in primary_tables()})


def read_models(settings: Settings) -> list[str]:
    """The addresses of all read models."""
    names = {point.name for point in entry_points(group=VIEWS)} | set(WITHOUT_ENTRY)
    return sorted({settings.views_of(name) for name in names})


def columns() -> dict[str, set[str]]:
    """The columns that this version knows, by table."""
    return {
        table.name: {column.name for column in table.columns}
        for metadata in primary_tables().values()
        for table in metadata.tables.values()
    }


def copied(group: Group, to: Path, look: Callable[[Ask], None]) -> dict[str, tuple[str, ...]] | None:
    """Copy the databases of a group; our tables with their columns. None: there is none of them yet. `look` is called
    with the state that is copied.
    """
    known = primary_tables()
    tables = {table for name in group.names for table in known[name].tables}
    copy = sqlite.copy if group.kind == "sqlite" else postgresql.copy
    return copy(group.url, to, tables, look)


def store_facts(ask: Ask) -> StoreFacts:
    """The store's id and its end. Raises CannotCopy: it was never used."""
    meta = {str(name): str(value) for name, value in ask("select name, value from meta")}
    if STORE_ID not in meta:
        raise CannotCopy("the event store of SATUPINTU_STORE_URL was never used: there is nothing to copy")
    position = int(ask("select coalesce(max(position), 0) from events")[0][0])
    found = ask(f"select id, recorded_at from events where position = {position}")  # noqa: S608 - a number
    event_id, at = (UUID(bytes=bytes(found[0][0])), _moment(found[0][1])) if found else (None, None)
    store_id = UUID(meta[STORE_ID])
    return StoreFacts(store_id, UUID(meta.get(LINEAGE, str(store_id))), position, event_id, at)


def erased(settings: Settings, store_id: UUID) -> dict[UUID, datetime] | None:
    """The list of erasures of this store; None: there is no list."""
    url = make_url(settings.erasures_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return None
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            if not engine.dialect.has_table(connection, "erasures"):
                return None
            mark = "?" if engine.dialect.name == "sqlite" else "%s"
            statement = f"select complaint, at from erasures where store = {mark}"  # noqa: S608 - a placeholder
            found = connection.exec_driver_sql(statement, (store_id.bytes,)).fetchall()
    finally:
        engine.dispose()
    return {UUID(bytes=bytes(complaint)): datetime.fromisoformat(at) for complaint, at in found}


def adjust(engine: Engine, names: Sequence[str], restored: Restored) -> list[str]:
    """Let each package bring its restored tables in line; what they tell."""
    hooks: Mapping[str, Callable[..., list[str]]] = {
        point.name: point.load() for point in entry_points(group=RESTORED) if point.name in names
    }
    told: list[str] = []
    for hook in hooks.values():
        with engine.begin() as connection:
            told += hook(connection, restored)
    return told


def _moment(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
