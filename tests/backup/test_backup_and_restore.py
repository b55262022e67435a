"""A copy of real databases, brought back, on SQLite and PostgreSQL: what is there again, and what is refused."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from backup import make, postgresql, secret_files, sqlite, sums, verify
from backup import restore as restoring
from backup.errors import (
    CannotCopy,
    ListOfErasures,
    NewerCopy,
    NoSpace,
    NotACopy,
    Tampered,
    TargetInUse,
    ToolFailed,
    WrongSecret,
)
from backup.manifest import NAME, Manifest
from backup.restore import RestoreOptions
from chassis.attachments.configured import open_objects
from chassis.base.clock import SystemClock
from chassis.base.errors import WrongStore
from chassis.base.settings import Settings, read_settings
from chassis.keys.keyring import SqlKeyRing
from chassis.sql.database import Database
from chassis.store.sql.store import SqlStore
from intake.storage import erasures
from intake.storage.tables import HISTORY as VAULT
from local.platform.state_dir import make_secrets
from schemas.base.streams import complaint_stream
from support.installation import filled, name_of

pytestmark = pytest.mark.timeout(300)
FIRST, NEXT = UUID(int=501), UUID(int=502)
ALONE = RestoreOptions(kafka=False)


async def copy(settings: Settings, to: Path) -> Manifest:
    return await asyncio.to_thread(make.back_up, settings, to, SystemClock().now, say=lambda _line: None)


async def bring_back(
    folder: Path, settings: Settings, options: RestoreOptions = ALONE, lineage: UUID = FIRST
) -> list[str]:
    return await asyncio.to_thread(restoring.restore, folder, settings, options, lineage, lambda _line: None)


async def complaints(settings: Settings) -> list[str]:
    store = SqlStore(settings.store_url)
    try:
        return [event.stream for event in (await store.read_all(None)).events]
    finally:
        await store.close()


async def erase(settings: Settings, complaint: UUID) -> None:
    """On the list alone, as an erasure whose effects are lost with the databases."""
    store = SqlStore(settings.store_url)
    listed = erasures.Erasures(Database(settings.erasures_url, erasures.metadata), store)
    try:
        await listed.note(complaint, SystemClock().now())
    finally:
        await listed.close()
        await store.close()


async def taken(settings: Settings) -> int:
    vault = Database(settings.vault_url, VAULT)
    try:
        statement = "select taken from counters where year = 2026"
        return int(await vault.read(lambda connection: connection.exec_driver_sql(statement).scalar_one()))
    finally:
        await vault.close()


async def test_what_was_copied_is_there_again_and_what_came_later_is_not(settings: Settings, tmp_path: Path) -> None:
    await filled(settings, 1, 3)
    made = await copy(settings, tmp_path / "copy")
    await filled(settings, 4, 5)
    told = await bring_back(tmp_path / "copy", settings, RestoreOptions(replace=True, kafka=False))
    assert made.position == 3
    assert await complaints(settings) == [complaint_stream(UUID(int=number)) for number in (1, 2, 3)]
    ring = SqlKeyRing(settings.keyring_url, settings.master_keys)
    keys = await ring.load([UUID(int=number) for number in (1, 3, 5)])
    await ring.close()
    assert [bool(keys[UUID(int=number)].generations) for number in (1, 3, 5)] == [True, True, False]
    files = open_objects(settings)
    assert [await files.size(name_of(UUID(int=number))) for number in (1, 3, 4)] == [6, 6, None]
    assert await files.read(name_of(UUID(int=2)), 0, 6) == b"file 2"
    assert told[0].startswith("restored: the copy of ")
    assert "up to position 3" in told[0]


async def test_public_numbers_go_on_after_a_stated_margin(settings: Settings, tmp_path: Path) -> None:
    await filled(settings, 1, 3)
    await copy(settings, tmp_path / "copy")
    told = await bring_back(tmp_path / "copy", settings, RestoreOptions(replace=True, kafka=False, number_margin=500))
    assert await taken(settings) == 503
    assert "public numbers of 2026 go on after 503" in told


async def test_a_restore_begins_a_lineage_that_the_next_copy_names(settings: Settings, tmp_path: Path) -> None:
    await filled(settings, 1, 1)
    one = await copy(settings, tmp_path / "one")
    await bring_back(tmp_path / "one", settings, RestoreOptions(replace=True, kafka=False), FIRST)
    two = await copy(settings, tmp_path / "two")
    await bring_back(tmp_path / "two", settings, RestoreOptions(replace=True, kafka=False), NEXT)
    three = await copy(settings, tmp_path / "three")
    assert [one.lineage, two.lineage, three.lineage] == [one.store_id, FIRST, NEXT]
    assert one.store_id == two.store_id == three.store_id


async def test_a_key_that_was_erased_after_the_copy_never_comes_back(settings: Settings, tmp_path: Path) -> None:
    await filled(settings, 1, 3)
    await copy(settings, tmp_path / "copy")
    await erase(settings, UUID(int=2))
    await erase(settings, UUID(int=99))
    await bring_back(tmp_path / "copy", settings, RestoreOptions(replace=True, kafka=False))
    ring = SqlKeyRing(settings.keyring_url, settings.master_keys)
    keys = await ring.ensure([UUID(int=number) for number in (1, 2, 99)])
    await ring.close()
    assert [bool(keys[UUID(int=number)].generations) for number in (1, 2, 99)] == [True, False, False]
    assert await open_objects(settings).size(name_of(UUID(int=2))) is None


async def test_answers_about_complaints_that_the_store_does_not_hold_are_forgotten(
    settings: Settings, tmp_path: Path
) -> None:
    await filled(settings, 1, 2)
    vault = Database(settings.vault_url, VAULT)
    statement = vault.paramstyle("insert into submissions (client, key, complaint) values ('sms', 'late', %s)")
    await vault.run(lambda connection: connection.exec_driver_sql(statement, (UUID(int=77).bytes,)))
    await vault.close()
    await copy(settings, tmp_path / "copy")
    told = await bring_back(tmp_path / "copy", settings, RestoreOptions(replace=True, kafka=False))
    vault = Database(settings.vault_url, VAULT)
    count = "select count(*) from submissions"
    assert await vault.read(lambda connection: connection.exec_driver_sql(count).scalar_one()) == 2
    await vault.close()
    assert "1 answers about complaints that the store does not hold were forgotten" in told


async def test_data_that_are_there_are_not_deleted_unless_told(settings: Settings, tmp_path: Path) -> None:
    await filled(settings, 1, 3)
    await copy(settings, tmp_path / "copy")
    await filled(settings, 4, 4)
    with pytest.raises(TargetInUse, match="--replace"):
        await bring_back(tmp_path / "copy", settings)
    assert len(await complaints(settings)) == 4


async def test_a_restore_that_was_broken_off_is_refused_by_the_store_and_finished_by_the_same_command(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(settings, 1, 3)
    await copy(settings, tmp_path / "copy")
    with monkeypatch.context() as patched:
        patched.setattr(restoring, "_put_store_last", _broken)
        with pytest.raises(ZeroDivisionError):
            await bring_back(tmp_path / "copy", settings, RestoreOptions(replace=True, kafka=False))
    with pytest.raises(WrongStore, match="satupintu restore"):
        await complaints(settings)
    await bring_back(tmp_path / "copy", settings)
    assert len(await complaints(settings)) == 3


def _broken(*_given: object) -> None:
    raise ZeroDivisionError


async def test_a_half_made_copy_is_refused(sqlite_settings: Settings, tmp_path: Path) -> None:
    await filled(sqlite_settings, 1, 1)
    await copy(sqlite_settings, tmp_path / "copy")
    (tmp_path / "copy" / NAME).unlink()
    for folder in (tmp_path / "copy", tmp_path / "none", tmp_path):
        with pytest.raises(NotACopy):
            await bring_back(folder, sqlite_settings)


async def test_a_changed_a_missing_and_an_added_file_are_refused(sqlite_settings: Settings, tmp_path: Path) -> None:
    await filled(sqlite_settings, 1, 1)
    await copy(sqlite_settings, tmp_path / "copy")
    place = tmp_path / "copy/databases/keyring.db"
    content = place.read_bytes()
    place.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Tampered, match=r"databases/keyring\.db: changed"):
        await bring_back(tmp_path / "copy", sqlite_settings)
    place.unlink()
    with pytest.raises(Tampered, match=r"databases/keyring\.db: missing"):
        await bring_back(tmp_path / "copy", sqlite_settings)
    place.write_bytes(content)
    (tmp_path / "copy/more").write_text("x")
    with pytest.raises(Tampered, match="more: not of this copy"):
        await bring_back(tmp_path / "copy", sqlite_settings)


async def test_a_list_that_was_changed_with_its_file_is_refused(sqlite_settings: Settings, tmp_path: Path) -> None:
    await filled(sqlite_settings, 1, 1)
    await copy(sqlite_settings, tmp_path / "copy")
    listed = tmp_path / "copy" / sums.NAME
    listed.write_text(listed.read_text().replace("a", "b"))
    with pytest.raises((Tampered, NotACopy)):
        await bring_back(tmp_path / "copy", sqlite_settings)


async def test_a_changed_manifest_is_refused_and_a_newer_one_by_its_version(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    await filled(sqlite_settings, 1, 1)
    await copy(sqlite_settings, tmp_path / "copy")
    place = tmp_path / "copy" / NAME
    whole = json.loads(place.read_text())
    place.write_text(json.dumps(whole | {"position": 2}))
    with pytest.raises(Tampered):
        await bring_back(tmp_path / "copy", sqlite_settings)
    place.write_text(json.dumps(whole | {"format": 2}))
    with pytest.raises(NewerCopy):
        await bring_back(tmp_path / "copy", sqlite_settings)


async def test_another_master_key_is_refused_before_anything_is_changed(
    sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(sqlite_settings, 1, 1)
    await copy(sqlite_settings, tmp_path / "copy")
    make_secrets(tmp_path / "other")
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(tmp_path / "other"))
    other = read_settings()
    with pytest.raises(WrongSecret, match="another master key"):
        await bring_back(tmp_path / "copy", other)
    assert not Path(other.store_url.removeprefix("sqlite:///")).exists()


async def test_secrets_are_kept_apart_and_come_back(
    sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(sqlite_settings, 1, 2)
    await copy(sqlite_settings, tmp_path / "copy")
    with pytest.raises(CannotCopy, match="apart"):
        secret_files.back_up(sqlite_settings, tmp_path / "copy/secrets")
    names = secret_files.back_up(sqlite_settings, tmp_path / "secrets")
    assert {"master.key", "code.secret", "kafka/operator.password"} <= set(names)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o600
    for path in (tmp_path / "copy").rglob("*"):
        assert path.is_dir() or sqlite_settings.master_keys.newest.secret.hex().encode() not in path.read_bytes()
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(tmp_path / "other"))
    other = read_settings()
    secret_files.restore(other, tmp_path / "secrets")
    await bring_back(tmp_path / "copy", other)
    assert len(await complaints(other)) == 2


async def test_secrets_of_another_installation_are_not_overwritten(sqlite_settings: Settings, tmp_path: Path) -> None:
    secret_files.back_up(sqlite_settings, tmp_path / "secrets")
    sqlite_settings.master_key_file.write_text("ab" * 32 + "\n")
    with pytest.raises(TargetInUse, match="another secret"):
        secret_files.restore(sqlite_settings, tmp_path / "secrets")
    with pytest.raises(NotACopy):
        secret_files.restore(sqlite_settings, sqlite_settings.master_key_file)


async def test_a_second_copy_into_the_same_folder_is_refused(sqlite_settings: Settings, tmp_path: Path) -> None:
    await filled(sqlite_settings, 1, 1)
    await copy(sqlite_settings, tmp_path / "copy")
    before = (tmp_path / "copy" / NAME).read_bytes()
    with pytest.raises(CannotCopy, match="new folder"):
        await copy(sqlite_settings, tmp_path / "copy")
    assert (tmp_path / "copy" / NAME).read_bytes() == before


async def test_what_a_killed_process_left_is_no_copy_and_does_not_prevent_one(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    await filled(sqlite_settings, 1, 1)
    left = tmp_path / "copy.part/databases"
    left.mkdir(parents=True)
    (left / "store.db").write_bytes(b"half")
    with pytest.raises(NotACopy):
        await bring_back(tmp_path / "copy.part", sqlite_settings)
    await copy(sqlite_settings, tmp_path / "copy")
    verify.check_files(verify.opened(tmp_path / "copy"))
    assert not (tmp_path / "copy.part").exists()


async def test_a_full_disk_is_said_and_leaves_nothing(
    sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(sqlite_settings, 1, 1)
    with pytest.raises(NoSpace, match="full"):
        await _copy_onto_full_disk(sqlite_settings, tmp_path / "copy", monkeypatch)
    assert not list(tmp_path.glob("copy*"))


async def _copy_onto_full_disk(settings: Settings, to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(make, "write_text", full)
        await copy(settings, to)


async def test_more_than_the_disk_has_is_refused_at_once(
    sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(sqlite_settings, 1, 1)
    monkeypatch.setattr(make, "_size", lambda *_given, **_named: 10**18)
    with pytest.raises(NoSpace, match="MB left"):
        await copy(sqlite_settings, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


async def test_an_older_list_of_erasures_is_refused_unless_told(sqlite_settings: Settings, tmp_path: Path) -> None:
    await filled(sqlite_settings, 1, 2)
    await erase(sqlite_settings, UUID(int=2))
    assert (await copy(sqlite_settings, tmp_path / "copy")).erasures == 1
    sqlite.wipe(sqlite_settings.erasures_url)
    with pytest.raises(ListOfErasures, match="SATUPINTU_ERASURES_URL"):
        await bring_back(tmp_path / "copy", sqlite_settings, RestoreOptions(replace=True, kafka=False))
    await bring_back(tmp_path / "copy", sqlite_settings, RestoreOptions(replace=True, kafka=False, list_lost=True))
    assert len(await complaints(sqlite_settings)) == 2


async def test_a_running_platform_is_refused(sqlite_settings: Settings, tmp_path: Path) -> None:
    await filled(sqlite_settings, 1, 1)
    await copy(sqlite_settings, tmp_path / "copy")
    holding = _holding(sqlite_settings.state_dir / ".lock")
    try:
        with pytest.raises(TargetInUse, match="stop the platform"):
            await bring_back(tmp_path / "copy", sqlite_settings, RestoreOptions(replace=True, kafka=False))
    finally:
        holding.kill()
        holding.communicate()  # closes its pipes


def _holding(path: Path) -> Any:
    program = (
        "import fcntl, sys; file = open(sys.argv[1], 'ab'); fcntl.lockf(file, fcntl.LOCK_EX); "
        "print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.mark.postgres
async def test_a_missing_tool_of_postgresql_is_named(
    sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolFailed, match="postgresql-client"):
        postgresql.check_tools("pg_dump")
