"""Reporters' files, sealed under their complaint's key. Never named by content: two people may send one picture.

Of each file there is the original and, once it was checked, the copy without hidden data. All objects of a complaint
have one prefix, to erase them together.
"""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.attachments.chunks import HEAD, Opener, Span, seal, sealed_size
from chassis.attachments.objects import Objects
from schemas.base.refusals import DataErased, NotFound
from schemas.base.sealed import NONCE_BYTES, BrokenSeal, Keys

_GENERATION: Final = 4


class Copy(StrEnum):
    """Which form of a file."""

    ORIGINAL = "original"
    CLEANED = "cleaned"


class FileId(NamedTuple):
    """One form of one file. `size`: bytes of its content, as its event says."""

    complaint: UUID
    attachment: UUID
    copy: Copy
    size: int

    @property
    def name(self) -> str:
        return f"{_prefix(self.complaint)}/{self.attachment.hex}.{self.copy}"

    @property
    def place(self) -> bytes:
        """What its seal is bound to."""
        return self.complaint.bytes + self.attachment.bytes + self.copy.encode()


class OpenFile(NamedTuple):
    """A file whose beginning was read and proved."""

    size: int
    objects: Objects
    name: str
    opener: Opener | None
    whole: bytes = b""
    """The content, of a file that an earlier version sealed in one piece."""

    async def content(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to `end` (exclusive), in pieces.

        Raises:
            BrokenSeal: the object was changed or cut off.
        """
        span = Span.of(start, self.size if end is None else end)
        if self.opener is None:
            yield self.whole[span.start : span.end]
            return
        sealed = self.objects.stream(self.name, span.offset, span.sealed_end(self.size))
        async for piece in self.opener.open(sealed, span):
            yield piece


class Attachments:
    """The files in `objects`. `scans`: nobody opens a file before the scanner saw it."""

    def __init__(self, objects: Objects, *, scans: bool = False) -> None:
        self._objects, self.scans = objects, scans

    async def keep(self, file: FileId, content: AsyncIterator[bytes], keys: Keys) -> None:
        """Seal and write a file; kept for good on return. Repeatable.

        Raises:
            DataErased: the complaint has no key any more.
            StoreUnavailable: nothing was written.
        """
        await self._objects.put(file.name, seal(content, file.place, keys))

    async def open(self, file: FileId, keys: Keys) -> OpenFile:
        """A file to read.

        Raises:
            NotFound: no such file.
            DataErased: its key is destroyed.
            BrokenSeal: the object was changed or cut off.
        """
        stored = await self._objects.size(file.name)
        if stored is None:
            return await self._of_before(file, keys)
        if stored != sealed_size(file.size):
            raise BrokenSeal(f"attachment {file.attachment}: {stored} bytes")
        opener = Opener(await self._objects.read(file.name, 0, HEAD), file.place, keys, file.size)
        return OpenFile(file.size, self._objects, file.name, opener)

    async def holds(self, complaint: UUID) -> bool:
        """Whether there is a file of this complaint."""
        return bool(await self._objects.names(_prefix(complaint)))

    async def remove(self, file: FileId) -> None:
        """Delete one file. Repeatable."""
        await self._objects.delete(file.name)

    async def forget(self, complaint: UUID) -> None:
        """Delete all files of a complaint. Repeatable."""
        await self._objects.remove(_prefix(complaint))

    async def _of_before(self, file: FileId, keys: Keys) -> OpenFile:
        """Earlier versions kept the original alone, sealed in one piece, under its id."""
        name = f"{_prefix(file.complaint)}/{file.attachment.hex}"
        stored = await self._objects.size(name) if file.copy is Copy.ORIGINAL else None
        if stored is None:
            raise NotFound(what="attachment")
        content = _opened(file.attachment, await self._objects.read(name, 0, stored), keys)
        return OpenFile(len(content), self._objects, name, None, content)


def _prefix(complaint: UUID) -> str:
    return f"{complaint.hex[:2]}/{complaint.hex}"


def _opened(attachment: UUID, stored: bytes, keys: Keys) -> bytes:
    key = keys.generations.get(int.from_bytes(stored[:_GENERATION], "big"))
    if key is None:
        raise DataErased
    body = _GENERATION + NONCE_BYTES
    try:
        return AESGCM(key).decrypt(stored[_GENERATION:body], stored[body:], attachment.bytes)
    except InvalidTag as error:
        raise BrokenSeal(f"attachment {attachment}") from error
