"""Only their owner reads files with personal data or keys, whatever the umask, and after an upgrade."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from chassis.base.private_files import close_folder_to_others
from chassis.sql.database import Database
from intake.notices.port import FileMailbox, Notice
from intake.storage.tables import metadata

COMPLAINT = UUID(int=3)


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    return [path.name for path in sorted(folder.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]


async def test_notices_and_databases_are_their_owners_alone(tmp_path: Path) -> None:
    await FileMailbox(tmp_path / "notices").send(Notice(UUID(int=1), COMPLAINT, "a@contoh.id", "Laporan", "isi"))
    database = Database(f"sqlite:///{tmp_path}/vault.db", metadata)
    await database.run(
        lambda connection: connection.exec_driver_sql(
            "insert into readings (complaint, agency, at) values (x'00', 'a', 'b')"
        ).close()
    )
    assert {path.name for path in tmp_path.iterdir()} >= {"vault.db", "vault.db-wal", "notices"}
    assert open_to_others(tmp_path) == []
    await database.close()


async def test_files_of_an_earlier_version_are_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    path.touch(mode=0o644)
    database = Database(f"sqlite:///{path}", metadata)
    await database.read(lambda connection: connection.exec_driver_sql("select 1").close())
    assert open_to_others(tmp_path) == []
    await database.close()
    folder = tmp_path / "state" / "notices"
    folder.mkdir(parents=True)
    (folder / "1.json").touch(mode=0o644)
    close_folder_to_others(tmp_path / "state")
    assert open_to_others(tmp_path) == []
