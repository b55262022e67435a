"""The event store, as before there were revisions; takes over databases of any version until then."""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

from chassis.sql.migrate import adopt

revision = "0_0001"
down_revision = None

TABLES = MetaData()
Table(
    "events",
    TABLES,
    Column("position", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("stream", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("id", LargeBinary(16), nullable=False),
    Column("type", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False, comment="microseconds since 1970, UTC"),
    Column("metadata", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("events_by_id", "stream", "id", unique=True),
    Index("events_by_version", "stream", "version", unique=True, postgresql_include=["position"]),
)
Table(
    "meta",
    TABLES,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)


def upgrade() -> None:
    """Create what is missing."""
    adopt(op.get_bind(), TABLES)
