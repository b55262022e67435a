"""`satupintu`: one command line with the commands of every package."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from audit import cli as audit_cli
from chassis.base.settings import BadSetting, read_settings, redacted
from chassis.cli import main

RUN = CliRunner()
AT_EXIT = (
    "import atexit; atexit.register(lambda: print([one for one in ('numpy', 'router.app') if one in sys.modules]))"
)


@pytest.fixture
def clock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SATUPINTU_CLOCK_FILE", str(tmp_path / "clock"))
    return tmp_path / "clock"


@pytest.mark.usefixtures("clock_file")
def test_the_clock_moves_forwards_and_says_how_far() -> None:
    assert RUN.invoke(main.app, ["clock", "advance", "--days", "2", "--hours", "1"]).output == "2 days, 1:00:00 ahead\n"
    assert RUN.invoke(main.app, ["clock", "show"]).output.startswith("176400.0 ahead: ")


def test_time_never_goes_back(clock_file: Path) -> None:
    refused = RUN.invoke(main.app, ["clock", "advance", "--days=-1"])
    assert refused.exit_code == 2
    assert "time goes forwards" in refused.output
    assert not clock_file.exists()


@pytest.mark.parametrize("days", ["1e9", "1e7", "40000", "nan"])
def test_the_clock_does_not_run_past_every_calendar_since_it_never_comes_back(clock_file: Path, days: str) -> None:
    assert RUN.invoke(main.app, ["clock", "advance", "--days", days]).exit_code == 2
    assert not clock_file.exists()


def test_a_time_that_is_none_is_refused_by_the_audit() -> None:
    assert RUN.invoke(audit_cli.app, ["--now", "yesterday"]).exit_code == 2


def test_production_has_no_test_clock(clock_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUPINTU_PRODUCTION", "true")
    assert RUN.invoke(main.app, ["clock", "advance", "--days", "1"]).exit_code == 2
    assert not clock_file.exists()


def test_a_misspelt_setting_is_named_and_nothing_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SATUPINTU_STROE_URL", "sqlite:///x")
    monkeypatch.setattr("sys.argv", ["satupintu", "clock", "show"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert "SATUPINTU_STROE_URL" in capsys.readouterr().err


def test_where_no_platform_lies_it_says_so_and_how_to_name_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SATUPINTU_STATE_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setattr("sys.argv", ["satupintu", "audit"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err.replace("\n", "")
    assert "elsewhere/secrets/master.key" in said
    assert "SATUPINTU_STATE_DIR" in said


def test_one_setting_moves_all_that_the_platform_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUPINTU_STATE_DIR", "/srv/door")
    monkeypatch.setenv("SATUPINTU_STORE_URL", "postgresql+psycopg://host/door")
    settings = read_settings()
    assert settings.store_url == "postgresql+psycopg://host/door"
    assert settings.views_of("router") == "sqlite:////srv/door/router.db"
    assert settings.master_key_file == Path("/srv/door/secrets/master.key")


def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUPINTU_PORT", "80a")
    with pytest.raises(BadSetting, match=r"^SATUPINTU_PORT: "):
        read_settings()


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://me:hush@host:5432/door", "kurrentdb://me:hush@a:1,b:2?Tls=false", "kdb://:hush@a:1"]
)
def test_the_settings_that_a_process_tells_hold_no_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUPINTU_STORE_URL", url)
    assert redacted(read_settings())["store_url"] == url.replace("hush", "***")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_whatever_address_of_this_machine_alone_will_do(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUPINTU_HOST", host)
    assert read_settings().host == host


def test_every_package_brings_its_commands(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["satupintu", "--help"])
    with pytest.raises(SystemExit):
        main.main()
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("audit", "clock", "dead-letters", "history", "seed"))


def test_every_command_is_found_by_the_name_of_its_entry_point() -> None:
    named: dict[str, set[str]] = {}
    for point in entry_points(group=main.GROUP):
        named.setdefault(point.value, set()).add(point.name)
    for value, names in named.items():
        [point, *_] = entry_points(group=main.GROUP).select(value=value)
        whole = typer.Typer()
        whole.add_typer(point.load())
        whole.add_typer(typer.Typer(), name="another")
        assert set(typer.main.get_command(whole).commands) - {"another"} == names  # type: ignore[attr-defined]


def test_a_command_loads_no_other_package() -> None:
    script = (
        f"import sys; from chassis.cli import main; sys.argv = ['satupintu', 'clock', 'show']; {AT_EXIT}; main.main()"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
