"""The audit of a long history needs no more memory than that of a short one."""

import gc
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.audit import Audit
from chassis.keyring import MemoryKeyRing
from chassis.ledger import Ledger
from chassis.stores.sql import SqlStore
from schemas.data_files import policies
from support.history import again, begin
from support.inbox import T0

SHORT, LONG = 30, 240


async def peak_bytes(path: Path, lives: int) -> int:
    """What the walk held at most."""
    again(path, await begin(path), lives)
    store = SqlStore(f"sqlite:///{path}")
    walk = Audit(
        Ledger(store, MemoryKeyRing(), "audit"), policies(), T0 + timedelta(hours=2), timedelta(minutes=1), page_size=50
    )
    gc.collect()
    tracemalloc.start()
    found = [violation async for violation, _ in walk.violations()]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await store.close()
    assert found == []
    assert walk.told["closed"] == {"confirmed": lives + 1}
    return peak


async def test_ten_times_the_history_needs_no_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.sql.READERS", 1)  # how many get to read, each with a connection of its own, is chance
    await peak_bytes(tmp_path / "warm.db", LONG)  # what is made once and kept, bounded caches too, is made here
    short, long = await peak_bytes(tmp_path / "short.db", SHORT), await peak_bytes(tmp_path / "long.db", LONG)
    assert long < 1.5 * short
