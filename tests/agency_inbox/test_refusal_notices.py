"""What an agency's topic says of its refused replies: place, code and reason, at most 100 a minute."""

import inspect
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import to_json

from agency_inbox import decide, views
from agency_inbox.context import Inbox
from agency_inbox.postbox import RefusalNotice
from agency_inbox.refused_replies import FAILED_REASON, RefusedReplies
from agency_inbox.replies import Replies
from agency_inbox.settings import REFUSALS_A_MINUTE
from chassis.base.clock import FixedClock
from chassis.base.errors import BrokerUnavailable, EventTooLarge
from chassis.base.message import Header, Message
from chassis.deadletter.port import DeadLetter, MemoryDeadLetters
from chassis.react.external_consumer import ExternalConsumer
from chassis.sql.database import Database
from chassis.write import command
from local.paths import REPOSITORY
from schemas.base import refusals
from schemas.base.refusals import NotAllowed, Refusal, VersionMismatch
from schemas.base.topics import agency_replies
from schemas.contract import CODES, FAILED, MORE
from schemas.events.intake import ComplaintWithdrawn
from support.background_tasks import impatient
from support.inbox import ANSWER, PLN, ROADS, T0, complaint, filed, keep, referred, routed

HELD = (filed(), routed())
NOBODYS = complaint(99)


class Topic:
    """The agencies' inboxes as far as they tell of refused replies. With `up` False nothing can be sent."""

    def __init__(self) -> None:
        self.sent: list[RefusalNotice] = []
        self.up = True

    async def tell(self, notice: RefusalNotice) -> None:
        if not self.up:
            raise BrokerUnavailable("away")
        self.sent.append(notice)

    @property
    def codes(self) -> list[str]:
        return [each.body.code for each in self.sent]


@pytest.fixture
def topic() -> Topic:
    return Topic()


@pytest.fixture
def now() -> FixedClock:
    return FixedClock(T0)


@pytest.fixture
def refused(inbox: Inbox, letters: MemoryDeadLetters, topic: Topic, now: FixedClock) -> RefusedReplies:
    return RefusedReplies(inbox.database, views.REFUSED, letters, topic.tell, now)


async def topic_id(agency: str) -> str:
    return f"topic of {agency}"


def consumer(inbox: Inbox, refused: RefusedReplies) -> ExternalConsumer:
    receive = Replies(inbox, topic_id)
    return ExternalConsumer("agency-inbox", receive, refused, kafka="", group="", retry_policy=impatient())


@pytest.fixture
async def replies(inbox: Inbox, refused: RefusedReplies) -> ExternalConsumer:
    await keep(inbox.repository.store, inbox.repository, complaint(), HELD)
    return consumer(inbox, refused)


def record(
    type_: str,
    body: dict[str, Any] | bytes | None,
    offset: int = 0,
    agency: str = PLN,
    key: bytes | None = b"k",
    headers: list[Header] | None = None,
) -> Message:
    value = to_json({"complaint": complaint(), **body}) if isinstance(body, dict) else body
    given = headers or [("ce_type", f"complaint.{type_}".encode()), ("ce_id", f"m-{offset}".encode())]
    return Message(agency_replies(agency), 0, offset, key, value, given, 1_790_000_000_000)


async def test_a_refused_reply_is_told_with_its_place_code_and_reason_alone(
    replies: ExternalConsumer, topic: Topic, letters: MemoryDeadLetters
) -> None:
    await replies.handle([record("answered", {"text": ANSWER, "seen_version": 7}, offset=17)])
    [notice] = topic.sent
    assert (notice.agency, notice.place) == (PLN, f"{agency_replies(PLN)}/0/17")
    assert notice.body.model_dump(exclude_none=True).keys() == {"code", "reason"}
    assert notice.body.code == "invalid-field"
    assert "seen_version" in notice.body.reason
    assert ANSWER not in str(notice)
    assert len(letters.letters) == 1


async def test_an_accepted_reply_is_not_told(replies: ExternalConsumer, topic: Topic) -> None:
    await replies.handle([record("progress", {"text": "petugas di lokasi"})])
    assert topic.sent == []


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("acknowledged", {}),
        ("acknowledged", {"unit": "laut"}),
        ("returned", {"reason": "bukan kami", "suggested_agency": "antah"}),
        ("progress", {"text": "petugas di lokasi"}),
        ("clarification", {"question": "tiang mana?"}),
        ("answered", {"text": ANSWER, "seen_version": 900}),
    ],
)
async def test_an_unknown_complaint_and_one_of_another_body_get_the_same_answer(
    inbox: Inbox, replies: ExternalConsumer, topic: Topic, type_: str, body: dict[str, Any]
) -> None:
    closed = [*HELD, ComplaintWithdrawn(at=T0)]
    await keep(inbox.repository.store, inbox.repository, complaint(1), closed)
    for offset, about in enumerate((complaint(), complaint(1), NOBODYS)):
        await replies.handle([record(type_, {**body, "complaint": about}, offset, ROADS)])
    assert topic.codes == ["not-found"] * 3
    assert len({each.body.model_dump_json() for each in topic.sent}) == 1


