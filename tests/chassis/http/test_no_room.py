"""A full disk, no memory or too many open files: the answer says that the same request may succeed later."""

import errno
import os
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chassis.http.web import install


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    async def ready() -> dict[str, str]:
        return {}

    app = FastAPI()
    install(app, ready)

    @app.get("/full-disk")
    async def full_disk() -> None:
        with Path("/dev/full").open("wb") as file:  # as an upload's temporary file on a full disk
            file.write(b"x")

    @app.get("/open-files")
    async def open_files() -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    @app.get("/memory")
    async def memory() -> None:
        raise MemoryError

    @app.get("/bug")
    async def bug() -> None:
        (tmp_path / "missing").read_bytes()

    return app


@pytest.mark.parametrize("path", ["/full-disk", "/open-files", "/memory"])
async def test_what_may_succeed_later_is_a_503(app: FastAPI, path: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_bug_stays_a_500(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        assert (await client.get("/bug")).status_code == 500
