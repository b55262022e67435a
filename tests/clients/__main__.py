"""Lints the OpenAPI document, checks the schemas, generates a Python and a TypeScript client and lets both file.

`make clients`. Needs node and npm; the generators come from the package registries into a folder that is removed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from local.front import document
from local.paths import free_port
from local.platform.processes import PlatformLayout, environment
from local.platform.state_dir import make_secrets
from local.platform.supervisor import ready
from local.process.child import ManagedProcess

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
GENERATOR: Final = "openapi-python-client==0.29.1"
PATIENCE_S: Final = 60
# Nobody is authenticated yet, so the document names no security scheme.
SKIPPED: Final = ["--skip-rule", "security-defined"]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in HERE.iterdir():
            if path.suffix in (".json", ".js", ".ts", ".py"):
                shutil.copy(path, folder)
        (folder / "openapi.json").write_text(json.dumps(document(), indent=1))
        (folder / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n')
        prepare(folder)
        file_with_both(folder)


def prepare(folder: Path) -> None:
    """Install, lint and generate. Raises CalledProcessError: a step failed."""
    run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    run(folder, "npx", "redocly", "lint", "openapi.json", *SKIPPED)
    run(folder, "npx", "spectral", "lint", "--fail-severity", "warn", "openapi.json")
    run(folder, "node", "check_schemas.js", str(ROOT / "schemas"))
    run(folder, "npx", "openapi-typescript", "openapi.json", "--output", "openapi.d.ts")
    run(folder, "npx", "tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom",
        "--skipLibCheck", "--types", "node", "client.ts")  # fmt: skip
    uv = [str(ROOT / ".tools/bin/uv"), "tool", "run", "--from", GENERATOR, "openapi-python-client"]
    run(folder, *uv, "generate", "--path", "openapi.json", "--output-path", "python", "--fail-on-warning")


def file_with_both(folder: Path) -> None:
    """Start the front and let both clients file. Raises CalledProcessError: one was answered otherwise."""
    state, port = folder / "state", free_port()
    state.mkdir()
    make_secrets(state)
    env = {**os.environ, **environment(PlatformLayout(state, port, "127.0.0.1:1")), "SATUPINTU_PORT": str(port)}
    process = ManagedProcess("front", [sys.executable, "-m", "local", "front"], folder / "front.log", env)
    process.start()
    try:
        address = f"http://127.0.0.1:{port}"
        limit_s = time.monotonic() + PATIENCE_S
        while not ready(f"{address}/readyz")[0]:
            if time.monotonic() > limit_s:
                raise TimeoutError((folder / "front.log").read_text())
            time.sleep(0.1)
        run(folder, "node", "client.js", address)
        uv = [str(ROOT / ".tools/bin/uv"), "run", "--no-project", "--with", "./python", "python", "client.py", address]
        run(folder, *uv)
    finally:
        process.stop()


def run(folder: Path, *command: str) -> None:
    print("+", " ".join(command), flush=True)  # noqa: T201 - a command speaks to its caller
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    main()
