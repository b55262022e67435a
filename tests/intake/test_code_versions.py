"""A new code secret serves what is filed afterwards; ending a leaked one says whom it locks out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from typer.testing import CliRunner, Result

from chassis.base import secret_changes
from chassis.base.secret_file import Secrets, read
from chassis.base.settings import Settings, read_settings
from chassis.service.platform import open_platform
from intake.app import open_intake
from intake.context import Intake
from intake.filing import Filed, Filing, file
from intake.storage.tracking_codes import TrackingCodes
from schemas.base.refusals import NotFound
from schemas.contract.submission import Complaining, Reporter
from support.commands import own_state
from support.every_store import POSTGRESQL
from support.inbox import WORDS

PAST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", POSTGRESQL])
def given(request: pytest.FixtureRequest, url_of: Callable[[str], str], tmp_path: Path) -> Settings:
    """Settings with an empty store, key ring and vault of each kind."""
    state = tmp_path / "var"
    (state / "secrets").mkdir(parents=True)
    for name in ("master.key", "code.secret"):
        (state / "secrets" / name).write_text("ab" * 32)
    urls = {name: url_of(request.param) for name in ("store_url", "keyring_url", "vault_url")}
    return Settings(state_dir=state, kafka="127.0.0.1:1", **urls)  # type: ignore[arg-type]


@asynccontextmanager
async def opened(given: Settings) -> AsyncIterator[Intake]:
    async with open_platform(given) as platform, open_intake(platform) as intake:
        yield intake


def filing(number: int, reporter: Reporter | None = None) -> Filing:
    return Filing(str(UUID(int=4)), str(UUID(int=number)), Complaining(text=WORDS, reporter=reporter))


def rotate(given: Settings, since: datetime = PAST) -> None:
    secret = bytes([7]) * 32
    secret_changes.change(given.code_secret_file, lambda found: secret_changes.with_new(found, secret, since, {}))


def end(given: Settings, version: int) -> None:
    at = PAST + timedelta(days=1)
    secret_changes.change(given.code_secret_file, lambda found: secret_changes.with_ended(found, version, at))


async def opens(intake: Intake, filed: Filed) -> bool:
    try:
        return await intake.codes.open(filed.code) == filed.state.id
    except NotFound:
        return False


async def test_printed_codes_and_repeated_filings_give_the_same_code_after_a_new_secret(given: Settings) -> None:
    async with opened(given) as intake:
        before = await file(intake, filing(1))
    rotate(given)
    async with opened(settings_again(given)) as intake:
        after, repeated = await file(intake, filing(2)), await file(intake, filing(1))
        assert (repeated.code, repeated.repeated) == (before.code, True)
        assert await opens(intake, before)
        assert await opens(intake, after)
        assert [one.state.code_version for one in (repeated, after)] == [1, 2]
        again = await file(intake, filing(2))
        assert again.code == after.code


def settings_again(given: Settings) -> Settings:
    """As a process that starts now reads them."""
    return Settings.model_validate(given.model_dump(exclude_unset=True))


async def test_a_process_that_began_before_opens_codes_of_the_new_secret(given: Settings) -> None:
    async with opened(given) as old:
        rotate(given)
        async with opened(settings_again(given)) as new:
            filed = await file(new, filing(1))
            assert filed.state.code_version == 2
            assert await opens(old, filed)
            assert (await file(old, filing(1))).code == filed.code


async def test_a_rebuilt_table_has_the_codes_of_every_version(given: Settings) -> None:
    async with opened(given) as intake:
        before = await file(intake, filing(1))
    rotate(given)
    async with opened(settings_again(given)) as intake:
        after = await file(intake, filing(2))
        await intake.database.run(lambda connection: connection.exec_driver_sql("delete from codes"))
        assert await intake.codes.rebuild(intake.repository.store) == 2
        assert await opens(intake, before)
        assert await opens(intake, after)


async def test_an_ended_version_opens_nothing_in_any_process_and_the_others_go_on(given: Settings) -> None:
    async with opened(given) as intake:
        before = await file(intake, filing(1))
    rotate(given)
    async with opened(settings_again(given)) as intake:
        after = await file(intake, filing(2))
    end(given, 1)
    async with opened(settings_again(given)) as intake:
        assert not await opens(intake, before)
        assert await opens(intake, after)
        assert (await file(intake, filing(1))).code == before.code
        await intake.codes.rebuild(intake.repository.store)
        assert not await opens(intake, before)


async def test_supporters_and_repeats_are_counted_the_same_after_a_new_secret(given: Settings) -> None:
    before = given.hash_secret
    rotate(given)
    assert settings_again(given).hash_secret == before


async def test_what_a_subscriber_was_sent_stays_valid(web: httpx.AsyncClient, intake: Intake, tmp_path: Path) -> None:
    path = tmp_path / "code.secret"
    path.write_text((b"s" * 32).hex())
    secret_changes.change(path, lambda found: secret_changes.with_new(found, b"t" * 32, PAST, {}))
    codes = TrackingCodes(intake.database, Secrets(path, read(path)))
    assert codes.of(UUID(int=1), 1) == intake.codes.of(UUID(int=1), 1)
    assert codes.of(UUID(int=1), 2) != codes.of(UUID(int=1), 1)
    assert codes.newest == 2


class TestCommands:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        state = tmp_path / "var"
        state.mkdir()
        return own_state(state, monkeypatch)

    @staticmethod
    def run(*words: str) -> Result:
        [point] = entry_points(group="satupintu.commands").select(name=words[0])
        return CliRunner().invoke(point.load(), list(words))

    async def test_an_end_says_first_whom_it_locks_out_and_needs_yes(self, folder: Path) -> None:

        async with opened(read_settings()) as intake:
            filed = [
                await file(intake, filing(1)),
                await file(intake, filing(2, Reporter(email="kenari@example.org"))),
            ]
        assert (await asyncio.to_thread(self.run, "codes", "end", "1", "--yes")).exit_code == 2, "none other in use"
        assert (await asyncio.to_thread(self.run, "codes", "rotate", "--after-s", "2")).exit_code == 0
        text = (folder / "secrets" / "code.secret").read_text()
        (folder / "secrets" / "code.secret").write_text(text.replace("since=20", "since=19"))

        asked = await asyncio.to_thread(self.run, "codes", "end", "1")
        assert asked.exit_code == 1
        said = "locks out: 2 open reports (1 of them without a contact), 0 closed reports, 0 subscriptions"
        assert said in asked.output
        assert "nothing was changed" in asked.output
        async with opened(read_settings()) as intake:
            assert await opens(intake, filed[0])

        assert (await asyncio.to_thread(self.run, "codes", "end", "1", "--yes")).exit_code == 0
        async with opened(read_settings()) as intake:
            assert not await opens(intake, filed[0])
        status = (await asyncio.to_thread(self.run, "codes", "status")).output.splitlines()
        assert status[0].startswith("version 1: ended")
        assert status[1].endswith("the newest in use")
        assert (await asyncio.to_thread(self.run, "codes", "end", "9")).exit_code == 2
