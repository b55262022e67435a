"""The front over SQLite, in a folder of the test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.commands import own_state
from support.front import Front, opened


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Settings of a new state without rate limits; a test may set more before it opens the front."""
    own_state(tmp_path, monkeypatch)
    for name in ("FILINGS", "REQUESTS"):
        monkeypatch.setenv(f"SATUPINTU_{name}_PER_MINUTE", "0")
    return monkeypatch


@pytest.fixture
async def front(settings: pytest.MonkeyPatch) -> AsyncIterator[Front]:
    async with opened() as front:
        yield front
