"""What agencies' offices keep, as before there were revisions; takes over databases of any version until then."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table, Text

from chassis.sql.migrate import adopt

revision = "0_0001"
down_revision = None

TABLES = MetaData()
Table(
    "answer_templates",
    TABLES,
    Column("agency", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", String(100), nullable=False),
    Column("text", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
Table(
    "officer_settings",
    TABLES,
    Column("officer", String(36), primary_key=True),
    Column("shortcuts", Boolean, nullable=False),
)
Table(
    "officers",
    TABLES,
    Column("agency", String(64), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("seen_at", BigInteger, nullable=False),
)
Table(
    "saved_views",
    TABLES,
    Column("agency", String(64), primary_key=True),
    Column("officer", String(36), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("query", String(500), nullable=False),
)


def upgrade() -> None:
    """Create what is missing."""
    adopt(op.get_bind(), TABLES)
