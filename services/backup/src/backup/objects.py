"""Reporters' files, between the folder or bucket and a copy. They are sealed in both."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Final
from uuid import UUID

from backup.folder import pieces, write
from backup.manifest import Files
from chassis.attachments.objects import Objects

FOLDER: Final = "attachments"
AT_ONCE: Final = 8


async def copy(objects: Objects, to: Path) -> tuple[Files, dict[str, str]]:
    """Copy all; how much it was, and each hash by path in the copy. A file that is erased meanwhile is left out."""
    sums: dict[str, str] = {}
    size = 0
    async for page in objects.pages():
        for start in range(0, len(page), AT_ONCE):
            names = page[start : start + AT_ONCE]
            for name, found in zip(
                names, await asyncio.gather(*(_copy(objects, name, to) for name in names)), strict=True
            ):
                if found is not None:
                    sums[f"{FOLDER}/{name}"], size = found[0], size + found[1]
    return Files(kept=True, count=len(sums), size_bytes=size), sums


async def _copy(objects: Objects, name: str, to: Path) -> tuple[str, int] | None:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        return None  # nothing that we wrote
    size = await objects.size(name)
    if size is None:
        return None
    path = to / FOLDER / name
    try:
        return await write(path, objects.stream(name, 0, size) if size else _nothing())
    except Exception:
        if await objects.size(name) is not None:
            raise
        path.unlink(missing_ok=True)
        return None


async def empty(objects: Objects) -> bool:
    """Whether there is none."""
    async for page in objects.pages():
        if page:
            return False
    return True


async def restore(folder: Path, sums: Mapping[str, str], objects: Objects, erased: Collection[UUID]) -> int:
    """Bring the files of a copy back, but those of erased complaints, and delete all others; how many came back."""
    prefix = f"{FOLDER}/"
    every = [path.removeprefix(prefix) for path in sums if path.startswith(prefix)]
    gone = {complaint.hex for complaint in erased}
    wanted = [name for name in every if not gone & set(PurePosixPath(name).parts)]
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        await asyncio.gather(*(objects.put(name, pieces(folder / prefix / name)) for name in part))
    kept = set(wanted)
    async for page in objects.pages():
        for name in page:
            if name not in kept:
                await objects.delete(name)
    return len(wanted)


async def _nothing() -> AsyncIterator[bytes]:
    yield b""
