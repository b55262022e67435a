"""A file as it was uploaded: its size, its kind by content, and its digest. Memory stays bounded: what is larger than a
megabyte lies in an unnamed temporary file until the request ends.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import IO, Final, Literal, NamedTuple, cast

from starlette.datastructures import UploadFile

from intake.file_names import repaired
from intake.file_types import media_type_of
from schemas.base.media_types import MEDIA_TYPES, FileKind
from schemas.base.refusals import InvalidField

PIECE: Final = 256 * 1024
SizeLimits = Mapping[FileKind, int]
"""Most bytes by kind."""


class FileRefused(InvalidField):
    """A file that is not taken; `reason` is for pages, which have words of their own. `most`: the limit, in bytes."""

    def __init__(self, reason: Literal["empty", "type", "size", "count"], why: str, most: int = 0) -> None:
        super().__init__(field="file", why=why)
        self.reason, self.most = reason, most

    @classmethod
    def code(cls) -> str:
        return InvalidField.code()


class Upload(NamedTuple):
    """`digest`: SHA-256 of the content, in hex."""

    name: str | None
    file: IO[bytes]
    size: int
    digest: str

    async def content(self) -> AsyncIterator[bytes]:
        """The bytes, in pieces."""
        await asyncio.to_thread(self.file.seek, 0)
        while piece := await asyncio.to_thread(self.file.read, PIECE):
            yield piece

    async def media_type(self, most: SizeLimits) -> str:
        """The media type by content.

        Raises:
            FileRefused: empty, too large for its kind, or of no type that is taken.
        """
        if not self.size:
            raise FileRefused("empty", "is empty: it has 0 bytes")
        found = await asyncio.to_thread(media_type_of, self.file)
        if found is None:
            accepted = ", ".join(sorted(MEDIA_TYPES))
            raise FileRefused("type", f"its content is none of the types that are taken: {accepted}")
        kind = MEDIA_TYPES[found].kind
        if self.size > most[kind]:
            raise FileRefused("size", f"a file of this kind has at most {most[kind]} bytes", most[kind])
        return found


async def upload_of(given: UploadFile) -> Upload:
    """What a form field holds."""
    file = cast("IO[bytes]", given.file)
    size, digest = await asyncio.to_thread(_measured, file)
    return Upload(repaired(given.filename), file, size, digest)


def _measured(file: IO[bytes]) -> tuple[int, str]:
    file.seek(0)
    hashed = hashlib.sha256()
    size = 0
    while piece := file.read(PIECE):
        hashed.update(piece)
        size += len(piece)
    return size, hashed.hexdigest()
