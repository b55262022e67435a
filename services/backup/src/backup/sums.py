"""The list of a copy's files: `SHA256SUMS`, as `sha256sum -c` reads it. Pure."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from backup.errors import NotACopy

NAME: Final = "SHA256SUMS"
_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)")


def text(sums: Mapping[str, str]) -> str:
    """Hashes by path, sorted by path."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items()))


def listed(lines: str) -> dict[str, str]:
    """Hashes by path. Raises NotACopy: a line is not ours, leads out of the copy, or names a file again."""
    found: dict[str, str] = {}
    for line in lines.splitlines():
        match = _LINE.fullmatch(line)
        path = PurePosixPath(match[2]) if match else None
        if match is None or path is None or path.is_absolute() or ".." in path.parts or match[2] in found:
            raise NotACopy(f"{NAME} has a line that this program did not write: the copy is damaged")
        found[match[2]] = match[1]
    return found


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """One sentence for each file that is missing, changed or added."""
    missing = [f"{path}: missing" for path in expected if path not in found]
    wrong = [f"{path}: changed" for path, digest in found.items() if expected.get(path, digest) != digest]
    return sorted(missing + wrong + [f"{path}: not of this copy" for path in found if path not in expected])
