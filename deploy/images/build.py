"""Builds one image for each part and prints their sizes: `python deploy/images/build.py [PART ...]`.

BASE names the image to build on (default debian:bookworm-slim), TAG the version (default: the commit).
"""

import os
import subprocess
import sys
from pathlib import Path

from parts import SERVICES

ROOT = Path(__file__).parents[2]


def main(chosen: list[str]) -> None:
    """Raises subprocess.CalledProcessError: a build failed; its output is on the terminal."""
    tag = os.environ.get("TAG") or _said("git", "rev-parse", "--short=12", "HEAD")
    date = _said("git", "show", "--no-patch", "--format=%ct", "HEAD")
    for part in chosen or [*SERVICES, "platform"]:
        name = f"satupintu-{part}:{tag}"
        arguments = {"PART": part, "SOURCE_DATE_EPOCH": date, "BASE": os.environ.get("BASE", "debian:bookworm-slim")}
        options = [option for key, value in arguments.items() for option in ("--build-arg", f"{key}={value}")]
        subprocess.run(
            ["docker", "build", "--quiet", "--file", "deploy/images/Dockerfile", *options, "--tag", name, "."],
            cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        size = int(_said("docker", "image", "inspect", "--format", "{{.Size}}", name))
        print(f"{name}  {size / 1e6:.0f} MB", flush=True)


def _said(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1:])
