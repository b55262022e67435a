"""Destroys again, in a key ring that was brought back, the keys of complaints that were erased after the copy."""

from sqlalchemy import Connection, text

from chassis.base.restored import Restored
from chassis.keys.table import FIRST, TABLE

_DESTROY = f"update {TABLE} set wrapped = null, destroyed_at = :at where complaint = :complaint and wrapped is not null"  # noqa: S608
_NEVER = (
    f"insert into {TABLE} (complaint, generation, wrapped, destroyed_at) values (:complaint, {FIRST}, null, :at) "  # noqa: S608
    "on conflict (complaint, generation) do nothing"
)


def after_restore(connection: Connection, restored: Restored) -> list[str]:
    """Destroy them. Those that the copy does not know get a destroyed key, and can then not be filed again."""
    rows = [{"complaint": id_.bytes, "at": at.isoformat()} for id_, at in restored.erased.items()]
    destroyed = sum(connection.execute(text(_DESTROY), row).rowcount > 0 for row in rows)
    for row in rows:
        connection.execute(text(_NEVER), row)
    return [f"{destroyed} keys that the copy held were destroyed again by the list of erasures"] if destroyed else []