async def test_a_former_holder_is_told_neither_the_new_one_nor_how_it_ended(
    inbox: Inbox, replies: ExternalConsumer, topic: Topic
) -> None:
    moved = [filed(), routed(), referred(), routed(ROADS)]
    await keep(inbox.repository.store, inbox.repository, complaint(1), moved)
    await keep(inbox.repository.store, inbox.repository, complaint(2), [*moved, ComplaintWithdrawn(at=T0)])
    for offset, index in enumerate((1, 2)):
        await replies.handle([record("progress", {"text": "petugas", "complaint": complaint(index)}, offset)])
    assert topic.codes == ["not-the-holder"] * 2
    assert topic.sent[0].body == topic.sent[1].body
    assert "Kementerian" not in topic.sent[0].body.reason


LYING: list[Header] = [
    ("ce_type", b"complaint.progress"),
    ("dl_topic", agency_replies(ROADS).encode()),
    ("dl_offset", b"4"),
    ("ce_subject", b"agency.pu.replies/0/4"),
    ("ce_sequence", b"9" * 40),
    ("ce_position", b"-1"),
]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (record("progress", None, key=None), "invalid-field"),
        (record("progress", b""), "invalid-field"),
        (record("progress", b"\xff\xfe\x00"), "invalid-field"),
        (record("progress", b"[]"), "invalid-field"),
        (record("progress", b'{"complaint": "x", "complaint": "y"}'), "invalid-field"),
        (record("progress", b"[" * 100_000), "invalid-field"),
        (record("progress", {"text": "\0"}), "invalid-field"),
        (record("progress", {"text": ["satu"]}), "invalid-field"),
        (record("progress", {"text": "petugas", "complaint": "bukan-uuid"}), "invalid-field"),
        (record("answered", {"text": ANSWER, "seen_version": 10**40}), "invalid-field"),
        (record("answered", {"text": ANSWER, "seen_version": -1}), "invalid-field"),
        (record("x", {}, headers=[("ce_type", b"\xff"), ("ce_type", b"")]), "unknown-type"),
        (record("x", {}, headers=[("ce_type", None)]), "unknown-type"),
        (record("x", {"text": 1}, headers=LYING), "invalid-field"),
    ],
)
async def test_a_record_that_cannot_be_read_is_told_by_its_own_place_whatever_it_says(
    replies: ExternalConsumer, topic: Topic, message: Message, code: str
) -> None:
    await replies.handle([message])
    assert [(each.agency, each.place, each.body.code) for each in topic.sent] == [
        (PLN, f"{agency_replies(PLN)}/0/0", code)
    ]


@pytest.mark.parametrize("timestamp_ms", [-1, 2**63 - 1, -(2**62)])
async def test_a_time_that_cannot_be_stops_nothing(replies: ExternalConsumer, topic: Topic, timestamp_ms: int) -> None:
    await replies.handle([record("progress", b"", offset=3)._replace(timestamp_ms=timestamp_ms)])
    assert [each.place for each in topic.sent] == [f"{agency_replies(PLN)}/0/3"]


async def test_an_error_of_ours_is_told_without_what_it_was(
    refused: RefusedReplies, topic: Topic, letters: MemoryDeadLetters
) -> None:
    for because in (f"{EventTooLarge.__name__}: 900 kB", "KeyError at agency_inbox.handlers:30"):
        await refused.put(DeadLetter("agency-inbox", record("progress", {}, offset=len(because)), because))
    assert [(each.body.code, each.body.reason) for each in topic.sent] == [(FAILED, FAILED_REASON)] * 2
    assert {row["reason"] for row in await refused.of(PLN, 0)} == {FAILED_REASON}
    assert letters.letters[0].reason == "EventTooLarge: 900 kB", "the operator sees it"


async def test_a_record_that_is_read_again_after_a_restart_makes_the_same_notice(
    inbox: Inbox, replies: ExternalConsumer, topic: Topic, letters: MemoryDeadLetters, now: FixedClock
) -> None:
    message = record("unheard-of", {})
    topic.up = False
    with pytest.raises(BrokerUnavailable):
        await RefusedReplies(inbox.database, views.REFUSED, letters, topic.tell, now).put(
            DeadLetter("agency-inbox", message, "Poison: unknown-type: ce_type must be another")
        )
    topic.up = True
    for days in (0, 3):
        now.advance(timedelta(days=days))
        again = RefusedReplies(inbox.database, views.REFUSED, letters, topic.tell, now)
        await consumer(inbox, again).handle([message])
    assert len(topic.sent) == 2
    assert topic.sent[0] == topic.sent[1], "the same key, id and body: compaction keeps one"


