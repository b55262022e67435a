"""Reporters' attachments: sealed files under derived names, in one folder for each complaint to erase them together."""

import asyncio
import hashlib
import hmac
import os
import shutil
import tempfile
from pathlib import Path
from uuid import UUID

import filetype
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from intake.settings import MEDIA_TYPES
from schemas.base.refusals import DataErased, InvalidField, NotFound
from schemas.base.sealed import NONCE_BYTES, BrokenSeal, Keys

_GENERATION_BYTES = 4


def media_type(content: bytes) -> str:
    """The media type, detected from the content.

    Raises:
        InvalidField: empty, or not an accepted type.
    """
    found = filetype.guess_mime(content) if content else None
    if found not in MEDIA_TYPES:
        accepted = ", ".join(sorted(MEDIA_TYPES))
        raise InvalidField(field="file", why=f"its content is none of the types that are taken: {accepted}")
    return str(found)


def digest(content: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()


class Attachments:
    """Files under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, complaint: UUID, attachment: UUID, content: bytes, keys: Keys) -> None:
        """Write a file; on the disk on return. Repeatable."""
        await asyncio.to_thread(self._write, self._path(complaint, attachment), attachment, content, keys)

    async def read(self, complaint: UUID, attachment: UUID, keys: Keys) -> bytes:
        """The content.

        Raises:
            NotFound: no such file.
            DataErased: its key is destroyed.
            BrokenSeal: the file was changed.
        """
        return await asyncio.to_thread(self._read, self._path(complaint, attachment), attachment, keys)

    def holds(self, complaint: UUID) -> bool:
        """Whether there is a file of this complaint."""
        return self._of(complaint).exists()

    async def forget(self, complaint: UUID) -> None:
        """Delete all files of a complaint. Repeatable."""
        await asyncio.to_thread(shutil.rmtree, self._of(complaint), ignore_errors=True)

    def _of(self, complaint: UUID) -> Path:
        return self._folder / complaint.hex[:2] / complaint.hex

    def _path(self, complaint: UUID, attachment: UUID) -> Path:
        return self._of(complaint) / attachment.hex

    def _write(self, path: Path, attachment: UUID, content: bytes, keys: Keys) -> None:
        for folder in (self._folder, path.parent.parent, path.parent):  # `parents` would ignore the mode
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A name of its own for each writer: the same picture may be sent twice at the same moment.
        handle, unfinished = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_sealed(attachment, content, keys))
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(path)
        finally:
            Path(unfinished).unlink(missing_ok=True)
        _sync_folder(path.parent)

    def _read(self, path: Path, attachment: UUID, keys: Keys) -> bytes:
        try:
            return _opened(attachment, path.read_bytes(), keys)
        except FileNotFoundError as error:
            raise NotFound(what="attachment") from error


def _sealed(attachment: UUID, content: bytes, keys: Keys) -> bytes:
    # As in schemas.base.sealed: the nonce is derived from key, id and content, so none is used for two contents.
    generation = max(keys.generations)
    key = keys.generations[generation]
    nonce = hmac.digest(key, attachment.bytes + hashlib.sha256(content).digest(), hashlib.sha256)[:NONCE_BYTES]
    head = generation.to_bytes(_GENERATION_BYTES, "big") + nonce
    return head + AESGCM(key).encrypt(nonce, content, attachment.bytes)


def _opened(attachment: UUID, stored: bytes, keys: Keys) -> bytes:
    key = keys.generations.get(int.from_bytes(stored[:_GENERATION_BYTES], "big"))
    if key is None:
        raise DataErased
    body = _GENERATION_BYTES + NONCE_BYTES
    try:
        return AESGCM(key).decrypt(stored[_GENERATION_BYTES:body], stored[body:], attachment.bytes)
    except InvalidTag as error:
        raise BrokenSeal(f"attachment {attachment}") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
