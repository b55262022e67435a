"""The list of erased complaints, as before there were revisions; takes over databases of any version until then."""

from alembic import op
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text

from chassis.sql.migrate import adopt

revision = "0_0001"
down_revision = None

TABLES = MetaData()
Table(
    "erasure_lists",
    TABLES,
    Column("store", LargeBinary(16), primary_key=True, comment="its earlier erasures were added to the list"),
)
Table(
    "erasures",
    TABLES,
    Column("store", LargeBinary(16), primary_key=True, comment="of the event store, which restores keep"),
    Column("complaint", LargeBinary(16), primary_key=True),
    Column("at", Text, nullable=False, comment="ISO 8601, UTC"),
)


def upgrade() -> None:
    """Create what is missing."""
    adopt(op.get_bind(), TABLES)
