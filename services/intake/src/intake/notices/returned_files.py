"""Reads mails that came to the envelope sender from standard input, a file, an mbox or a maildir."""

import mailbox
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

MAIL_BYTES: Final = 16 * 2**20
"""Most that is read of one mail; a report stands at its beginning."""
_MBOX: Final = b"From "
_FLAGS: Final = ":2,"


def one(stream: BinaryIO) -> bytes:
    """One mail, as a mail server pipes it. The rest of the stream is read: the server must not see a broken pipe.

    Raises:
        OSError: it cannot be read.
    """
    raw = stream.read(MAIL_BYTES)
    while stream.read(MAIL_BYTES):
        pass
    return raw


def each(path: Path) -> Iterator[tuple[bytes, Callable[[], object]]]:
    """The mails of a file, an mbox or a maildir, each with what to call when it is done. Of a maildir those that are
    not marked as seen; done ones are marked.

    Raises:
        OSError: it cannot be read.
        NoMaildir: a folder without mails' folders.
    """
    if path.is_dir():
        yield from _maildir(path)
        return
    with path.open("rb") as file:
        is_mbox = file.read(len(_MBOX)) == _MBOX
        file.seek(0)
        if not is_mbox:
            yield one(file), _nothing
            return
    with closing(mailbox.mbox(path, create=False)) as box:
        for key in box.iterkeys():
            yield box.get_bytes(key)[:MAIL_BYTES], _nothing


class NoMaildir(Exception):
    """A folder that has no folders `new` and `cur`."""


def _maildir(path: Path) -> Iterator[tuple[bytes, Callable[[], object]]]:
    new, seen = path / "new", path / "cur"
    if not new.is_dir() or not seen.is_dir():
        raise NoMaildir(f"{path} is no maildir: it has no folders new and cur")
    for file in sorted([*new.iterdir(), *seen.iterdir()]):
        name, _, flags = file.name.partition(_FLAGS)
        if "S" in flags or not file.is_file():
            continue
        with file.open("rb") as stream:
            raw = stream.read(MAIL_BYTES)
        yield raw, partial(file.rename, seen / f"{name}{_FLAGS}{''.join(sorted({*flags, 'S'}))}")


def _nothing() -> None:
    pass
