"""What was erased stays erased after a restore of a backup made before it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from chassis.base.settings import Settings
from chassis.service.platform import open_platform
from intake.app import open_intake
from intake.context import Intake
from intake.decide import Erase
from intake.filing import Filed, Filing, file
from intake.handlers import MoveRequest, erase
from schemas.base.refusals import DataErased
from schemas.contract.submission import Complaining, Reporter
from support.inbox import WORDS

WHO = Reporter(name="Kenari Purwitasari", email="kenari@example.org")


def settings(tmp_path: Path) -> Settings:
    state = tmp_path / "var"
    (state / "secrets").mkdir(parents=True, exist_ok=True)
    for name in ("master.key", "code.secret"):
        (state / "secrets" / name).write_text("ab" * 32)
    return Settings(state_dir=state, kafka="127.0.0.1:1")  # type: ignore[call-arg]


@asynccontextmanager
async def opened(given: Settings) -> AsyncIterator[Intake]:
    async with open_platform(given) as platform, open_intake(platform) as intake:
        yield intake


def filing(key: str) -> Filing:
    return Filing(str(UUID(int=4)), key, Complaining(text=WORDS, reporter=WHO))


async def erased(intake: Intake, filed: Filed) -> None:
    await erase(intake, MoveRequest(filed.state.id, "client", str(UUID(int=9)), "erasure"), Erase())


async def is_erased(intake: Intake, filed: Filed) -> bool:
    loaded = await intake.repository.load(filed.state.id)
    no_person = not await intake.vault.complaints_among([filed.state.id])
    return no_person and not loaded.keys.generations and (loaded.state.erased or not loaded.recorded)


def restored(given: Settings, tmp_path: Path, *, parts: tuple[str, ...] = ("",)) -> None:
    for part in parts:
        for path in (tmp_path / "backup").glob(f"{part}*.db*"):
            shutil.copy(path, given.state_dir)


def copied(given: Settings, tmp_path: Path) -> None:
    shutil.copytree(given.state_dir, tmp_path / "backup")


@pytest.mark.parametrize("parts", [("",), ("store",), ("keyring",), ("vault",), ("keyring", "vault")])
async def test_a_restored_backup_does_not_bring_back_what_was_erased(tmp_path: Path, parts: tuple[str, ...]) -> None:
    given = settings(tmp_path)
    async with opened(given) as intake:
        gone, kept = [await file(intake, filing(str(UUID(int=n)))) for n in (1, 2)]
    copied(given, tmp_path)
    async with opened(given) as intake:
        await erased(intake, gone)
        assert await is_erased(intake, gone)
    for path in given.state_dir.glob("*.db-*"):
        path.unlink()
    restored(given, tmp_path, parts=parts)
    async with opened(given) as intake:
        assert await is_erased(intake, gone)
        assert not await is_erased(intake, kept)
        assert (await intake.repository.load(kept.state.id)).state.text == WORDS


async def test_what_was_filed_and_erased_after_the_backup_cannot_be_filed_again(tmp_path: Path) -> None:
    given = settings(tmp_path)
    async with opened(given) as intake:
        await file(intake, filing(str(UUID(int=1))))
    copied(given, tmp_path)
    async with opened(given) as intake:
        gone = await file(intake, filing(str(UUID(int=2))))
        await erased(intake, gone)
    for path in given.state_dir.glob("*.db-*"):
        path.unlink()
    restored(given, tmp_path)
    async with opened(given) as intake:
        with pytest.raises(DataErased):
            await file(intake, filing(str(UUID(int=2))))


async def test_erasures_made_before_there_was_a_list_are_added_to_it(tmp_path: Path) -> None:
    given = settings(tmp_path)
    async with opened(given) as intake:
        gone = await file(intake, filing(str(UUID(int=1))))
    copied(given, tmp_path)
    async with opened(given) as intake:
        await erased(intake, gone)
    shutil.rmtree(tmp_path / "var.erasures")
    async with opened(given) as intake:
        assert [page async for page in intake.erasures.pages()] == [[gone.state.id]]


async def test_the_list_of_one_store_does_not_touch_another(tmp_path: Path) -> None:
    given = settings(tmp_path)
    async with opened(given) as intake:
        await erased(intake, await file(intake, filing(str(UUID(int=1)))))
    for path in given.state_dir.glob("*.db*"):
        path.unlink()
    async with opened(given) as intake:
        again = await file(intake, filing(str(UUID(int=1))))
    async with opened(given) as intake:
        assert not await is_erased(intake, again)
