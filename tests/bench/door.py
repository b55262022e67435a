"""(b) Filing over HTTP, compared with a FastAPI endpoint that validates the same body and does nothing."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from bench.load import load, requests
from bench.measure import Result
from local.paths import free_port
from local.platform.processes import PlatformLayout, environment
from local.platform.state_dir import make_secrets
from local.platform.supervisor import ready
from local.process.child import ManagedProcess
from schemas.contract.submission import Complaining

SECONDS, CONNECTIONS = 8.0, 64


def noop(port: int) -> None:
    """Serve the bare endpoint (`python -m bench.door noop PORT`)."""
    app = FastAPI()

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        return {}

    @app.post("/api/v1/complaints", status_code=201)
    async def file(body: Complaining) -> dict[str, int]:
        return {"length": len(body.text)}

    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False, loop="uvloop")


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        make_secrets(state)
        ours = _rate(state, "front", ["local", "front"])
        bare = _rate(state, "noop", ["bench.door", "noop"])
    notes: dict[str, float | str] = {"connections": CONNECTIONS, "seconds": SECONDS, "refused": ours[1]}
    return [Result("(b) HTTP intake", ours[0] / SECONDS, bare[0] / SECONDS, "requests/s", 0.35, notes)]


def _rate(state: Path, name: str, module: list[str]) -> tuple[int, int]:
    port, health = free_port(), free_port()
    layout = PlatformLayout(state, port, "127.0.0.1:1")
    env = {
        **environment(layout),
        "SATUPINTU_PORT": str(port),
        "SATUPINTU_HEALTH_PORT": str(health),
        "PYTHONPATH": "tests",
    }
    argv = [sys.executable, "-m", *module, *([str(port)] if name == "noop" else [])]
    process = ManagedProcess(name, argv, state / f"{name}.log", {**os.environ, **env})
    process.start()
    try:
        while not ready(f"http://127.0.0.1:{port if name == 'noop' else health}/readyz")[0]:
            time.sleep(0.05)
        asyncio.run(load(port, requests(f"{name} warm"), CONNECTIONS, 1.5))
        return asyncio.run(load(port, requests(name), CONNECTIONS, SECONDS))
    finally:
        process.stop()


if __name__ == "__main__":
    noop(int(sys.argv[2]))
