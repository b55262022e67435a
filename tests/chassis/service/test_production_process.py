"""A web side with complete production settings, as a real process: TLS, hosts, proxies, and health on its own port."""

import os
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from local.paths import free_port
from local.process.child import ManagedProcess
from support.kurrentdb.certificates import self_signed

HOST = "lapor.example.go.id"
START_S = 120


@contextmanager
def web(folder: Path, **settings: str) -> Iterator[tuple[int, int]]:
    """The public port and the health port."""
    secrets = folder / "secrets"
    secrets.mkdir()
    files = {}
    for name in ("master_key", "code_secret", "oidc_client_secret"):
        (secrets / name).write_text("5e" * 32)
        files[f"{name}_file"] = str(secrets / name)
    port, health = free_port(), free_port()
    ours = {
        **files, "production": "1", "oidc_issuer": "https://masuk.example.invalid", "hosts": HOST, "port": str(port),
        "health_port": str(health), "state_dir": str(folder / "state"), "kafka": "127.0.0.1:1", **settings,
    }  # fmt: skip
    foreign = {name: value for name, value in os.environ.items() if not name.startswith("SATUPINTU_")}
    env = foreign | {f"SATUPINTU_{name.upper()}": value for name, value in ours.items()}
    process = ManagedProcess("web", [sys.executable, "-m", "intake", "web"], folder / "web.log", env)
    process.start()
    try:
        end = time.monotonic() + START_S
        while not _answers(health):
            assert process.running, "\n".join(process.last_lines(20))
            assert time.monotonic() < end
            time.sleep(0.1)
        yield port, health
    finally:
        process.stop()


def _answers(health: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{health}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_with_a_certificate_it_serves_its_hosts_over_tls_and_health_without(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    with web(tmp_path, tls_certificate_file=str(certificate), tls_key_file=str(key)) as (port, health):
        at, path = f"https://127.0.0.1:{port}", "/api/v1/complaints/A1B2-C3D4E-F5G6H"
        with httpx.Client(verify=ssl.create_default_context(cafile=str(certificate)), base_url=at) as client:
            ours = client.get(path, headers={"Host": HOST, "X-Forwarded-For": "10.0.0.1"})
            assert ours.status_code == 422
            assert ours.headers["strict-transport-security"].startswith("max-age=31536000")
            assert client.get(path, headers={"Host": "localhost"}).status_code == 421
            assert client.get("/healthz", headers={"Host": HOST}).status_code == 404
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}{path}", headers={"Host": HOST})
        assert httpx.get(f"http://127.0.0.1:{health}/healthz").json() == {"status": "ok"}
        assert b"satupintu_failed_codes_total 1.0" in httpx.get(f"http://127.0.0.1:{health}/metrics").content


def test_behind_a_trusted_proxy_each_client_has_limits_of_its_own(tmp_path: Path) -> None:
    with web(tmp_path, trusted_proxies="127.0.0.1", failed_codes_per_minute="2") as (port, _):
        path = f"http://127.0.0.1:{port}/api/v1/complaints/A1B2-C3D4E-F5G6H"
        said = {"Host": HOST, "X-Forwarded-Proto": "https"}
        first = [
            httpx.get(path, headers={**said, "X-Forwarded-For": f"10.9.9.{forged}, 203.0.113.7"}).status_code
            for forged in range(3)
        ]
        assert first == [422, 422, 429]
        assert httpx.get(path, headers={**said, "X-Forwarded-For": "203.0.113.8"}).status_code == 422
        assert httpx.get(path, headers={"Host": HOST, "X-Forwarded-Proto": "http"}).status_code == 403
