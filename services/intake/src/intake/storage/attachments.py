"""Where are the files that reporters hand in? Each in a file of its own, sealed under the complaint's key, under a name
that is derived and tells nothing; all of a complaint in one folder, so that they are forgotten together.
"""

import asyncio
import hashlib
import hmac
import os
import shutil
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
    """What it is, by its content.

    Raises:
        InvalidField: empty, or none of the types we take.
    """
    found = filetype.guess_mime(content) if content else None
    if found not in MEDIA_TYPES:
        known = ", ".join(sorted(MEDIA_TYPES))
        raise InvalidField(field="file", why=f"its content is none of the types that are taken: {known}")
    return str(found)


def digest(content: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(content).hexdigest()


class Attachments:
    """Files under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, complaint: UUID, attachment: UUID, content: bytes, keys: Keys) -> None:
        """On the disk on return. The same again is the same file."""
        await asyncio.to_thread(self._write, self._path(complaint, attachment), attachment, content, keys)

    async def read(self, complaint: UUID, attachment: UUID, keys: Keys) -> bytes:
        """The content.

        Raises:
            NotFound: no such file.
            DataErased: its key is destroyed.
            BrokenSeal: it is not what was handed in.
        """
        return await asyncio.to_thread(self._read, self._path(complaint, attachment), attachment, keys)

    async def forget(self, complaint: UUID) -> None:
        """Remove every file of a complaint. Repeatable."""
        await asyncio.to_thread(shutil.rmtree, self._of(complaint), ignore_errors=True)

    def _of(self, complaint: UUID) -> Path:
        return self._folder / complaint.hex[:2] / complaint.hex

    def _path(self, complaint: UUID, attachment: UUID) -> Path:
        return self._of(complaint) / attachment.hex

    def _write(self, path: Path, attachment: UUID, content: bytes, keys: Keys) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        with beside.open("wb") as file:
            file.write(_sealed(attachment, content, keys))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)

    def _read(self, path: Path, attachment: UUID, keys: Keys) -> bytes:
        try:
            return _opened(attachment, path.read_bytes(), keys)
        except FileNotFoundError as error:
            raise NotFound(what="attachment") from error


def _sealed(attachment: UUID, content: bytes, keys: Keys) -> bytes:
    # As schemas.sealed does for text: the nonce follows from key, place and content, so none is met twice.
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
