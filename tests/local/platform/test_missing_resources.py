"""Missing disk space or network is reported in one sentence that names the remedy."""

import errno
import importlib.util
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import structlog

from chassis.base.log import configure
from chassis.base.settings import Settings, read_settings
from local.errors import CannotRun
from local.kafka import jars
from local.paths import REPOSITORY, free_port
from local.platform.check_store import check_store
from local.platform.disk import FULL_BYTES, DiskMonitor
from local.platform.state_dir import make_secrets

NOWHERE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:1")
"""A proxy address where nothing listens."""


class Full(io.StringIO):
    """A file on a full disk."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", REPOSITORY / "deploy/bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The part of a new clone that `make setup` reads."""
    for name in ("Makefile", "uv.lock", "pyproject.toml", "deploy/bootstrap.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    for member in (REPOSITORY / "schemas", *(REPOSITORY / "services").iterdir(), REPOSITORY / "deploy/local"):
        (tmp_path / member.relative_to(REPOSITORY)).mkdir(parents=True, exist_ok=True)
        shutil.copy(member / "pyproject.toml", tmp_path / member.relative_to(REPOSITORY))
    return tmp_path


def make(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **NOWHERE, **more}
    argv = ["make", "-C", str(folder), "setup"]
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, check=False)


class TestDiskSpace:
    def test_a_disk_that_fills_up_at_run_time_is_announced_once_and_so_is_space_again(self, tmp_path: Path) -> None:
        left = iter([FULL_BYTES, FULL_BYTES - 1, 0, FULL_BYTES, 10**12])
        monitor, lines = DiskMonitor(tmp_path, lambda _: next(left)), list[str]()
        assert [monitor.has_room(lines.append) for _ in range(5)] == [True, False, False, True, True]
        full, again = lines
        assert full.startswith(f"the disk of {tmp_path} is full (50 MB left): complaints are refused with 503")
        assert again == f"the disk of {tmp_path} has space again: work continues"

    def test_a_log_line_that_a_full_disk_refuses_is_dropped_without_an_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stderr", Full())
        configure(Settings())
        structlog.get_logger("test").error("lost")

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
    def test_a_jar_that_cannot_be_written_is_named_with_its_folder(
        self, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> Any:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(jars, "_artifact", full)
        with pytest.raises(CannotRun) as raised:
            jars.ensure(tmp_path)
        folders = {f"cannot be written to {(tmp_path / jar).parent}: {os.strerror(number)}." for jar in jars.pinned()}
        assert str(raised.value).partition(" ")[2] in folders

    def test_uv_that_cannot_be_written_is_reported_without_a_traceback(
        self, bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_self: Path, _content: bytes) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(SystemExit, match=r"uv cannot be written to .*: No space left on device\. Free some space"):
            bootstrap.install(tmp_path / "bin/uv", b"uv")


class TestNetwork:
    def test_a_first_start_without_network_reports_that_the_jars_cannot_be_downloaded(self, tmp_path: Path) -> None:
        ours = {
            "SATUPINTU_STATE_DIR": str(tmp_path / "var"),
            "SATUPINTU_KAFKA_CACHE": str(tmp_path / "jars"),
            "SATUPINTU_PORT": str(free_port()),
            "SATUPINTU_HEALTH_PORT": str(free_port()),
            "SATUPINTU_KAFKA_PORT": str(free_port()),
            "SATUPINTU_DEMO_ISSUER_PORT": str(free_port()),
        }
        argv, env = [sys.executable, "-m", "local", "run"], {**os.environ, **NOWHERE, **ours}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 1
        assert "cannot be downloaded from Maven Central" in done.stderr
        assert "the first start needs the network, later ones do not" in done.stderr
        assert "Traceback" not in done.stderr

    def test_make_without_network_reports_that_uv_cannot_be_downloaded(self, clone: Path) -> None:
        done = make(clone)
        assert done.returncode == 2
        assert "uv cannot be downloaded; the first setup needs the network" in done.stderr
        assert "Traceback" not in done.stderr

    def test_make_without_network_reports_that_the_packages_cannot_be_downloaded(self, clone: Path) -> None:
        (clone / ".tools/bin").mkdir(parents=True)
        (clone / ".tools/bin/uv").symlink_to(REPOSITORY / ".tools/bin/uv")
        done = make(clone, UV_CACHE_DIR=str(clone / "empty"), UV_HTTP_RETRIES="0")
        assert done.returncode == 2
        assert "the packages of uv.lock cannot be brought to .venv: the first time needs the network" in done.stderr


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://127.0.0.1/x", "no event store for 'mysql'"),
        ("store.db", "no event store for 'store.db'"),
        ("memory://", "here are several"),
        ("postgresql://me:hush@127.0.0.1:1/x", "Connection refused"),
        ("kurrentdb://me:hush@127.0.0.1:1?Tls=false", "Connection refused"),
        ("sqlite:////proc/nowhere/store.db", "/proc/nowhere"),
    ],
)
def test_an_unusable_store_is_reported_before_the_start_and_without_its_password(
    url: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_secrets(tmp_path)
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("SATUPINTU_STORE_URL", url)
    with pytest.raises(CannotRun) as refused:
        check_store(read_settings())
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("url", ["sqlite:///{}/elsewhere/store.db", "sqlite:///{}/store.db"])
def test_a_store_that_is_a_file_is_created(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_secrets(tmp_path)
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("SATUPINTU_STORE_URL", url.format(tmp_path))
    check_store(read_settings())


@pytest.mark.parametrize("argv", [["router", "worker"], ["chassis.cli.relay"]])
def test_a_process_with_an_invalid_store_setting_reports_it_in_one_line(
    argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_secrets(tmp_path)
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("SATUPINTU_STORE_URL", "mysql://x")
    ended = subprocess.run([sys.executable, "-m", *argv], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    *settings, said = ended.stderr.splitlines()
    assert said.startswith(f"python -m {argv[0]} cannot run: SATUPINTU_STORE_URL: no event store for 'mysql'")
    assert len(settings) == 1, "no traceback"
