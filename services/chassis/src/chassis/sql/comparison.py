"""What Alembic compares: the tables of one history, with defaults, and nothing else in the same database."""

from typing import Any

from chassis.sql.history import History


def options(history: History) -> dict[str, Any]:
    """Options of Alembic's context for this history."""

    def is_ours(name: str | None, kind: str, parents: Any) -> bool:
        return (name if kind == "table" else parents.get("table_name")) in history.metadata.tables or kind == "schema"

    return {
        "target_metadata": history.metadata,
        "version_table": history.version_table,
        "transactional_ddl": True,
        "include_name": is_ours,
        "compare_server_default": True,
    }
