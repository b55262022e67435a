"""Objects by name, in a folder or in an S3 bucket, over obstore. It knows nothing of what they contain.

An object is there as a whole or not at all: a folder renames the finished file, S3 completes the upload.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from chassis.base.errors import StoreUnavailable
from chassis.base.private_files import close_to_others

if TYPE_CHECKING:
    from obstore.store import S3Config

PART: Final = 5 * 1024 * 1024
"""Bytes of a part of an S3 upload, the least that S3 takes. A smaller object is put in one request."""
PARTS_AT_ONCE: Final = 2
READ: Final = 256 * 1024


class Objects:
    """Objects under names with slashes."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store, self._folder = store, folder

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Objects as files."""
        whole = folder.absolute()
        _private(whole)
        return cls(LocalStore(whole, automatic_cleanup=True), whole)

    @classmethod
    def in_bucket(cls, url: str, credentials: Mapping[str, str]) -> Self:
        """Objects of `s3://bucket/prefix`. Endpoint, region and credentials that are not given come from the standard
        `AWS_...` variables.
        """
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http:")
        store = S3Store.from_url(
            url,
            config=cast("S3Config", dict(credentials)),
            client_options={"allow_http": plain, "timeout": timedelta(seconds=60)},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=10)},
        )
        return cls(store)

    async def put(self, name: str, content: AsyncIterator[bytes]) -> None:
        """Write an object; on return it is kept for good. Replaces an earlier one of this name.

        Raises:
            StoreUnavailable: nothing was written.
        """
        path = self._folder / name if self._folder is not None else None
        if path is not None:
            for folder in (path.parent.parent, path.parent):  # `parents` would ignore the mode
                _private(folder)
        with _translated():
            first, more = await _first_part(content)
            await obstore.put_async(self._store, name, more or first, chunk_size=PART, max_concurrency=PARTS_AT_ONCE)
        if path is not None:
            await asyncio.to_thread(_settle, path)

    async def size(self, name: str) -> int | None:
        """Bytes of the object; None: there is none."""
        with _translated(), suppress(FileNotFoundError):
            return int((await obstore.head_async(self._store, name))["size"])
        return None

    async def read(self, name: str, start: int, end: int) -> bytes:
        """The bytes from `start` to `end` (exclusive)."""
        with _translated():
            return bytes(await obstore.get_range_async(self._store, name, start=start, end=end))

    async def stream(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to `end` (exclusive), in pieces."""
        with _translated():
            got = await obstore.get_async(self._store, name, options={"range": (start, end)})
            async for piece in got.stream(min_chunk_size=READ):
                yield bytes(piece)

    async def names(self, prefix: str) -> list[str]:
        """The names of the objects below `prefix`."""
        found: list[str] = []
        with _translated(), suppress(FileNotFoundError):
            async for page in obstore.list(self._store, prefix=prefix):
                found.extend(each["path"] for each in page)
        return found

    async def pages(self) -> AsyncIterator[list[str]]:
        """The names of all objects, some hundred at a time. One that is written meanwhile may be left out."""
        with _translated():
            async for page in obstore.list(self._store):
                yield [each["path"] for each in page]

    async def delete(self, name: str) -> None:
        """Delete one object. Repeatable."""
        with _translated(), suppress(FileNotFoundError):
            await obstore.delete_async(self._store, name)

    async def remove(self, prefix: str) -> None:
        """Delete the objects below `prefix`. Repeatable."""
        found = await self.names(prefix)
        with _translated(), suppress(FileNotFoundError):
            await obstore.delete_async(self._store, found)
        if self._folder is not None:  # with what a crash left unfinished
            await asyncio.to_thread(shutil.rmtree, self._folder / prefix, ignore_errors=True)


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of obstore as one of the chassis. A missing bucket and wrong credentials too: a person mends them while
    everything else goes on.
    """
    try:
        yield
    except (BaseError, OSError) as error:
        raise StoreUnavailable(f"the object store of SATUPINTU_ATTACHMENTS_URL: {type(error).__name__}") from error


async def _first_part(content: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes] | None]:
    """The whole content if it is smaller than a part: one request instead of three. Otherwise all of it as a stream."""
    begun: list[bytes] = []
    size = 0
    async for piece in content:
        begun.append(piece)
        size += len(piece)
        if size >= PART:
            return b"", _chained(begun, content)
    return b"".join(begun), None


async def _chained(begun: list[bytes], content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for piece in begun:
        yield piece
    begun.clear()
    async for piece in content:
        yield piece


def _private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _settle(path: Path) -> None:
    """Close the file to others, and on to the disk with it and with its name."""
    close_to_others(path)
    for each in (path, path.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
