"""Reads a form that may hold files. A file that is too large is read to its end and forgotten, so that the rest of the
form is not lost with it.
"""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from intake.http.filing import Context
from intake.uploads import Upload, upload_of
from schemas.base.limits import ATTACHMENTS, REQUEST_BYTES

FILES: Final = "berkas"
"""The field with the files."""
FILES_AT_ONCE: Final = 4 * ATTACHMENTS
FIELDS_AT_ONCE: Final = 100
READ_BYTES: Final = 2**31
"""Nobody sends more with one form by mistake."""


class SentForm(NamedTuple):
    """The text fields, and the files that were chosen, in order."""

    fields: Mapping[str, str]
    files: tuple[Upload, ...] = ()


class TooMuch(MultiPartException):
    """More text than any form holds, or more than anybody sends by mistake."""

    def __init__(self) -> None:
        super().__init__("too much")


class _Bounded(MultiPartParser):
    """Keeps at most `most` bytes and one more of each file, and of all what a complaint holds and one file more."""

    def __init__(self, request: Request, most: int) -> None:
        super().__init__(
            request.headers, request.stream(), max_files=FILES_AT_ONCE, max_fields=FIELDS_AT_ONCE,
            max_part_size=REQUEST_BYTES,
        )  # fmt: skip
        self._room, self._most = (ATTACHMENTS + 1) * (most + 1), most
        self._kept: dict[int, int] = {}
        self._read = self._text = 0
        self.cut: set[int] = set()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        self._read += end - start
        self._text += end - start if file is None else 0
        if self._text > REQUEST_BYTES or self._read > READ_BYTES:
            raise TooMuch
        if file is not None:
            before = self._kept.get(id(file), 0)
            taken = min(end - start, self._most + 1 - before, self._room)
            if taken < end - start:
                self.cut.add(id(file))
            self._kept[id(file)], self._room = before + taken, self._room - taken
            end = start + taken
        if end > start:
            super().on_part_data(data, start, end)


async def _sent(request: Request, context: Context) -> AsyncIterator[SentForm]:
    length = request.headers.get("content-length", "")
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        # Browsers say how long a form is; the general limit does not hold for addresses that take files.
        if not length.isdigit() or int(length) > REQUEST_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        yield SentForm({name: value for name, value in (await request.form()).items() if isinstance(value, str)})
        return
    if length.isdigit() and int(length) > READ_BYTES:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    most = max(context.attachment_bytes.values())
    parser = _Bounded(request, most)
    try:
        form = await parser.parse()
    except TooMuch as error:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from error
    except MultiPartException as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error
    try:
        given = form.multi_items()
        fields = {name: value for name, value in given if isinstance(value, str)}
        # Browsers send an empty file without a name for a file field that was left empty.
        files = [value for name, value in given if isinstance(value, UploadFile) and name == FILES and value.filename]
        yield SentForm(fields, tuple([await _upload(file, parser, most) for file in files]))
    finally:
        await form.close()


async def _upload(file: UploadFile, parser: _Bounded, most: int) -> Upload:
    upload = await upload_of(file)
    return upload._replace(size=most + 1) if id(file) in parser.cut else upload


Sent = Annotated[SentForm, Depends(_sent)]
"""A form that was sent, also with files."""
