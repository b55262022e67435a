"""Tracking codes and persons are stored nowhere in plain text, and texts only where they are needed.

It stops the platform and reads every byte that it wrote, so it is the last test of this folder.
"""

import sqlite3
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from schemas.base.topics import agency_inbox
from support.door import Door, told_of
from support.everything import everything
from support.platform import Running

pytestmark = [pytest.mark.journey, pytest.mark.broker]

CITY = "kota-bandung"
PERSON = {"name": "Kenari Purwitasari", "email": "kenari.purwita@example.org", "phone": "+62 811 5550 4711"}
HELD = "Lampu jalan padam di dekat rumpun melati kuning sejak Senin."
LOST = "Sungguh kurang berkenan perihal kejadian kemarin sore itu."
"""Unclear on purpose: no agency gets it, so no topic may contain its text."""


async def test_no_code_person_or_text_is_stored_where_it_is_not_needed(platform: Running, door: Door) -> None:
    held = await door.file(HELD, reporter=PERSON)
    lost = await door.file(LOST, reporter=PERSON)
    await told_of(platform.kafka.cluster, CITY, held["id"], "complaint.assigned")
    await door.reaches(lost["tracking_code"], "triage")
    for filed in (held, lost):
        await door.reporter(filed["tracking_code"], "details", text=f"Tambahan: {LOST}" if filed is lost else HELD)
        await door.reporter(filed["tracking_code"], "erasure")
    await told_of(platform.kafka.cluster, CITY, held["id"], "complaint.erased")

    codes = [form for filed in (held, lost) for form in _forms(filed["tracking_code"])]
    never, words = [*codes, *PERSON.values()], [HELD, LOST]
    topics = await everything(platform.kafka.cluster)
    assert _found(topics[agency_inbox(CITY)], [HELD]), "the search finds what is there"
    for topic, records in topics.items():
        allowed = [HELD] if topic == agency_inbox(CITY) else []
        assert not _found(records, [word for word in never + words if word not in allowed]), topic

    platform.stop()
    others = {
        path: oct(path.stat().st_mode)
        for path in platform.state.rglob("*")
        # The broker of the tests is started by the test's own process.
        if path.relative_to(platform.state).parts[0] != "kafka" and stat.S_IMODE(path.stat().st_mode) & 0o077
    }
    assert others == {}, "only the owner reads what the platform wrote"
    files = {path: path.read_bytes() for path in _written(platform.state)}
    assert {"store.db", "vault.db", "keyring.db", "front.log", "router-1.log"} <= {path.name for path in files}
    assert _found([files[platform.state / "store.db"]], [held["public_number"]]), "the search finds what is there"
    for path, content in files.items():
        assert not _found([content], never + words), path


def _forms(code: str) -> list[str]:
    return [code, code.replace("-", "")]


def _found(contents: list[bytes], secrets: list[str]) -> list[str]:
    # As UTF-8, and as JSON escapes non-ASCII characters; SQLite stores texts as UTF-8.
    return [secret for secret in secrets if any(secret.encode() in content for content in contents)]


def _written(state: Path) -> Iterator[Path]:
    for database in state.glob("*.db"):
        with sqlite3.connect(database) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
        connection.close()
    # The broker's files were checked as topics; notices are the reporter's own.
    apart: Mapping[str, None] = dict.fromkeys(("kafka", "notices", "secrets"))
    for path in sorted(state.rglob("*")):
        if path.is_file() and path.relative_to(state).parts[0] not in apart:
            yield path
