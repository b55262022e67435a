"""Secrets with versions in one file, which is read again while processes run.

One line for each version: its number, the secret in hex, and perhaps `since=` (new things use it from then on, so that
every process has read it by then) or `ended=`. A file with nothing but one secret in hex is version 1. A line
`derived NAME HEX` holds a secret that was derived from version 1 and stays when version 1 is taken out.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from schemas.base.mac import mac

LEAST_BYTES: Final = 32
FIRST: Final = 1
READ_AGAIN_S: Final = 1.0
_DERIVED: Final = "derived"
log = structlog.get_logger(__name__)


class BadSecretFile(Exception):
    """A file of secrets cannot be read."""


class SecretVersion(NamedTuple):
    """One secret. `since`: when new things begin to use it, None: from the beginning. `ended_at`: None: it is valid."""

    version: int
    secret: bytes
    since: datetime | None = None
    ended_at: datetime | None = None

    def __repr__(self) -> str:
        return f"SecretVersion({self.version})"

    def line(self) -> str:
        """As the file has it."""
        since = f" since={self.since.isoformat()}" if self.since else ""
        ended = f" ended={self.ended_at.isoformat()}" if self.ended_at else ""
        return f"{self.version} {self.secret.hex()}{since}{ended}"


class SecretsRead(NamedTuple):
    """What a file holds: its versions in order, and derived secrets by name."""

    versions: tuple[SecretVersion, ...]
    derived: dict[str, bytes]

    def __repr__(self) -> str:
        return f"SecretsRead({[each.version for each in self.versions]})"

    def text(self) -> str:
        """As the file has it."""
        derived = [f"{_DERIVED} {name} {secret.hex()}" for name, secret in sorted(self.derived.items())]
        return "\n".join([*(each.line() for each in self.versions), *derived]) + "\n"

    def derive(self, name: str, label: bytes) -> bytes:
        """HMAC-SHA256 of the label under version 1, also after that was taken out."""
        return self.derived.get(name) or mac(self.versions[0].secret, label)


def parse(text: str) -> SecretsRead:
    """The content of a file.

    Raises:
        ValueError: it is not written as it must be. The message holds no secret.
    """
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) == 1 and len(lines[0]) == 1:
        lines = [[str(FIRST), *lines[0]]]
    versions = sorted(_version(parts) for parts in lines if parts[0] != _DERIVED)
    if not versions or len({each.version for each in versions}) < len(versions):
        raise ValueError("each version must be there once, and at least one")
    derived = {name: _hex(value) for name, value in (parts[1:3] for parts in lines if parts[0] == _DERIVED)}
    return SecretsRead(tuple(versions), derived)


def read(path: Path) -> SecretsRead:
    """The content of the file at `path`.

    Raises:
        BadSecretFile: it cannot be read, or not understood.
        FileNotFoundError: there is none.
    """
    try:
        return parse(path.read_text())
    except (ValueError, PermissionError, IsADirectoryError) as error:
        raise BadSecretFile(f"{path} cannot be read as a secret in hex: restore it from the backup") from error


class Secrets:
    """The versions of one file, or of one fixed secret. A file that changed is read again within a second."""

    def __init__(self, path: Path | None, known: SecretsRead, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`path`: None: the secrets never change."""
        self._path, self._known, self._monotonic = path, known, monotonic
        self._stamp, self._next_look = _stamp(path), monotonic() + READ_AGAIN_S

    @classmethod
    def fixed(cls, secret: bytes) -> "Secrets":
        """One secret that never changes."""
        return cls(None, SecretsRead((SecretVersion(FIRST, secret),), {}))

    @property
    def versions(self) -> Sequence[SecretVersion]:
        """All, oldest first, also ended ones."""
        if self._path is not None and self._monotonic() >= self._next_look:
            self.look_again()
        return self._known.versions

    @property
    def newest(self) -> SecretVersion:
        """The one that new things use."""
        versions = self.versions
        if len(versions) == 1:
            return versions[0]
        now = datetime.now(UTC)  # noqa: TID251 - processes agree on real time
        return next(
            (each for each in reversed(versions) if each.ended_at is None and (each.since or now) <= now), versions[0]
        )

    @property
    def valid(self) -> Sequence[SecretVersion]:
        """Those that are not ended, oldest first."""
        return [each for each in self.versions if each.ended_at is None]

    def numbered(self, version: int) -> SecretVersion | None:
        """The one of this number, also if it is ended; None: the file has none."""
        return next((each for each in self.versions if each.version == version), None)

    def derive(self, name: str, label: bytes) -> bytes:
        """As `SecretsRead.derive` says."""
        return self._known.derive(name, label)

    def look_again(self) -> bool:
        """Read the file again if it changed; whether it did. A file that cannot be read leaves all as it was."""
        self._next_look = self._monotonic() + READ_AGAIN_S
        if self._path is None or (stamp := _stamp(self._path)) == self._stamp:
            return False
        try:
            self._known = read(self._path)
        except (BadSecretFile, FileNotFoundError) as error:
            log.error("secrets not read again", file=str(self._path), error=str(error))
            return False
        self._stamp = stamp
        log.info("secrets read again", file=str(self._path), versions=[each.version for each in self._known.versions])
        return True


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size) if found else None


def _version(parts: Sequence[str]) -> SecretVersion:
    number, secret, *more = parts
    marks = dict(part.split("=", 1) for part in more)
    since, ended = marks.pop("since", None), marks.pop("ended", None)
    if marks or int(number) < FIRST:
        raise ValueError("unknown mark or version")
    return SecretVersion(int(number), _hex(secret), _time(since), _time(ended))


def _hex(text: str) -> bytes:
    secret = bytes.fromhex(text)
    if len(secret) < LEAST_BYTES:
        raise ValueError(f"at least {LEAST_BYTES} bytes")
    return secret


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at
