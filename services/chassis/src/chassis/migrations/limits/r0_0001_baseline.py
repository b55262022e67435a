"""Counts of the rate limits, as before there were revisions; takes over databases of any version until then."""

from alembic import op
from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

from chassis.sql.migrate import adopt

revision = "0_0001"
down_revision = None

TABLES = MetaData()
Table(
    "rate_counts",
    TABLES,
    Column("limiter", Text, primary_key=True),
    Column("minute", Integer, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("taken", Integer, nullable=False),
    Column("changed_s", Integer, nullable=False, comment="seconds since 1970"),
    Index("rate_counts_changed", "changed_s"),
)


def upgrade() -> None:
    """Create what is missing."""
    adopt(op.get_bind(), TABLES)
