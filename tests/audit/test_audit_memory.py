"""The memory of an audit does not grow with the length of the history."""

import gc
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from audit.audit import Audit
from chassis.keys.keyring import MemoryKeyRing
from chassis.store.sql.store import SqlStore
from chassis.write.repository import Repository
from schemas.reference.load import policies
from support.history import again, begin
from support.inbox import T0

SHORT, LONG = 30, 240


def collect() -> None:
    """Collects garbage explicitly, since automatic collection depends on what ran before."""
    gc.collect()


async def peak_bytes(path: Path, lives: int, *, past: bool) -> int:
    """The peak memory of an audit. `past`: as of the middle of the histories."""
    again(path, await begin(path), lives)
    store = SqlStore(f"sqlite:///{path}")
    now = T0 + timedelta(hours=1.25 if past else 2)
    walk = Audit(
        Repository(store, MemoryKeyRing(), "audit"), policies(), now, timedelta(minutes=1), page_size=50,
        until=now if past else None, page=lambda *_: collect(),
    )  # fmt: skip
    gc.collect()
    gc.freeze()  # each of the many collections to come then looks at the walk's own objects alone
    tracemalloc.start()
    # The copies are sealed with the keys of the first complaint, so none of them can be read.
    found = [violation async for violation, _ in walk.violations() if violation.code != "keys-missing"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await store.close()
    assert found == []
    assert walk.totals["filed"] == lives + 1
    assert walk.totals["closed"] == ({} if past else {"confirmed": lives + 1})
    return peak


@pytest.mark.slow
@pytest.mark.parametrize("past", [False, True])
async def test_ten_times_the_history_needs_no_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, past: bool
) -> None:
    monkeypatch.setattr(
        "chassis.sql.database.READERS", 1
    )  # the number of threads that read, each with its own connection, varies
    # The first run fills bounded caches and objects that are created once.
    await peak_bytes(tmp_path / "warm.db", LONG, past=past)
    short = await peak_bytes(tmp_path / "short.db", SHORT, past=past)
    long = await peak_bytes(tmp_path / "long.db", LONG, past=past)
    assert long < 1.5 * short
