"""The health check of a container asks the process beside it, and costs next to nothing."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from chassis.base.settings import Settings
from chassis.cli import healthy


@contextmanager
def answering(status: HTTPStatus) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else HTTPStatus.NOT_FOUND)
            self.end_headers()
            self.wfile.write(b'{"relay.0": "stands by"}')

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(("status", "code"), [(HTTPStatus.OK, 0), (HTTPStatus.SERVICE_UNAVAILABLE, 1)])
def test_it_says_whether_the_process_is_ready(
    status: HTTPStatus, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(status) as port:
        monkeypatch.setenv("SATUPINTU_HEALTH_PORT", str(port))
        assert healthy.main() == code
    assert ("stands by" in capsys.readouterr().err) is (code == 1)


def test_a_process_that_does_not_answer_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(HTTPStatus.OK) as port:
        pass
    monkeypatch.setenv("SATUPINTU_HEALTH_PORT", str(port))
    assert healthy.main() == 1


@pytest.mark.parametrize(
    "given",
    [{}, {"SATUPINTU_PORT": "9000"}, {"SATUPINTU_HEALTH_PORT": "9100"},
     {"SATUPINTU_PORT": "9000", "SATUPINTU_HEALTH_PORT": "9100"}],
)  # fmt: skip
def test_it_asks_where_the_settings_say(given: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert healthy.port(given) == Settings().health_listener[1]


def test_it_does_not_read_all_settings() -> None:
    program = "import sys, chassis.cli.healthy; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
