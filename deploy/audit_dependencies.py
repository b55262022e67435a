"""Audits what uv.lock brings: `make audit-dependencies`. Needs nothing but Python and uv.

First, without the network: each package comes from the one registry, in an exact version, with the hash of every file.
Then the advisories (uv asks OSV, which has those of PyPA and GitHub). Exit status: 0 nothing found; 1 something found;
3 the advisories could not be read, so that nothing is known. `--or-unknown` turns 3 into 0, after saying so loudly:
for places that reach a registry only. There the advisories must be asked for elsewhere, at least weekly.
"""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

UNKNOWN, FOUND = 3, 1
UNREACHABLE = ("Request failed", "error sending request", "dns error", "timed out", "status code", "certificate")


def main() -> int:
    wrong = list(unpinned(tomllib.loads(Path("uv.lock").read_text(encoding="utf-8"))))
    if wrong:
        print("uv.lock is not safe to install from:", *wrong, sep="\n  ")
        return FOUND
    status = advisories([".tools/bin/uv"])
    return 0 if status == UNKNOWN and "--or-unknown" in sys.argv else status


def unpinned(lock: dict[str, Any]) -> Iterator[str]:
    """What is not an exact file of the one registry, but for our own packages."""
    others = [each for each in lock["package"] if not {"editable", "virtual"} & each["source"].keys()]
    registry = next((each["source"]["registry"] for each in others if "registry" in each["source"]), None)
    for package in others:
        source = package["source"]
        files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
        if source.get("registry") != registry:
            yield f"{package['name']}: comes from {source}"
        elif not files or not all(file.get("hash", "").startswith("sha256:") for file in files):
            yield f"{package['name']} {package['version']}: a file without a hash"


def advisories(uv: list[str]) -> int:
    """Ask for advisories on every locked package, and print what is found."""
    argv = [*uv, "audit", "--frozen", "--preview-features", "audit-command"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    if done.returncode == 0:
        return 0
    if not any(word in done.stderr for word in UNREACHABLE):
        return FOUND
    print("\n*** THE ADVISORIES WERE NOT READ: whether a component has a known flaw is UNKNOWN. ***\n", file=sys.stderr)
    return UNKNOWN


if __name__ == "__main__":
    sys.exit(main())
