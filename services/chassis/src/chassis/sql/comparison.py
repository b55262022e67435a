"""What Alembic compares: the tables of one history, with defaults, and nothing else in the same database."""

from typing import Any

from chassis.sql.engine import SQLITE
from chassis.sql.history import History

EMPTY = ("''", "('')")


def options(history: History) -> dict[str, Any]:
    """Options of Alembic's context for this history."""

    def is_ours(name: str | None, kind: str, parents: Any) -> bool:
        return (name if kind == "table" else parents.get("table_name")) in history.metadata.tables or kind == "schema"

    return {
        "target_metadata": history.metadata,
        "version_table": history.version_table,
        "transactional_ddl": True,
        "include_name": is_ours,
        "compare_server_default": _is_other_default,
    }


def _is_other_default(
    context: Any, _found: Any, _column: Any, found: str | None, _wanted: Any, wanted: str | None
) -> bool | None:
    """None: as Alembic compares, which on SQLite takes two empty texts for different ones."""
    if context.dialect.name == SQLITE and wanted == "":
        return found not in EMPTY
    return None
