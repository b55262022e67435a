"""Downloads uv with Python's standard library alone: `python3 deploy/bootstrap.py .tools/bin/uv`.

Version, address and checksum are in uv.lock, like those of every other package.
"""

import hashlib
import io
import platform
import sys
import tomllib
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

LOCK = Path(__file__).parent.parent / "uv.lock"
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def main(target: Path) -> None:
    wheel = _wheel()
    print(f"downloading uv ({wheel.get('size', 0) / 1e6:.0f} MB)", file=sys.stderr)
    content = _fetch(wheel["url"])
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != wheel["hash"]:
        sys.exit("uv was downloaded, but its checksum differs from the one in uv.lock: nothing was installed.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
        install(target, archive.read(name))


def install(target: Path, content: bytes) -> None:
    unfinished = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.chmod(0o755)
        unfinished.replace(target)
    except OSError as error:
        sys.exit(f"uv cannot be written to {target.parent}: {error.strerror}. Free some space there and try again.")


def _wheel() -> dict[str, str]:
    packages = tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]
    wheels = next(package["wheels"] for package in packages if package["name"] == "uv")
    machine = MACHINES.get(platform.machine().lower(), platform.machine())
    system = {"Linux": "musllinux" if _is_musl() else "manylinux", "Darwin": "macosx"}.get(platform.system(), "?")
    machine = "arm64" if system == "macosx" and machine == "aarch64" else machine
    fitting = [wheel for wheel in wheels if system in wheel["url"] and machine in wheel["url"]]
    if not fitting:
        machine = f"{platform.system()} on {platform.machine()}"
        sys.exit(f"uv is not available for {machine}: install uv and link it to .tools/bin/uv")
    return fitting[0]


def _is_musl() -> bool:
    return platform.libc_ver()[0] != "glibc"


def _fetch(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            return answer.read()
    except (urllib.error.URLError, OSError) as error:
        sys.exit(f"uv cannot be downloaded; the first setup needs the network: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