async def flood(replies: ExternalConsumer, count: int, agency: str = PLN, start: int = 0) -> None:
    await replies.handle([record("unheard-of", {}, start + number, agency) for number in range(count)])


async def test_at_most_100_a_minute_are_told_and_the_others_once_as_a_number(
    inbox: Inbox,
    replies: ExternalConsumer,
    refused: RefusedReplies,
    topic: Topic,
    letters: MemoryDeadLetters,
    now: FixedClock,
) -> None:
    await flood(replies, 350)
    await refused.tell_rest()
    assert topic.codes == ["unknown-type"] * REFUSALS_A_MINUTE
    assert len({each.place for each in topic.sent}) == REFUSALS_A_MINUTE
    await flood(replies, 1, ROADS)
    assert topic.sent[-1].agency == ROADS, "one agency's flood takes nothing from another"
    now.advance(timedelta(seconds=59))
    again = RefusedReplies(inbox.database, views.REFUSED, letters, topic.tell, now)
    await flood(consumer(inbox, again), 20, start=350)
    await again.tell_rest()
    assert len(topic.sent) == REFUSALS_A_MINUTE + 1, "a restart gives no new room"
    now.advance(timedelta(seconds=2))
    await again.tell_rest()
    await again.tell_rest()
    [last] = topic.sent[REFUSALS_A_MINUTE + 1 :]
    assert (last.agency, last.body.code, last.body.count) == (PLN, MORE, 270)
    assert "270" in last.body.reason
    assert last.place.startswith(agency_replies(PLN))
    await flood(consumer(inbox, again), 1, start=370)
    assert topic.codes[-1] == "unknown-type"


async def test_a_number_that_may_not_have_been_told_is_told_again_unchanged(
    inbox: Inbox, replies: ExternalConsumer, refused: RefusedReplies, topic: Topic, now: FixedClock
) -> None:
    await flood(replies, REFUSALS_A_MINUTE + 5)
    now.advance(timedelta(minutes=2))
    topic.up = False
    with pytest.raises(BrokerUnavailable):
        await refused.tell_rest()
    topic.up = True
    await flood(replies, REFUSALS_A_MINUTE + 2, start=500)
    now.advance(timedelta(minutes=2))
    await refused.tell_rest()
    await refused.tell_rest()
    assert [each.body.count for each in topic.sent if each.body.code == MORE] == [5, 2]


BEFORE = """
    create table refused_replies (
        id varchar(36) not null primary key, agency varchar(64) not null, topic varchar(249) not null,
        partition integer not null, "offset" bigint not null, sent_at bigint not null, message_id varchar(200),
        type varchar(100), code varchar(100) not null, reason varchar(500) not null
    )
"""


async def test_what_a_version_without_notices_refused_is_listed_and_not_told(
    tmp_path: Path, letters: MemoryDeadLetters, topic: Topic, now: FixedClock
) -> None:
    file = tmp_path / "before.db"
    with closing(sqlite3.connect(file)) as old, old:
        old.execute(BEFORE)
        old.execute(f"insert into refused_replies values ('1', '{PLN}', 't', 0, 4, 0, null, null, 'not-found', 'x')")
    database = Database(f"sqlite:///{file}", views.METADATA)
    refused = RefusedReplies(database, views.REFUSED, letters, topic.tell, now)
    await refused.tell_rest()
    assert topic.sent == []
    assert [row["offset"] for row in await refused.of(PLN, 0)] == [4]
    await refused.put(DeadLetter("agency-inbox", record("x", {}), "Poison: not-found: Tidak ditemukan."))
    assert topic.codes == ["not-found"]
    await database.close()


def test_every_code_that_a_reply_can_get_is_published_and_in_the_page_for_agencies() -> None:
    known = {name: each for name, each in vars(refusals).items() if inspect.isclass(each) and issubclass(each, Refusal)}
    raised = {name for module in (decide, command) for name in re.findall(r"raise (\w+)", inspect.getsource(module))}
    # Not of a system without units, and not without If-Match.
    never = {NotAllowed.code(), VersionMismatch.code()}
    codes = {known[name].code() for name in raised & known.keys()} - never
    assert codes <= CODES.keys()
    page = (REPOSITORY / "docs/agencies.md").read_text()
    assert [code for code in CODES if f"| `{code}` |" not in page] == []
