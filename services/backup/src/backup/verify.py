"""Reads a copy and refuses one that is half made, changed, newer than this version, or of other secrets."""

from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from backup import manifest as manifests
from backup import sums as lists
from backup.databases import columns
from backup.errors import NotACopy, Tampered
from backup.folder import digest, files_in
from backup.manifest import Manifest
from chassis.base.secret_file import Secrets
from chassis.base.settings import Settings
from schemas.events import BY_NAME

PACKAGE: Final = "satupintu-backup"
SHOWN: Final = 10


class Copy(NamedTuple):
    """A copy's folder, what it says of itself, and the hash of each file."""

    folder: Path
    manifest: Manifest
    sums: dict[str, str]


def opened(folder: Path) -> Copy:
    """The copy, by its manifest and its list alone. Raises NotACopy, NewerCopy, Tampered."""
    if not folder.is_dir():
        raise NotACopy(f"there is no folder {folder}")
    try:
        manifest = manifests.read((folder / manifests.NAME).read_text(encoding="utf-8"))
        listed = (folder / lists.NAME).read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise NotACopy(
            f"{folder} holds no finished copy: it was broken off while it was made, or another folder is meant"
        ) from error
    if digest(folder / lists.NAME) != manifest.sums:
        raise Tampered(f"{lists.NAME} was changed after the copy was made: take another copy")
    return Copy(folder, manifest, lists.listed(listed))


def check_files(copy: Copy) -> None:
    """Raises Tampered: a file is missing, was changed or was added. Reads every byte."""
    own = {manifests.NAME, lists.NAME}
    paths = [path for path in files_in(copy.folder) if str(path.relative_to(copy.folder)) not in own]
    found = {str(path.relative_to(copy.folder)): "a link" if path.is_symlink() else digest(path) for path in paths}
    if wrong := lists.differences(copy.sums, found):
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise Tampered(f"the copy is not as it was made: {'; '.join(wrong[:SHOWN])}{more}: take another copy")
    missing = [each.file for each in copy.manifest.databases if each.file not in copy.sums]
    if missing:
        raise Tampered(f"the copy does not hold {', '.join(missing)}: take another copy")


def check_secrets(copy: Copy, settings: Settings) -> None:
    """Raises WrongSecret, Tampered, NoState, BadSetting."""
    master_keys = by_version(settings.master_keys)
    manifests.check_secrets(copy.manifest, master_keys, by_version(settings.code_secrets))
    manifests.check_signature(copy.manifest, master_keys)


def check_version(copy: Copy) -> None:
    """Raises NewerCopy."""
    manifests.check_known(copy.manifest, columns(), event_types())


def event_types() -> Collection[str]:
    """The types of events that this version knows."""
    return tuple(sorted(BY_NAME))


def software() -> str:
    """This version."""
    return version(PACKAGE)


def by_version(secrets: Secrets) -> dict[int, bytes]:
    """Every version of a secret."""
    return {each.version: each.secret for each in secrets.versions}
