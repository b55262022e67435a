"""The version before and this one side by side on one installation, under load, forwards and back.

The version before is `BEFORE`, unpacked from the repository's history and run with the packages of this one. It wrote its
tables without revisions: here `satupintu migrate` takes over a database that it made and goes on using.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final, Self
from uuid import UUID

import pytest

from local.paths import REPOSITORY, free_port, wait_for
from local.platform.processes import PlatformLayout, environment
from local.platform.state_dir import make_secrets
from local.process.fork import end_with_parent
from support.postgres import Postgres

BEFORE: Final = "d9932c9c"
PARTS: Final = ("schemas", "services/*", "deploy/local")
REGION: Final = {"region": "35.78"}
FETCHED: Final = "services/chassis/src/chassis/pages/static/vendor"
"""What set-up fetches and the history does not hold."""
START_S: Final = 300.0
pytestmark = pytest.mark.journey


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The `PYTHONPATH` of the version before."""
    folder = tmp_path_factory.mktemp("before")
    archive = subprocess.run(
        ["git", "archive", BEFORE, "schemas", "services", "deploy"], cwd=REPOSITORY, capture_output=True, check=False
    )
    assert archive.returncode == 0, f"the history must hold {BEFORE}: {archive.stderr.decode()}"
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive.stdout, check=True)
    shutil.copytree(REPOSITORY / FETCHED, folder / FETCHED, dirs_exist_ok=True)
    return os.pathsep.join(str(path / "src") for part in PARTS for path in sorted(folder.glob(part)))


class Front:
    """A front process of one version, on the installation that `env` names."""

    def __init__(self, env: Mapping[str, str], path: str | None, log: Path) -> None:
        self._port, health = free_port(), free_port()
        ports = {"SATUPINTU_PORT": str(self._port), "SATUPINTU_HEALTH_PORT": str(health)}
        self._env = {**os.environ, **env, **ports} | ({"PYTHONPATH": path} if path else {})
        self._ready, self._log = f"http://127.0.0.1:{health}/readyz", log
        self.url = f"http://127.0.0.1:{self._port}/api/v1/complaints"

    @contextmanager
    def running(self) -> Iterator["Front"]:
        with self._log.open("ab") as log:
            argv = [sys.executable, "-m", "local", "front"]
            process = subprocess.Popen(argv, env=self._env, stdout=log, stderr=log, preexec_fn=end_with_parent())  # noqa: PLW1509
        try:
            assert wait_for(lambda: process.poll() is not None or _answers(self._ready), START_S), self.said()
            assert process.poll() is None, self.said()
            yield self
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    def said(self) -> str:
        return self._log.read_text()[-3000:]

    def file(self, key: str) -> str:
        """File a complaint; its tracking code. Raises OSError: not accepted."""
        body = {"text": f"Jalan berlubang nomor {key}", "place": REGION}
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        asked = urllib.request.Request(self.url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            code: str = json.load(answer)["tracking_code"]
            return code

    def shows(self, code: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/{code}", timeout=60) as answer:
            page: dict[str, Any] = json.load(answer)
            return page


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


class Load:
    """Files complaints through whichever front is set, one after another; what was accepted."""

    def __init__(self, front: Front) -> None:
        self.front, self.accepted, self.failed = front, list[str](), list[str]()
        self._ended, self._numbers = Event(), count(1)
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """File no more; returns when the last answer is there."""
        self._ended.set()
        self._thread.join()

    def more(self) -> None:
        """Return once something was filed that was not begun before this call."""
        enough = len(self.accepted) + 2
        assert wait_for(lambda: bool(self.failed) or len(self.accepted) >= enough, START_S)
        assert self.failed == []

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.accepted.append(self.front.file(str(UUID(int=next(self._numbers)))))
            except Exception as error:  # noqa: BLE001 - asserted by the test
                self.failed.append(repr(error))


@pytest.fixture(params=["sqlite", "postgresql"])
def env(request: pytest.FixtureRequest, tmp_path: Path) -> Mapping[str, str]:
    """The settings of an installation without databases."""
    state = tmp_path / "var"
    state.mkdir()
    make_secrets(state)
    found = environment(PlatformLayout(state, 0, "127.0.0.1:1"))
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        names = ("STORE", "KEYRING", "VAULT")
        found |= {f"SATUPINTU_{name}_URL": postgres.empty_database() for name in names}
    return found


def migrate(env: Mapping[str, str], *options: str) -> str:
    argv = [sys.executable, "-m", "chassis.cli.main", "migrate", *options]
    done = subprocess.run(argv, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_processes_are_replaced_one_by_one_under_load_and_back(
    env: Mapping[str, str], before: str, tmp_path: Path
) -> None:
    old = Front(env, before, tmp_path / "old.log")
    new = Front(env, None, tmp_path / "new.log")
    with ExitStack() as olds, Load(olds.enter_context(old.running())) as load:
        load.more()
        assert "store: found before revisions; ran 0_0001" in migrate(env)
        load.more()  # the version before goes on
        with new.running():
            load.front = new
            load.more()
            code = load.accepted[-1]
            assert old.shows(code) | {"due": None} == new.shows(code) | {"due": None}, "each reads the other's"
            olds.close()  # every process is of this version
            load.more()
            with old.running():  # and back
                load.front = old
                load.more()
                assert new.shows(load.accepted[-1])["status"] == "unplaced"
                load.front = new
                load.more()
            assert "feature level 1" in migrate(env, "--finish")
            load.more()
            load.end()
    with new.running():
        assert load.failed == []
        assert {new.shows(code)["status"] for code in load.accepted} == {"unplaced"}, "nothing accepted was lost"
