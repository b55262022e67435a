"""What a folder of an export holds, in `manifest.json`: how far it has come, and each file with its SHA-256. A file
that the manifest does not name was left behind by a run that ended early, and does not count.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

NAME: Final = "manifest.json"
FORMAT: Final = 1


class BadExport(Exception):
    """The folder cannot be continued; the message says why and what to do."""


class PartFile(BaseModel):
    """A file of facts, from the position `first` to `last`, both inclusive. `file`: relative to the folder."""

    model_config = ConfigDict(frozen=True)

    file: str
    first: int
    last: int
    facts: int
    bytes: int
    sha256: str


class CaseFile(BaseModel):
    """The file with one row for each complaint, as of `position`."""

    model_config = ConfigDict(frozen=True)

    file: str
    position: int
    cases: int
    bytes: int
    sha256: str


class Manifest(BaseModel):
    """`position`: up to where the store was read; `event_id`: the id of the event there. `start`, `end`: only facts
    known in this period (`start` <= known_at < `end`).
    """

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    store: UUID
    position: int = 0
    event_id: UUID | None = None
    newest_at: datetime | None = None
    """When the platform knew of the newest fact."""
    start: datetime | None = None
    end: datetime | None = None
    parts: tuple[PartFile, ...] = ()
    cases: CaseFile | None = None

    @property
    def facts(self) -> int:
        """Number of facts in all files."""
        return sum(part.facts for part in self.parts)

    @property
    def files(self) -> frozenset[str]:
        """Every file that counts."""
        return frozenset([*(part.file for part in self.parts), *([self.cases.file] if self.cases else [])])


def read_manifest(folder: Path) -> Manifest | None:
    """None: nothing was exported to this folder.

    Raises:
        BadExport: the file is no manifest of this format, or a file that it names is missing or has another size.
    """
    try:
        manifest = Manifest.model_validate_json((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise BadExport(f"{folder / NAME} is no manifest of an export; export to an empty folder") from error
    if manifest.format != FORMAT:
        raise BadExport(f"{folder} has format {manifest.format} of another version; export to an empty folder")
    sizes = [(part.file, part.bytes) for part in manifest.parts]
    sizes += [(manifest.cases.file, manifest.cases.bytes)] if manifest.cases else []
    for name, size in sizes:
        found = folder / name
        if not found.is_file() or found.stat().st_size != size:
            raise BadExport(f"{found} is missing or was changed since it was exported; export to an empty folder")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest at once, then delete the files of the export that it no longer names."""
    unfinished = folder / f"{NAME}.part"
    with unfinished.open("wb") as file:
        file.write(manifest.model_dump_json(indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / NAME)
    delete_leftovers(folder, manifest)


def has_facts(folder: Path) -> bool:
    """Whether there are files of facts, whatever wrote them."""
    return any(folder.glob("facts/*.parquet"))


def delete_leftovers(folder: Path, manifest: Manifest) -> None:
    """Delete what a run that ended early left behind."""
    for pattern in ("facts/*.parquet", "facts/*.part", "cases*.parquet", "cases*.part"):
        for file in folder.glob(pattern):
            if str(file.relative_to(folder)) not in manifest.files:
                file.unlink()


def sha256_of(path: Path) -> str:
    """In hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
