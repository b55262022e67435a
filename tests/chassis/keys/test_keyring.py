"""Complaints' keys are created once, shared by all processes, and never come back after destruction."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from chassis.base import secret_changes
from chassis.base.errors import WrongStore
from chassis.base.secret_file import Secrets, read
from chassis.keys.cache import LONGEST_S
from chassis.keys.keyring import MemoryKeyRing, SqlKeyRing
from schemas.base.sealed import ERASED, Keys

MASTER = b"m" * 32
ONE, TWO = UUID(int=1), UUID(int=2)
EVENT = UUID(int=9)


class Watch:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def url(sql_url: str) -> str:
    return sql_url


@pytest.fixture(params=["memory", "sql"])
async def ring(request: pytest.FixtureRequest, url: str) -> AsyncIterator[SqlKeyRing | MemoryKeyRing]:
    made = MemoryKeyRing() if request.param == "memory" else SqlKeyRing(url, MASTER)
    yield made
    await made.close()


async def test_a_complaint_has_no_key_until_one_is_asked_for_and_then_keeps_it(
    ring: SqlKeyRing | MemoryKeyRing,
) -> None:
    assert await ring.load([ONE]) == {ONE: Keys()}

    made = await ring.ensure([ONE, TWO])

    assert made == await ring.ensure([TWO, ONE]) == await ring.load([ONE, TWO])
    assert {len(key) for keys in made.values() for key in keys.generations.values()} == {32}
    assert made[ONE] != made[TWO]


async def test_nothing_asked_for_is_nothing_given(ring: SqlKeyRing | MemoryKeyRing) -> None:
    assert await ring.ensure([]) == {}
    assert await ring.load([]) == {}


async def test_what_destroyed_keys_sealed_is_forgotten_and_no_key_is_made_again(
    ring: SqlKeyRing | MemoryKeyRing,
) -> None:
    token = (await ring.ensure([ONE, TWO]))[ONE].seal(EVENT, "text", "my street is dark")

    await ring.destroy(ONE)
    await ring.destroy(ONE)

    assert (await ring.load([ONE]))[ONE].open(EVENT, "text", token) == ERASED
    assert await ring.ensure([ONE]) == {ONE: Keys()}
    assert (await ring.load([TWO]))[TWO].generations


async def test_a_renewed_complaint_seals_anew_and_the_old_text_stays_forgotten(
    ring: SqlKeyRing | MemoryKeyRing,
) -> None:
    token = (await ring.ensure([ONE]))[ONE].seal(EVENT, "text", "old")
    await ring.destroy(ONE)

    keys = await ring.renew(ONE)

    assert list(keys.generations) == [2]
    assert keys == (await ring.load([ONE]))[ONE] == (await ring.ensure([ONE]))[ONE]
    assert keys.open(EVENT, "text", token) == ERASED
    assert keys.open(EVENT, "text", keys.seal(EVENT, "text", "new")) == "new"


async def test_a_second_generation_stands_beside_a_living_first(ring: SqlKeyRing | MemoryKeyRing) -> None:
    first = (await ring.ensure([ONE]))[ONE].seal(EVENT, "text", "first")

    keys = await ring.renew(ONE)

    assert list(keys.generations) == [1, 2]
    assert keys.open(EVENT, "text", first) == "first"
    assert keys.seal(EVENT, "text", "second").startswith("2.")


async def test_processes_that_ask_at_once_get_the_same_keys(url: str) -> None:
    rings = [SqlKeyRing(url, MASTER) for _ in range(3)]
    complaints = [UUID(int=number) for number in range(1, 101)]

    answers = await asyncio.gather(
        *[ring.ensure(complaints) for ring in rings],
        *[ring.ensure(complaints[number:][::-1]) for number, ring in enumerate(rings)],
    )

    assert all(one[complaint] == answers[0][complaint] for one in answers for complaint in one)
    await asyncio.gather(*[ring.close() for ring in rings])


async def test_keys_outlive_their_process(url: str) -> None:
    ring = SqlKeyRing(url, MASTER)
    made = await ring.ensure([ONE])
    await ring.close()

    again = SqlKeyRing(url, MASTER)
    assert await again.load([ONE]) == made
    await again.close()


async def test_another_master_key_is_told_before_anything_is_read_or_made(url: str) -> None:
    ring = SqlKeyRing(url, MASTER)
    await ring.ensure([ONE])
    await ring.close()

    wrong = SqlKeyRing(url, b"n" * 32)
    for ask in (wrong.load([ONE]), wrong.ensure([TWO]), wrong.destroy(ONE), wrong.renew(ONE)):
        with pytest.raises(WrongStore, match="another master key"):
            await ask
    await wrong.close()


async def test_a_short_master_key_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="32 bytes, not 5"):
        SqlKeyRing(url, b"short")


async def test_an_erasure_in_another_process_holds_here_after_a_minute(url: str) -> None:
    watch = Watch()
    here, there = SqlKeyRing(url, MASTER, monotonic=watch), SqlKeyRing(url, MASTER)
    made = await here.ensure([ONE])

    await there.destroy(ONE)

    assert await here.load([ONE]) == made
    watch.now_s += LONGEST_S
    assert await here.load([ONE]) == {ONE: Keys()}
    await asyncio.gather(here.close(), there.close())


async def test_no_key_and_no_wrapped_key_is_left_in_the_files_after_an_erasure(tmp_path: Path) -> None:
    # The files of SQLite; PostgreSQL's are its server's.
    ring = SqlKeyRing(f"sqlite:///{tmp_path}/keys.db", MASTER)
    [key] = (await ring.ensure([ONE]))[ONE].generations.values()
    await ring.ensure([TWO])
    wrapped = _wrapped(tmp_path / "keys.db")
    assert _found(tmp_path, wrapped[ONE])

    await ring.destroy(ONE)

    assert not _found(tmp_path, wrapped[ONE])
    assert not _found(tmp_path, key)
    assert _found(tmp_path, wrapped[TWO])
    await ring.close()


def _wrapped(path: Path) -> dict[UUID, bytes]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as connection:
        return {
            UUID(bytes=one): key for one, key in connection.execute("select complaint, wrapped from complaint_keys")
        }


def _found(folder: Path, secret: bytes) -> bool:
    return any(secret in path.read_bytes() for path in folder.iterdir())


class TestRotation:
    """A second master key, while other processes run."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "master.key"
        path.write_text(MASTER.hex())
        return path

    @staticmethod
    def secrets(file: Path) -> Secrets:
        return Secrets(file, read(file))

    @staticmethod
    def rotate(file: Path) -> None:
        since = datetime(2026, 1, 1, tzinfo=UTC)
        secret_changes.change(file, lambda found: secret_changes.with_new(found, b"n" * 32, since, {}))

    async def test_rows_of_both_keys_are_read_and_new_ones_use_the_newest(self, url: str, file: Path) -> None:
        before = SqlKeyRing(url, self.secrets(file))
        old = await before.ensure([ONE])
        self.rotate(file)
        after = SqlKeyRing(url, self.secrets(file))
        new = await after.ensure([ONE, TWO])

        assert new[ONE] == old[ONE]
        assert await after.wrapped_by() == {1: 1, 2: 1}
        # A process that has not read the file again reads it when it meets a row of the new key.
        assert (await before.load([TWO]))[TWO] == new[TWO]
        await asyncio.gather(before.close(), after.close())

    async def test_every_row_is_wrapped_again_and_the_old_key_is_then_of_no_use(self, url: str, file: Path) -> None:
        complaints = [UUID(int=number) for number in range(1, 1203)]
        ring = SqlKeyRing(url, self.secrets(file))
        made = await ring.ensure(complaints)
        await ring.destroy(TWO)
        await ring.close()
        self.rotate(file)

        ring = SqlKeyRing(url, self.secrets(file))
        assert await ring.rewrap() == 1201
        assert await ring.rewrap() == 0
        assert await ring.wrapped_by() == {2: 1201}
        await ring.close()

        alone = SqlKeyRing(url, b"n" * 32)
        assert await alone.load([ONE, TWO]) == {ONE: made[ONE], TWO: Keys()}
        await alone.close()
        leaked = SqlKeyRing(url, MASTER)
        with pytest.raises(WrongStore):
            await leaked.load([ONE])
        await leaked.close()

    async def test_a_kill_in_the_middle_leaves_readable_rows_and_the_next_run_does_the_rest(
        self, url: str, file: Path
    ) -> None:
        complaints = [UUID(int=number) for number in range(1, 1203)]
        ring = SqlKeyRing(url, self.secrets(file))
        made = await ring.ensure(complaints)
        self.rotate(file)

        class Killed(Exception):
            pass

        def kill(_rows: int) -> None:
            raise Killed

        with pytest.raises(Killed):
            await SqlKeyRing(url, self.secrets(file)).rewrap(kill)
        again = SqlKeyRing(url, self.secrets(file))
        assert await again.wrapped_by() == {1: 702, 2: 500}
        assert await again.load(complaints) == made
        assert await again.rewrap() == 702
        await asyncio.gather(ring.close(), again.close())

    async def test_an_erasure_meanwhile_is_not_undone(self, url: str, file: Path) -> None:
        ring = SqlKeyRing(url, self.secrets(file))
        await ring.ensure([UUID(int=number) for number in range(1, 1203)])
        self.rotate(file)
        last = UUID(int=1202)
        other = SqlKeyRing(url, self.secrets(file))
        erased = asyncio.Event()

        async def erase() -> None:
            await other.destroy(last)
            erased.set()

        await asyncio.gather(ring.rewrap(), erase())
        assert erased.is_set()
        assert await other.load([last]) == {last: Keys()}
        await asyncio.gather(ring.close(), other.close())

    async def test_a_row_of_neither_key_stops_it(self, url: str, file: Path) -> None:
        ring = SqlKeyRing(url, self.secrets(file))
        await ring.ensure([ONE])
        self.rotate(file)
        secret_changes.change(file, lambda found: secret_changes.without(found, 1))
        with pytest.raises(WrongStore, match="another master key"):
            await SqlKeyRing(url, self.secrets(file)).rewrap()
        await ring.close()
