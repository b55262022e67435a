"""The PostgreSQL schema that a database's URL names, as in `...?options=-csearch_path%3Dintake`."""

from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateSchema

from chassis.sql.engine import POSTGRESQL

_NAMED: Final = text("select current_setting('search_path')")
_THERE: Final = text("select 1 from pg_namespace where nspname = :name")
DEFAULT: Final = '"$user", public'


def make_schema(connection: Connection) -> None:
    """Create the first schema of the search path, unless it is there or the path is PostgreSQL's own."""
    if connection.dialect.name != POSTGRESQL:
        return
    path = str(connection.scalar(_NAMED))
    name = path.partition(",")[0].strip().strip('"')
    # Asked first: `if not exists` needs the right to create schemas also where there is nothing to create.
    if path != DEFAULT and name and connection.scalar(_THERE, {"name": name}) is None:
        connection.execute(CreateSchema(name, if_not_exists=True))
