"""Fetches what others wrote for the pages, with Python's standard library alone: `python3 deploy/page_assets.py`.

For `make setup`, and for the build of an image before the wheel of the chassis is made. Names, versions and integrity
are in vendor.toml of `chassis.pages`. Another registry than npm's own is named by `npm_config_registry`.
"""

import base64
import hashlib
import io
import os
import sys
import tarfile
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parent.parent / "services/chassis/src/chassis/pages"


def main(folder: Path) -> None:
    listed = tomllib.loads((PAGES / "vendor.toml").read_text(encoding="utf-8"))
    registry = os.environ.get("npm_config_registry") or listed.pop("registry")
    listed.pop("registry", None)
    folder.mkdir(parents=True, exist_ok=True)
    for name, package in listed.items():
        content = fetch(f"{registry.rstrip('/')}/{name}/-/{name}-{package['version']}.tgz")
        if not is_whole(content, package["integrity"]):
            sys.exit(f"{name} was downloaded, but its checksum differs from the one in vendor.toml: it is not used.")
        write(folder, content, package)


def is_whole(content: bytes, integrity: str) -> bool:
    """Whether `content` has this integrity, such as `sha512-...` (W3C Subresource Integrity)."""
    return integrity == "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def write(folder: Path, archive: bytes, package: dict[str, Any]) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        for member, name in package["files"].items():
            found = opened.extractfile(member)
            if found is None:
                sys.exit(f"{member} is missing in the archive")
            unfinished = folder / f"{name}.part"
            unfinished.write_bytes(found.read())
            unfinished.replace(folder / name)


def fetch(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            content: bytes = answer.read()
            return content
    except (urllib.error.URLError, OSError) as error:
        sys.exit(f"the styles of the pages cannot be downloaded; the first setup needs the network: {error}")


if __name__ == "__main__":
    main(PAGES / "static/vendor")
