"""An installation on SQLite or PostgreSQL, without processes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.base.settings import Settings, read_settings
from support.commands import own_state
from support.every_store import POSTGRESQL, SQLITE
from support.postgres import with_tools

DATABASES = ("store", "keyring", "vault", "offices", "access_log")
IN_ONE = "postgresql-in-one"


@pytest.fixture(params=[SQLITE, POSTGRESQL, pytest.param(IN_ONE, marks=pytest.mark.postgres)])
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url_of: Callable[[str], str]
) -> Settings:
    """Settings of an empty installation, also in the environment."""
    own_state(tmp_path / "state", monkeypatch)
    if request.param != SQLITE:
        with_tools(monkeypatch)
        one = url_of("postgresql")
        for name in (*DATABASES, "views"):
            url = one if request.param == IN_ONE else url_of("postgresql")
            monkeypatch.setenv(f"SATUPINTU_{name.upper()}_URL", url)
    return read_settings()


@pytest.fixture
def sqlite_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    own_state(tmp_path / "state", monkeypatch)
    return read_settings()
