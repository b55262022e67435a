"""What a copy says of itself: `manifest.json`, signed under the master key. Pure.

The file is written last. A folder without it is half a copy.
"""

import json
from collections.abc import Collection, Mapping
from hmac import compare_digest
from typing import Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from backup.errors import NewerCopy, NotACopy, Tampered, WrongSecret
from schemas.base.mac import mac

FORMAT: Final = 1
NAME: Final = "manifest.json"
_SIGNATURE: Final = b"manifest of a copy"
_FINGERPRINT: Final = b"fingerprint of a secret"
RESTORE_SECRETS: Final = "bring the secrets of that time back (satupintu restore-secrets FILE) and try again"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Secret(_Part):
    """A version of a secret, by a hash that does not tell it."""

    version: int
    fingerprint: str


class Database(_Part):
    """One file of a database. `holds`: what it is to us, by the names of the settings: `store` for `STORE_URL`.
    `tables`: our tables in it with their columns.
    """

    file: str
    kind: Literal["sqlite", "postgresql"]
    holds: tuple[str, ...] = Field(min_length=1)
    tables: dict[str, tuple[str, ...]]


class Files(_Part):
    """Reporters' files. `kept`: whether they are in the copy."""

    kept: bool = True
    count: int = 0
    size_bytes: int = 0


class Manifest(_Part):
    """`position`, `event_id`: the newest event of the store in this copy. `lineage`: see `docs/operating.md`.
    `erasures`: complaints on the list of erasures when the copy was made. `master_keys`, `code_secrets`: the versions
    that this copy needs. `sealed_by`: the version of the master key that signed. `sums`: SHA-256 of the list of files.
    """

    format: int = FORMAT
    software: str
    made_at: AwareDatetime
    finished_at: AwareDatetime
    store_id: UUID
    lineage: UUID
    position: int = Field(ge=0)
    event_id: UUID | None
    last_event_at: AwareDatetime | None
    erasures: int = Field(ge=0)
    master_keys: tuple[Secret, ...]
    code_secrets: tuple[Secret, ...]
    sealed_by: int
    databases: tuple[Database, ...]
    attachments: Files
    event_types: tuple[str, ...]
    sums: str
    mac: str = ""


def written(manifest: Manifest) -> str:
    """The text of the file."""
    return json.dumps(manifest.model_dump(mode="json"), indent=1) + "\n"


def read(text: str) -> Manifest:
    """The manifest in the file's text.

    Raises:
        NotACopy: it is none.
        NewerCopy: a newer version wrote it.
    """
    try:
        given = json.loads(text)
    except ValueError as error:
        raise NotACopy(f"{NAME} is not readable: the copy is damaged or half made") from error
    if not isinstance(given, dict) or type(given.get("format")) is not int:
        raise NotACopy(f"{NAME} does not say its format: the copy is damaged or half made")
    unknown = sorted(given.keys() - Manifest.model_fields.keys())
    if given["format"] > FORMAT or unknown:
        raise _newer(str(given.get("software")), f"format {given['format']}{_with(unknown)}")
    try:
        return Manifest.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(each) for each in first["loc"])
        raise NotACopy(f"{NAME}: {field}: {first['msg']}: the copy is damaged") from error


def fingerprint(secret: bytes) -> str:
    """The first half of an HMAC under the secret, in hex: tells two secrets apart and does not tell them."""
    return mac(secret, _FINGERPRINT)[:16].hex()


def signed(manifest: Manifest, secret: bytes) -> Manifest:
    """The manifest with its signature under this version of the master key."""
    return manifest.model_copy(update={"mac": _mac(manifest, secret)})


def check_signature(manifest: Manifest, master_keys: Mapping[int, bytes]) -> None:
    """Raises Tampered: it was changed after it was written. Call `check_secrets` first."""
    if not compare_digest(_mac(manifest, master_keys[manifest.sealed_by]), manifest.mac):
        raise Tampered(f"{NAME} was changed after the copy was made: take another copy")


def check_secrets(manifest: Manifest, master_keys: Mapping[int, bytes], code_secrets: Mapping[int, bytes]) -> None:
    """Raises WrongSecret: with these secrets the copy cannot be read, or its tracking codes open nothing."""
    _check_versions(manifest.master_keys, master_keys, "master key")
    if manifest.sealed_by not in master_keys:
        raise WrongSecret(f"version {manifest.sealed_by} of the master key is missing: {RESTORE_SECRETS}")
    _check_versions(manifest.code_secrets, code_secrets, "code secret")


def _check_versions(needed: Collection[Secret], given: Mapping[int, bytes], what: str) -> None:
    for each in needed:
        if each.version not in given:
            raise WrongSecret(
                f"the copy needs version {each.version} of the {what}, which is missing: {RESTORE_SECRETS}"
            )
        if fingerprint(given[each.version]) != each.fingerprint:
            raise WrongSecret(
                f"the copy was made with another {what} (version {each.version}) than this installation has: "
                f"{RESTORE_SECRETS}"
            )


def check_known(manifest: Manifest, columns: Mapping[str, Collection[str]], event_types: Collection[str]) -> None:
    """Raises NewerCopy: it has columns of our tables, or event types, that this version does not know. Older copies
    have fewer of both.
    """
    unknown = [
        f"{table}.{column}"
        for database in manifest.databases
        for table, found in database.tables.items()
        if table in columns
        for column in found
        if column not in columns[table]
    ]
    unknown += [name for name in manifest.event_types if name not in event_types]
    if unknown:
        raise _newer(manifest.software, ", ".join(unknown[:5]))


def _newer(software: str, what: str) -> NewerCopy:
    return NewerCopy(
        f"the copy was made by a newer version ({software}) and holds what this one does not know ({what}): install "
        "that version and restore with it"
    )


def _with(unknown: Collection[str]) -> str:
    return f" with {', '.join(unknown)}" if unknown else ""


def _mac(manifest: Manifest, secret: bytes) -> str:
    return mac(mac(secret, _SIGNATURE), written(manifest.model_copy(update={"mac": ""})).encode()).hex()
