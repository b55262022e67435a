"""`make run` supervises its processes: ready together, stopped in order, none left running, failures in one sentence."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.base.settings import Settings
from local.errors import CannotRun
from local.paths import free_port
from local.platform import run
from local.platform.processes import PlatformLayout, ProcessSpec, process_specs
from local.platform.state_dir import make_secrets
from local.platform.supervisor import Supervisor, ready
from local.process.child import ManagedProcess

SERVICE = """
import http.server, signal, sys
name, port, status, journal = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b'{"store": "the store is locked"}')
def end(*_):
    open(journal, "a").write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
http.server.HTTPServer(("127.0.0.1", port), Ready).serve_forever()
"""


def service(name: str, journal: Path, status: int = 200, stage: int = 0) -> ProcessSpec:
    port = free_port()
    argv = [sys.executable, "-c", SERVICE, name, str(port), str(status), str(journal)]
    return ProcessSpec(name, argv, {}, f"http://127.0.0.1:{port}/readyz", stage)


def failing(name: str) -> ProcessSpec:
    argv = [sys.executable, "-c", "import sys; print('no such table: open_work'); sys.exit(3)"]
    return ProcessSpec(name, argv, {}, f"http://127.0.0.1:{free_port()}/readyz")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def await_that(condition: Callable[[], bool], limit_s: float = 20) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether the process has ended, also if its new parent has not collected it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_all_become_ready_and_are_stopped_stage_by_stage(tmp_path: Path) -> None:
    journal, ready, stopped = tmp_path / "journal", list[str](), list[str]()
    stages = {"relay": 2, "router-1": 1, "router-2": 1, "front": 0}
    supervisor = Supervisor([service(name, journal, stage=n) for name, n in stages.items()], tmp_path / "logs")
    supervisor.start()
    supervisor.wait_ready(ready.append, limit_s=30)
    supervisor.check()
    supervisor.stop(stopped.append)
    assert sorted(ready) == sorted(stages)
    for order in (journal.read_text().split(), stopped):
        assert [stages[name] for name in order] == [0, 1, 1, 2]


def test_a_process_that_ends_is_named_with_its_exit_code_and_log(tmp_path: Path) -> None:
    supervisor = Supervisor([service("front", tmp_path / "journal"), failing("router-1")], tmp_path / "logs")
    supervisor.start()
    try:
        with pytest.raises(CannotRun, match=r"(?s)router-1 ended with code 3.*no such table: open_work"):
            supervisor.wait_ready(lambda _: None, limit_s=30)
    finally:
        supervisor.stop(lambda _: None)


def test_a_process_that_is_never_ready_is_named_with_the_reason(tmp_path: Path) -> None:
    supervisor = Supervisor([service("relay", tmp_path / "journal", status=503)], tmp_path / "logs")
    [(child, _)] = supervisor.members()
    supervisor.start()
    try:
        await_that(lambda: ready(child.ready_url)[1] == "the store is locked")
        with pytest.raises(CannotRun, match=r"relay: the store is locked"):
            supervisor.wait_ready(lambda _: None, limit_s=0)
    finally:
        supervisor.stop(lambda _: None)


def test_a_process_that_ignores_sigterm_is_killed_after_the_limit(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    process = ManagedProcess("deaf", [sys.executable, "-c", deaf], tmp_path / "log")
    process.start()
    await_that(lambda: process.last_lines() == ["deaf"])
    assert not process.stop(limit_s=0.3)
    assert process.exit_code == -signal.SIGKILL


MODULE = """
import os, sys, time
print(sys.argv[1:], os.environ.get("WORD"), "HOME" in os.environ, flush=True)
if sys.argv[1:] == ["wait"]:
    time.sleep(60)
sys.exit(3)
"""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can fork safely and end a child with its parent")


def parent(folder: Path, kind: str, argument: str, then: str) -> list[str]:
    """The command of a process that starts a child running `MODULE` and then runs `then`."""
    (folder / "module.py").write_text(MODULE)
    script = f"""
