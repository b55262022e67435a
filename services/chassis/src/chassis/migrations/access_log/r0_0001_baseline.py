"""The access log, as before there were revisions; takes over databases of any version until then."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

from chassis.sql.migrate import adopt

revision = "0_0001"
down_revision = None

TABLES = MetaData()
Table(
    "access_log",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)

SQLITE = [
    f"create trigger if not exists access_log_no_{change} before {change} on access_log begin "
    "select raise(abort, 'the access log is append-only'); end"
    for change in ("update", "delete")
]
POSTGRESQL = [
    (
        "create or replace function access_log_refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'the access log is append-only'; end $$"
    ),
    (
        "create or replace trigger access_log_append_only before update or delete or truncate on access_log "
        "for each statement execute function access_log_refuse()"
    ),
]


def upgrade() -> None:
    """Create what is missing."""
    connection = op.get_bind()
    adopt(connection, TABLES)
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
