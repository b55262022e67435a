"""Intake's own tables. Primary data, to be backed up with the event store; only `codes` can be rebuilt from it."""

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text

from chassis.project.position import position_table
from chassis.sql.history import History
from chassis.sql.lease import lease_table
from chassis.sql.types import Moment

metadata: Final = MetaData()

codes = Table(
    "codes",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True, comment="of the code; the code itself is not stored"),
    Column("complaint", LargeBinary(16), nullable=False),
)
persons = Table(
    "persons",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("sealed", Text, nullable=False, comment="under the complaint's own key"),
    Column("touched_at", Text, nullable=False, comment="ISO 8601, UTC, real time"),
    Column("named", Integer, nullable=False, server_default="0", comment="1: the sweep found it in its stream"),
)
Index("persons_by_complaint", persons.c.complaint)
Index("persons_unnamed", persons.c.named, persons.c.touched_at)
readings = Table(
    "readings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("agency", Text, nullable=False),
    Column("officer", Text),
    Column("at", Text, nullable=False, comment="ISO 8601, UTC"),
)
counters = Table(
    "counters",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("taken", Integer, nullable=False, comment="the highest number handed out"),
)
notices = Table(
    "notices",
    metadata,
    Column("event", LargeBinary(16), primary_key=True, comment="the fact that the reporter was told of"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("sent_at", Text, nullable=False, comment="ISO 8601, UTC"),
)
Index("notices_by_complaint", notices.c.complaint)
queued_notices = Table(
    "letters",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", LargeBinary(16), nullable=False, unique=True, comment="of the notice"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("lane", LargeBinary(16), nullable=False, comment="complaint and address: sent in the order of `number`"),
    Column("sealed", Text, comment="address and words, under the complaint's own key; none: it waits no more"),
    Column("queued_at", Moment, nullable=False, comment="real time"),
    Column("due_at", Moment, comment="the next try, real time; none: it waits no more"),
    Column("tries", Integer, nullable=False),
    Column("ending", Text, comment="sent, undeliverable, returned or forgotten"),
)
Index("letters_due", queued_notices.c.due_at)
Index("letters_by_lane", queued_notices.c.lane)
Index("letters_by_complaint", queued_notices.c.complaint)
returned_mail = Table(
    "returned_mail",
    metadata,
    Column("lane", LargeBinary(16), primary_key=True, comment="complaint and address, as in letters"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("status", Text, nullable=False, comment="as the mail server gave it: 5.1.1"),
    Column("at", Moment, nullable=False, comment="real time"),
)
Index("returned_mail_by_complaint", returned_mail.c.complaint)
bounces = Table(
    "bounces",
    metadata,
    Column("outcome", Text, primary_key=True),
    Column("mails", Integer, nullable=False, comment="read with this outcome"),
)
subscribers = Table(
    "watchers",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("sealed", Text, nullable=False, comment="address and language, under the complaint's own key"),
    Column("since_at", Text, nullable=False, comment="when it was asked for; ISO 8601, UTC"),
    Column("code_version", Integer, nullable=False, server_default="1", comment="of the secret of its code"),
)
Index("watchers_by_complaint", subscribers.c.complaint)
confirmations = Table(
    "confirmations",
    metadata,
    Column("id", LargeBinary(16), primary_key=True, comment="of the watcher, whose address is theirs"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("at", Text, nullable=False, comment="ISO 8601, UTC"),
)
Index("confirmations_by_complaint", confirmations.c.complaint)
files_ahead = Table(
    "files_ahead",
    metadata,
    Column("complaint", LargeBinary(16), primary_key=True, comment="that they may become part of"),
    Column("attachment", LargeBinary(16), primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("digest", Text, nullable=False, comment="SHA-256 of the content, in hex"),
    Column("name", Text, comment="sealed under the complaint's own key"),
    Column("sent_at", Text, nullable=False, comment="ISO 8601, UTC, real time"),
)
Index("files_ahead_by_age", files_ahead.c.sent_at)
notice_choices = Table(
    "notice_choices",
    metadata,
    Column("complaint", LargeBinary(16), primary_key=True),
    Column("chosen", Text, nullable=False, comment="language and groups of facts by contact, as JSON"),
)
submissions = Table(
    "submissions",
    metadata,
    Column("client", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("complaint", LargeBinary(16), comment="filed; none: refused"),
    Column("refusal", Text, comment="problem, as JSON"),
    Column("repeated", Integer, nullable=False, server_default="0", comment="1: the complaint was there before it"),
)

repeats = Table(
    "repeats",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True, comment="keyed hash of every field and picture of a report"),
    Column("complaint", LargeBinary(16), nullable=False),
    Column("key", Text, nullable=False, comment="the idempotency key under which it was filed"),
    Column("language", Text, nullable=False, comment="of its answers"),
    Column("first_at", Text, nullable=False, comment="ISO 8601, UTC"),
)
Index("repeats_by_complaint", repeats.c.complaint)
Index("repeats_by_age", repeats.c.first_at)
sms_parts = Table(
    "sms_parts",
    metadata,
    Column("client", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("series", Text, nullable=False, comment="keyed hash of gateway, sender, reference and total"),
    Column("number", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("digest", Text, nullable=False, comment="keyed hash of number and text"),
    Column("sealed", Text, comment="the submission, under a key of the master key; none: filed"),
    Column("at", Text, nullable=False, comment="ISO 8601, UTC"),
    Column("filed_as", Text, comment="key of the closed message; none: parts are missing"),
)
Index("sms_parts_by_series", sms_parts.c.client, sms_parts.c.series)
Index("sms_parts_by_message", sms_parts.c.client, sms_parts.c.filed_as)
position_table(metadata)
lease_table(metadata)
set_aside = Table(
    "set_aside",
    metadata,
    Column("place", Text, primary_key=True, comment="topic/partition@offset and the time it was sent"),
    Column("client", Text, comment="the gateway, or the record's key before topics named it"),
    Column("reason", Text, nullable=False),
)
HISTORY: Final = History("vault", metadata, "vault_url", "intake")
