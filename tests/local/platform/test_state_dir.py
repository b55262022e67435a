"""A state folder is locked by one platform, and its secrets are never replaced."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from local.errors import CannotRun
from local.platform.state_dir import make_secrets, state_lock

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can end a child with its parent")


def test_a_second_platform_cannot_use_the_folder_of_the_first(tmp_path: Path) -> None:
    with state_lock(tmp_path), pytest.raises(CannotRun, match="another Satupintu"), state_lock(tmp_path):
        pytest.fail("two platforms use one folder")
    with state_lock(tmp_path):
        pass


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="cannot be written"), state_lock(tmp_path / "nowhere"):
        pytest.fail("the folder does not exist")


@pytest.mark.parametrize("name", ["master.key", "code.secret"])
def test_a_lost_secret_is_an_error_and_never_replaced_while_there_is_data(tmp_path: Path, name: str) -> None:
    make_secrets(tmp_path)
    (tmp_path / "store.db").touch()
    make_secrets(tmp_path)
    (tmp_path / "secrets" / name).unlink()
    with pytest.raises(CannotRun, match=name):
        make_secrets(tmp_path)


HOLDER = """
import sys, time
from pathlib import Path
from local.platform.state_dir import state_lock
from local.process.child import {kind}
with state_lock(Path({folder!r})):
    child = {kind}("child", [sys.executable, "-m", "timeit", "-n", "1", "-r", "1", "import time; time.sleep(60)"],
                   Path({folder!r}, "log"))
    child.start()
    print(child.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["ManagedProcess", "ForkedProcess"])
def holder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the lock and has a child; the child's id is the first line of its output."""
    script = HOLDER.format(kind=request.param, folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@LINUX
def test_the_refusal_names_the_process_that_holds_the_lock_and_no_child_of_it(
    holder: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(CannotRun, match=rf"\(process {holder.pid}\)"), state_lock(tmp_path):
        pytest.fail("two platforms use one folder")


@LINUX
def test_the_lock_is_free_as_soon_as_its_holder_is_killed_also_if_a_child_is_suspended(
    holder: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert holder.stdout is not None
    child = int(holder.stdout.readline())
    os.kill(child, signal.SIGSTOP)
    holder.kill()
    holder.wait()
    with state_lock(tmp_path):
        pass
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)  # suspended before it had asked the kernel to end it
