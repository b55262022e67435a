"""Intake's own data, as before there were revisions; takes over databases of any version until then."""

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

from chassis.sql.migrate import adopt

revision = "0_0001"
down_revision = None

TABLES = MetaData()
Table(
    "bounces",
    TABLES,
    Column("outcome", Text, primary_key=True),
    Column("mails", Integer, nullable=False, comment="read with this outcome"),
)
Table(
    "codes",
    TABLES,
    Column("hash", LargeBinary(32), primary_key=True, comment="of the code; the code itself is not stored"),
    Column("complaint", LargeBinary(16), nullable=False),
)
Table(
    "confirmations",
    TABLES,
    Column("id", LargeBinary(16), primary_key=True, comment="of the watcher, whose address is theirs"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("at", Text, nullable=False, comment="ISO 8601, UTC"),
    Index("confirmations_by_complaint", "complaint"),
)
Table(
    "counters",
    TABLES,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("taken", Integer, nullable=False, comment="the highest number handed out"),
)
Table(
    "feed_position",
    TABLES,
    Column("view", String(64), primary_key=True),
    Column("position", BigInteger),
    Column("event_id", String(36), nullable=False, server_default=""),
)
Table(
    "files_ahead",
    TABLES,
    Column("complaint", LargeBinary(16), primary_key=True, comment="that they may become part of"),
    Column("attachment", LargeBinary(16), primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("digest", Text, nullable=False, comment="SHA-256 of the content, in hex"),
    Column("name", Text, comment="sealed under the complaint's own key"),
    Column("sent_at", Text, nullable=False, comment="ISO 8601, UTC, real time"),
    Index("files_ahead_by_age", "sent_at"),
)
Table(
    "lease",
    TABLES,
    Column("name", String(64), primary_key=True),
    Column("owner", String(32)),
    Column("until_s", Float),
)
Table(
    "letters",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", LargeBinary(16), nullable=False, unique=True, comment="of the notice"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("lane", LargeBinary(16), nullable=False, comment="complaint and address: sent in the order of `number`"),
    Column("sealed", Text, comment="address and words, under the complaint's own key; none: it waits no more"),
    Column("queued_at", BigInteger, nullable=False, comment="real time"),
    Column("due_at", BigInteger, comment="the next try, real time; none: it waits no more"),
    Column("tries", Integer, nullable=False),
    Column("ending", Text, comment="sent, undeliverable, returned or forgotten"),
    Index("letters_by_complaint", "complaint"),
    Index("letters_by_lane", "lane"),
    Index("letters_due", "due_at"),
)
Table(
    "notice_choices",
    TABLES,
    Column("complaint", LargeBinary(16), primary_key=True),
    Column("chosen", Text, nullable=False, comment="language and groups of facts by contact, as JSON"),
)
Table(
    "notices",
    TABLES,
    Column("event", LargeBinary(16), primary_key=True, comment="the fact that the reporter was told of"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("sent_at", Text, nullable=False, comment="ISO 8601, UTC"),
    Index("notices_by_complaint", "complaint"),
)
Table(
    "persons",
    TABLES,
    Column("id", LargeBinary(16), primary_key=True),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("sealed", Text, nullable=False, comment="under the complaint's own key"),
    Column("touched_at", Text, nullable=False, comment="ISO 8601, UTC, real time"),
    Column("named", Integer, nullable=False, server_default="0", comment="1: the sweep found it in its stream"),
    Index("persons_by_complaint", "complaint"),
    Index("persons_unnamed", "named", "touched_at"),
)
Table(
    "readings",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("agency", Text, nullable=False),
    Column("officer", Text),
    Column("at", Text, nullable=False, comment="ISO 8601, UTC"),
)
Table(
    "repeats",
    TABLES,
    Column("digest", LargeBinary(32), primary_key=True, comment="keyed hash of every field and picture of a report"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("key", Text, nullable=False, comment="the idempotency key under which it was filed"),
    Column("language", Text, nullable=False, comment="of its answers"),
    Column("first_at", Text, nullable=False, comment="ISO 8601, UTC"),
    Index("repeats_by_age", "first_at"),
    Index("repeats_by_complaint", "complaint"),
)
Table(
    "returned_mail",
    TABLES,
    Column("lane", LargeBinary(16), primary_key=True, comment="complaint and address, as in letters"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("status", Text, nullable=False, comment="as the mail server gave it: 5.1.1"),
    Column("at", BigInteger, nullable=False, comment="real time"),
    Index("returned_mail_by_complaint", "complaint"),
)
Table(
    "set_aside",
    TABLES,
    Column("place", Text, primary_key=True, comment="topic/partition@offset and the time it was sent"),
    Column("client", Text, comment="the gateway, or the record's key before topics named it"),
    Column("reason", Text, nullable=False),
)
Table(
    "sms_parts",
    TABLES,
    Column("client", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("series", Text, nullable=False, comment="keyed hash of gateway, sender, reference and total"),
    Column("number", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("digest", Text, nullable=False, comment="keyed hash of number and text"),
    Column("sealed", Text, comment="the submission, under a key of the master key; none: filed"),
    Column("at", Text, nullable=False, comment="ISO 8601, UTC"),
    Column("filed_as", Text, comment="key of the closed message; none: parts are missing"),
    Index("sms_parts_by_message", "client", "filed_as"),
    Index("sms_parts_by_series", "client", "series"),
)
Table(
    "submissions",
    TABLES,
    Column("client", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("complaint", LargeBinary(16), comment="filed; none: refused"),
    Column("refusal", Text, comment="problem, as JSON"),
    Column("repeated", Integer, nullable=False, server_default="0", comment="1: the complaint was there before it"),
)
Table(
    "watchers",
    TABLES,
    Column("id", LargeBinary(16), primary_key=True),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("sealed", Text, nullable=False, comment="address and language, under the complaint's own key"),
    Column("since_at", Text, nullable=False, comment="when it was asked for; ISO 8601, UTC"),
    Column("code_version", Integer, nullable=False, server_default="1", comment="of the secret of its code"),
    Index("watchers_by_complaint", "complaint"),
)


def upgrade() -> None:
    """Create what is missing."""
    adopt(op.get_bind(), TABLES)
