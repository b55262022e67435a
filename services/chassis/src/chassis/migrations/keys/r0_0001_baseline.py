"""The key ring, as before there were revisions; takes over databases of any version until then."""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

from chassis.sql.migrate import adopt

revision = "0_0001"
down_revision = None

TABLES = MetaData()
Table(
    "complaint_keys",
    TABLES,
    Column("complaint", LargeBinary(16), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("wrapped", LargeBinary, comment="empty: destroyed"),
    Column("destroyed_at", Text, comment="ISO 8601, UTC"),
)
Table(
    "key_ring",
    TABLES,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)


def upgrade() -> None:
    """Create what is missing."""
    adopt(op.get_bind(), TABLES)
