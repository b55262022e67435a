"""Sessions of signed-in people, as before there were revisions; takes over databases of any version until then."""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text

from chassis.sql.migrate import adopt

revision = "0_0001"
down_revision = None

TABLES = MetaData()
Table(
    "used_state",
    TABLES,
    Column("state_hash", LargeBinary(32), primary_key=True),
    Column("until", BigInteger, nullable=False),
)
Table(
    "web_session",
    TABLES,
    Column("id_hash", LargeBinary(32), primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("provider_session", Text, nullable=False),
    Column("grants", Text, nullable=False, comment="separated by spaces"),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("roles_read_at", BigInteger, nullable=False),
    Column("tried_at", BigInteger),
    Column("sealed", LargeBinary, nullable=False),
    Index("web_session_person", "issuer", "subject"),
    Index("web_session_provider", "issuer", "provider_session"),
)


def upgrade() -> None:
    """Create what is missing."""
    adopt(op.get_bind(), TABLES)
