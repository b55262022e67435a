"""Builds one image for each part and prints sizes and seconds: `python deploy/images/build.py [PART ...]`.

BASE names the image to build on (default debian:bookworm-slim), TAG the version (default: the commit). Each is also
tagged `latest`, which deploy/compose.yaml takes unless TAG says otherwise.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from parts import PARTS

ROOT = Path(__file__).parents[2]
SERVERS = ("proxy", "kafka", "postgres", "prometheus")
"""What the parts stand on, with a Dockerfile each."""
AT_ONCE = 2


def main(chosen: list[str]) -> None:
    """Raises subprocess.CalledProcessError: a build failed; its output is on the terminal."""
    tag = os.environ.get("TAG") or _said("git", "rev-parse", "--short=12", "HEAD")
    date = _said("git", "show", "--no-patch", "--format=%ct", "HEAD")
    base = {"BASE": os.environ.get("BASE", "debian:bookworm-slim")}

    def build_one(part: str) -> None:
        if part in SERVERS:
            file, given = f"{part}.Dockerfile", {"PROVIDER": f"satupintu-provider:{tag}"} if part == "proxy" else {}
        else:
            file, given = "Dockerfile", {"PART": part, "SOURCE_DATE_EPOCH": date}
        build(part, tag, file, base | given)

    wanted = chosen or [*PARTS, *SERVERS]
    # The first makes the layers that all share; the proxy takes its table of paths from the provider's image.
    first, last = wanted[0], [part for part in wanted[1:] if part == "proxy"]
    build_one(first)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(build_one, [part for part in wanted[1:] if part not in last]))
    for part in last:
        build_one(part)


def build(part: str, tag: str, file: str, arguments: dict[str, str]) -> None:
    """Build one image and print its size. Raises subprocess.CalledProcessError."""
    name = f"satupintu-{part}:{tag}"
    options = [option for key, value in arguments.items() for option in ("--build-arg", f"{key}={value}")]
    tags = ["--tag", name, "--tag", f"satupintu-{part}:latest"]
    began = time.monotonic()
    subprocess.run(
        ["docker", "build", "--quiet", "--file", f"deploy/images/{file}", *options, *tags, "."],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    size = int(_said("docker", "image", "inspect", "--format", "{{.Size}}", name))
    print(f"{name:44}{size / 1e6:6.0f} MB{time.monotonic() - began:6.0f} s", flush=True)


def _said(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1:])
