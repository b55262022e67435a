"""Another address than loopback is served if and only if the production settings are complete."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.base.settings import BadSetting, read_settings

COMPLETE = {
    "PRODUCTION": "1",
    "OIDC_ISSUER": "https://masuk.example.go.id/realms/lapor",
    "TRUSTED_PROXIES": "10.1.0.0/16, fd00::/64",
    "HOSTS": "lapor.example.go.id",
    "MASTER_KEY_FILE": "/etc/satupintu/master.key",
    "CODE_SECRET_FILE": "/etc/satupintu/code.secret",
    "OIDC_CLIENT_SECRET_FILE": "/etc/satupintu/client.secret",
}
OFF_LOOPBACK = ["0.0.0.0", "::", "10.0.0.7", "front.example.org", ""]


def given(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith("SATUPINTU_")]:
        monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(f"SATUPINTU_{name}", value)


@pytest.mark.parametrize("host", OFF_LOOPBACK)
def test_complete_settings_may_listen_anywhere(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {**COMPLETE, "HOST": host})
    assert read_settings().host == host
    assert not read_settings().missing


def test_a_certificate_does_instead_of_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {name: value for name, value in COMPLETE.items() if name != "TRUSTED_PROXIES"}
    given(monkeypatch, {**own, "TLS_CERTIFICATE_FILE": "/etc/a.crt", "TLS_KEY_FILE": "/etc/a.key", "HOST": "0.0.0.0"})
    assert not read_settings().missing


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_whatever_is_missing_is_named_and_nothing_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {each: value for each, value in COMPLETE.items() if each != name} | {"HOST": "0.0.0.0"})
    with pytest.raises(BadSetting, match=r"SATUPINTU_HOST=0.0.0.0 is not a loopback address") as refused:
        read_settings()
    said = str(refused.value).partition("missing are")[2]
    assert [each for each in COMPLETE if f"SATUPINTU_{each}" in said.replace("=1", "")] == [name]


def test_all_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {"HOST": "0.0.0.0"})
    with pytest.raises(BadSetting) as refused:
        read_settings()
    assert all(f"SATUPINTU_{name}" in str(refused.value) for name in COMPLETE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "http://masuk.example.go.id/"),  # tokens and keys in the clear
        ("OIDC_ISSUER", "http://127.0.0.1:8002"),  # nobody else's browser reaches it, and the demo's looks so
        ("MASTER_KEY_FILE", "var/secrets/master.key"),  # what `make run` made
        ("CODE_SECRET_FILE", "var/../var/secrets/code.secret"),
        ("HOSTS", " , "),
        ("KAFKA_SECURITY", "plaintext"),
        ("TRUSTED_PROXIES", ""),
    ],
)
def test_what_is_there_but_does_not_do_is_missing(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {**COMPLETE, name: value, "HOST": "0.0.0.0"})
    with pytest.raises(BadSetting, match=f"SATUPINTU_{name}"):
        read_settings()


@pytest.mark.parametrize("networks", ["0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy", "10.0.0.0/8 10.1.0.0/16"])
def test_trusted_proxies_are_networks_and_not_everyone(networks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {**COMPLETE, "TRUSTED_PROXIES": networks})
    with pytest.raises(BadSetting, match=r"^SATUPINTU_TRUSTED_PROXIES: "):
        read_settings()


def test_a_certificate_needs_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {"TLS_CERTIFICATE_FILE": "/etc/a.crt"})
    with pytest.raises(BadSetting, match="TLS_KEY_FILE"):
        read_settings()


def test_health_may_listen_anywhere_and_is_beside_the_public_port(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, {"HEALTH_HOST": "0.0.0.0", "PORT": "7000"})
    assert read_settings().health_listener == ("0.0.0.0", 7002)
    given(monkeypatch, {"PORT": "7000", "HEALTH_PORT": "9100"})
    assert read_settings().health_listener == ("127.0.0.1", 9100)


@pytest.mark.parametrize("module", [["intake", "web"], ["router", "worker"], ["chassis.cli.relay"], ["local", "front"]])
def test_every_process_refuses_at_its_start_with_what_is_missing_and_needs_a_person(
    module: list[str], tmp_path: Path
) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SATUPINTU_")}
    env |= {"SATUPINTU_HOST": "0.0.0.0", "SATUPINTU_STATE_DIR": str(tmp_path / "state")}
    argv = [sys.executable, "-m", *module]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "cannot run: SATUPINTU_HOST=0.0.0.0 is not a loopback address" in done.stderr
    assert "SATUPINTU_HOSTS" in done.stderr
    assert "Traceback" not in done.stderr