import sys, time
from pathlib import Path
from local.process.child import {kind}
sys.path.insert(0, {str(folder)!r})
env = {{"WORD": "said", "PYTHONPATH": {str(folder)!r}}}
child = {kind}("child", [sys.executable, "-m", "module", {argument!r}], Path({str(folder / "log")!r}), env)
child.start()
print(child.pid, flush=True)
{then}
"""
    return [sys.executable, "-c", script]


@LINUX
@pytest.mark.parametrize("kind", ["ManagedProcess", "ForkedProcess"])
def test_a_fork_has_its_arguments_and_environment_and_an_exit_code_like_a_process(tmp_path: Path, kind: str) -> None:
    then = "assert child.end(30); print(child.exit_code, child.last_lines())"
    done = subprocess.run(parent(tmp_path, kind, "go", then), capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1:] == ["3 [\"['go'] said True\"]"], done.stderr


@LINUX
@pytest.mark.parametrize("kind", ["ManagedProcess", "ForkedProcess"])
def test_a_fork_can_be_stopped_and_killed(tmp_path: Path, kind: str) -> None:
    then = (
        "while not child.last_lines(): time.sleep(0.02)\n"
        "print(child.stop(20), child.exit_code); child.start(); child.kill(); print(child.exit_code, child.running)"
    )
    done = subprocess.run(parent(tmp_path, kind, "wait", then), capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1:] == ["True -15", "-9 False"], done.stderr


@LINUX
@pytest.mark.parametrize("kind", ["ManagedProcess", "ForkedProcess"])
def test_no_process_outlives_a_supervisor_that_was_killed(tmp_path: Path, kind: str) -> None:
    argv = parent(tmp_path, kind, "wait", "time.sleep(60)")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        await_that(lambda: "said" in (tmp_path / "log").read_text())
        assert not gone(child)
        supervisor.kill()
    await_that(lambda: gone(child))


def test_the_last_lines_are_those_of_the_latest_run(tmp_path: Path) -> None:
    for word in ("first", "second"):
        process = ManagedProcess(
            "talker",
            [sys.executable, "-c", f"print('{word}', flush=True); import time; time.sleep(60)"],
            tmp_path / "log",
        )
        process.start()
        await_that(lambda: bool(process.last_lines()))  # noqa: B023  (called at once)
        process.stop()
    assert process.last_lines() == ["second"]


@pytest.mark.parametrize(
    "setting", ["SATUPINTU_PORT", "SATUPINTU_HEALTH_PORT", "SATUPINTU_KAFKA_PORT", "SATUPINTU_DEMO_ISSUER_PORT"]
)
def test_a_port_in_use_is_named_with_its_setting(setting: str, tmp_path: Path, taken_port: int) -> None:
    done = run_it(tmp_path, {setting: str(taken_port)})
    assert done.returncode == 1
    assert re.search(rf"port {taken_port} of .* is in use: .* {setting}=\d+", " ".join(done.stderr.split()))
    assert not list(tmp_path.iterdir())


def test_another_address_than_loopback_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    done = run_it(tmp_path, {"SATUPINTU_HOST": "0.0.0.0"})
    assert done.returncode == 2
    assert re.search(
        r"SATUPINTU_HOST=0.0.0.0 is not a loopback address.* SATUPINTU_HOSTS", " ".join(done.stderr.split())
    )
    assert not list(tmp_path.iterdir())


def test_an_unknown_setting_is_named_without_a_traceback(tmp_path: Path) -> None:
    done = run_it(tmp_path, {"SATUPINTU_PROT": "8001"})
    assert done.returncode == 2
    assert "SATUPINTU_PROT" in done.stderr
    assert "Traceback" not in done.stderr


def test_too_little_disk_space_is_reported_before_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "NEEDED_BYTES", 10**18)
    with pytest.raises(CannotRun, match=r"the disk of .* GB left"):
        run.check_machine(Settings(port=free_port(), kafka_port=free_port(), demo_issuer_port=free_port()), tmp_path)


def test_workers_are_as_many_as_configured_and_each_has_its_own_port(tmp_path: Path) -> None:
    specs = process_specs(PlatformLayout(tmp_path, 8000, "127.0.0.1:9092", router=2, inbox=3))
    names = [child.name for child in specs]
    by_stage = [child.name for child in sorted(specs, key=lambda child: child.stage)]
    assert (by_stage[0], by_stage[-2:]) == ("front", ["relay", "provisioner"])
    assert [name for name in names if name.startswith(("router", "agency-inbox"))] == [
        "router-1", "router-2", "agency-inbox-1", "agency-inbox-2", "agency-inbox-3",
    ]  # fmt: skip
    assert len({child.ready_url for child in specs}) == len(specs)


def test_the_demo_provider_is_one_of_the_processes_and_all_of_them_know_it(tmp_path: Path) -> None:
    specs = process_specs(PlatformLayout(tmp_path, 8000, "127.0.0.1:9092", issuer=8001))
    assert [child.name for child in specs if child.ports == [8001]] == ["issuer"]
    assert {child.env["SATUPINTU_OIDC_ISSUER"] for child in specs} == {"http://127.0.0.1:8001"}


@pytest.mark.parametrize("env", [{"SATUPINTU_PRODUCTION": "1"}, {"SATUPINTU_OIDC_ISSUER": "https://id.example.go.id"}])
def test_no_demo_provider_beside_another_one_or_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, env: dict[str, str]
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert run.demo_port(Settings(state_dir=tmp_path)) is None
    assert not list(tmp_path.iterdir())


def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    before = {file: file.read_text() for file in (tmp_path / "secrets").rglob("*.*")}
    make_secrets(tmp_path)
    assert {file: file.read_text() for file in (tmp_path / "secrets").rglob("*.*")} == before
    assert {"master.key", "code.secret", "relay.password", "administrator.password"} <= {file.name for file in before}
    assert {oct(file.stat().st_mode & 0o777) for file in before} == {"0o600"}


def run_it(state: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    ports = {f"SATUPINTU_{name}PORT": str(free_port()) for name in ("", "HEALTH_", "KAFKA_", "DEMO_ISSUER_")}
    env = {**os.environ, "SATUPINTU_STATE_DIR": str(state), **ports, **settings}
    argv = [sys.executable, "-m", "local", "run"]
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
